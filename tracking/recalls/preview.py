"""What a scope comes to, added up for a person who is about to open a case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from katana_trace.lib.names import then_and_now
from tracking.recalls.flows import Shipment
from tracking.recalls.scope import Scope, ScopeLot
from tracking.recalls.words import in_units
from tracking.trace.walk import Place

CUSTOMERS = 50  # that the preview lists


@dataclass(frozen=True, slots=True)
class Product:
    """The lots of one variant, in millionths of its unit."""

    sku: str
    label: str
    unit: str
    depth: int
    lots: int
    on_hand: int
    shipped: int


@dataclass(frozen=True, slots=True)
class Reached:
    """A customer with what they received, in words; ``names`` says how they were called too, empty for nobody."""

    names: str
    contact: str
    quantities: str


@dataclass(frozen=True, slots=True)
class Preview:
    """``places``: how much is at each location, in words. ``more``: how many customers are not in ``customers``."""

    lots: int
    products: tuple[Product, ...]
    places: tuple[tuple[str, str], ...]
    named: int
    customers: tuple[Reached, ...]
    more: int
    gaps: tuple[str, ...]


def preview_of(scope: Scope) -> Preview:
    lots, customers = {lot.place: lot for lot in scope.lots}, scope.customers()
    return Preview(
        lots=len(scope.lots),
        products=tuple(products_of(scope.lots)),
        places=tuple(places_of(scope.lots)),
        named=scope.named,
        customers=tuple(
            Reached(
                names=then_and_now((one.name for one in shipments), customer.name),
                contact=" · ".join(filter(None, (customer.email, customer.phone))),
                quantities=quantities_of(shipments, lots),
            )
            for customer, shipments in list(customers.items())[:CUSTOMERS]
        ),
        more=max(len(customers) - CUSTOMERS, 0),
        gaps=scope.gaps,
    )


def products_of(lots: Iterable[ScopeLot]) -> Iterable[Product]:
    """By depth and name, as the lots come."""
    found: dict[tuple[str, str, str], list[ScopeLot]] = defaultdict(list)
    for lot in lots:
        found[lot.facts.sku, lot.facts.label, lot.facts.unit].append(lot)
    for (sku, label, unit), same in found.items():
        yield Product(
            sku,
            label,
            unit,
            same[0].depth,
            len(same),
            sum(lot.on_hand for lot in same),
            sum(lot.flow.shipped for lot in same),
        )


def places_of(lots: Iterable[ScopeLot]) -> Iterable[tuple[str, str]]:
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for lot in lots:
        for stock in lot.stock:
            sums[stock.location][lot.facts.unit] += stock.quantity
    return [(location, in_units(units)) for location, units in sorted(sums.items())]


def quantities_of(shipments: Iterable[Shipment], lots: dict[Place, ScopeLot]) -> str:
    sums: dict[str, int] = defaultdict(int)
    for one in shipments:
        sums[lots[one.place].facts.unit] += one.quantity
    return in_units(sums)
