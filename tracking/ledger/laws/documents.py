"""Laws 7 and 8: documents and their mirrors."""

from __future__ import annotations

from collections.abc import Iterator

from katana_trace.lib.quantities import plain
from tracking.ledger.laws.reading import Reading
from tracking.ledger.sql import fetch

WITHOUT_LINES = """
    SELECT d.number FROM tracking_document d WHERE d.kind <> 'stocktake'
        AND NOT EXISTS (SELECT 1 FROM tracking_ledgerline l WHERE l.document_id = d.id)
"""
UNBALANCED = """
    SELECT d.number, v.sku, sum(l.quantity) FROM tracking_ledgerline l JOIN tracking_document d ON d.id = l.document_id
    JOIN items_variant v ON v.id = l.variant_id WHERE d.kind IN ('transfer', 'tracking_on', 'tracking_restored')
    GROUP BY d.id, d.number, v.id, v.sku HAVING sum(l.quantity) <> 0
"""
# Each quantity must occur as often in the mirror as its opposite does in the original.
MIRRORS = """
    SELECT o.number, m.number FROM tracking_document m JOIN tracking_document o ON o.id = m.reverses_id
    WHERE o.kind <> m.kind OR o.reverses_id IS NOT NULL OR EXISTS (
        SELECT 1 FROM (
            SELECT variant_id, location_id, quantity AS size, 1 AS side FROM tracking_ledgerline WHERE document_id = o.id
            UNION ALL
            SELECT variant_id, location_id, -quantity, -1 FROM tracking_ledgerline WHERE document_id = m.id
        ) q GROUP BY variant_id, location_id, size HAVING sum(side) <> 0)
"""


def unbalanced(reading: Reading) -> Iterator[str]:
    for (number,) in fetch(WITHOUT_LINES):
        yield f"{number} has no lines."
    for number, sku, rest in fetch(UNBALANCED):
        yield f"{number}: the lines of {sku} sum to {plain(int(rest))}, not to zero."


def mirrors(reading: Reading) -> Iterator[str]:
    for original, mirror in fetch(MIRRORS):
        yield f"{mirror} is not the exact opposite of {original}."
