"""The steps from the lots of a recall to everything made from them: how deep each lot lies, and where the way is lost.

The steps are those of ``trace.walk``: a document, and in an adjustment or stocktake a variant of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from katana_trace.lib.quantities import for_people
from tracking.ledger.sql import any_of, fetch
from tracking.recalls.words import count_of
from tracking.trace.facts import LotFacts
from tracking.trace.gaps import gaps_of
from tracking.trace.settled import settled_gaps
from tracking.trace.walk import Place, walk

Step = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Bare:
    """A + line of a step without a number: what was made of it cannot be followed."""

    document: int
    variant: int
    epoch: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Steps:
    """``depths``: of each lot in scope. ``lost``: of each lot, what was used where nothing that was made has a number."""

    depths: dict[Place, int]
    lost: dict[Place, int]
    bare: tuple[Bare, ...]


def steps_from(roots: list[Place]) -> Steps:
    """The steps forward from ``roots``, in two queries."""
    steps = walk(roots, forward=True)
    near, far, bare = sides_of(steps)
    lost: dict[Place, int] = defaultdict(int)
    for step, lots in near.items():
        if step[1] == 0 and not far.get(step):
            for place, quantity in lots.items():
                lost[place] += quantity
    return Steps(depths_of(roots, near, far), dict(lost), tuple(bare))


def sides_of(steps: Iterable[Step]) -> tuple[dict[Step, dict[Place, int]], dict[Step, set[Place]], list[Bare]]:
    """What each step took (lot to millionths), the lots it made, and what it made without a number."""
    wanted: dict[int, set[int]] = defaultdict(set)
    for document, variant in steps:
        wanted[document].add(variant)
    near: dict[Step, dict[Place, int]] = defaultdict(lambda: defaultdict(int))
    far: dict[Step, set[Place]] = defaultdict(set)
    bare: list[Bare] = []
    if not wanted:
        return near, far, bare
    condition, parameter = any_of("l.document_id", sorted(wanted))
    for document, variant, batch, serial, quantity, epoch in fetch(
        "SELECT l.document_id, l.variant_id, l.batch_id, l.serial_id, l.quantity, l.epoch FROM tracking_ledgerline l"
        f" WHERE {condition} ORDER BY l.id",
        [parameter],
    ):
        variants = wanted[document]
        step = (document, 0 if 0 in variants else variant)
        if step[1] not in variants:
            continue
        place = (False, batch) if batch is not None else (True, serial)
        if quantity < 0:
            if place[1] is not None:
                near[step][place] -= quantity
        elif place[1] is not None:
            far[step].add(place)
        else:
            bare.append(Bare(document, variant, epoch, quantity))
    return near, far, bare


def depths_of(
    roots: list[Place], near: Mapping[Step, Mapping[Place, int]], far: Mapping[Step, set[Place]]
) -> dict[Place, int]:
    """The fewest steps from any root to each lot; a cycle ends where it comes back."""
    leads: dict[Place, list[Step]] = defaultdict(list)
    for step, lots in near.items():
        for place in lots:
            leads[place].append(step)
    depths = dict.fromkeys(roots, 0)
    passed: set[Step] = set()
    edge = list(depths)
    while edge:
        ahead = []
        for place in edge:
            for step in leads[place]:
                if step in passed:
                    continue
                passed.add(step)
                for made in far.get(step, ()):
                    if made not in depths:
                        depths[made] = depths[place] + 1
                        ahead.append(made)
        edge = ahead
    return depths


def gap_sentences(steps: Steps, facts: Mapping[Place, LotFacts]) -> list[str]:
    """Where the trace cannot go on: through tracking that was switched off (rule 6), or into goods without a number."""
    gaps = gaps_of((one.variant, one.epoch) for one in steps.bare)
    sentences = [gap.sentence() for gap in [*gaps, *settled_gaps(steps.depths)]]
    missing = sorted(place for place in steps.depths if place not in facts)
    if missing:
        sentences.append(f"{len(missing):,} of the numbers are gone from the books. Run manage.py verify.")
    return sentences + sentences_of_bare(steps.bare, {gap.item for gap in gaps})


def sentences_of_bare(bare: Iterable[Bare], told: set[str]) -> list[str]:
    """One sentence for each item whose goods were made without a number; ``told`` are items that have one already."""
    bare = list(bare)
    if not bare:
        return []
    condition, parameter = any_of("v.id", sorted({one.variant for one in bare}))
    items = {
        variant: (name, unit)
        for variant, name, unit in fetch(
            f"SELECT v.id, i.name, i.unit FROM items_variant v JOIN items_item i ON i.id = v.item_id WHERE {condition}",
            [parameter],
        )
    }
    made: dict[tuple[str, str], list[Bare]] = defaultdict(list)
    for one in bare:
        made[items[one.variant]].append(one)
    return [
        f"Continues into {for_people(sum(one.quantity for one in found))} {unit} of {name} that were made without a number "
        f"in {count_of(len({one.document for one in found}), 'document')}; find them by hand."
        for (name, unit), found in sorted(made.items())
        if name not in told
    ]
