"""Switches, archives and restores in the change log: by it the seals cover them as well (rules 25 and 26)."""

from __future__ import annotations

from datetime import datetime

from items.models import Item
from tracking.ledger.digest import ChangeText
from tracking.models import Archive, Subject, Switch


def change_of_switch(switch: Switch) -> ChangeText:
    """The row that says that an item's tracking was switched."""
    return item_change(
        switch.item,
        field="tracking_mode",
        old=switch.from_mode,
        new=switch.to_mode,
        by=switch.switched_by,
        reason=switch.reason,
        at=switch.switched_at,
    )


def change_of_archive(archive: Archive) -> ChangeText:
    """The row that says which bytes a switch to No tracking has left; ``archive`` comes with its switch."""
    switch = archive.switch
    return item_change(
        archive.item,
        field="archive",
        old="",
        new=archive.sha256,
        by=switch.switched_by,
        reason=switch.reason,
        at=switch.switched_at,
    )


def change_of_restore(archive: Archive) -> ChangeText:
    """The row that says which archive was put back."""
    return item_change(
        archive.item,
        field="restored",
        old="",
        new=archive.sha256,
        by=archive.restored_by,
        reason=f"The archive of {archive.switch.switched_at:%Y-%m-%d} was restored",
        at=archive.restored_at,
    )


def item_change(item: Item, *, field: str, old: str, new: str, by, reason: str, at: datetime) -> ChangeText:
    return ChangeText(
        subject=Subject.ITEM.value,
        subject_id=item.pk,
        uuid=None,
        variant=None,
        name=item.name,
        key=item.key,
        field=field,
        old=old,
        new=new,
        is_first=False,
        reason=reason,
        changed_by=by.pk if by else None,
        changed_by_name=by.get_username() if by else "",
        changed_at=at,
    )
