"""Walking the graph in one recursive query each way, on both databases.

The steps of the walk are documents, not lots: a production of a thousand units is passed once, however many of them
are met. In a production every output descends from every ingredient; in an adjustment or stocktake a + lot descends
from each − lot of the same variant, so there the step is (document, variant). Reversed documents make no edge.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tracking.ledger.sql import any_of, fetch

Place = tuple[bool, int]

MAKES_EDGES = """
    d.kind IN ('production', 'adjustment', 'stocktake') AND d.reverses_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM tracking_document m WHERE m.reverses_id = d.id)
"""
STEP = "d.id, CASE WHEN d.kind = 'production' THEN 0 ELSE {line}.variant_id END"

# {near} is the sign of a line on the side the walk comes from, {far} on the side it goes to. Batches and serial numbers
# are two columns with an index each; one branch of the recursion looks for either.
WALK = f"""
WITH RECURSIVE step(document_id, variant_id) AS (
    SELECT {STEP.format(line="l")}
    FROM tracking_ledgerline l JOIN tracking_document d ON d.id = l.document_id
    WHERE {{start}} AND l.quantity {{near}} 0 AND {MAKES_EDGES}
    UNION
    SELECT {STEP.format(line="n")}
    FROM step
    JOIN tracking_ledgerline f ON f.document_id = step.document_id AND f.quantity {{far}} 0
        AND (step.variant_id = 0 OR f.variant_id = step.variant_id)
    JOIN tracking_ledgerline n ON (n.batch_id = f.batch_id OR n.serial_id = f.serial_id) AND n.quantity {{near}} 0
    JOIN tracking_document d ON d.id = n.document_id AND {MAKES_EDGES}
)
SELECT document_id, variant_id FROM step
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A line on the far side of a step: the lot it is of, or None where it has no number."""

    variant: int
    place: Place | None
    epoch: int


@dataclass(frozen=True, slots=True)
class Reach:
    """What a walk met: the lots, and the lines without a number on its way (variant, epoch)."""

    lots: frozenset[Place]
    bare: frozenset[tuple[int, int]]


def reach(start: Iterable[Place], *, forward: bool) -> Reach:
    """Every lot that descends from those of ``start`` (forward), or that they descend from; the start is left out."""
    start = set(start)
    steps = walk(start, forward=forward)
    lots: set[Place] = set()
    bare: set[tuple[int, int]] = set()
    for line, variant_of_step in lines_of(steps, forward=forward):
        if variant_of_step and line.variant != variant_of_step:
            continue
        if line.place is None:
            bare.add((line.variant, line.epoch))
        else:
            lots.add(line.place)
    return Reach(frozenset(lots - start), frozenset(bare))


def walk(start: Iterable[Place], *, forward: bool) -> list[tuple[int, int]]:
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
    return sorted(fetch(WALK.format(start=f"({' OR '.join(conditions)})", near=near, far=far), parameters))


def lines_of(steps: list[tuple[int, int]], *, forward: bool) -> Iterable[tuple[Line, int]]:
    """The lines on the far side of each step, with the variant of the step."""
    if not steps:
        return
    variants: dict[int, set[int]] = {}
    for document, variant in steps:
        variants.setdefault(document, set()).add(variant)
    condition, parameter = any_of("l.document_id", sorted(variants))
    sign = ">" if forward else "<"
    for document, variant, batch, serial, epoch in fetch(
        "SELECT DISTINCT l.document_id, l.variant_id, l.batch_id, l.serial_id, l.epoch FROM tracking_ledgerline l"
        f" WHERE {condition} AND l.quantity {sign} 0",
        [parameter],
    ):
        place = (False, batch) if batch is not None else (True, serial) if serial is not None else None
        for variant_of_step in variants[document]:
            yield Line(variant, place, epoch), variant_of_step
