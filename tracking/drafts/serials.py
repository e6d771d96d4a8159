"""Giving serial numbers to a line of a draft, many at a time: the good ones stay when one is bad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from items.models import TrackingMode
from katana_trace.lib import days
from katana_trace.lib.numbers import can_be_stored, key_of
from katana_trace.lib.quantities import MILLION
from katana_trace.lib.refusal import Refusal
from tracking.drafts.check import check
from tracking.drafts.content import DraftContent, LineContent
from tracking.numbering.serial_check import CheckedNumber
from tracking.numbering.suggest import suggest_serial_numbers

MOST_SERIALS = 10_000  # of one line


def add_numbers(content: DraftContent, index: int, numbers: Sequence[str]) -> tuple[DraftContent, list[CheckedNumber]]:
    """``content`` with the good ones of ``numbers`` on the line at ``index``, and the bad ones, each with its fault.

    Raises Refusal when there are none, or too many for one line.
    """
    line = content.lines[index]
    if not numbers:
        raise Refusal("Give at least one serial number, one in each line.", field="scan")
    check_room(line, len(numbers))
    tried = check(with_serials(content, index, (*line.serials, *numbers))).lines[index]
    if (
        tried.mode != TrackingMode.SERIAL
    ):  # another item was typed, or its tracking switched: kept, and said on the line
        fitting = tuple(number for number in numbers if can_be_stored(number))
        return with_serials(content, index, (*line.serials, *fitting)), []
    new = tried.serials[len(line.serials) :]
    good = tuple(number.number for number in new if number.is_good)
    return with_serials(content, index, (*line.serials, *good)), [number for number in new if not number.is_good]


def check_room(line: LineContent, count: int) -> None:
    """Raises Refusal when ``count`` more serial numbers are too many for ``line``."""
    if len(line.serials) + count > MOST_SERIALS:
        raise Refusal(
            f"The line would have {len(line.serials) + count:,} serial numbers, the limit is {MOST_SERIALS:,}. "
            "Give the others in another line or document.",
            field="scan",
        )


def generate_numbers(content: DraftContent, index: int) -> DraftContent:
    """``content`` with as many numbers by the item's pattern as the line at ``index`` lacks. Raises Refusal."""
    draft = check(content)
    line = draft.lines[index]
    if line.variant is None or not line.open:
        raise Refusal("Give the quantity first: as many numbers are made as it lacks.", field="scan")
    count = line.open // MILLION
    if len(line.serials) + count > MOST_SERIALS:
        raise Refusal(
            f"{count:,} numbers are lacking, the limit of one line is {MOST_SERIALS:,}. Split the line.", field="scan"
        )
    given = [number for other in content.lines for number in other.serials]
    numbers = suggest_serial_numbers(variant=line.variant, count=count, day=draft.day or days.today(), avoid=given)
    if not numbers:
        raise Refusal(
            f"{line.variant.item.name} has no pattern to make numbers from. Set one on its edit page, such as "
            "S{yy}-{n:05}, or type the numbers.",
            field="scan",
        )
    return with_serials(content, index, (*line.content.serials, *numbers))


def drop_numbers(content: DraftContent, index: int, numbers: Sequence[str]) -> DraftContent:
    """``content`` without ``numbers`` on the line at ``index``."""
    gone = {key_of(number) for number in numbers}
    line = content.lines[index]
    return with_serials(content, index, tuple(number for number in line.serials if key_of(number) not in gone))


def drop_bad_numbers(content: DraftContent, index: int) -> DraftContent:
    """``content`` without the numbers that do not fit any more; of twins the first stays."""
    line = check(content).lines[index]
    return with_serials(content, index, tuple(number.number for number in line.serials if number.is_good))


def with_serials(content: DraftContent, index: int, serials: tuple[str, ...]) -> DraftContent:
    lines = list(content.lines)
    lines[index] = replace(lines[index], serials=serials)
    return replace(content, lines=tuple(lines))
