"""Switches, archives and restores in the change log: by it the seals cover them as well (rules 25 and 26)."""

from __future__ import annotations

from tracking.ledger.digest import ChangeText
from tracking.ledger.subjects import FieldChange, change_of
from tracking.models import Archive, Switch


def change_of_switch(switch: Switch) -> ChangeText:
    """The row that says that an item's tracking was switched."""
    return change_of(
        switch.item,
        FieldChange("tracking_mode", switch.from_mode, switch.to_mode),
        by=switch.switched_by,
        reason=switch.reason,
        at=switch.switched_at,
    )


def change_of_archive(archive: Archive) -> ChangeText:
    """The row that says which bytes a switch to No tracking has left; ``archive`` comes with its switch."""
    switch = archive.switch
    return change_of(
        archive.item,
        FieldChange("archive", "", archive.sha256),
        by=switch.switched_by,
        reason=switch.reason,
        at=switch.switched_at,
    )


def change_of_restore(archive: Archive) -> ChangeText:
    """The row that says which archive was put back."""
    return change_of(
        archive.item,
        FieldChange("restored", "", archive.sha256),
        by=archive.restored_by,
        reason=f"The archive of {archive.switch.switched_at:%Y-%m-%d} was restored",
        at=archive.restored_at,
    )
