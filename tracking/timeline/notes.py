"""Events that move nothing: changes of the record, holds, downloads of the history, switches, restores.

Another source is a line in ``notes_on`` and a function that turns its row into an event.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from django.db.models import Model, QuerySet

from katana_trace.templatetags.trace_tags import day
from tracking.models import Archive, HistoryDownload, RecordChange, Switch
from tracking.models.batch import RecordStatus
from tracking.records.log import Record
from tracking.timeline.documents import first_line_of
from tracking.timeline.event import Event

LABELS = {
    "expires_on": "Expiry date changed",
    "later_expiry": "Took in what expires sooner",
    "made_on": "Date of making changed",
    "supplier_batch": "Supplier's batch number changed",
    "note": "Note changed",
}
NOTHING = "none"


def notes_on(record: Record) -> list[Callable[[int, int], list[Event]]]:
    """The sources of what was noted since the number's first line: what came before was another life, or the item's alone."""
    item = record.variant.item_id
    downloads = HistoryDownload.objects.filter(item=item).select_related("downloaded_by")
    changes = RecordChange.objects.filter(uuid=record.uuid, is_first=False)
    switches = Switch.objects.filter(item=item).select_related("switched_by")
    restores = Archive.objects.filter(item=item, restored_at__isnull=False).select_related("restored_by")
    begun = first_line_of(record)
    if begun is None:
        downloads, switches, restores = downloads.none(), switches.none(), restores.none()
    else:
        downloads = downloads.filter(downloaded_at__gte=begun.document.recorded_at)
        changes = changes.filter(changed_at__gte=begun.document.recorded_at)
        switches = switches.filter(epoch__gt=begun.epoch)
        restores = restores.filter(switch__epoch__gt=begun.epoch)
    return [
        partial(rows_below, downloads, download_event),
        partial(rows_below, changes, change_event),
        partial(rows_below, switches, switch_event),
        partial(restores_below, restores),
    ]


def rows_below(rows: QuerySet, event: Callable[[Model], Event], below: int, size: int) -> list[Event]:
    """Events of ``rows``, which were written in the order of their ids."""
    return [event(row) for row in rows.filter(id__lt=below).order_by("-id")[:size]]


def restores_below(archives: QuerySet[Archive], below: int, size: int) -> list[Event]:
    """Archives are not restored in the order they were made in, so their place is the how-manieth restore it was.

    An item has few of them: each is a day on which tracking was switched off and on.
    """
    rows = archives.defer("content").order_by("restored_at", "id")
    found = [restore_event(place, row) for place, row in enumerate(rows, 1) if place < below]
    return found[::-1][:size]


def change_event(change: RecordChange) -> Event:
    by = change.changed_by_name
    if change.field == "status":
        held = change.new == RecordStatus.HELD
        what, icon = ("Put on hold", "pause") if held else ("Released", "tick")
        return Event(change.changed_at, change.pk, what, icon, by, reason=change.reason)
    return Event(
        change.changed_at,
        change.pk,
        LABELS.get(change.field, f"{change.field} changed"),
        "edit",
        by,
        reason=change.reason,
        old=in_words(change.field, change.old),
        new=in_words(change.field, change.new),
    )


def in_words(field: str, value: str) -> str:
    """A logged value as pages write it."""
    if field in {"expires_on", "made_on"} and value:
        return day(date.fromisoformat(value))
    return value or NOTHING


def download_event(download: HistoryDownload) -> Event:
    by = name_of(download.downloaded_by)
    return Event(download.downloaded_at, download.pk, "Exported with the history of the item", "down", by)


def switch_event(switch: Switch) -> Event:
    off = switch.to_mode == "none"
    what = "Tracking switched off" if off else f"Tracking switched on: {switch.get_to_mode_display()}"
    by = name_of(switch.switched_by)
    return Event(switch.switched_at, switch.pk, what, "lock" if off else "batch", by, reason=switch.reason)


def restore_event(place: int, archive: Archive) -> Event:
    return Event(archive.restored_at, place, "Restored from the archive", "restore", name_of(archive.restored_by))


def name_of(user) -> str:
    return user.get_username() if user else ""
