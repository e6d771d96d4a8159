"""The first rows of the change log for the records of an installed site (rule 25).

Of that day, in the program's name: the values that are there, as far as the log does not say them already.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from katana_trace.lib import days
from tracking.ledger.changes import unlogged, write_first
from tracking.ledger.digest import ChangeText
from tracking.ledger.memberships import differences
from tracking.ledger.subjects import LOGGED, FieldChange, change_of
from tracking.ledger.subjects import first_values as values_of
from tracking.ledger.switch_log import change_of_archive, change_of_restore, change_of_switch
from tracking.models import Archive, Batch, RecordChange, SerialNumber, Switch

REASON = "As it was when the change log began"
CHUNK = 2_000


def write_all() -> None:
    """Writes them for everything that is there, some thousand rows at a time."""
    for source in (subject_values(), membership_rows(), switch_rows(), lot_values(Batch), lot_values(SerialNumber)):
        while rows := list(islice(source, CHUNK)):
            write_first(rows)


def subject_values() -> Iterator[ChangeText]:
    at = days.now()
    logged = set(RecordChange.objects.filter(uuid=None).values_list("subject", "subject_id").distinct())
    for model, what in LOGGED.items():
        for row in model._default_manager.order_by("pk").iterator(CHUNK):
            if (what.subject.value, row.pk) in logged:
                continue
            for value in values_of(row):
                if value.field != "tracking_mode" or not Switch.objects.filter(item=row.pk).exists():
                    yield change_of(row, value, by=None, reason=REASON, at=at, is_first=True)


def membership_rows() -> Iterator[ChangeText]:
    """Roles of users, and permissions of both."""
    at = days.now()
    models = {what.subject.value: model for model, what in LOGGED.items()}
    for one in differences():
        row = models[one.owner.subject]._default_manager.get(pk=one.owner.id)
        name = one.membership.name
        change = (
            FieldChange(one.membership.field, "", name) if one.is_there else FieldChange(one.membership.field, name, "")
        )
        yield change_of(row, change, by=None, reason=REASON, at=at, is_first=True)


def switch_rows() -> Iterator[ChangeText]:
    """Switches, archives and restores of before, each as its own row of the log."""
    for switch in Switch.objects.select_related("item", "switched_by").order_by("pk").iterator(CHUNK):
        yield change_of_switch(switch)
    archives = Archive.objects.defer("content").select_related("item", "switch__switched_by", "restored_by")
    for archive in archives.order_by("pk").iterator(CHUNK):
        yield change_of_archive(archive)
        if archive.restored_at is not None:
            yield change_of_restore(archive)


def lot_values(model: type[Batch] | type[SerialNumber]) -> Iterator[ChangeText]:
    rows = model.objects.order_by("pk").iterator(CHUNK)
    while lots := list(islice(rows, CHUNK)):
        yield from unlogged(lots, by=None, reason=REASON)
