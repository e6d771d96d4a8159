"""The scope of a recall: the lots it begins with, everything made from them, where it is and who received it (rule 13).

Read in a constant number of queries, whatever the number of lots. Everything is in millionths of the item's unit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tracking.recalls.flows import Flow, Shipment, Stock, flows_of, less_returned, returns_of, shipments_of, stock_of
from tracking.recalls.steps import Steps, gap_sentences, steps_from
from tracking.trace.facts import LotFacts, facts_of
from tracking.trace.walk import Place


@dataclass(frozen=True, slots=True)
class ScopeLot:
    """``depth`` is the number of steps (productions, relabellings) from those the case begins with, which have 0.

    ``used`` is what went into lots that are in scope too; what went into goods without a number is not followed, so it
    is not accounted for, and a gap says so.
    """

    facts: LotFacts
    depth: int
    flow: Flow
    used: int
    stock: tuple[Stock, ...]

    @property
    def place(self) -> Place:
        return self.facts.place

    @property
    def on_hand(self) -> int:
        return sum(stock.quantity for stock in self.stock)


@dataclass(frozen=True, slots=True)
class Customer:
    """Who received something of it, as they are called and reached now, whatever they were called when it was shipped.

    ``partner`` and ``name`` are empty for what was shipped to nobody named.
    """

    partner: int | None
    name: str
    email: str
    phone: str
    address: str


@dataclass(frozen=True, slots=True)
class Scope:
    """``gaps`` are sentences: where the trace cannot go on. A scope with gaps is not complete."""

    lots: tuple[ScopeLot, ...]
    shipments: tuple[Shipment, ...]
    gaps: tuple[str, ...]

    @property
    def roots(self) -> list[ScopeLot]:
        return [lot for lot in self.lots if not lot.depth]

    def customers(self) -> dict[Customer, list[Shipment]]:
        """The shipments of each customer, by name; what went to nobody named comes first."""
        found: dict[Customer, list[Shipment]] = defaultdict(list)
        for one in sorted(self.shipments, key=lambda one: (one.now, one.shipped_on, one.document)):
            found[Customer(one.partner, one.now, one.email, one.phone, one.address)].append(one)
        return dict(found)

    @property
    def named(self) -> int:
        """How many customers it went to, nobody left out."""
        return len({one.partner for one in self.shipments} - {None})


def scope_of(roots: Iterable[Place]) -> Scope:
    """The scope of a recall that begins with ``roots``, (is serial, id) each, as the ledger is now."""
    steps = steps_from(list(roots))
    facts = facts_of(steps.depths)
    flows, stock = flows_of(facts), stock_of(facts)
    lots = [
        ScopeLot(
            facts=one,
            depth=steps.depths[place],
            flow=flows.get(place, Flow()),
            used=used_in_scope(place, flows.get(place, Flow()), steps),
            stock=tuple(stock.get(place, ())),
        )
        for place, one in facts.items()
    ]
    lots.sort(key=lambda lot: (lot.depth, lot.facts.item_name, lot.facts.sku, lot.facts.number))
    shipments = less_returned(shipments_of(facts), returns_of(facts))
    return Scope(tuple(lots), tuple(shipments), tuple(gap_sentences(steps, facts)))


def used_in_scope(place: Place, flow: Flow, steps: Steps) -> int:
    """What law 12 counts as used, less what went into productions of which nothing has a number."""
    return flow.used - steps.lost.get(place, 0)
