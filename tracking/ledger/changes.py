"""Writing the change log (rule 25): rows are only ever added, each with its digest.

The row of a change comes before the change itself: by it the database knows that a new value is logged.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from katana_trace.lib import days
from tracking.ledger import locks
from tracking.ledger.bulk import insert
from tracking.ledger.digest import ChangeText, change_digest
from tracking.ledger.sql import any_of, fetch, stored_uuid, uuid_of
from tracking.models import Batch, SerialNumber, Subject
from tracking.models.batch import RecordStatus

COLUMNS = {
    "subject": "text", "subject_id": "bigint", "uuid": "uuid", "variant_id": "bigint", "name": "text", "key": "text",
    "field": "text", "old": "text", "new": "text", "is_first": "bool", "reason": "text", "changed_by_id": "int",
    "changed_by_name": "text", "changed_at": "timestamptz", "digest": "text",
}  # fmt: skip

# The fields of a batch or serial number that the log keeps, with the value that needs no row.
LOT_FIELDS = {
    "expires_on": "", "made_on": "", "supplier_batch": "", "status": RecordStatus.AVAILABLE.value, "note": "",
}  # fmt: skip


def write_changes(changes: Sequence[ChangeText]) -> None:
    """Adds ``changes`` to the log, in their order. A seal waits for them, or they for it."""
    if changes:
        locks.share_log()
        write_first(changes)


def write_first(changes: Sequence[ChangeText]) -> None:
    """``write_changes`` for a posting, which has its lock of the ledger already: the first values of what it makes."""
    if not changes:
        return
    stored_at = connection.ops.adapt_datetimefield_value
    insert(
        "tracking_recordchange",
        COLUMNS,
        [
            (
                c.subject, c.subject_id, stored_uuid(c.uuid) if c.uuid else None, c.variant, c.name, c.key, c.field, c.old,
                c.new, c.is_first, c.reason, c.changed_by, c.changed_by_name, stored_at(c.changed_at), change_digest(c),
            )
            for c in changes
        ],
    )  # fmt: skip


def lot_change(
    lot: Batch | SerialNumber,
    *,
    field: str,
    old: str,
    new: str,
    by,
    reason: str,
    at: datetime,
    is_first: bool = False,
) -> ChangeText:
    """A change of a batch or serial number; ``by`` is the user, or None for the program itself."""
    return ChangeText(
        subject=(Subject.BATCH if isinstance(lot, Batch) else Subject.SERIAL).value,
        subject_id=None,
        uuid=lot.uuid,
        variant=lot.variant_id,
        name=lot.number,
        key=lot.key,
        field=field,
        old=old,
        new=new,
        is_first=is_first,
        reason=reason,
        changed_by=by.pk if by else None,
        changed_by_name=by.get_username() if by else "",
        changed_at=at,
    )


def last_values(lots: Collection[UUID]) -> dict[tuple[UUID, str], str]:
    """By UUID and field, the value that the log has last for each of ``lots``."""
    condition, parameter = any_of("uuid", [stored_uuid(uuid) for uuid in lots])
    rows = fetch(f"SELECT uuid, field, new FROM tracking_recordchange WHERE {condition} ORDER BY id", [parameter])
    return {(uuid_of(uuid), field): new for uuid, field, new in rows}


def unlogged(lots: Sequence[Batch] | Sequence[SerialNumber], *, by, reason: str) -> list[ChangeText]:
    """The rows that the log lacks to say what ``lots`` are: those of before it was kept, and what a restore has joined.

    ``reason`` is theirs, but that of a hold, which has its own.
    """
    there, at, found = last_values([lot.uuid for lot in lots]), days.now(), []
    for lot in lots:
        for field, empty in LOT_FIELDS.items():
            old = there.get((lot.uuid, field), empty)
            new = str(getattr(lot, field, None) or empty)
            if new != old:
                is_first = (lot.uuid, field) not in there
                why = lot.reason if field == "status" and lot.reason else reason
                found.append(
                    lot_change(lot, field=field, old=old, new=new, by=by, reason=why, at=at, is_first=is_first)
                )
    return found
