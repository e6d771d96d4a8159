"""Goods go from one location to another: what leaves arrives, number by number (law 7)."""

from __future__ import annotations

from collections import defaultdict

from katana_trace.lib.numbers import key_of
from katana_trace.lib.quantities import for_people
from katana_trace.lib.refusal import Refusal
from tracking.documents.rule import KindRule, NewDocument


def check(document: NewDocument) -> None:
    """Per variant, batch and serial number the lines sum to zero, and no location both gives and takes the same."""
    if document.reverses:
        return  # the exact opposite of one that was judged, perhaps before its numbers were taken off
    left: dict[tuple, int] = defaultdict(int)
    signs: dict[tuple, set[bool]] = defaultdict(set)
    last: dict[tuple, int] = {}
    for position, line in enumerate(document.lines):
        goods = (line.variant, key_of(line.batch_number), key_of(line.serial_number))
        left[goods] += line.quantity
        signs[goods, line.location].add(line.quantity > 0)
        last[goods] = position
        if len(signs[goods, line.location]) == 2:
            raise Refusal(
                "A transfer goes from one location to another, and this line goes back to where it came from. "
                "Choose another location.",
                field="location",
                line=position,
            )
    for goods, rest in left.items():
        if rest:
            word = "arrives than leaves" if rest > 0 else "leaves than arrives"
            raise Refusal(
                f"In this transfer {for_people(abs(rest))} more {word}. "
                "Give the same quantity, batch and serial number out and in.",
                field="quantity",
                line=last[goods],
            )


TRANSFER = KindRule("transfer", "Transfer", "ST", incoming=True, outgoing=True, check=check)
