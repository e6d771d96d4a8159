"""A whole trace as CSV (DESIGN 5.4): every lot, step and handover of it, also those that the page has no room for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from katana_trace.lib import days
from katana_trace.lib.quantities import plain
from katana_trace.lib.safe_csv import guard, write_rows
from tracking.trace.graph import Goods, Graph, Handover, Step
from tracking.trace.walk import Place

COLUMNS = (
    "row", "steps", "sku", "item", "number", "expires_on", "status", "kind", "document", "posted_on", "quantity", "unit",
    "partner", "email", "phone", "address", "note", "as_of",
)  # fmt: skip


def write_trace(graph: Graph) -> Iterator[bytes]:
    """The rows of ``graph``: ``balance`` (the lot's, a column of law 12 each), ``made_from``, ``lot`` and ``made_into`` (what is on
    hand of each), ``used`` and ``made`` (what of it went into, or came out of, a document), ``received``, ``shipped``,
    ``returned`` and ``sent_back`` (what a partner brought, got, gave back, and was sent back), ``without_number``, ``gap``.

    ``steps`` is how far a lot lies from the traced one, − for what it was made from; one of a cycle stands on both sides.
    """
    as_of = graph.as_of.isoformat() if graph.as_of else days.instant_text(days.now())
    rows = ([{**dict.fromkeys(COLUMNS, ""), **row, "as_of": as_of}[name] for name in COLUMNS] for row in rows_of(graph))
    return write_rows(all_rows(rows))


def all_rows(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    yield list(COLUMNS)
    yield from rows


def rows_of(graph: Graph) -> Iterator[dict[str, str]]:
    yield from balance_rows(graph)
    sides = [("made_from", graph.made_from, -1), ("lot", {graph.focus}, 1), ("made_into", graph.made_into, 1)]
    for word, places, side in sides:
        for steps, _, place in sorted((steps_to(graph, place, side), name_of(graph, place), place) for place in places):
            lot = graph.lots[place]
            yield {"row": word, **lot_cells(graph, place), "steps": str(steps), "quantity": plain(lot.on_hand)}
    for steps in (graph.back, graph.ahead):
        for step in steps:
            yield from step_rows(graph, step, is_back=steps is graph.back)
    for one in graph.handovers:
        yield handover_row(graph, one)
    for gap in graph.gaps:
        yield {
            "row": "gap",
            "item": guard(gap.item),
            "posted_on": gap.switched_off_on.isoformat(),
            "note": gap.sentence(),
        }


def balance_rows(graph: Graph) -> Iterator[dict[str, str]]:
    cells = lot_cells(graph, graph.focus)
    for name, quantity in {**asdict(graph.balance), "not_accounted": graph.balance.unaccounted}.items():
        yield {"row": "balance", **cells, "kind": name, "quantity": plain(quantity)}


def step_rows(graph: Graph, step: Step, *, is_back: bool) -> Iterator[dict[str, str]]:
    """What the step took and made of the lots in the trace, and of goods without a number on the side it was followed to."""
    head = {"kind": step.kind, "document": guard(step.number), "posted_on": step.posted_on.isoformat()}
    for word, side in (("used", step.taken), ("made", step.made)):
        for place, quantity in side.items():
            if place in graph.lots:
                yield {"row": word, **head, **lot_cells(graph, place), "quantity": plain(quantity)}
    for goods, quantity in (step.bare_taken if is_back else step.bare_made).items():
        yield {"row": "without_number", **head, **bare_cells(graph, goods), "quantity": plain(quantity)}


def handover_row(graph: Graph, one: Handover) -> dict[str, str]:
    words = {
        "receipt": "received",
        "shipment": "shipped",
        "customer_return": "returned",
        "supplier_return": "sent_back",
    }
    return {
        "row": words[one.kind],
        **lot_cells(graph, one.place),
        "kind": one.kind,
        "document": guard(one.number),
        "posted_on": one.posted_on.isoformat(),
        "quantity": plain(one.quantity),
        "partner": guard(one.party.name),
        "email": guard(one.party.email),
        "phone": guard(one.party.phone),
        "address": guard(one.party.address),
    }


def lot_cells(graph: Graph, place: Place) -> dict[str, str]:
    lot = graph.lots[place]
    facts = lot.facts
    return {
        "sku": guard(facts.sku),
        "item": guard(facts.label),
        "number": guard(facts.number),
        "expires_on": facts.expires_on.isoformat() if facts.expires_on else "",
        "status": facts.status,
        "unit": guard(facts.unit),
    }


def bare_cells(graph: Graph, goods: Goods) -> dict[str, str]:
    of = graph.bare[goods]
    note = of.gap.sentence() if of.gap else "without a number" if of.is_tracked else "not tracked"
    return {"item": guard(of.label), "unit": guard(of.unit), "note": note}


def steps_to(graph: Graph, place: Place, side: int) -> int:
    lot = graph.lots[place]
    return side * ((lot.back if side < 0 else lot.ahead) or 0)


def name_of(graph: Graph, place: Place) -> tuple[str, str]:
    facts = graph.lots[place].facts
    return facts.sku, facts.number
