"""Connecting what has no number: one adjustment, − without number or ``UNBATCHED``, + with it (rules 3, 4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from katana_trace.lib import days
from katana_trace.lib.numbers import UNBATCHED, is_unbatched, key_of
from katana_trace.lib.permission import require
from katana_trace.lib.quantities import MILLION
from katana_trace.lib.refusal import Refusal
from tracking.documents.rule import NewDocument, NewLine
from tracking.ledger.post import post
from tracking.models import Document
from tracking.records.origins import note_of_origin

MOST_SERIALS = 10_000
SERIALS_ASSIGNED = "Serial numbers assigned"


def assign_batch(
    *,
    variant: int,
    location: int,
    batch_number: str,
    expires_on: date | None,
    quantity: int,
    by,
    token: UUID,
    origin: Document | None = None,
    reason: str = "",
) -> Document:
    """Moves ``quantity`` millionths of a variant at a location from ``UNBATCHED`` to a batch, which is made if it is new.

    ``origin`` is the document that this stock came with; the note keeps it, so that it is not suggested again.
    ``reason`` is why the batch may expire later than ``UNBATCHED`` does, which takes who may change an expiry (rule 10).
    Raises Refusal (more than is there, another expiry than the batch has, the reserved name), PermissionDenied.
    """
    check_permission(by)
    if is_unbatched(batch_number):
        raise Refusal(
            f"{UNBATCHED} is the name of stock without a batch. Give a batch number of your own.", field="batch_number"
        )
    if quantity <= 0:
        raise Refusal("Give a quantity above 0.", field="quantity")
    lines = (
        NewLine(variant, location, -quantity, batch_number=UNBATCHED),
        NewLine(variant, location, quantity, batch_number=batch_number, expires_on=expires_on),
    )
    note = f"Batch {batch_number} assigned{note_of_origin(origin) if origin else ''}"
    return post_adjustment(lines, note=note, by=by, token=token, reason=reason)


def assign_serials(*, variant: int, location: int, numbers: Sequence[str], by, token: UUID) -> Document:
    """Gives ``numbers`` to as many units of a variant at a location that have none.

    Raises Refusal (a number twice or in use already, more numbers than units without), PermissionDenied.
    """
    check_permission(by)
    check_count(numbers)
    seen: set[str] = set()
    for number in numbers:
        if key_of(number) in seen:
            raise Refusal(f"Serial number {number} was given twice. Remove one of them.", field="numbers")
        seen.add(key_of(number))
    return post_adjustment(serial_lines(variant, location, numbers), note=SERIALS_ASSIGNED, by=by, token=token)


def serial_lines(variant: int, location: int, numbers: Sequence[str]) -> tuple[NewLine, ...]:
    """− as many units without a number as there are numbers, then + each with its own (rule 4)."""
    return (
        NewLine(variant, location, -len(numbers) * MILLION),
        *(NewLine(variant, location, MILLION, serial_number=number) for number in numbers),
    )


def check_count(numbers: Sequence[str]) -> None:
    """Raises Refusal for no serial number at all, or for more than can be given at once."""
    if not numbers:
        raise Refusal("Give at least one serial number, one in each line.", field="numbers")
    if len(numbers) > MOST_SERIALS:
        raise Refusal(
            f"{len(numbers):,} serial numbers were given, the limit is {MOST_SERIALS:,} at once. Give them in parts.",
            field="numbers",
        )


def post_adjustment(lines: tuple[NewLine, ...], *, note: str, by, token: UUID, reason: str = "") -> Document:
    """The note is the program's own, so it is no reason: that is ``reason`` alone."""
    document = NewDocument(
        kind="adjustment",
        posted_at=days.now(),
        lines=lines,
        note=note,
        carries_expiry=True,
        reason=reason,
        token=token,
    )
    return post(document, by=by)


def check_permission(by) -> None:
    require(
        by, "tracking.add_document", sentence="Assigning numbers takes the role Operator. Ask an operator to do it."
    )
