"""When a lot first came in (rule 10): the earliest date of the standing receipts and productions that brought it.

Where it has none, of whatever stands and brought it, such as an adjustment; where nothing stands, of what once did. The
triggers keep it line by line (``triggers/first_rules``); this is all of it at once, for a restore and for the law.
"""

from __future__ import annotations

TABLES = {"batch_id": "tracking_batch", "serial_id": "tracking_serialnumber"}

MAKING = "d.kind IN ('receipt', 'production')"
# What is no mirror, with the mirror ``m`` that reversed it: a mirror brings nothing in that was not there before.
BROUGHT = """
    FROM tracking_ledgerline l CROSS JOIN tracking_document d LEFT JOIN tracking_document m ON m.reverses_id = d.id
    WHERE d.id = l.document_id AND l.quantity > 0 AND d.reverses_id IS NULL
"""
EARLIEST = f"""coalesce(
        min(CASE WHEN m.id IS NULL AND {MAKING} THEN d.posted_at END),
        min(CASE WHEN m.id IS NULL THEN d.posted_at END),
        min(d.posted_at))"""


def firsts_of_item(column: str) -> str:
    """The statement that sets ``first_at`` of the lots of an item (its id is the one parameter) from its ledger lines."""
    table = TABLES[column]
    return (
        f"UPDATE {table} SET first_at = f.first_at FROM (SELECT l.{column} AS lot, {EARLIEST} AS first_at {BROUGHT}"
        f" AND l.{column} IS NOT NULL AND l.variant_id IN (SELECT id FROM items_variant WHERE item_id = %s)"
        f" GROUP BY l.{column}) f WHERE f.lot = {table}.id"
    )
