"""The column of each lot in the drawing: how many steps it lies from the focus by the longest way, so that every arrow
points to the right. What would lead back to where the way came from (rework, a starter fed with itself) makes no column.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from tracking.trace.graph import Step
from tracking.trace.walk import Place

Vertex = Place | int  # a lot, or the position of a step


def layers_of(focus: Place, steps: Iterable[Step], *, forward: bool, shown: Collection[Place]) -> dict[Place, int]:
    """The longest way from ``focus`` to each of the ``shown`` lots, in steps, ahead or back."""
    steps = list(steps)
    leads: dict[Vertex, list[Vertex]] = {}
    for position, step in enumerate(steps):
        near, far = (step.taken, step.made) if forward else (step.made, step.taken)
        leads[position] = [place for place in far if place in shown]
        for place in near:
            leads.setdefault(place, []).append(position)
    longest: dict[Vertex, int] = {focus: 0}
    order, loops = in_order(focus, leads)
    for vertex in order:
        further = longest[vertex] + isinstance(vertex, int)
        for other in leads.get(vertex, ()):
            if (vertex, other) not in loops:
                longest[other] = max(longest.get(other, 0), further)
    return {vertex: length for vertex, length in longest.items() if not isinstance(vertex, int)}


def in_order(start: Vertex, leads: dict[Vertex, list[Vertex]]) -> tuple[list[Vertex], set[tuple[Vertex, Vertex]]]:
    """Everything that ``start`` leads to, each before what it leads to, and the leads that would close a loop."""
    finished: list[Vertex] = []
    loops: set[tuple[Vertex, Vertex]] = set()
    on_the_way, seen = {start}, {start}
    stack: list[tuple[Vertex, Iterator[Vertex]]] = [(start, iter(leads.get(start, ())))]
    while stack:
        vertex, others = stack[-1]
        other = next(others, None)
        if other is None:
            stack.pop()
            on_the_way.discard(vertex)
            finished.append(vertex)
        elif other in on_the_way:
            loops.add((vertex, other))
        elif other not in seen:
            seen.add(other)
            on_the_way.add(other)
            stack.append((other, iter(leads.get(other, ()))))
    return finished[::-1], loops
