"""Law 17: what is there is what the change log, the downloads and the openings of recalls say."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from tracking.ledger import triggers
from tracking.ledger.changes import LOT_FIELDS
from tracking.ledger.laws.reading import Reading
from tracking.ledger.recall_facts import recomputed_events
from tracking.ledger.sql import fetch
from tracking.ledger.subjects import LOGGED, text_of
from tracking.models import Batch, Recall, SerialNumber

DOWNLOADS = """
    SELECT i.name, a.id FROM tracking_archive a JOIN items_item i ON i.id = a.item_id WHERE NOT EXISTS (
        SELECT 1 FROM tracking_historydownload h WHERE h.item_id = a.item_id AND h.sha256 = a.sha256)
"""
STEPS = """
    SELECT i.name, q.epoch FROM (
        SELECT s.item_id, s.epoch, s.from_mode, s.to_mode,
            lag(s.epoch) OVER w AS last_epoch, lag(s.to_mode) OVER w AS last_mode,
            lead(s.epoch) OVER w AS next_epoch
        FROM tracking_switch s WINDOW w AS (PARTITION BY s.item_id ORDER BY s.epoch)
    ) q JOIN items_item i ON i.id = q.item_id
    WHERE q.epoch <> coalesce(q.last_epoch, 0) + 1 OR q.from_mode <> coalesce(q.last_mode, q.from_mode)
        OR (q.next_epoch IS NULL AND (q.epoch <> i.tracking_epoch OR q.to_mode <> i.tracking_mode))
    UNION
    SELECT i.name, i.tracking_epoch FROM items_item i
    WHERE i.tracking_epoch <> 0 AND NOT EXISTS (SELECT 1 FROM tracking_switch s WHERE s.item_id = i.id)
"""
# A row of the log for what a switch, an archive and a restore say of themselves.
ACTS = (
    (
        "SELECT i.name FROM tracking_switch s JOIN items_item i ON i.id = s.item_id WHERE NOT EXISTS ("
        " SELECT 1 FROM tracking_recordchange c WHERE c.subject = 'item' AND c.subject_id = s.item_id"
        " AND c.field = 'tracking_mode' AND c.old = s.from_mode AND c.new = s.to_mode AND c.reason = s.reason"
        " AND c.changed_at = s.switched_at AND coalesce(c.changed_by_id, 0) = coalesce(s.switched_by_id, 0))",
        "A switch of {0} is not as the change log has it.",
    ),
    (
        "SELECT i.name FROM tracking_archive a JOIN items_item i ON i.id = a.item_id WHERE NOT EXISTS ("
        " SELECT 1 FROM tracking_recordchange c WHERE c.subject = 'item' AND c.subject_id = a.item_id"
        " AND c.field = 'archive' AND c.new = a.sha256)",
        "The change log has no archive of {0} with these bytes.",
    ),
    (
        "SELECT i.name FROM tracking_archive a JOIN items_item i ON i.id = a.item_id WHERE a.restored_at IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM tracking_recordchange c WHERE c.subject = 'item' AND c.subject_id = a.item_id"
        " AND c.field = 'restored' AND c.new = a.sha256 AND c.changed_at = a.restored_at"
        " AND coalesce(c.changed_by_id, 0) = coalesce(a.restored_by_id, 0))",
        "The change log does not say that an archive of {0} was restored so.",
    ),
    (
        "SELECT i.name FROM tracking_recordchange c JOIN items_item i ON i.id = c.subject_id WHERE c.subject = 'item'"
        " AND c.field = 'restored' AND NOT EXISTS (SELECT 1 FROM tracking_archive a WHERE a.item_id = c.subject_id"
        " AND a.sha256 = c.new AND a.restored_at = c.changed_at)",
        "The change log says that an archive of {0} was restored, and it is not.",
    ),
)
LOTS = """
    SELECT t.number, v.sku, CAST(t.{field} AS text), c.new FROM {table} t JOIN items_variant v ON v.id = t.variant_id
    LEFT JOIN (
        SELECT r.uuid, r.new FROM tracking_recordchange r JOIN (
            SELECT max(id) AS id FROM tracking_recordchange WHERE field = '{field}' AND uuid IS NOT NULL GROUP BY uuid
        ) m ON m.id = r.id
    ) c ON c.uuid = t.uuid WHERE coalesce(c.new, '{empty}') <> coalesce(CAST(t.{field} AS text), '')
"""
LAST = """
    SELECT r.subject, r.subject_id, r.field, r.new FROM tracking_recordchange r JOIN (
        SELECT max(id) AS id FROM tracking_recordchange WHERE subject_id IS NOT NULL GROUP BY subject, subject_id, field
    ) m ON m.id = r.id
"""
WORDS = {
    "expires_on": "expiry",
    "made_on": "date of making",
    "supplier_batch": "supplier's number",
    "status": "status",
    "note": "note",
}


def recorded(reading: Reading) -> Iterator[str]:
    for item, archive in fetch(DOWNLOADS):
        yield f"The archive of {item} ({archive}) has bytes that nobody downloaded."
    for item, epoch in fetch(STEPS):
        yield f"{item}: its switches do not lead to its tracking at epoch {epoch}."
    for query, sentence in ACTS:
        for (item,) in fetch(query):
            yield sentence.format(item)
    yield from lots()
    yield from subjects()
    yield from recalls()
    for name in triggers.foreign(connection):
        yield f"{name} is not ours. Find out who made it, and take it away."


def lots() -> Iterator[str]:
    """Status and expiry of a lot, and what else is written on it, are what its last change says."""
    for model in (Batch, SerialNumber):
        fields = {field.name for field in model._meta.concrete_fields}
        for field, empty in LOT_FIELDS.items():
            if field not in fields:
                continue
            for number, sku, present, logged in fetch(
                LOTS.format(field=field, table=model._meta.db_table, empty=empty)
            ):
                yield (
                    f"{number} of {sku} has the {WORDS[field]} “{present or 'none'}”, "
                    f"and the change log says “{logged or empty or 'none'}”."
                )


def subjects() -> Iterator[str]:
    """Partners, locations, items, variants, the workspace, users and roles are what the change log says."""
    last = {(subject, id_, field): new for subject, id_, field, new in fetch(LAST)}
    for model, logged in LOGGED.items():
        for row in model._default_manager.order_by("pk"):
            for field, empty in logged.fields.items():
                present = text_of(getattr(row, field))[:1000]
                there = last.get((logged.subject.value, row.pk, field), empty)
                if present != there:
                    yield (
                        f"{logged.subject.label} {getattr(row, logged.named)}: {field} is “{present}”, "
                        f"and the change log says “{there}”."
                    )


def recalls() -> Iterator[str]:
    """The figures of a recall are what its opening event says, and its events follow each other."""
    for recall in Recall.objects.order_by("pk"):
        for event, digest in recomputed_events(recall):
            if event.digest != digest:
                yield f"{recall.number}: what is written of {event.at:%Y-%m-%d %H:%M} is not as it was written."
    query = (
        "SELECT r.number FROM tracking_recall r WHERE NOT EXISTS (SELECT 1 FROM tracking_recallevent e JOIN"
        " tracking_recordchange c ON c.new = e.digest AND c.field = 'opened' AND c.subject_id = e.recall_id"
        " AND c.subject = 'recall' WHERE e.recall_id = r.id)"
    )
    for (number,) in fetch(query):
        yield f"{number}: the change log does not have its opening."
