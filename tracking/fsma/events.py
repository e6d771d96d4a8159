"""Documents as critical tracking events: what each kind of document did with its lots, and between whom.

A transfer is shipping and receiving where the two places have not one address: goods that move within a building are no
event. An adjustment that takes stock of a variant and books it under another number is a transformation, as relabelling is;
other adjustments and stocktakes move nothing from anybody to anybody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from katana_trace.lib.numbers import key_of
from tracking.fsma.record import ROLES, DocumentFacts, Event, Line, Party, Record, Role


def records_of(document: DocumentFacts, lines: list[Line]) -> list[Record]:
    """The rows of a document: one for each role, lot and pair of places, in the order of the sheet."""
    sums: dict[tuple, int] = defaultdict(int)
    first: dict[tuple, Record] = {}
    for record in READ_AS[document.kind](document, lines):
        key = (record.role, record.product.variant, record.lot and record.lot.place, record.sender, record.recipient)
        sums[key] += record.quantity
        first.setdefault(key, record)
    return sorted((replace(record, quantity=sums[key]) for key, record in first.items()), key=order)


def order(record: Record) -> tuple:
    places = [party.name if party else "" for party in (record.sender, record.recipient)]
    return (ROLES.index(record.role), record.product.sku, record.code, record.number, *places)


def received(document: DocumentFacts, lines: Iterable[Line]) -> Iterator[Record]:
    for line in lines:
        yield record(Event.RECEIVING, Role.RECEIVED, document, line, document.partner, line.location)


def shipped(document: DocumentFacts, lines: Iterable[Line]) -> Iterator[Record]:
    for line in lines:
        yield record(Event.SHIPPING, Role.SHIPPED, document, line, line.location, document.partner)


def transformed(document: DocumentFacts, lines: Iterable[Line]) -> Iterator[Record]:
    for line in lines:
        if line.quantity < 0:
            yield record(Event.TRANSFORMATION, Role.USED, document, line, line.location, None)
        else:
            yield record(Event.TRANSFORMATION, Role.MADE, document, line, None, line.location)


def relabelled(document: DocumentFacts, lines: list[Line]) -> Iterator[Record]:
    """The lines of the variants that the adjustment took from and put to."""
    taken = {line.product.variant for line in lines if line.quantity < 0}
    put = {line.product.variant for line in lines if line.quantity > 0}
    return transformed(document, (line for line in lines if line.product.variant in taken & put))


def moved(document: DocumentFacts, lines: Iterable[Line]) -> Iterator[Record]:
    """What left one address and came to another: each − line with the + lines of the same lot, in their order."""
    goods: dict[tuple, list[Line]] = defaultdict(list)
    for line in lines:
        goods[line.product.variant, line.lot and line.lot.place].append(line)
    for found in goods.values():
        for line, sender, recipient, quantity in paired(found):
            if is_one_address(sender, recipient):
                continue
            part = replace(line, quantity=quantity)
            yield record(Event.SHIPPING, Role.SHIPPED, document, part, sender, recipient)
            yield record(Event.RECEIVING, Role.RECEIVED, document, part, sender, recipient)


def paired(lines: list[Line]) -> Iterator[tuple[Line, Party, Party, int]]:
    """Each part of what left with the place where it arrived; a transfer sums to zero for each lot (law 7)."""
    arriving = [[line.location, line.quantity] for line in lines if line.quantity > 0]
    for line in lines:
        left = -line.quantity
        while left > 0 and arriving:
            part = min(left, arriving[0][1])
            yield line, line.location, arriving[0][0], part
            left -= part
            arriving[0][1] -= part
            if not arriving[0][1]:
                arriving.pop(0)


def is_one_address(one: Party, other: Party) -> bool:
    return bool(one.address) and key_of(one.address) == key_of(other.address)


def record(
    event: Event, role: Role, document: DocumentFacts, line: Line, sender: Party | None, recipient: Party | None
) -> Record:
    return Record(event, role, document, line.product, line.lot, line.epoch, abs(line.quantity), sender, recipient)


READ_AS: dict[str, Callable[[DocumentFacts, list[Line]], Iterator[Record]]] = {
    "receipt": received,
    "customer_return": received,
    "production": transformed,
    "adjustment": relabelled,
    "shipment": shipped,
    "supplier_return": shipped,
    "transfer": moved,
}
