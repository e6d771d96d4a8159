"""Turning a checked draft into the lines that the ledger posts, each with where it came from on the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID

from django.utils import timezone

from items.models import TrackingMode
from katana_trace.lib import days
from katana_trace.lib.quantities import MILLION
from katana_trace.lib.refusal import Refusal
from tracking.documents.rule import NewDocument, NewLine
from tracking.drafts.checked import CheckedBatch, CheckedDraft, CheckedLine
from tracking.drafts.stocktake import differences


@dataclass(frozen=True, slots=True)
class Origin:
    """The line of the draft that a line of the document came from, and which of its batches; both count from 0."""

    line: int
    batch: int | None = None


@dataclass(frozen=True, slots=True)
class Built:
    document: NewDocument
    origins: tuple[Origin, ...]

    def on_draft(self, refusal: Refusal) -> tuple[int | None, str, str]:
        """(index of the draft's line or None, field, sentence) of what the ledger refused."""
        if refusal.line is None or refusal.line >= len(self.origins):
            field = {"document": "number", "posted_at": "day", "note": "note"}.get(refusal.field or "", "document")
            return None, field, refusal.sentence
        origin = self.origins[refusal.line]
        field = refusal.field or "sku"
        if origin.batch is not None and field in ("batch_number", "expires_on", "quantity"):
            return origin.line, f"{field.replace('batch_', '')}-{origin.batch}", refusal.sentence
        return origin.line, {"batch_number": "numbers", "serial_number": "serials"}.get(field, field), refusal.sentence


def build(draft: CheckedDraft, *, token: UUID, partner: int | None) -> Built:
    """The document of a draft that was checked without findings."""
    lines, origins = [], []
    for line in draft.lines:
        for new, origin in lines_of(line, draft):
            lines.append(new)
            origins.append(origin)
    document = NewDocument(
        kind=draft.content.kind,
        number=draft.content.number.strip(),
        posted_at=posted_at_of(draft.day),
        partner=partner,
        note=draft.content.note.strip(),
        lines=tuple(lines),
        carries_expiry=True,
        token=token,
    )
    return Built(document, tuple(origins))


def posted_at_of(day: date | None) -> datetime:
    """Now, for today; an earlier day at noon, a later one as it begins, in the site's time zone."""
    if day is None or day == days.today():
        return days.now()
    clock = time(12) if day < days.today() else time(0)
    return datetime.combine(day, clock, tzinfo=timezone.get_default_timezone()).astimezone(UTC)


def lines_of(line: CheckedLine, draft: CheckedDraft) -> Iterator[tuple[NewLine, Origin]]:
    if line.section == "count":
        for new, batch in differences(line):
            yield new, Origin(line.index, batch)
        return
    goods = list(goods_of(line))
    if line.section != "in":
        for new, batch in goods:
            yield at(line.place, new, -1), Origin(line.index, batch)
    if line.section != "out":
        to = draft.content.to_location if line.section == "move" else line.place
        for new, batch in goods:
            yield at(to, new, 1), Origin(line.index, batch)


def goods_of(line: CheckedLine) -> Iterator[tuple[NewLine, int | None]]:
    """What the line moves, without a sign: a line for each batch, each serial number, and what has no number."""
    variant, quantity = line.variant.pk, line.quantity or 0
    if line.mode == TrackingMode.BATCH:
        for position, batch in enumerate(line.batches):
            yield of_batch(variant, batch), position
    elif line.mode == TrackingMode.SERIAL:
        for number in line.serials:
            yield NewLine(variant, 0, MILLION, serial_number=number.number), None
        if quantity > line.given:
            yield NewLine(variant, 0, quantity - line.given), None
    else:
        yield NewLine(variant, 0, quantity), None


def of_batch(variant: int, batch: CheckedBatch) -> NewLine:
    expires_on = None if batch.is_there else batch.expires_on
    return NewLine(variant, 0, batch.quantity or 0, batch_number=batch.number, expires_on=expires_on)


def at(location: int, line: NewLine, sign: int) -> NewLine:
    return NewLine(line.variant, location, sign * line.quantity, line.batch_number, line.expires_on, line.serial_number)
