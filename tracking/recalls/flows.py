"""What came in of many lots and where it went, by set: the columns of law 12, stock by location, and shipments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from tracking.ledger.sql import any_of, as_day, fetch
from tracking.trace.balance import COLUMN_OF
from tracking.trace.walk import STANDING, Place

# What was moved comes to nothing in an honest ledger; a lost half of a transfer is not accounted for.
CAME = ("opening", "received", "produced", "returned", "adjusted", "moved")
COLUMNS = {**COLUMN_OF, ("transfer", 1): ("moved", 1), ("transfer", -1): ("moved", 1)}


@dataclass(frozen=True, slots=True)
class Flow:
    """``came`` is opening + received + produced + returned + adjusted; what was adjusted away lowers it (law 12)."""

    came: int = 0
    used: int = 0
    shipped: int = 0
    sent_back: int = 0


@dataclass(frozen=True, slots=True)
class Stock:
    """How much of a lot is at a location (its id and name)."""

    place: int
    location: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Shipment:
    """How much of a lot went to a partner in a document that stands, and how much of that they sent back.

    ``partner`` is None and ``name`` empty for nobody. ``name`` is the one on the document; ``now`` is what the partner is
    called and reached by now.
    """

    place: Place
    partner: int | None
    name: str
    now: str
    email: str
    phone: str
    address: str
    document: str
    shipped_on: date
    quantity: int
    returned: int = 0


def by_column(places: Iterable[Place]) -> list[tuple[bool, str, list[int]]]:
    """The ids of batches and of serial numbers, each with the column of a ledger line that names them; none left out."""
    ids: dict[bool, list[int]] = {False: [], True: []}
    for is_serial, id_ in places:
        ids[is_serial].append(id_)
    return [(False, "batch_id", ids[False]), (True, "serial_id", ids[True])]


def flows_of(places: Iterable[Place]) -> dict[Place, Flow]:
    """The flow of each lot, from its ledger lines; a mirror's line counts in the column of the kind it reverses."""
    sums: dict[Place, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for is_serial, column, ids in by_column(places):
        condition, parameter = any_of(f"l.{column}", ids)
        for id_, kind, first_sign, quantity in fetch(
            f"SELECT l.{column}, d.kind, CASE WHEN (l.quantity > 0) = (d.reverses_id IS NULL) THEN 1 ELSE -1 END,"
            " sum(l.quantity) FROM tracking_ledgerline l CROSS JOIN tracking_document d"
            f" WHERE {condition} AND d.id = l.document_id GROUP BY 1, 2, 3",
            [parameter],
        ):
            name, sign = COLUMNS[kind, first_sign]
            sums[is_serial, id_][name] += sign * int(quantity)
    return {
        place: Flow(
            came=sum(columns[name] for name in CAME),
            used=columns["used"],
            shipped=columns["shipped"],
            sent_back=columns["sent_back"],
        )
        for place, columns in sums.items()
    }


def stock_of(places: Iterable[Place]) -> dict[Place, list[Stock]]:
    """Where each lot is now, from the levels and the serial numbers' places; by name of the location."""
    found: dict[Place, list[Stock]] = defaultdict(list)
    sources = {
        False: "SELECT t.batch_id, p.id, p.name, t.quantity FROM tracking_stocklevel t"
        " JOIN tracking_location p ON p.id = t.location_id WHERE {condition} AND t.quantity > 0 ORDER BY p.key",
        True: "SELECT t.id, p.id, p.name, 1000000 FROM tracking_serialnumber t"
        " JOIN tracking_location p ON p.id = t.location_id WHERE {condition}",
    }
    for is_serial, _, ids in by_column(places):
        condition, parameter = any_of("t.id" if is_serial else "t.batch_id", ids)
        for id_, location, name, quantity in fetch(sources[is_serial].format(condition=condition), [parameter]):
            found[is_serial, id_].append(Stock(location, name, int(quantity)))
    return found


def shipments_of(places: Iterable[Place]) -> list[Shipment]:
    """Every standing shipment of the lots (a reversed one has no customer, rule 13), summed per lot and document."""
    found = []
    for is_serial, column, ids in by_column(places):
        condition, parameter = any_of(f"l.{column}", ids)
        for id_, *party, document, shipped_on, quantity in fetch(
            f"SELECT l.{column}, t.id, d.partner_name, coalesce(t.name, ''), coalesce(t.email, ''), coalesce(t.phone, ''),"
            " coalesce(t.address, ''), d.number, d.posted_on, sum(l.quantity) FROM tracking_ledgerline l"
            " CROSS JOIN tracking_document d LEFT JOIN tracking_partner t ON t.id = d.partner_id"
            f" WHERE d.id = l.document_id AND {condition} AND d.kind = 'shipment' AND {STANDING}"
            f" GROUP BY l.{column}, d.id, t.id ORDER BY d.id",
            [parameter],
        ):
            found.append(Shipment((is_serial, id_), *party, document, as_day(shipped_on), -int(quantity)))
    return found


@dataclass(frozen=True, slots=True)
class Returned:
    """How much of a lot a customer sent back in a document that stands; ``name`` is the one on it."""

    place: Place
    partner: int | None
    name: str
    now: str
    document: str
    returned_on: date
    quantity: int


def returns_of(places: Iterable[Place], *, after: int = 0) -> list[Returned]:
    """Every standing customer return of the lots in documents after the id ``after``, summed per lot and document."""
    found = []
    for is_serial, column, ids in by_column(places):
        condition, parameter = any_of(f"l.{column}", ids)
        for id_, *party, document, returned_on, quantity in fetch(
            f"SELECT l.{column}, t.id, d.partner_name, coalesce(t.name, ''), d.number, d.posted_on, sum(l.quantity)"
            " FROM tracking_ledgerline l CROSS JOIN tracking_document d"
            " LEFT JOIN tracking_partner t ON t.id = d.partner_id"
            f" WHERE d.id = l.document_id AND {condition} AND d.id > %s AND d.kind = 'customer_return' AND {STANDING}"
            f" GROUP BY l.{column}, d.id, t.id ORDER BY d.id",
            [parameter, after],
        ):
            found.append(Returned((is_serial, id_), *party, document, as_day(returned_on), int(quantity)))
    return found


def less_returned(shipments: Iterable[Shipment], returns: Iterable[Returned]) -> list[Shipment]:
    """``shipments`` with what their customers sent back of them, the first shipment of a lot first.

    What somebody else brought back, or more than they got, is no customer's: it is in what came in of the lot.
    """
    back: dict[tuple[Place, int | None], int] = defaultdict(int)
    for one in returns:
        if one.partner is not None:
            back[one.place, one.partner] += one.quantity
    found = []
    for one in shipments:
        taken = min(back[one.place, one.partner], one.quantity)
        back[one.place, one.partner] -= taken
        found.append(replace(one, returned=taken) if taken else one)
    return found
