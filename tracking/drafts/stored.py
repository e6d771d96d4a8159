"""Drafts as the database keeps them, read as the plain data that everything here works on."""

from __future__ import annotations

from tracking.drafts.content import BatchContent, DraftContent, LineContent
from tracking.models import Draft, DraftLine


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
