"""What was counted against what the books have at this moment: the differences are what is posted (rule 15).

Whoever posts them holds the items' locks, so that the books stand still between the look and the posting.
"""

from __future__ import annotations

from collections.abc import Iterator

from items.models import TrackingMode
from katana_trace.lib.numbers import key_of
from katana_trace.lib.quantities import MILLION
from tracking.documents.rule import NewLine
from tracking.drafts.checked import CheckedLine


def differences(line: CheckedLine) -> Iterator[tuple[NewLine, int | None]]:
    """The lines that bring the books to the count, each with the position of its batch; none where they agree.

    A batch that was not counted stays as it is. Serial numbers are compared as a set once at least one was scanned, or
    nothing was found at all: those of the books that were not scanned go out, those scanned that are not there come in.
    The rest of the count is units without a number.
    """
    if line.mode == TrackingMode.BATCH:
        for position, batch in enumerate(line.batches):
            difference = (batch.quantity or 0) - (batch.on_hand or 0)
            if difference:
                expires_on = None if batch.is_there else batch.expires_on
                yield NewLine(line.variant.pk, line.place, difference, batch.number, expires_on), position
    elif line.mode == TrackingMode.SERIAL:
        for new in serial_differences(line):
            yield new, None
    elif line.quantity != line.booked:
        yield NewLine(line.variant.pk, line.place, (line.quantity or 0) - (line.booked or 0)), None


def serial_differences(line: CheckedLine) -> Iterator[NewLine]:
    variant, place = line.variant.pk, line.place
    books = {key_of(number): number for number in line.booked_numbers}
    counted = {number.key: number.number for number in line.serials}
    without = (line.booked or 0) - len(books) * MILLION
    if not counted and line.quantity:
        difference = (line.quantity or 0) - (line.booked or 0)
    else:
        for key in sorted(books.keys() - counted.keys()):
            yield NewLine(variant, place, -MILLION, serial_number=books[key])
        for key in sorted(counted.keys() - books.keys()):
            yield NewLine(variant, place, MILLION, serial_number=counted[key])
        difference = (line.quantity or 0) - len(counted) * MILLION - without
    if difference:
        yield NewLine(variant, place, difference)
