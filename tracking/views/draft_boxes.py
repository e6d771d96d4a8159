"""What the serial numbers of a line are given by: the box, with what would become of its numbers, and the picker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict

from items.models import TrackingMode
from katana_trace.lib.numbers import key_of
from katana_trace.lib.quantities import MILLION, for_people
from tracking.documents.kinds import KINDS
from tracking.drafts.checked import CheckedDraft, CheckedLine
from tracking.drafts.content import DraftContent
from tracking.numbering.serial_check import CheckedNumber
from tracking.picking.numbers import NumberHere, first_numbers
from tracking.views.draft_acts import boxes_of, with_boxes

LISTED = 20  # numbers that a line offers to pick from; its own page has them all
MOST_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class Box:
    """Numbers that are typed and not on the line yet: how many would fit, and the others, each with its fault."""

    good: int
    bad: tuple[CheckedNumber, ...]
    refused: str = ""  # why nothing of it can be taken

    def said_of(self, line: CheckedLine) -> str:
        """Such as "3 of 4 in the box fit; with them 7 of 10 pcs have a number."."""
        fit = f"{self.good:,} of {self.good + len(self.bad):,} in the box {'fits' if self.good == 1 else 'fit'}"
        if not self.good:
            return f"{fit}."
        given, wanted = line.given + self.good * MILLION, line.quantity
        of = f" of {for_people(wanted)}" if wanted is not None and line.content.quantity.strip() else ""
        return f"{fit}; with {'it' if self.good == 1 else 'them'} {for_people(given)}{of} {line.unit} have a number."

    @property
    def faults(self) -> tuple[CheckedNumber, ...]:
        return self.bad[:LISTED]


@dataclass(frozen=True, slots=True)
class Picker:
    """Numbers at the place of a line that are in no line yet; ``uses`` is whether a hold forbids to take them."""

    numbers: tuple[NumberHere, ...]
    has_more: bool
    uses: bool


def boxes_seen(content: DraftContent, post: QueryDict) -> dict[int, Box]:
    """The boxes with something in them, by line, as they would be taken now. Nothing is changed."""
    tried = with_boxes(content, post)
    refused = {index: sentence for index, name, sentence in tried.refused if name == "serials"}
    return {
        index: Box(
            good=len(tried.content.lines[index].serials) - len(content.lines[index].serials),
            bad=tuple(tried.scans.get(index, ("", [], ""))[1]),
            refused=refused.get(index, ""),
        )
        for index in boxes_of(content, post)
    }


def pickers_of(draft: CheckedDraft) -> Mapping[int, Picker]:
    """By line, what may be picked where serial numbers go out and some are still wanted; one query for all lines."""
    given: set[tuple[int, str]] = {
        (line.variant.item_id, key_of(number))
        for line in draft.lines
        if line.variant is not None and line.section in ("out", "move")
        for number in line.content.serials
    }
    lines = [line for line in draft.lines if is_wanting(line)]
    most = LISTED + 1 + min(len(given), MOST_LOOKED_AT)
    here = first_numbers({(line.variant.pk, line.place) for line in lines}, most) if lines else {}
    pickers = {}
    for line in lines:
        there = here.get((line.variant.pk, line.place), [])
        free = [number for number in there if (line.variant.item_id, number.key) not in given]
        if free or len(there) == most:
            uses = KINDS[draft.content.kind].uses and line.section == "out"
            pickers[line.index] = Picker(tuple(free[:LISTED]), len(free) > LISTED or len(there) == most, uses)
    return pickers


def is_wanting(line: CheckedLine) -> bool:
    is_out = line.section in ("out", "move") and line.mode == TrackingMode.SERIAL and line.place
    return bool(is_out and (line.open or not line.content.quantity.strip()))
