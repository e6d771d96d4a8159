"""Whether an archive can be restored now, told without opening it: for lists, and before the preview (rules 2 and 7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from items.models import TrackingMode
from tracking.models import Archive
from tracking.modes import check


@dataclass(frozen=True, slots=True)
class ArchiveState:
    """``missing`` is what must be done before ``archive`` can be restored: "" when nothing, or when it was already."""

    archive: Archive
    missing: str

    @property
    def is_open(self) -> bool:
        return not self.missing and self.archive.restored_at is None


def states_of(archives: Iterable[Archive]) -> list[ArchiveState]:
    """The state of each archive, whose item was loaded with it. What clashes is seen in the preview alone."""
    archives = list(archives)
    is_closed = bool(archives and check.refusal_of_addon())
    return [ArchiveState(archive, missing_of(archive, is_closed)) for archive in archives]


def missing_of(archive: Archive, is_closed: bool) -> str:
    present = archive.item.tracking_mode
    what = "batches" if archive.mode == TrackingMode.BATCH else "serial numbers"
    if archive.restored_at is not None:
        return ""
    if present == archive.mode:
        return "Needs the add-on" if is_closed else ""
    if present == TrackingMode.NONE:
        return f"Needs the add-on, then {what}" if is_closed else f"Enable {what} first"
    return f"Has {check.LABELS[present]} now"
