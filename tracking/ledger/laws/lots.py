"""Law 17 of batches and serial numbers: status, expiry and their other fields match the last change of each."""

from __future__ import annotations

from collections.abc import Iterator

from tracking.ledger.changes import LOT_FIELDS
from tracking.ledger.sql import fetch
from tracking.models import Batch, SerialNumber

LAST = """
    LEFT JOIN (
        SELECT r.uuid, r.new, r.reason, r.is_first FROM tracking_recordchange r JOIN (
            SELECT max(id) AS id FROM tracking_recordchange WHERE field = '{field}' AND uuid IS NOT NULL GROUP BY uuid
        ) m ON m.id = r.id
    ) c ON c.uuid = t.uuid
"""
LOTS = f"""
    SELECT t.number, v.sku, CAST(t.{{field}} AS text), c.new FROM {{table}} t JOIN items_variant v ON v.id = t.variant_id
    {LAST} WHERE coalesce(c.new, '{{empty}}') <> coalesce(CAST(t.{{field}} AS text), '')
"""
# Of a hold from before the log was kept, its first row has no reason of its own.
HOLDS = f"""
    SELECT t.number, v.sku, t.reason, c.reason FROM {{table}} t JOIN items_variant v ON v.id = t.variant_id
    {LAST.format(field="status")} WHERE t.status = 'held' AND c.new = 'held' AND NOT c.is_first AND t.reason <> c.reason
"""
# A lot goes when its item is switched off, which stands in the log after what was written of it. The present UNBATCHED also
# goes where a restored one joins it.
GONE = """
    SELECT DISTINCT c.name, v.sku FROM tracking_recordchange c JOIN items_variant v ON v.id = c.variant_id
    WHERE c.uuid IS NOT NULL AND NOT EXISTS (SELECT 1 FROM tracking_batch b WHERE b.uuid = c.uuid)
        AND NOT EXISTS (SELECT 1 FROM tracking_serialnumber s WHERE s.uuid = c.uuid)
        AND NOT EXISTS (SELECT 1 FROM tracking_recordchange m WHERE m.subject = 'item' AND m.subject_id = v.item_id
            AND m.id > c.id AND ((m.field = 'tracking_mode' AND m.new = 'none')
                OR (m.field = 'restored' AND c.key = 'unbatched')))
    ORDER BY 1, 2
"""
WORDS = {
    "expires_on": "expiry",
    "made_on": "date of making",
    "supplier_batch": "supplier's number",
    "status": "status",
    "note": "note",
}


def lots() -> Iterator[str]:
    for model in (Batch, SerialNumber):
        table = model._meta.db_table
        fields = {field.name for field in model._meta.concrete_fields}
        for field, empty in LOT_FIELDS.items():
            if field not in fields:
                continue
            for number, sku, present, logged in fetch(LOTS.format(field=field, table=table, empty=empty)):
                yield (
                    f"{number} of {sku} has the {WORDS[field]} “{present or 'none'}”, "
                    f"but the change log says “{logged or empty or 'none'}”."
                )
        for number, sku, present, logged in fetch(HOLDS.format(table=table)):
            yield f"{number} of {sku} is on hold for “{present}”, but the change log says “{logged}”."
    for number, sku in fetch(GONE):
        yield f"{number} of {sku} is missing, but its item was not switched off after the log last named it."
