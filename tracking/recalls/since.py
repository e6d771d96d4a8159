"""What changed since a case was opened: its rows held against a fresh scope, where the numbers are still in the books.

Nothing is written. Quantities are in millionths.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from katana_trace.lib.names import then_and_now
from katana_trace.lib.numbers import key_of
from katana_trace.lib.quantities import for_people, to_millionths
from tracking.models import Recall, RecallLot, RecallShipment, RecallStock
from tracking.recalls.flows import Returned, Shipment, Stock, returns_of, shipments_of, stock_of
from tracking.recalls.live import found_now
from tracking.recalls.scope import Scope, scope_of
from tracking.recalls.words import listed
from tracking.trace.facts import LotFacts
from tracking.trace.walk import Place


@dataclass(frozen=True, slots=True)
class Since:
    """``changes`` are sentences by heading; ``live`` is what each lot of the case (by id) is now.

    ``scope`` is the present one; None where no lot of the case is in the books any more. ``stock`` is where each lot is.
    """

    live: Mapping[int, LotFacts]
    scope: Scope | None
    stock: Mapping[Place, Iterable[Stock]]
    changes: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Present:
    """What there is now of the lots of a case and of those in scope since: ``facts``, stock and standing shipments."""

    then: Mapping[Place, RecallLot]
    facts: Mapping[Place, LotFacts]
    scope: Scope
    in_scope: frozenset[Place]
    stock: Mapping[Place, Iterable[Stock]]
    shipments: tuple[Shipment, ...]

    def line(self, place: Place) -> str:
        return self.facts[place].line

    def amount(self, place: Place, quantity: int) -> str:
        return f"{for_people(quantity)} {self.facts[place].unit}"


def since_opening(recall: Recall) -> Since:
    """Holds ``recall`` against the present; the same number of queries for a small case and a large one."""
    lots = list(recall.lots.only("recall", "item", "variant", "is_serial", "key", "depth", "was_held"))
    live = found_now(recall, lots)
    gone = len(lots) - len(live)
    scope, lost = scope_now(lots, live), tuple(gone_from_the_books(gone))
    if scope is None:
        return Since(live, None, {}, (("Books", lost),))
    now = present_of(scope, {live[lot.pk].place: lot for lot in lots if lot.pk in live}, live)
    changes = (
        ("Books", lost),
        ("Lots", tuple(changed_lots(now))),
        ("Shipments", tuple(changed_shipments(recall, now))),
        ("Returns", tuple(new_returns(recall, now))),
        ("Stock", tuple(moved_stock(recall, now, live))),
        ("Holds", tuple(changed_holds(now))),
        ("Gaps", tuple(changed_gaps(recall, scope))),
    )
    return Since(live, scope, now.stock, tuple((name, words) for name, words in changes if words))


def gone_from_the_books(count: int) -> Iterable[str]:
    if count:
        are, them = ("is", "it") if count == 1 else ("are", "them")
        yield (
            f"{count:,} of the lots {are} no longer in the books under this number, because tracking was switched. "
            f"What became of {them} cannot be told here."
        )


def scope_now(lots: Iterable[RecallLot], live: Mapping[int, LotFacts]) -> Scope | None:
    """The present scope, from the lots the case began with; from all that are left, where some cannot be followed."""
    lots = list(lots)
    begins = [lot for lot in lots if not lot.depth or len(live) < len(lots)]
    places = [live[lot.pk].place for lot in begins if lot.pk in live]
    return scope_of(places) if places else None


def present_of(scope: Scope, then: Mapping[Place, RecallLot], live: Mapping[int, LotFacts]) -> Present:
    """``scope`` with what is told of the case's lots that are not in it any more."""
    now = {lot.place: lot for lot in scope.lots}
    left = [place for place in then if place not in now]
    return Present(
        then=then,
        facts={**{one.place: one for one in live.values()}, **{place: lot.facts for place, lot in now.items()}},
        scope=scope,
        in_scope=frozenset(now),
        stock={**{place: lot.stock for place, lot in now.items()}, **stock_of(left)},
        shipments=(*scope.shipments, *shipments_of(left)),
    )


