"""The cases that a batch or serial number is in: what its page says first."""

from __future__ import annotations

from django.db.models import F

from tracking.models import Recall, SerialNumber
from tracking.recalls.live import still_of
from tracking.records.log import Record

MOST = 20  # cases of one number that its page names


def cases_with(record: Record) -> list[Recall]:
    """The recalls and drills that ``record`` is in: the open ones first, recalls before drills, then the last closed."""
    cases = Recall.objects.filter(
        lots__key=record.key, lots__variant=record.variant_id, lots__is_serial=isinstance(record, SerialNumber)
    )
    return list(
        still_of(cases, record.variant.item_id).order_by(F("closed_at").desc(nulls_first=True), "-kind", "-id")[:MOST]
    )
