"""The same facts as the drawing, as nested lists: by level, by lot, and what went from where to where in which document.

It grows with the graph and not with the number of ways through it, so a screen reader meets each lot once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from katana_trace.lib.quantities import for_people
from tracking.trace.graph import Goods, Graph, GraphLot, Handover, Step

NAMED = 5  # lots that one way names


@dataclass(frozen=True, slots=True)
class Way:
    """``amount`` of the entry's lot went ``word`` (into, from) the ``others`` in a document; ``more`` are not named."""

    amount: str
    word: str
    others: tuple[GraphLot, ...]
    more: int
    step: Step


@dataclass(frozen=True, slots=True)
class Entry:
    lot: GraphLot
    ways: tuple[Way, ...]
    handovers: tuple[tuple[str, Handover], ...]  # each with its quantity in words


@dataclass(frozen=True, slots=True)
class Level:
    """``number`` is 1 for what is one step from the lot; ``more`` is how many of its lots are left out."""

    number: int
    entries: tuple[Entry, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Loose:
    """Goods without a number that are on the way: ``sentence`` says what they are and why the trace ends there."""

    sentence: str
    is_gap: bool
    documents: tuple[Step, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Outline:
    """``loose_back`` and ``loose_ahead`` have no number, so they stand in no level."""

    back: tuple[Level, ...]
    this: Entry
    ahead: tuple[Level, ...]
    loose_back: tuple[Loose, ...]
    loose_ahead: tuple[Loose, ...]


def outline_of(graph: Graph, *, levels: int | None, most: int) -> Outline:
    """The outline of the lots at most ``levels`` steps away, at most ``most`` of them on each side."""
    used, made = ways_of(graph.back, graph, forward=False), ways_of(graph.ahead, graph, forward=True)
    handed: dict = defaultdict(list)
    for one in graph.handovers:
        handed[one.place].append(one)

    def entry(lot: GraphLot, ways: dict) -> Entry:
        unit = lot.facts.unit
        with_words = tuple((f"{for_people(one.quantity)} {unit}", one) for one in handed[lot.place])
        return Entry(lot, tuple(ways.get(lot.place, ())), with_words)

    return Outline(
        back=tuple(
            levels_on({lot: lot.back for lot in graph.lots.values()}, levels, most, lambda lot: entry(lot, used))
        ),
        this=entry(graph.lot, {}),
        ahead=tuple(
            levels_on({lot: lot.ahead for lot in graph.lots.values()}, levels, most, lambda lot: entry(lot, made))
        ),
        loose_back=tuple(loose_of(graph, graph.back, "bare_taken")),
        loose_ahead=tuple(loose_of(graph, graph.ahead, "bare_made")),
    )


def levels_on(
    steps: Mapping[GraphLot, int | None], levels: int | None, most: int, entry: Callable[[GraphLot], Entry]
) -> Iterable[Level]:
    by_level: dict[int, list[GraphLot]] = defaultdict(list)
    for lot, number in steps.items():
        if number and (levels is None or number <= levels):
            by_level[number].append(lot)
    room = most
    for number, lots in sorted(by_level.items()):
        lots.sort(key=lambda lot: (lot.facts.item_name, lot.facts.sku, lot.facts.number))
        shown, room = lots[:room], room - min(room, len(lots))
        yield Level(number, tuple(entry(lot) for lot in shown), len(lots) - len(shown))


def ways_of(steps: Sequence[Step], graph: Graph, *, forward: bool) -> dict:
    """By lot, where it went (back side: into what) or came from (forward: from what)."""
    found: dict = defaultdict(list)
    for step in steps:
        own, others = (step.made, step.taken) if forward else (step.taken, step.made)
        named = [graph.lots[place] for place in others if place in graph.lots]
        for place, quantity in own.items():
            lot = graph.lots.get(place)
            if lot is None or place == graph.focus:
                continue
            rest = [other for other in named[: NAMED + 1] if other.place != place]
            more = len(named) - len(rest[:NAMED]) - (place in others)
            amount = f"{for_people(quantity)} {lot.facts.unit}"
            found[place].append(Way(amount, "from" if forward else "into", tuple(rest[:NAMED]), more, step))
    return found


def loose_of(graph: Graph, steps: Iterable[Step], side: str) -> Iterable[Loose]:
    """One sentence for each kind of goods without a number, the gaps first."""
    found: dict[Goods, list[Step]] = defaultdict(list)
    sums: dict[Goods, int] = defaultdict(int)
    for step in steps:
        for goods, quantity in getattr(step, side).items():
            found[goods].append(step)
            sums[goods] += quantity
    for goods in sorted(found, key=lambda goods: (graph.bare[goods].gap is None, graph.bare[goods].label)):
        of, documents = graph.bare[goods], found[goods]
        amount = f"{for_people(sums[goods])} {of.unit} of {of.label}"
        if of.gap:
            sentence = f"{of.gap.sentence()} ({amount})"
        elif of.is_tracked:
            sentence = f"{amount} without a number."
        else:
            sentence = f"{amount}, which is not tracked."
        yield Loose(sentence, of.gap is not None, tuple(documents[:NAMED]), max(len(documents) - NAMED, 0))
