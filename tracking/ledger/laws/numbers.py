"""Laws 3, 4 and 5: batches and serial numbers."""

from __future__ import annotations

from collections.abc import Iterator

from tracking.ledger.laws.reading import Reading
from tracking.ledger.sql import fetch

MISFITS = (
    (
        "SELECT i.name, b.number FROM tracking_batch b JOIN items_variant v ON v.id = b.variant_id"
        " JOIN items_item i ON i.id = v.item_id WHERE i.tracking_mode <> 'batch'",
        "{0} is not tracked by batch and has the batch {1}.",
    ),
    (
        "SELECT i.name, s.number FROM tracking_serialnumber s JOIN items_item i ON i.id = s.item_id"
        " WHERE i.tracking_mode <> 'serial'",
        "{0} is not tracked by serial number and has the serial number {1}.",
    ),
    (
        "SELECT i.name, d.number FROM tracking_ledgerline l JOIN items_variant v ON v.id = l.variant_id"
        " JOIN items_item i ON i.id = v.item_id JOIN tracking_document d ON d.id = l.document_id"
        " WHERE i.tracking_mode = 'none' AND (l.batch_id IS NOT NULL OR l.serial_id IS NOT NULL)",
        "{0} has No tracking and a line of {1} has a number.",
    ),
    (
        "SELECT i.name, p.name FROM tracking_stocklevel k JOIN items_variant v ON v.id = k.variant_id"
        " JOIN items_item i ON i.id = v.item_id JOIN tracking_location p ON p.id = k.location_id"
        " WHERE i.tracking_mode = 'batch' AND k.quantity <> 0 AND k.batch_id IS NULL",
        "{0} is tracked by batch and has stock without one at {1}.",
    ),
)

# No line has the number 0: asked so, SQLite reads the lines in their order, not by an index of numbers across the table.
STRANGERS = (
    (
        "SELECT d.number, b.number FROM tracking_ledgerline l JOIN tracking_batch b ON b.id = coalesce(l.batch_id, 0)"
        " JOIN tracking_document d ON d.id = l.document_id WHERE b.variant_id <> l.variant_id",
        "A line of {0} has the batch {1} of another variant.",
    ),
    (
        "SELECT d.number, s.number FROM tracking_ledgerline l JOIN tracking_serialnumber s ON s.id = coalesce(l.serial_id, 0)"
        " JOIN tracking_document d ON d.id = l.document_id WHERE s.variant_id <> l.variant_id",
        "A line of {0} has the serial number {1} of another variant.",
    ),
    (
        "SELECT s.number, v.sku FROM tracking_serialnumber s JOIN items_variant v ON v.id = s.variant_id"
        " WHERE v.item_id <> s.item_id",
        "Serial number {0} names another item than its variant {1} does.",
    ),
)

PATHS = """
    SELECT s.number, v.sku FROM (
        SELECT serial_id, location_id, quantity,
            lag(quantity) OVER w AS last_quantity, lag(location_id) OVER w AS last_location,
            lead(quantity) OVER w AS next_quantity
        FROM tracking_ledgerline WHERE serial_id IS NOT NULL WINDOW w AS (PARTITION BY serial_id ORDER BY id)
    ) q JOIN tracking_serialnumber s ON s.id = q.serial_id JOIN items_variant v ON v.id = s.variant_id
    WHERE q.quantity NOT IN (1000000, -1000000)
        OR (q.quantity > 0 AND q.last_quantity > 0)
        OR (q.quantity < 0 AND (q.last_quantity IS NULL OR q.last_quantity < 0 OR q.last_location <> q.location_id))
        OR (q.next_quantity IS NULL AND (
            (q.quantity > 0 AND (s.location_id IS NULL OR s.location_id <> q.location_id))
            OR (q.quantity < 0 AND s.location_id IS NOT NULL)))
    UNION
    SELECT s.number, v.sku FROM tracking_serialnumber s JOIN items_variant v ON v.id = s.variant_id
    WHERE s.location_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM tracking_ledgerline l WHERE l.serial_id = s.id)
"""


def misfits(reading: Reading) -> Iterator[str]:
    yield from told(MISFITS)


def strangers(reading: Reading) -> Iterator[str]:
    yield from told(STRANGERS)


def told(questions: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for query, sentence in questions:
        for row in fetch(f"{query} ORDER BY 1, 2"):
            yield sentence.format(*row)


def serial_paths(reading: Reading) -> Iterator[str]:
    for number, sku in fetch(PATHS):
        yield f"Serial number {number} of {sku} is not where its lines lead."
