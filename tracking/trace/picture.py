"""What of a graph is drawn: nodes in layers, and edges with quantities; cut sensibly where it is large.

A layer with more lots than ``most`` draws those of one variant as one node with their count. Nothing here is geometry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from katana_trace.lib.names import differing
from katana_trace.lib.quantities import for_people
from tracking.trace.graph import Goods, Graph, GraphLot, Handover, Party
from tracking.trace.layers import layers_of
from tracking.trace.walk import Place

LOT, LOTS, PARTY, PARTIES, BARE, GAP = "lot", "lots", "party", "parties", "bare", "gap"
FEW, MANY = 8, 60  # nodes in a layer, and where all are asked for


@dataclass(frozen=True, slots=True)
class Node:
    """``lots`` are those that it stands for; ``title`` is on its first line, ``words`` below it."""

    key: tuple
    kind: str
    layer: int
    title: str
    words: tuple[str, ...] = ()
    lots: tuple[GraphLot, ...] = ()
    party: Party | None = None
    is_focus: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """From left to right. ``amount`` is the quantity that went along it, in words."""

    source: tuple
    target: tuple
    amount: str


@dataclass(frozen=True, slots=True)
class Picture:
    """``further_back`` and ``further_ahead`` are how many lots lie beyond the levels that were asked for.

    ``loops`` counts the arrows that would point to the left and are not drawn.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    further_back: int
    further_ahead: int
    loops: int

    @property
    def is_grouped(self) -> bool:
        return any(node.kind in (LOTS, PARTIES) for node in self.nodes)


def picture_of(graph: Graph, *, levels: int | None = None, most: int = FEW) -> Picture:
    """The picture of the lots at most ``levels`` steps from the focus (None for all), each layer of at most ``most`` nodes."""
    shown = {place: lot for place, lot in graph.lots.items() if levels is None or lot.steps <= levels}
    layers = {
        **layers_of(graph.focus, graph.ahead, forward=True, shown=shown),
        **{place: -layer for place, layer in layers_of(graph.focus, graph.back, forward=False, shown=shown).items()},
    }
    lots = lot_nodes(graph, layers, most)
    node_of = {lot.place: node for node in lots for lot in node.lots}
    bare, bare_edges = bare_goods(graph, node_of)
    first = min((node.layer for node in [*lots, *bare]), default=0)
    last = max((node.layer for node in [*lots, *bare]), default=0)
    suppliers, supplied = parties(graph, graph.receipts, node_of, first - 1, most)
    customers, shipped = parties(graph, graph.shipments, node_of, last + 1, most)
    lot_edges, loops = edges_of(graph, node_of)
    return Picture(
        nodes=(*lots, *bare, *suppliers, *customers),
        edges=(*lot_edges, *bare_edges, *supplied, *shipped),
        further_back=len(graph.made_from - set(shown)),
        further_ahead=len(graph.made_into - set(shown)),
        loops=loops,
    )


def lot_nodes(graph: Graph, layers: dict[Place, int], most: int) -> list[Node]:
    by_layer: dict[int, list[GraphLot]] = defaultdict(list)
    for place, layer in layers.items():
        if place in graph.lots:
            by_layer[layer].append(graph.lots[place])
    nodes = []
    for layer, lots in sorted(by_layer.items()):
        lots.sort(key=lambda lot: (lot.facts.item_name, lot.facts.sku, lot.facts.number))
        nodes += [node_for(group, layer, graph.focus) for group in groups_of(lots, most)]
    return nodes


def groups_of(lots: Sequence[GraphLot], most: int) -> list[tuple[GraphLot, ...]]:
    """The lots one by one; above ``most`` of them those of a variant together, those of the largest variants first.

    Where the variants alone are too many, what is beyond the first ones makes one last group.
    """
    if len(lots) <= most:
        return [(lot,) for lot in lots]
    by_variant: dict[int, list[GraphLot]] = defaultdict(list)
    for lot in lots:
        by_variant[lot.facts.variant].append(lot)
    groups: list[tuple[GraphLot, ...]] = []
    left = len(lots)
    joined = set()
    for variant, same in sorted(by_variant.items(), key=lambda pair: -len(pair[1])):
        if left <= most or len(same) == 1:
            break
        joined.add(variant)
        left -= len(same) - 1
    for variant, same in by_variant.items():
        groups += [tuple(same)] if variant in joined else [(lot,) for lot in same]
    if len(groups) > most:
        rest = tuple(lot for group in groups[most - 1 :] for lot in group)
        groups = [*groups[: most - 1], rest]
    return groups


def node_for(lots: tuple[GraphLot, ...], layer: int, focus: Place) -> Node:
    first = lots[0].facts
    here = amount_of((lot.facts.unit, lot.on_hand) for lot in lots)
    stock = f"{here} here" if here else "none here"
    if len(lots) == 1:
        held = " · on hold" if first.is_held else ""
        return Node(
            (LOT, first.place), LOT, layer, first.number, (first.label, stock + held), lots, None, first.place == focus
        )
    is_one = len({lot.facts.variant for lot in lots}) == 1
    word = "serial numbers" if all(lot.facts.is_serial for lot in lots) else "batches" if is_one else "lots"
    label = first.label if is_one else f"of {len({lot.facts.variant for lot in lots}):,} products"
    return Node((LOTS, layer, first.place), LOTS, layer, f"{len(lots):,} {word}", (label, stock), lots)


