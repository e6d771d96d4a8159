"""What the pages of a batch and of a serial number say alike: the timeline, stock by place, and the present hold."""

from __future__ import annotations

from django.http import HttpRequest

from tracking.models import Batch, RecordChange, SerialNumber, StockLevel
from tracking.models.batch import RecordStatus
from tracking.records.log import Record
from tracking.timeline import CHANGES, MOVEMENTS, timeline_of

SHOWN = ((MOVEMENTS, "Movements"), (CHANGES, "Changes"))


def timeline_shown(request: HttpRequest, record: Record) -> dict:
    """What the fragment of the timeline needs; a filter that is not known is taken as none."""
    show = request.GET.get("show", "")
    show = show if show in dict(SHOWN) else ""
    return {
        "record": record,
        "page": timeline_of(record, show=show, cursor=request.GET.get("after", "")),
        "show": show,
        "choices": [("", "All"), *SHOWN],
        "filters": f"show={show}" if show else "",
    }


def stock_of(batch: Batch) -> list[StockLevel]:
    """Where the batch is now; places where nothing is left are left out."""
    return list(batch.stock_levels.exclude(quantity=0).select_related("location").order_by("location__key"))


def last_hold(record: Batch | SerialNumber) -> RecordChange | None:
    """The change that put the record on hold, where it is on hold."""
    if not record.is_held:
        return None
    rows = RecordChange.objects.filter(uuid=record.uuid, field="status", new=RecordStatus.HELD)
    return rows.select_related("changed_by").order_by("-id").first()
