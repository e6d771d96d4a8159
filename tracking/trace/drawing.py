"""The geometry of a picture: where its boxes, lines and words stand, in the units of the SVG. Pure.

Columns are the layers, from supplier to customer. A line that passes a column keeps a place of its own there, so that it
runs between the boxes; the order within the columns is by the mean place of the neighbours, which avoids most crossings.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass

from tracking.trace.picture import Edge, Node, Picture

BOX, TALL, BETWEEN = 142, 62, 14  # width and height of a box, and what is between two of a column
PASS = 12  # height of the place that a passing line keeps
GAP, PAD, TOP = 72, 16, 40  # between columns, at the sides, above the first box
LEAD, LINE = 20, 16  # to the first line of words in a box, and from one to the next
SPREAD = 11  # between two lines at one side of a box
WIDE_TITLE, WIDE_WORDS, WIDE_AMOUNT = 16, 21, 12  # characters that fit into a box, and between two
SWEEPS = 4


@dataclass(frozen=True, slots=True)
class Words:
    x: float
    y: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Box:
    """``name`` says all of it, for who hears it, and where words had to be cut."""

    node: Node
    x: float
    y: float
    title: Words
    words: tuple[Words, ...]
    name: str
    width: float = BOX
    height: float = TALL


@dataclass(frozen=True, slots=True)
class Drawing:
    width: float
    height: float
    heads: tuple[Words, ...]
    boxes: tuple[Box, ...]
    paths: tuple[str, ...]
    amounts: tuple[Words, ...]


@dataclass(eq=False, slots=True)
class Slot:
    """A place in a column: a box, or where a line passes (``node`` is None)."""

    layer: int
    node: Node | None
    y: float = 0

    @property
    def height(self) -> float:
        return PASS if self.node is None else TALL

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


Chain = list[Slot]  # the slots that an edge goes through, from its source to its target


def draw(picture: Picture) -> Drawing:
    slots = {node.key: Slot(node.layer, node) for node in picture.nodes}
    columns: dict[int, list[Slot]] = defaultdict(list)
    for slot in slots.values():
        columns[slot.layer].append(slot)
    chains = [(edge, chain_of(edge, slots, columns)) for edge in picture.edges]
    layers = sorted(columns)
    arrange(columns, layers, [chain for _, chain in chains])
    height = settle(columns)
    x_of = {layer: PAD + position * (BOX + GAP) for position, layer in enumerate(layers)}
    paths, amounts = lines_of(chains, x_of)
    return Drawing(
        width=PAD * 2 + len(layers) * BOX + (len(layers) - 1) * GAP,
        height=height + PAD,
        heads=tuple(Words(x_of[layer], 24, head_of(layer, columns)) for layer in layers),
        boxes=tuple(box_of(slot, x_of[slot.layer]) for layer in layers for slot in columns[layer] if slot.node),
        paths=tuple(paths),
        amounts=tuple(amounts),
    )


def chain_of(edge: Edge, slots: dict[tuple, Slot], columns: dict[int, list[Slot]]) -> Chain:
    source, target = slots[edge.source], slots[edge.target]
    chain = [source]
    for layer in range(source.layer + 1, target.layer):
        if layer in columns:
            passing = Slot(layer, None)
            columns[layer].append(passing)
            chain.append(passing)
    return [*chain, target]


def arrange(columns: dict[int, list[Slot]], layers: list[int], chains: list[Chain]) -> None:
    """Orders each column by the mean place of its neighbours, from the left and from the right by turns."""
    left, right = defaultdict(list), defaultdict(list)
    for chain in chains:
        for one, other in itertools.pairwise(chain):
            right[one].append(other)
            left[other].append(one)
    place = {slot: index - len(column) / 2 for column in columns.values() for index, slot in enumerate(column)}
    for sweep in range(SWEEPS):
        neighbours = left if sweep % 2 == 0 else right
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            column = columns[layer]
            mean = {
                slot: sum(place[other] for other in neighbours[slot]) / len(neighbours[slot])
                if neighbours[slot]
                else place[slot]
                for slot in column
            }
            column.sort(key=mean.__getitem__)
            place.update((slot, index - len(column) / 2) for index, slot in enumerate(column))


def settle(columns: dict[int, list[Slot]]) -> float:
    """Gives every slot its y, each column in the middle; the lowest edge of all."""
    heights = {layer: sum(slot.height + BETWEEN for slot in column) - BETWEEN for layer, column in columns.items()}
    tallest = max(heights.values())
    for layer, column in columns.items():
        y = TOP + (tallest - heights[layer]) / 2
        for slot in column:
            slot.y = round(y, 1)
            y += slot.height + BETWEEN
    return TOP + tallest


def head_of(layer: int, columns: dict[int, list[Slot]]) -> str:
    """What the column holds."""
    nodes = [slot.node for slot in columns[layer] if slot.node]
    if layer == 0:
        return "This lot"
    if nodes and all(node.kind in ("party", "parties") for node in nodes):
        return "Suppliers" if layer < 0 else "Customers"
    if layer < 0:
        return "Made from" if layer == -1 else f"{-layer} steps back"
    return "Made from it" if layer == 1 else f"{layer} steps on"


def box_of(slot: Slot, x: float) -> Box:
    node, y = slot.node, slot.y
    assert node is not None  # noqa: S101 - only slots with a node become boxes
    lines = (node.title, *node.words)
    top = y + LEAD + (3 - len(lines)) * LINE / 2
    wide = WIDE_TITLE if node.kind == "lot" else WIDE_WORDS
    return Box(
        node=node,
        x=x,
        y=y,
        title=Words(x + 10, round(top, 1), cut(node.title, wide)),
        words=tuple(
            Words(x + 10, round(top + LINE * position, 1), cut(text, WIDE_WORDS))
            for position, text in enumerate(node.words, 1)
        ),
        name=", ".join(lines),
    )


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def lines_of(chains: list[tuple[Edge, Chain]], x_of: dict[int, float]) -> tuple[list[str], list[Words]]:
    """The path of each edge, and the words of its quantity where they do not cover others."""
    leaving, arriving = ports(chains, outgoing=True), ports(chains, outgoing=False)
    paths, amounts = [], []
    taken: list[tuple[float, float, float]] = []
    for edge, chain in sorted(chains, key=lambda one: (one[1][0].layer, one[1][0].y, one[1][-1].y)):
        start = (x_of[chain[0].layer] + BOX, leaving[edge])
        end = (x_of[chain[-1].layer] - 1, arriving[edge])
        paths.append(path_of(start, chain[1:-1], end, x_of))
        many_out = sum(1 for other, _ in chains if other.source == edge.source)
        many_in = sum(1 for other, _ in chains if other.target == edge.target)
        at_end = many_in < many_out or (many_in == many_out and chain[-1].layer > 0)
        x, y, anchor = (end[0] - 8, end[1] - 5, "end") if at_end else (start[0] + 6, start[1] - 5, "start")
        text = cut(edge.amount, WIDE_AMOUNT)
        amounts.append(Words(round(x, 1), free(taken, x, y, anchor, text), text, anchor))
    return paths, amounts


def ports(chains: list[tuple[Edge, Chain]], *, outgoing: bool) -> dict[Edge, float]:
    """The y at which each edge leaves its source (or arrives at its target): several stand below each other."""
    by_slot: dict[Slot, list[tuple[float, Edge]]] = defaultdict(list)
    for edge, chain in chains:
        near, other = (chain[0], chain[1]) if outgoing else (chain[-1], chain[-2])
        by_slot[near].append((other.middle, edge))
    found = {}
    for slot, edges in by_slot.items():
        edges.sort(key=lambda one: one[0])
        spread = min(SPREAD, (TALL - 12) / max(len(edges) - 1, 1))
        first = slot.middle - spread * (len(edges) - 1) / 2
        found.update((edge, round(first + spread * index, 1)) for index, (_, edge) in enumerate(edges))
    return found


def path_of(start: tuple[float, float], passed: Chain, end: tuple[float, float], x_of: dict[int, float]) -> str:
    """Curves from column to column, and straight on through the columns that the line passes."""
    x, y = start
    parts = [f"M{x:g} {y:g}"]
    for slot in passed:
        left = x_of[slot.layer]
        parts.append(curve(x, y, left, slot.middle))
        x, y = left + BOX, slot.middle
        parts.append(f"H{x:g}")
    return "".join([*parts, curve(x, y, *end)])


def curve(x: float, y: float, to_x: float, to_y: float) -> str:
    middle = (x + to_x) / 2
    return f"C{middle:g} {y:g} {middle:g} {to_y:g} {to_x:g} {to_y:g}"


def free(taken: list[tuple[float, float, float]], x: float, y: float, anchor: str, text: str) -> float:
    """A y near ``y`` where the words cover no others."""
    wide = len(text) * 6.2
    left = x - wide if anchor == "end" else x
    for shift in (0, 12, -12, 24, -24, 36):
        at = y + shift
        if all(abs(at - other) >= 11 or left > right or left + wide < begin for begin, right, other in taken):
            break
    taken.append((left, left + wide, at))
    return round(at, 1)
