"""Reads the graph around a lot out of the ledger: eight queries for lots and handovers, four more where goods have no number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from tracking.ledger.sql import any_of, as_day, fetch
from tracking.trace.balance import balance_of
from tracking.trace.facts import facts_from, select_facts
from tracking.trace.gaps import gaps_by_line
from tracking.trace.graph import BareGoods, Goods, Graph, GraphLot, Handover, Party, Step, levels_of
from tracking.trace.lot import Lot
from tracking.trace.settled import settled_gaps
from tracking.trace.walk import Place, standing, walk

HANDOVERS = "('receipt', 'shipment', 'customer_return', 'supplier_return')"
Side = list[tuple[int, int]]  # the steps of a walk, (document, variant or 0)


def graph_of(focus: Place, *, as_of: date | None = None) -> Graph | None:
    """The graph around the batch or serial number ``focus``, now or as it was at the end of the day ``as_of``.

    None where there is no such lot.
    """
    sides = [walk([focus], forward=forward, as_of=as_of) for forward in (False, True)]
    back, ahead = read_steps(sides[0], sides[1])
    lots = read_lots(levels_of(focus, back, forward=False), levels_of(focus, ahead, forward=True), as_of)
    if focus not in lots:
        return None
    facts = lots[focus].facts
    balance = balance_of(
        Lot(facts.is_serial, facts.id, facts.sku, facts.number), as_of=as_of, on_hand=lots[focus].on_hand
    )
    bare = {goods for step in back for goods in step.bare_taken} | {goods for step in ahead for goods in step.bare_made}
    return Graph(
        focus=focus,
        as_of=as_of,
        lots=lots,
        back=back,
        ahead=ahead,
        handovers=tuple(read_handovers(lots, as_of)),
        bare=read_bare(bare),
        balance=balance,
        settled=tuple(settled_gaps((place for place, lot in lots.items() if lot.ahead is not None), as_of=as_of)),
    )


def read_steps(back: Side, ahead: Side) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """The steps of both sides with their lines. On each side, what did not lead to a lot on the way is left out."""
    documents = sorted({document for document, _ in [*back, *ahead]})
    if not documents:
        return (), ()
    wanted: dict[int, set[int]] = defaultdict(set)
    for document, variant in [*back, *ahead]:
        wanted[document].add(variant)
    condition, parameter = any_of("l.document_id", documents)
    found: dict[tuple[int, int], Step] = {}
    for document, kind, number, posted_on, variant, batch, serial, quantity, epoch in fetch(
        "SELECT l.document_id, d.kind, d.number, d.posted_on, l.variant_id, l.batch_id, l.serial_id, l.quantity, l.epoch"
        f" FROM tracking_ledgerline l JOIN tracking_document d ON d.id = l.document_id WHERE {condition} ORDER BY l.id",
        [parameter],
    ):
        for name in (0, variant):
            if name not in wanted[document]:
                continue
            step = found.get((document, name))
            if step is None:
                step = found[document, name] = Step(document, kind, number, as_day(posted_on))
            add_line(step, variant, batch, serial, int(quantity), epoch)
    return tuple(found[name] for name in back), tuple(found[name] for name in ahead)


def add_line(step: Step, variant: int, batch: int | None, serial: int | None, quantity: int, epoch: int) -> None:
    if batch is None and serial is None:
        side: dict = step.bare_made if quantity > 0 else step.bare_taken
        name: tuple = (variant, epoch)
    else:
        side = step.made if quantity > 0 else step.taken
        name = (False, batch) if batch is not None else (True, serial)
    side[name] = side.get(name, 0) + abs(quantity)


def read_lots(back: Mapping[Place, int], ahead: Mapping[Place, int], as_of: date | None) -> dict[Place, GraphLot]:
    """The lots with what is on hand of each: from the levels now, from the lines at the end of a past day."""
    places = {*back, *ahead}
    queries, parameters = [], []
    for is_serial in (False, True):
        ids = sorted(id_ for serial, id_ in places if serial == is_serial)
        if not ids:
            continue
        on_hand, days = on_hand_at(is_serial, as_of)
        condition, parameter = any_of("t.id", ids)
        kind = "1" if is_serial else "0"
        queries.append(f"{select_facts(is_serial, more=f', {on_hand}, {kind}')} WHERE {condition}")
        parameters += [*days, parameter]
    found = {}
    for row in fetch(" UNION ALL ".join(queries), parameters):
        facts = facts_from(bool(row[13]), row)
        found[facts.place] = GraphLot(facts, back.get(facts.place), ahead.get(facts.place), int(row[12]))
    return found


def on_hand_at(is_serial: bool, as_of: date | None) -> tuple[str, list[str]]:
    """The column of what is on hand of the lot ``t``, and its parameters."""
    if as_of is not None:
        column = "serial_id" if is_serial else "batch_id"
        return (
            "(SELECT coalesce(sum(l.quantity), 0) FROM tracking_ledgerline l JOIN tracking_document d ON d.id = l.document_id"
            f" WHERE l.{column} = t.id AND d.posted_on <= %s)",
            [as_of.isoformat()],
        )
    if is_serial:
        return "CASE WHEN t.location_id IS NULL THEN 0 ELSE 1000000 END", []
    return "(SELECT coalesce(sum(k.quantity), 0) FROM tracking_stocklevel k WHERE k.batch_id = t.id)", []


def read_handovers(places: Iterable[Place], as_of: date | None) -> list[Handover]:
    """What partners brought, got and sent back of ``places``, summed per lot and document, by day and number."""
    counts, days = standing(as_of)
    queries, parameters = [], []
    for is_serial, column in ((False, "batch_id"), (True, "serial_id")):
        ids = sorted(id_ for serial, id_ in places if serial == is_serial)
        if not ids:
            continue
        condition, parameter = any_of(f"l.{column}", ids)
        queries.append(
            f"SELECT {int(is_serial)}, l.{column}, d.kind, d.id, d.number, d.posted_on, t.id, d.partner_name, coalesce(t.name, ''),"
            " coalesce(t.email, ''), coalesce(t.phone, ''), coalesce(t.address, ''), abs(sum(l.quantity))"
            " FROM tracking_ledgerline l CROSS JOIN tracking_document d LEFT JOIN tracking_partner t ON t.id = d.partner_id"
            f" WHERE d.id = l.document_id AND {condition} AND d.kind IN {HANDOVERS} AND {counts} GROUP BY l.{column}, d.id, t.id"
        )
        parameters += [parameter, *days]
    found = [
        Handover((bool(serial), id_), kind, document, number, as_day(posted_on), Party(*party), int(quantity))
        for serial, id_, kind, document, number, posted_on, *party, quantity in fetch(
            " UNION ALL ".join(queries), parameters
        )
    ]
    return sorted(found, key=lambda one: (one.posted_on, one.number, one.document, one.place))


def read_bare(goods: set[Goods]) -> dict[Goods, BareGoods]:
    """What the goods without a number are, each with the gap behind it where there is one."""
    if not goods:
        return {}
    gaps = gaps_by_line(goods)
    condition, parameter = any_of("v.id", sorted({variant for variant, _ in goods}))
    names = {
        variant: BareGoods(f"{item}, {name}" if name else item, unit, mode != "none", None)
        for variant, item, name, unit, mode in fetch(
            "SELECT v.id, i.name, v.name, i.unit, i.tracking_mode FROM items_variant v"
            f" JOIN items_item i ON i.id = v.item_id WHERE {condition}",
            [parameter],
        )
    }
    return {one: replace(names[one[0]], gap=gaps.get(one)) for one in sorted(goods)}
