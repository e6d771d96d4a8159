"""Walking the graph in one recursive query each way, on both databases.

The steps of the walk are documents, not lots: a production of a thousand units is passed once, however many of them
are met. In a production every output descends from every ingredient; in an adjustment or stocktake a + lot descends
from each − lot of the same variant, so there the step is (document, variant). Reversed documents make no edge.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tracking.ledger.sql import any_of, fetch

Place = tuple[bool, int]

# Neither reversed nor a mirror: such a document counts as never posted (rule 13).
STANDING = "d.reverses_id IS NULL AND NOT EXISTS (SELECT 1 FROM tracking_document m WHERE m.reverses_id = d.id)"
# The same as it was at the end of a day: what was dated later had not happened, a reversal neither.
STANDING_THEN = (
    "d.posted_on <= %s AND d.reverses_id IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM tracking_document m WHERE m.reverses_id = d.id AND m.posted_on <= %s)"
)
MAKES_EDGES = "d.kind IN ('production', 'adjustment', 'stocktake')"
STEP = "d.id, CASE WHEN d.kind = 'production' THEN 0 ELSE {line}.variant_id END"

# {near} is the sign of a line on the side the walk comes from, {far} on the side it goes to. Batches and serial numbers
# are two columns with an index each; one branch of the recursion looks for either. CROSS JOIN keeps SQLite to this order:
# else it begins each step with every document that is no mirror, a thousand times slower.
WALK = f"""
WITH RECURSIVE step(document_id, variant_id) AS (
    SELECT {STEP.format(line="l")}
    FROM tracking_ledgerline l CROSS JOIN tracking_document d
    WHERE {{start}} AND l.quantity {{near}} 0 AND d.id = l.document_id AND {MAKES_EDGES} AND {{standing}}
    UNION
    SELECT {STEP.format(line="n")}
    FROM step CROSS JOIN tracking_ledgerline f CROSS JOIN tracking_ledgerline n CROSS JOIN tracking_document d
    WHERE f.document_id = step.document_id AND f.quantity {{far}} 0
        AND (step.variant_id = 0 OR f.variant_id = step.variant_id)
        AND (n.batch_id = f.batch_id OR n.serial_id = f.serial_id) AND n.quantity {{near}} 0
        AND d.id = n.document_id AND {MAKES_EDGES} AND {{standing}}
)
SELECT document_id, variant_id FROM step
"""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a walk met: the lots, and the lines without a number on its way (variant, epoch)."""

    lots: frozenset[Place]
    bare: frozenset[tuple[int, int]]


def reach(start: Iterable[Place], *, forward: bool) -> Reach:
    """Every lot that descends from those of ``start`` (forward), or that they descend from; the start is left out."""
    start = set(start)
    variants: dict[int, set[int]] = {}
    for document, variant in walk(start, forward=forward):
        variants.setdefault(document, set()).add(variant)
    lots: set[Place] = set()
    bare: set[tuple[int, int]] = set()
    for document, variant, batch, serial, epoch in far_lines(variants, forward=forward):
        steps = variants[document]
        if variant not in steps and 0 not in steps:
            continue
        if batch is not None:
            lots.add((False, batch))
        elif serial is not None:
            lots.add((True, serial))
        else:
            bare.add((variant, epoch))
    return Reach(frozenset(lots - start), frozenset(bare))


def standing(as_of: date | None) -> tuple[str, list[str]]:
    """The condition that a document ``d`` counts, now or at the end of the day ``as_of``, and its parameters."""
    return (STANDING, []) if as_of is None else (STANDING_THEN, [as_of.isoformat()] * 2)


def walk(start: Iterable[Place], *, forward: bool, as_of: date | None = None) -> list[tuple[int, int]]:
    """The steps (document, variant or 0) from the lots of ``start``, over any number of levels."""
    places = list(start)
    conditions: list[str] = []
    parameters: list[object] = []
    for column, serial in (("l.batch_id", False), ("l.serial_id", True)):
        ids = [id_ for is_serial, id_ in places if is_serial == serial]
        if ids:
            condition, parameter = any_of(column, ids)
            conditions.append(condition)
            parameters.append(parameter)
    if not conditions:
        return []
    near, far = ("<", ">") if forward else (">", "<")
    counts, days = standing(as_of)
    query = WALK.format(start=f"({' OR '.join(conditions)})", near=near, far=far, standing=counts)
    return sorted(fetch(query, [*parameters, *days, *days]))


def far_lines(documents: Iterable[int], *, forward: bool) -> list[tuple]:
    """The lines on the far side of the documents that were passed: (document, variant, batch, serial, epoch)."""
    condition, parameter = any_of("l.document_id", sorted(documents))
    sign = ">" if forward else "<"
    return fetch(
        "SELECT l.document_id, l.variant_id, l.batch_id, l.serial_id, l.epoch FROM tracking_ledgerline l"
        f" WHERE {condition} AND l.quantity {sign} 0",
        [parameter],
    )
