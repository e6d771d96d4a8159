"""The cases that a batch or serial number is in: what its page says first."""

from __future__ import annotations

from django.db.models import F

from tracking.models import Recall, RecallLot, SerialNumber
from tracking.recalls.live import found_now
from tracking.records.log import Record

MOST = 20  # cases of one number that are looked at


def cases_with(record: Record) -> list[Recall]:
    """The recalls and drills that ``record`` is in: the open ones first, recalls before drills, then the last closed."""
    is_serial = isinstance(record, SerialNumber)
    lots = RecallLot.objects.filter(key=record.key, item=record.variant.item_id, is_serial=is_serial)
    order = (F("recall__closed_at").desc(nulls_first=True), "-recall__kind", "-recall_id", "id")
    lots = list(lots.select_related("recall").order_by(*order)[:MOST])
    now = found_now(lots) if lots else {}  # a number may be that of several variants, and a SKU may have been renamed
    ours = [lot.recall for lot in lots if lot.pk in now and now[lot.pk].place == (is_serial, record.pk)]
    return list(dict.fromkeys(ours))
