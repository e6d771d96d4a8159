"""What the pages of a batch and of a serial number say alike: movements, stock by place, and the log of changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from katana_trace.templatetags.trace_tags import day
from tracking.models import Batch, LedgerLine, RecordChange, SerialNumber, StockLevel
from tracking.models.batch import RecordStatus
from tracking.records.log import Record

LABELS = {
    "expires_on": "Expires",
    "made_on": "Made on",
    "supplier_batch": "Supplier's batch number",
    "note": "Note",
    "status": "Status",
}


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One row of the log in a person's words."""

    label: str
    old: str
    new: str
    by: str
    at: datetime
    reason: str


def movements_of(record: Record) -> QuerySet[LedgerLine]:
    """The record's ledger lines with all that a row of the page says."""
    ours = {"batch": record} if isinstance(record, Batch) else {"serial": record}
    return LedgerLine.objects.filter(**ours).select_related(
        "document__partner", "document__reverses", "document__posted_by", "location"
    )


def stock_of(batch: Batch) -> list[StockLevel]:
    """Where the batch is now; places where nothing is left are left out."""
    return list(batch.stock_levels.exclude(quantity=0).select_related("location").order_by("location__key"))


def changes_of(record: Record) -> list[ShownChange]:
    """The record's log, the newest first."""
    rows = RecordChange.objects.filter(variant=record.variant_id, key=record.key).select_related("changed_by")
    return list(shown(rows.order_by("-id")))


def shown(rows: Iterable[RecordChange]) -> Iterable[ShownChange]:
    for row in rows:
        yield ShownChange(
            label=LABELS.get(row.field, row.field),
            old=in_words(row.field, row.old),
            new=in_words(row.field, row.new),
            by=row.changed_by.get_username() if row.changed_by else "",
            at=row.changed_at,
            reason=row.reason,
        )


def in_words(field: str, value: str) -> str:
    """A logged value as pages write it; the empty text where there was none."""
    if field in {"expires_on", "made_on"} and value:
        return day(date.fromisoformat(value))
    return dict(RecordStatus.choices).get(value, value) if field == "status" else value


def last_hold(record: Batch | SerialNumber) -> RecordChange | None:
    """The change that put the record on hold, where it is on hold."""
    if not record.is_held:
        return None
    rows = RecordChange.objects.filter(variant=record.variant_id, key=record.key, field="status", new=RecordStatus.HELD)
    return rows.select_related("changed_by").order_by("-id").first()
