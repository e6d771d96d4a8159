"""Laws 6 and 12: the lines by epoch, and the balance of each lot."""

from __future__ import annotations

from collections.abc import Iterator

from katana_trace.lib.quantities import plain
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
BALANCES = """
    SELECT v.sku, b.number, q.moved, coalesce(k.there, 0) FROM (
        SELECT l.batch_id, sum(l.quantity) AS moved FROM tracking_ledgerline l
        JOIN tracking_document d ON d.id = l.document_id
        WHERE +l.batch_id IS NOT NULL AND d.kind <> 'transfer' GROUP BY 1
    ) q JOIN tracking_batch b ON b.id = q.batch_id JOIN items_variant v ON v.id = b.variant_id
    LEFT JOIN (SELECT batch_id, sum(quantity) AS there FROM tracking_stocklevel GROUP BY 1) k ON k.batch_id = b.id
    WHERE q.moved <> coalesce(k.there, 0)
    UNION ALL
    SELECT v.sku, s.number, q.moved, CASE WHEN s.location_id IS NULL THEN 0 ELSE 1000000 END FROM (
        SELECT l.serial_id, sum(l.quantity) AS moved FROM tracking_ledgerline l
        JOIN tracking_document d ON d.id = l.document_id
        WHERE +l.serial_id IS NOT NULL AND d.kind <> 'transfer' GROUP BY 1
    ) q JOIN tracking_serialnumber s ON s.id = q.serial_id JOIN items_variant v ON v.id = s.variant_id
    WHERE q.moved <> CASE WHEN s.location_id IS NULL THEN 0 ELSE 1000000 END
"""


def epochs() -> Iterator[str]:
    for item, document, epoch, present in fetch(EPOCHS):
        yield f"{item}: a line of {document} has epoch {epoch} and does not fit the item at epoch {present}."


def balances() -> Iterator[str]:
    for sku, number, moved, there in fetch(BALANCES):
        yield f"{number} of {sku}: {plain(int(moved))} by its documents, {plain(int(there))} on hand."
