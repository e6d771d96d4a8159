"""What one row of the list holds: its batches, first expired first, or its serial numbers; and what has no number."""

from __future__ import annotations

from dataclasses import replace

from katana_trace.templatetags.trace_tags import expiry_state
from tracking.ledger.sql import fetch
from tracking.models import Batch, SerialNumber
from tracking.stock.found import WITHOUT, counted, found
from tracking.stock.rows import BatchPart, Contents, SerialPart, StockRow
from tracking.stock.stock_filter import StockFilter

SHOWN = 50
MOST_WITHOUT = 2  # UNBATCHED, and what was there before the item was tracked by batch

SERIALS_NOW = (
    "SELECT k.id AS serial, 1000000 AS quantity FROM tracking_serialnumber k"
    " WHERE k.variant_id = %s AND k.location_id = %s"
)
SERIALS_MOVED_LATER = (
    " UNION ALL SELECT k.serial_id, -k.quantity FROM tracking_document d"
    " JOIN tracking_ledgerline k ON k.document_id = d.id"
    " WHERE k.variant_id = %s AND k.location_id = %s AND k.serial_id IS NOT NULL AND d.posted_on > %s"
)


def contents_of(chosen: StockFilter, row: StockRow) -> Contents:
    """What ``row`` holds of what ``chosen`` finds; the first ``SHOWN`` batches or serial numbers of it."""
    if row.mode == "serial":
        return serials_of(chosen, row)
    return batches_of(chosen, row) if row.mode == "batch" else Contents()


def batches_of(chosen: StockFilter, row: StockRow) -> Contents:
    query = found(replace(chosen, location=row.location), [row.variant])
    rows = fetch(
        f"SELECT b.id, {counted(chosen)}, CASE WHEN {WITHOUT} <> 0 THEN 1 ELSE 0 END AS bare,"
        f" CASE WHEN b.expires_on IS NULL THEN 1 ELSE 0 END AS lasting {query.sql}"
        f" ORDER BY bare DESC, lasting, b.expires_on, b.key, b.id LIMIT {MOST_WITHOUT + SHOWN + 1}",
        query.parameters,
    )
    batches = Batch.objects.select_related("variant__item").in_bulk([id_ for id_, *_ in rows if id_])
    there = [row for row in rows if row[0] is None or row[0] in batches]  # a switch may have deleted some just now
    bare = {id_: int(quantity) for id_, quantity, is_bare, _ in there if is_bare}
    named = [(id_, int(quantity)) for id_, quantity, is_bare, _ in there if not is_bare]
    listed = tuple(part_of(batches[id_], quantity, chosen) for id_, quantity in named[:SHOWN])
    return Contents(
        batches=listed,
        unbatched=tuple(part_of(batches[id_], quantity, chosen) for id_, quantity in bare.items() if id_),
        without_batch=bare.get(None, 0),
        rest=row.quantity - sum(part.quantity for part in listed) - sum(bare.values()),
        has_more=len(named) > SHOWN,
    )


def part_of(batch: Batch, quantity: int, chosen: StockFilter) -> BatchPart:
    notice = batch.variant.item.expiry_notice_days
    return BatchPart(batch, quantity, *expiry_state(batch.expires_on, chosen.day, notice))


def serials_of(chosen: StockFilter, row: StockRow) -> Contents:
    """Where only what has no number is asked for, no number is listed."""
    if chosen.without:
        return Contents(unnumbered=row.without)
    query, parameters = SERIALS_NOW, [row.variant, row.location]
    if chosen.as_of is not None:
        query += SERIALS_MOVED_LATER
        parameters += [row.variant, row.location, chosen.as_of.isoformat()]
    held = " AND s.status = 'held'" if chosen.held else ""
    rows = fetch(
        f"SELECT s.id, sum(u.quantity) FROM ({query}) u JOIN tracking_serialnumber s ON s.id = u.serial{held}"
        f" GROUP BY s.id, s.key HAVING sum(u.quantity) <> 0 ORDER BY s.key, s.id LIMIT {SHOWN + 1}",
        parameters,
    )
    serials = SerialNumber.objects.in_bulk([id_ for id_, _ in rows])
    listed = tuple(SerialPart(serials[id_], int(quantity)) for id_, quantity in rows[:SHOWN] if id_ in serials)
    return Contents(
        serials=listed,
        unnumbered=row.without,
        rest=row.quantity - row.without - sum(part.quantity for part in listed),
        has_more=len(rows) > SHOWN,
    )
