"""Laws 1 and 2: the levels."""

from __future__ import annotations

from collections.abc import Iterator

from katana_trace.lib.quantities import plain
from tracking.ledger.sql import fetch

NAMED = (
    " JOIN items_variant v ON v.id = q.variant_id JOIN tracking_location p ON p.id = q.location_id"
    " LEFT JOIN tracking_batch b ON b.id = q.batch"
)

UNEQUAL = f"""
    WITH summed AS (
        SELECT variant_id, location_id, coalesce(batch_id, 0) AS batch, sum(quantity) AS quantity,
            sum(CASE WHEN serial_id IS NULL THEN 0 ELSE quantity END) AS numbered
        FROM tracking_ledgerline GROUP BY 1, 2, 3
    ), kept AS (
        SELECT variant_id, location_id, coalesce(batch_id, 0) AS batch, quantity, numbered FROM tracking_stocklevel
    ), q AS (
        SELECT s.variant_id, s.location_id, s.batch, s.quantity AS lines, k.quantity AS level, s.numbered AS line_numbers,
            k.numbered AS level_numbers
        FROM summed s LEFT JOIN kept k
            ON k.variant_id = s.variant_id AND k.location_id = s.location_id AND k.batch = s.batch
        WHERE k.quantity IS NULL OR k.quantity <> s.quantity OR k.numbered <> s.numbered
        UNION ALL
        SELECT k.variant_id, k.location_id, k.batch, NULL, k.quantity, NULL, k.numbered
        FROM kept k LEFT JOIN summed s
            ON k.variant_id = s.variant_id AND k.location_id = s.location_id AND k.batch = s.batch
        WHERE s.quantity IS NULL
    )
    SELECT v.sku, p.name, b.number, q.lines, q.level, q.line_numbers, q.level_numbers FROM q {NAMED}
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


def unequal() -> Iterator[str]:
    for sku, place, batch, lines, level, line_numbers, level_numbers in fetch(UNEQUAL):
        what = f"{sku} at {place}" + (f", batch {batch}" if batch else "")
        yield (
            f"{what}: the level says {text(level)} with {text(level_numbers)} numbered, "
            f"its lines sum to {text(lines)} with {text(line_numbers)}."
        )
    for sku, place, numbered, serials in fetch(PLACES):
        yield f"{sku} at {place}: the level says {text(numbered)} numbered, {text(serials)} serial numbers are there."


def out_of_bounds() -> Iterator[str]:
    for sku, place, quantity, numbered in fetch(BOUNDS):
        yield f"{sku} at {place}: {text(quantity)} on hand, {text(numbered)} numbered."


def text(millionths) -> str:
    return "nothing" if millionths is None else plain(int(millionths))
