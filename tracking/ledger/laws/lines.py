"""Laws 6 and 12: the lines by epoch, and the balance of each lot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from katana_trace.lib.quantities import plain
from tracking.ledger.firsts import BROUGHT, EARLIEST, TABLES
from tracking.ledger.laws.reading import Reading
from tracking.ledger.sql import fetch

# Summed up by document, so that PostgreSQL may read the lines in several processes; the kind is asked only of what is left.
EPOCHS = """
    SELECT q.name, d.number, q.epoch, q.present FROM (
        SELECT i.name, l.document_id, l.epoch, i.tracking_epoch AS present, count(*)
        FROM tracking_ledgerline l JOIN items_variant v ON v.id = l.variant_id JOIN items_item i ON i.id = v.item_id
        WHERE l.epoch > i.tracking_epoch OR (
            l.epoch = i.tracking_epoch AND CASE i.tracking_mode
                WHEN 'none' THEN l.batch_id IS NOT NULL OR l.serial_id IS NOT NULL
                WHEN 'batch' THEN l.batch_id IS NULL OR l.serial_id IS NOT NULL
                ELSE l.batch_id IS NOT NULL END)
        GROUP BY 1, 2, 3, 4
    ) q JOIN tracking_document d ON d.id = q.document_id
    WHERE q.epoch > q.present OR d.kind <> 'tracking_restored'
"""

# Every line but a transfer's belongs to one column of the balance, so the columns sum to these lines (law 12).
# A sign before a number keeps SQLite from its index, whose lines lie far apart: it reads the table once, in its order.
SERIALS = """
    SELECT v.sku, s.number, q.moved, CASE WHEN s.location_id IS NULL THEN 0 ELSE 1000000 END FROM (
        SELECT l.serial_id, sum(l.quantity) AS moved FROM tracking_ledgerline l
        JOIN tracking_document d ON d.id = l.document_id
        WHERE +l.serial_id IS NOT NULL AND d.kind <> 'transfer' GROUP BY 1
    ) q JOIN tracking_serialnumber s ON s.id = q.serial_id JOIN items_variant v ON v.id = s.variant_id
    WHERE q.moved <> CASE WHEN s.location_id IS NULL THEN 0 ELSE 1000000 END
"""
SERIAL_FIRSTS = f"""
    SELECT v.sku, s.number, s.first_at, q.first_at FROM (
        SELECT l.serial_id, {EARLIEST} AS first_at {BROUGHT} AND +l.serial_id IS NOT NULL GROUP BY 1
    ) q JOIN tracking_serialnumber s ON s.id = q.serial_id JOIN items_variant v ON v.id = s.variant_id
    WHERE s.first_at IS NULL OR s.first_at <> q.first_at
"""
# Lots with a first instant but no line that brought them in.
NEVER_IN = """
    SELECT v.sku, t.number, t.first_at, NULL FROM {table} t JOIN items_variant v ON v.id = t.variant_id
    WHERE t.first_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM tracking_ledgerline l WHERE l.{column} = t.id AND l.quantity > 0)
"""
NAMED = "SELECT v.sku, b.number FROM tracking_batch b JOIN items_variant v ON v.id = b.variant_id WHERE b.id = %s"


def epochs(reading: Reading) -> Iterator[str]:
    for item, document, epoch, present in fetch(EPOCHS):
        yield f"{item}: a line of {document} has epoch {epoch} and does not fit the item at epoch {present}."


def balances(reading: Reading) -> Iterator[str]:
    lots = ((*fetch(NAMED, [one.batch])[0], one.moved, one.there) for one in reading.sums.lots)
    for sku, number, moved, there in (*lots, *fetch(SERIALS)):
        yield f"{number} of {sku}: {plain(int(moved))} by its documents, {plain(int(there))} on hand."
    yield from firsts(reading)


def firsts(reading: Reading) -> Iterator[str]:
    """Lots whose stored first instant is not the one of their documents (rule 10)."""
    batches = ((*fetch(NAMED, [one.batch])[0], one.kept, one.right) for one in reading.sums.firsts)
    never = (row for column, table in TABLES.items() for row in fetch(NEVER_IN.format(table=table, column=column)))
    for sku, number, kept, right in (*batches, *fetch(SERIAL_FIRSTS), *never):
        came = "never came in" if right is None else f"first came in at {instant(right)}"
        yield f"{number} of {sku} {came} by its documents, but the stored instant is {instant(kept)}."


def instant(value: datetime | str | None) -> str:
    """An instant of ``fetch``, in UTC to the second: SQLite gives its text."""
    return str(value)[:19] if value is not None else "empty"
