"""Laws 1 and 2: the levels."""

from __future__ import annotations

from collections.abc import Iterator

from katana_trace.lib.quantities import plain
from tracking.ledger.laws.reading import Reading
from tracking.ledger.sql import fetch

NAMED = """
    SELECT v.sku, p.name, b.number FROM items_variant v JOIN tracking_location p ON p.id = %s
    LEFT JOIN tracking_batch b ON b.id = %s WHERE v.id = %s
"""
PLACES = """
    SELECT v.sku, p.name, coalesce(k.numbered, 0), coalesce(s.found, 0) * 1000000 FROM (
        SELECT variant_id, location_id, count(*) AS found FROM tracking_serialnumber
        WHERE location_id IS NOT NULL GROUP BY 1, 2
    ) s LEFT JOIN tracking_stocklevel k
        ON k.variant_id = s.variant_id AND k.location_id = s.location_id AND k.batch_id IS NULL
    JOIN items_variant v ON v.id = s.variant_id JOIN tracking_location p ON p.id = s.location_id
    WHERE k.numbered IS NULL OR k.numbered <> s.found * 1000000
    UNION ALL
    SELECT v.sku, p.name, k.numbered, 0 FROM tracking_stocklevel k
    JOIN items_variant v ON v.id = k.variant_id JOIN tracking_location p ON p.id = k.location_id
    WHERE k.numbered <> 0 AND NOT EXISTS (
        SELECT 1 FROM tracking_serialnumber s WHERE s.variant_id = k.variant_id AND s.location_id = k.location_id)
"""

BOUNDS = """
    SELECT v.sku, p.name, k.quantity, k.numbered FROM tracking_stocklevel k
    JOIN items_variant v ON v.id = k.variant_id JOIN tracking_location p ON p.id = k.location_id
    WHERE k.quantity < 0 OR k.numbered < 0 OR k.numbered > k.quantity
"""


def unequal(reading: Reading) -> Iterator[str]:
    for one in reading.sums.unequal:
        sku, place, batch = fetch(NAMED, [one.location, one.batch, one.variant])[0]
        what = f"{sku} at {place}" + (f", batch {batch}" if batch else "")
        yield (
            f"{what}: the level says {text(one.level)} with {text(one.level_numbers)} numbered, "
            f"its lines sum to {text(one.lines)} with {text(one.line_numbers)}."
        )
    for sku, place, numbered, serials in fetch(PLACES):
        yield f"{sku} at {place}: the level says {text(numbered)} numbered, {text(serials)} serial numbers are there."


def out_of_bounds(reading: Reading) -> Iterator[str]:
    for sku, place, quantity, numbered in fetch(BOUNDS):
        yield f"{sku} at {place}: {text(quantity)} on hand, {text(numbered)} numbered."


def text(millionths) -> str:
    return "nothing" if millionths is None else plain(int(millionths))
