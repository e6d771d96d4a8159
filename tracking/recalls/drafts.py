"""Documents being written that name a lot of a case: they hold typed text, so they are found by what was typed."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from katana_trace.lib.numbers import key_of
from katana_trace.lib.pasted import numbers_in
from tracking.models import Draft, DraftBatch, DraftLine, Recall


@dataclass(frozen=True, slots=True)
class NamingDraft:
    """``numbers`` are the lots of the case that the draft names, as SKU and number."""

    draft: Draft
    numbers: tuple[str, ...]


def drafts_naming(recall: Recall) -> list[NamingDraft]:
    """The drafts that contain a lot of ``recall``, last saved first; two queries for the drafts, one for the lots."""
    batches, serials, items = set(), set(), set()
    for item, is_serial, sku, key in recall.lots.order_by().values_list("item", "is_serial", "sku", "key"):
        items.add(item)
        if is_serial:
            serials.add((item, key))
        else:
            batches.add((key_of(sku), key))
    found: dict[Draft, set[str]] = {}
    rows = DraftBatch.objects.filter(line__variant__item__in=items).exclude(key="")
    for row in rows.select_related("line__draft__partner", "line__variant"):
        if (row.line.variant.key, row.key) in batches:
            found.setdefault(row.line.draft, set()).add(f"{row.line.variant.sku} {row.number}")
    lines = DraftLine.objects.filter(~Q(serial_numbers=""), variant__item__in=items)
    for line in lines.select_related("draft__partner", "variant"):
        for number in numbers_in(line.serial_numbers):
            if (line.variant.item_id, key_of(number)) in serials:
                found.setdefault(line.draft, set()).add(f"{line.variant.sku} {number}")
    by_saved = sorted(found, key=lambda draft: (draft.saved_at, str(draft.token)), reverse=True)
    return [NamingDraft(draft, tuple(sorted(found[draft]))) for draft in by_saved]
