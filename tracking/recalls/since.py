"""What changed since a case was opened: its rows held against a fresh scope, where the numbers are still in the books.

Nothing is written. Quantities are in millionths.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from katana_trace.lib.numbers import key_of
from katana_trace.lib.quantities import for_people, to_millionths
from tracking.models import Recall, RecallLot, RecallShipment, RecallStock
from tracking.recalls.flows import Returned, returns_of
from tracking.recalls.live import found_now
from tracking.recalls.scope import Scope, ScopeLot, scope_of
from tracking.trace.facts import LotFacts
from tracking.trace.walk import Place


@dataclass(frozen=True, slots=True)
class Since:
    """``changes`` are sentences by heading; ``live`` is what each lot of the case (by id) is now.

    ``scope`` is the present one; None where none of the lots that the case began with is in the books.
    """

    live: Mapping[int, LotFacts]
    scope: Scope | None
    gone: int
    changes: tuple[tuple[str, tuple[str, ...]], ...]
    returns: tuple[Returned, ...]

    @property
    def lots(self) -> dict[Place, ScopeLot]:
        return {lot.place: lot for lot in self.scope.lots} if self.scope else {}


def since_opening(recall: Recall) -> Since:
    """Holds ``recall`` against the present; the same number of queries for a small case and a large one."""
    lots = list(recall.lots.all())
    live = found_now(lots)
    roots = [live[lot.pk].place for lot in lots if not lot.depth and lot.pk in live]
    scope = scope_of(roots) if roots else None
    gone = len(lots) - len(live)
    if scope is None:
        return Since(live, None, gone, (), ())
    now = {lot.place: lot for lot in scope.lots}
    places = {one.place: lot for lot in lots if (one := live.get(lot.pk))}
    stock = list(RecallStock.objects.filter(lot__recall=recall).order_by("id"))
    returns = tuple(returns_of({**now, **places}, since=recall.opened_at))
    changes = (
        ("Lots", tuple(changed_lots(places, now))),
        ("Shipments", tuple(changed_shipments(recall, scope, live))),
        ("Returns", tuple(new_returns(returns, places, now))),
        ("Stock", tuple(moved_stock(stock, now, live))),
        ("Holds", tuple(changed_holds(stock, live))),
        ("Gaps", tuple(f"New: {gap}" for gap in scope.gaps if gap not in recall.gaps.split("\n"))),
    )
    return Since(live, scope, gone, tuple((name, words) for name, words in changes if words), returns)


def changed_lots(then: Mapping[Place, RecallLot], now: Mapping[Place, ScopeLot]) -> Iterable[str]:
    for place, lot in now.items():
        if place not in then:
            yield f"New in scope: {name_of(lot)}, {for_people(lot.flow.came)} {lot.facts.unit} came in."
    for place, lot in then.items():
        if place not in now:
            yield f"No longer in scope: {lot.sku} {lot.number}; what had made it was reversed."


def changed_shipments(recall: Recall, scope: Scope, live: Mapping[int, LotFacts]) -> Iterable[str]:
    names = {lot.place: lot for lot in scope.lots}
    then: dict[tuple, RecallShipment] = {}
    for one in RecallShipment.objects.filter(lot__recall=recall).select_related("lot", "customer").order_by("id"):
        facts = live.get(one.lot_id)
        if facts is not None:
            then[facts.place, key_of(one.document)] = one
    present = set()
    for one in scope.shipments:
        place = (one.place, key_of(one.document))
        present.add(place)
        before = then.get(place)
        if before is None:
            lot = names[one.place]
            yield (
                f"{for_people(one.quantity)} {lot.facts.unit} of {name_of(lot)} left in {one.document} to "
                f"{one.name or 'nobody named'}. Notify them too: they have no letter in this case."
            )
    for place, one in then.items():
        if place not in present:
            yield f"{one.document} to {one.customer.name or 'nobody named'} was reversed ({one.lot.sku} {one.lot.number})."


def new_returns(
    returns: Iterable[Returned], then: Mapping[Place, RecallLot], now: Mapping[Place, ScopeLot]
) -> Iterable[str]:
    """Documents are dated to the second; one of the second of the opening counts where more of its lot came in since."""
    for one in returns:
        lot, before = now.get(one.place), then.get(one.place)
        if not one.is_since or lot is None:
            continue
        if before is None or lot.flow.came != to_millionths(before.came):
            yield (
                f"{for_people(one.quantity)} {lot.facts.unit} of {name_of(lot)} came back from "
                f"{one.name or 'nobody named'} in {one.document}."
            )


def moved_stock(
    stock: Iterable[RecallStock], now: Mapping[Place, ScopeLot], live: Mapping[int, LotFacts]
) -> Iterable[str]:
    then: dict[tuple[Place, str], int] = {}
    for one in stock:
        facts = live.get(one.lot_id)
        if facts is not None and facts.place in now:
            then[facts.place, one.location] = to_millionths(one.quantity)
    present = {(place, part.location): part.quantity for place, lot in now.items() for part in lot.stock}
    for where in [*then, *(where for where in present if where not in then)]:
        before, after, lot = then.get(where, 0), present.get(where, 0), now[where[0]]
        if before != after:
            unit = lot.facts.unit
            yield f"{name_of(lot)} at {where[1]}: {for_people(before)} {unit} then, {for_people(after)} {unit} now."


def changed_holds(stock: Iterable[RecallStock], live: Mapping[int, LotFacts]) -> Iterable[str]:
    put, released = [], []
    for lot, was_held in {one.lot_id: one.was_held for one in stock}.items():
        facts = live.get(lot)
        if facts is not None and facts.is_held != was_held:
            (put if facts.is_held else released).append(facts.line)
    if put:
        yield f"Put on hold: {listed(put)}."
    if released:
        yield f"Released: {listed(released)}."


def listed(names: list[str], most: int = 10) -> str:
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(sorted(names)[:most]) + more


def name_of(lot: ScopeLot) -> str:
    return lot.facts.line
