"""Documents being written that name a lot of a case: they hold typed text, so they are found by what was typed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from katana_trace.lib.numbers import key_of
from katana_trace.lib.pasted import numbers_in
from tracking.models import Draft, DraftBatch, DraftLine
from tracking.recalls.words import listed
from tracking.trace.facts import LotFacts


@dataclass(frozen=True, slots=True)
class NamingDraft:
    """``lots`` are those that the draft names, as SKU and number; the first of them in words."""

    draft: Draft
    lots: str


def drafts_naming(lots: Iterable[LotFacts]) -> list[NamingDraft]:
    """The drafts that contain one of ``lots``, last saved first, in two queries."""
    batches, serials, items = set(), set(), set()
    for lot in lots:
        items.add(lot.item)
        if lot.is_serial:
            serials.add((lot.item, lot.key))
        else:
            batches.add((lot.variant, lot.key))
    found: dict[Draft, set[str]] = {}
    rows = DraftBatch.objects.filter(line__variant__item__in=items).exclude(key="")
    for row in rows.select_related("line__draft__partner", "line__variant"):
        if (row.line.variant_id, row.key) in batches:
            found.setdefault(row.line.draft, set()).add(f"{row.line.variant.sku} {row.number}")
    lines = DraftLine.objects.filter(~Q(serial_numbers=""), variant__item__in=items)
    for line in lines.select_related("draft__partner", "variant"):
        for number in numbers_in(line.serial_numbers):
            if (line.variant.item_id, key_of(number)) in serials:
                found.setdefault(line.draft, set()).add(f"{line.variant.sku} {number}")
    by_saved = sorted(found, key=lambda draft: (draft.saved_at, str(draft.token)), reverse=True)
    return [NamingDraft(draft, listed(found[draft])) for draft in by_saved]
