"""What a draft holds, as plain data: read from the database or from a posted form, and handed around unchanged.

Everything is as it was typed. What it means is found out by ``check``, at every showing anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from tracking.models import Draft, DraftLine


@dataclass(frozen=True, slots=True)
class BatchContent:
    """One batch of a line. ``seen`` is ``new`` or ``there``: what the person was shown when the number was entered."""

    number: str = ""
    expires_on: str = ""
    quantity: str = ""
    expected: str = ""
    seen: str = ""
    why: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.number or self.quantity or self.expires_on)


@dataclass(frozen=True, slots=True)
class LineContent:
    """``id`` is the stored row, None until it was saved; ``variant`` what the ``sku`` was found to be when it was saved."""

    section: str
    id: int | None = None
    sku: str = ""
    variant: int | None = None
    location: int | None = None
    quantity: str = ""
    expected: str = ""
    batches: tuple[BatchContent, ...] = ()
    serials: tuple[str, ...] = ()

    @property
    def is_blank(self) -> bool:
        return not (self.sku or self.quantity or self.serials or any(not batch.is_blank for batch in self.batches))


@dataclass(frozen=True, slots=True)
class DraftContent:
    kind: str
    number: str = ""
    day: str = ""
    partner: str = ""  # the name, of a partner that is there or is to be made
    location: int | None = None
    to_location: int | None = None
    note: str = ""
    lines: tuple[LineContent, ...] = ()
    is_prefilled: bool = False


def content_of(draft: Draft) -> DraftContent:
    """The stored draft as plain data; three queries."""
    lines = draft.lines.select_related("variant").prefetch_related("batches").order_by("position", "id")
    return DraftContent(
        kind=draft.kind,
        number=draft.number,
        day=draft.day,
        partner=draft.partner.name if draft.partner else draft.partner_name,
        location=draft.location_id,
        to_location=draft.to_location_id,
        note=draft.note,
        lines=tuple(line_of(line) for line in lines),
        is_prefilled=draft.is_prefilled,
    )


def line_of(line: DraftLine) -> LineContent:
    return LineContent(
        section=line.section,
        id=line.pk,
        sku=line.variant.sku if line.variant else line.sku,
        variant=line.variant_id,
        location=line.location_id,
        quantity=line.quantity,
        expected=line.expected,
        batches=tuple(
            BatchContent(batch.number, batch.expires_on, batch.quantity, batch.expected, batch.seen, batch.why)
            for batch in line.batches.all()
        ),
        serials=tuple(line.serial_numbers.split("\n")) if line.serial_numbers else (),
    )
