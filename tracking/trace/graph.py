"""The graph around a lot: every lot it was made from and into, the steps between them, who supplied and who received.

Pure reading (rule 13), in a number of queries that does not depend on the ledger, the levels or the answer. It walks by
the same steps as the trace command, so both give the same lots. Quantities are millionths of the item's unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from tracking.trace.balance import Balance
from tracking.trace.facts import LotFacts
from tracking.trace.gaps import Gap
from tracking.trace.walk import Place

Goods = tuple[int, int]  # the variant and the epoch of lines without a number


@dataclass(frozen=True, slots=True)
class GraphLot:
    """``back`` is how many steps the lot lies before the focus, ``ahead`` how many after it, each by the shortest way.

    None where it does not lie on that side; a lot of a cycle lies on both, the focus 0 steps away on both.
    """

    facts: LotFacts
    back: int | None
    ahead: int | None
    on_hand: int

    @property
    def steps(self) -> int:
        """By the shortest way, to whichever side."""
        return min(steps for steps in (self.back, self.ahead) if steps is not None)

    @property
    def place(self) -> Place:
        return self.facts.place


@dataclass(frozen=True, slots=True)
class Step:
    """A document in which each lot that was made descends from each that was taken (rule 13).

    ``bare_taken`` and ``bare_made`` are goods without a number in it.
    """

    document: int
    kind: str
    number: str
    posted_on: date
    taken: dict[Place, int] = field(default_factory=dict)
    made: dict[Place, int] = field(default_factory=dict)
    bare_taken: dict[Goods, int] = field(default_factory=dict)
    bare_made: dict[Goods, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Party:
    """A supplier or customer as the document names them, with how they are called and reached ``now``.

    ``id`` is None where nobody was named. One partner may have had several names.
    """

    id: int | None
    name: str
    now: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Handover:
    """What of a lot a partner brought, got, or sent back in one standing document."""

    place: Place
    kind: str
    document: int
    number: str
    posted_on: date
    party: Party
    quantity: int


@dataclass(frozen=True, slots=True)
class BareGoods:
    """Goods without a number on the way. ``gap`` is the switch that took their numbers off, None where there never was one."""

    label: str
    unit: str
    is_tracked: bool
    gap: Gap | None


@dataclass(frozen=True, slots=True)
class Graph:
    """``back`` and ``ahead`` are the steps on each side of ``focus``; a cycle has steps, and lots, on both."""

    focus: Place
    as_of: date | None
    lots: Mapping[Place, GraphLot]
    back: tuple[Step, ...]
    ahead: tuple[Step, ...]
    handovers: tuple[Handover, ...]
    bare: Mapping[Goods, BareGoods]
    balance: Balance
    settled: tuple[Gap, ...] = ()  # of lots that moved without their numbers while tracking was off

    @property
    def lot(self) -> GraphLot:
        return self.lots[self.focus]

    @property
    def made_from(self) -> frozenset[Place]:
        return frozenset(place for step in self.back for place in step.taken) - {self.focus}

    @property
    def made_into(self) -> frozenset[Place]:
        return frozenset(place for step in self.ahead for place in step.made) - {self.focus}

    @property
    def receipts(self) -> list[Handover]:
        """What suppliers brought of the lot and of all it was made from."""
        return self.of_kind("receipt", self.made_from | {self.focus})

    @property
    def shipments(self) -> list[Handover]:
        """What went to customers of the lot and of all that was made from it; returns are not subtracted."""
        return self.of_kind("shipment", self.made_into | {self.focus})

    @property
    def returns(self) -> list[Handover]:
        """What customers sent back of the lot and of all that was made from it."""
        return self.of_kind("customer_return", self.made_into | {self.focus})

    def of_kind(self, kind: str, places: Iterable[Place]) -> list[Handover]:
        places = frozenset(places)
        return [one for one in self.handovers if one.kind == kind and one.place in places]

    @property
    def gaps(self) -> list[Gap]:
        return sorted({*(goods.gap for goods in self.bare.values() if goods.gap), *self.settled})

    @property
    def is_complete(self) -> bool:
        """Rule 6: a trace that meets a gap never calls itself complete."""
        return not self.gaps


def levels_of(focus: Place, steps: Iterable[Step], *, forward: bool) -> dict[Place, int]:
    """How many steps each lot lies from ``focus``, by the shortest way; a cycle ends where it comes back."""
    leads: dict[Place, list[Step]] = {}
    for step in steps:
        for place in step.taken if forward else step.made:
            leads.setdefault(place, []).append(step)
    levels = {focus: 0}
    passed: set[int] = set()
    edge = [focus]
    while edge:
        further = []
        for place in edge:
            for step in leads.get(place, ()):
                if id(step) in passed:
                    continue
                passed.add(id(step))
                for other in step.made if forward else step.taken:
                    if other not in levels:
                        levels[other] = levels[place] + 1
                        further.append(other)
        edge = further
    return levels