def edges_of(graph: Graph, node_of: dict[Place, Node]) -> tuple[list[Edge], int]:
    """The edges between lots, each with what of its source went into the documents; and how many point to the left."""
    sums: dict[tuple, list[tuple[str, int]]] = defaultdict(list)
    for step in {id(step): step for step in [*graph.back, *graph.ahead]}.values():
        targets = {node_of[place].key: node_of[place] for place in step.made if place in node_of}
        for place, quantity in step.taken.items():
            source = node_of.get(place)
            if source is None:
                continue
            for key, target in targets.items():
                if key != source.key and on_one_side(source, target):
                    sums[source.key, key].append((graph.lots[place].facts.unit, quantity))
    layer = {node.key: node.layer for node in node_of.values()}
    edges = [Edge(source, target, amount_of(parts)) for (source, target), parts in sums.items()]
    forward = [edge for edge in edges if layer[edge.source] < layer[edge.target]]
    return forward, len(edges) - len(forward)


def on_one_side(source: Node, target: Node) -> bool:
    """A document that is met on both sides of a cycle makes no edge past the lot in the middle."""
    return source.layer * target.layer >= 0


def bare_goods(graph: Graph, node_of: dict[Place, Node]) -> tuple[list[Node], list[Edge]]:
    """What was used or made without a number, beside the lots it went into or was made from; gaps are drawn as gaps."""
    nodes: dict[tuple, Node] = {}
    sums: dict[tuple, list[tuple[str, int]]] = defaultdict(list)
    sides = [(graph.back, -1, "bare_taken", "made"), (graph.ahead, 1, "bare_made", "taken")]
    for steps, way, bare_name, lots_name in sides:
        for step in steps:
            near = {node_of[place].key: node_of[place] for place in getattr(step, lots_name) if place in node_of}
            near = {key: node for key, node in near.items() if node.layer * way >= 0}
            if not near:
                continue
            outermost = max(near.values(), key=lambda node: node.layer * way)
            for goods, quantity in getattr(step, bare_name).items():
                node = bare_node(graph, goods, outermost.layer + way)
                nodes.setdefault(node.key, node)
                for key in near:
                    ends = (node.key, key) if way < 0 else (key, node.key)
                    sums[ends].append((graph.bare[goods].unit, quantity))
    return list(nodes.values()), [Edge(*ends, amount_of(parts)) for ends, parts in sums.items()]


def bare_node(graph: Graph, goods: Goods, layer: int) -> Node:
    of = graph.bare[goods]
    if of.gap:
        off = of.gap.switched_off_on
        return Node(
            (GAP, layer, of.label, off), GAP, layer, of.label, ("tracking switched off", f"on {off.isoformat()}")
        )
    words = ("without number",) if of.is_tracked else ("not tracked",)
    return Node((BARE, layer, of.label, words), BARE, layer, of.label, words)


def parties(
    graph: Graph, handovers: Iterable[Handover], node_of: dict[Place, Node], layer: int, most: int
) -> tuple[list[Node], list[Edge]]:
    """A node for each partner of the lots that are drawn; above ``most`` of them, the last ones are one node."""
    by_party: dict[int | None, list[Handover]] = defaultdict(list)
    for one in handovers:
        if one.place in node_of:
            by_party[one.party.id].append(one)
    ids = sorted(by_party, key=lambda id_: (id_ is None, titles_of(by_party[id_])))
    single, rest = (ids, []) if len(ids) <= most else (ids[: most - 1], ids[most - 1 :])
    incoming = layer < 0
    nodes, edges = [], []
    groups = [(id_,) for id_ in single] + ([tuple(rest)] if rest else [])
    for group in groups:
        found = [one for id_ in group for one in by_party[id_]]
        node = party_node(len(group), found, layer, "suppliers" if incoming else "customers")
        nodes.append(node)
        sums: dict[tuple, list[tuple[str, int]]] = defaultdict(list)
        for one in found:
            sums[node_of[one.place].key].append((graph.lots[one.place].facts.unit, one.quantity))
        for key, parts in sums.items():
            ends = (node.key, key) if incoming else (key, node.key)
            edges.append(Edge(*ends, amount_of(parts)))
    return nodes, edges


def party_node(count: int, found: list[Handover], layer: int, word: str) -> Node:
    """The node of ``count`` partners, whose handovers are ``found``."""
    numbers = list(dict.fromkeys(one.number for one in found))
    documents = numbers[0] if len(numbers) == 1 else f"{len(numbers):,} documents"
    if count > 1:
        return Node((PARTIES, layer), PARTIES, layer, f"{count:,} more {word}", (documents,))
    party, (title, *words) = found[0].party, titles_of(found)
    return Node((PARTY, layer, party.id), PARTY, layer, title or "Nobody named", (*words, documents), (), party)


def titles_of(handovers: Iterable[Handover]) -> tuple[str, ...]:
    """How a partner is named in documents; where he is called otherwise by now, that below it (rule 25)."""
    parties = [one.party for one in handovers]
    now = parties[0].now
    former = differing((party.name for party in parties), now)
    return (" and ".join(former), *([f"now {now}"] if now else [])) if former else (now,)


def amount_of(parts: Iterable[tuple[str, int]]) -> str:
    """``[("kg", 2500000), ("pcs", 12000000)]`` as 2.5 kg, 12 pcs; a part that is zero is left out, a sum that is is not."""
    sums: dict[str, int] = defaultdict(int)
    for unit, quantity in parts:
        if quantity:
            sums[unit] += quantity
    return ", ".join(f"{for_people(quantity)} {unit}" for unit, quantity in sorted(sums.items()))