def changed_lots(now: Present) -> Iterable[str]:
    for lot in now.scope.lots:
        if lot.place not in now.then:
            held = " It is on hold." if lot.facts.is_held else ""
            yield f"New in scope: {lot.facts.line}, {now.amount(lot.place, lot.flow.came)} came in.{held}"
    for place in now.then:
        if place not in now.in_scope:
            yield f"No longer in scope: {now.line(place)}; what had made it was reversed."


def changed_shipments(recall: Recall, now: Present) -> Iterable[str]:
    then: set[tuple[Place, str]] = set()
    rows = RecallShipment.objects.filter(lot__recall=recall).order_by("id")
    places = {lot.pk: place for place, lot in now.then.items()}
    present = {(one.place, key_of(one.document)) for one in now.shipments}
    for lot, document, name in rows.values_list("lot", "document", "partner_name"):
        if lot not in places:
            continue
        shipped = (places[lot], key_of(document))
        then.add(shipped)
        if shipped not in present:
            yield f"{document} to {name or 'nobody named'} was reversed ({now.line(places[lot])})."
    partners = set(recall.customers.order_by().values_list("partner", flat=True))
    for one in now.shipments:
        if one.place in now.in_scope and (one.place, key_of(one.document)) not in then:
            to_do = next_step(one, one.partner in partners) if recall.is_open else ""
            amount = now.amount(one.place, one.quantity)
            yield f"{amount} of {now.line(one.place)} left in {one.document} to {called(one)}.{to_do}"


def called(one: Shipment | Returned) -> str:
    return then_and_now([one.name], one.now) or "nobody named"


def next_step(shipment: Shipment, is_known: bool) -> str:
    if not shipment.name:
        return " Find out who has it."
    if is_known:
        return " Tell them of this too: their letter does not name it."
    return " Notify them too: they have no letter in this case."


def new_returns(recall: Recall, now: Present) -> Iterable[str]:
    for one in returns_of(now.facts, after=recall.last_document):
        yield (
            f"{now.amount(one.place, one.quantity)} of {now.line(one.place)} came back from "
            f"{called(one)} in {one.document}."
        )


def moved_stock(recall: Recall, now: Present, live: Mapping[int, LotFacts]) -> Iterable[str]:
    """Stock by lot and location, in the order of the case; a location that got another name is the same."""
    then: dict[tuple[Place, int], int] = {}
    names: dict[int, str] = {}
    for one in RecallStock.objects.filter(lot__recall=recall).order_by("id"):
        if one.lot_id in live:
            then[live[one.lot_id].place, one.place_id] = to_millionths(one.quantity)
            names[one.place_id] = one.location
    present: dict[tuple[Place, int], int] = {}
    for place, parts in now.stock.items():
        for part in parts:
            present[place, part.place] = part.quantity
            names[part.place] = part.location
    for where in [*then, *(where for where in present if where not in then)]:
        before, after = then.get(where, 0), present.get(where, 0)
        if before != after:
            amounts = f"{now.amount(where[0], before)} then, {now.amount(where[0], after)} now"
            yield f"{now.line(where[0])} at {names[where[1]]}: {amounts}."


def changed_holds(now: Present) -> Iterable[str]:
    turned = [now.facts[place] for place, lot in now.then.items() if now.facts[place].is_held != lot.was_held]
    put = [facts.line for facts in turned if facts.is_held]
    released = [facts.line for facts in turned if not facts.is_held]
    if put:
        yield f"Put on hold: {listed(put)}."
    if released:
        yield f"Released: {listed(released)}."


def changed_gaps(recall: Recall, scope: Scope) -> Iterable[str]:
    before = [gap for gap in recall.gaps.split("\n") if gap]
    yield from (f"New: {gap}" for gap in scope.gaps if gap not in before)
    yield from (f"No longer: {gap}" for gap in before if gap not in scope.gaps)
