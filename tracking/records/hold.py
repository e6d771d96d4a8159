"""Holding and releasing batches and serial numbers: what is on hold is neither shipped nor used (rule 10)."""

from __future__ import annotations

from collections.abc import Sequence

from katana_trace.lib.permission import require
from katana_trace.lib.refusal import Refusal
from tracking.ledger import locks
from tracking.ledger.retry import in_transaction
from tracking.models import Batch, SerialNumber
from tracking.models.batch import RecordStatus
from tracking.records.log import Change, Record, check_reason, write_changes

PERMISSIONS = {Batch: "tracking.change_batch", SerialNumber: "tracking.change_serialnumber"}
AT_ONCE = 500  # records of one UPDATE
NAMES = {Batch: "Batch", SerialNumber: "Serial number"}
ROLE_NEEDED = "Holding and releasing take the role Manager. Ask a manager to do it."


def hold(*, records: Sequence[Record], by, reason: str) -> None:
    """Puts all of ``records`` on hold, or none. Raises Refusal for one on hold already, and PermissionDenied."""
    set_status(records, RecordStatus.HELD, by=by, reason=reason)


def release(*, records: Sequence[Record], by, reason: str) -> None:
    """Makes all of ``records`` available again, or none. Raises Refusal for one not on hold, and PermissionDenied."""
    set_status(records, RecordStatus.AVAILABLE, by=by, reason=reason)


def set_status(records: Sequence[Record], status: RecordStatus, *, by, reason: str) -> None:
    """The item locks are exclusive: a shipment sees the hold, or is posted before it."""
    for kind in {type(record) for record in records}:
        require(by, PERMISSIONS[kind], sentence=ROLE_NEEDED)
    reason = check_reason(reason)
    if not records:
        raise Refusal("Nothing was chosen. Choose at least one batch or serial number.")

    def work() -> None:
        locks.share_ledger()
        locks.own_items(record.variant.item_id for record in records)
        changes = [changed(record, status) for record in present(records)]
        kept = reason if status == RecordStatus.HELD else ""
        write_changes(changes, by=by, reason=reason)
        for kind in PERMISSIONS:
            ids = [change.record.pk for change in changes if isinstance(change.record, kind)]
            for start in range(0, len(ids), AT_ONCE):
                kind.objects.filter(pk__in=ids[start : start + AT_ONCE]).update(status=status, reason=kept)

    in_transaction(work)


def present(records: Sequence[Record]) -> list[Record]:
    """The records as they are under the lock, once each, in the order given. Raises Refusal when one is gone."""
    found: dict[tuple[type, int], Record] = {}
    for kind in PERMISSIONS:
        keys = [record.pk for record in records if isinstance(record, kind)]
        for row in kind.objects.select_related("variant__item").in_bulk(keys).values():
            found[kind, row.pk] = row
    for record in records:
        if (type(record), record.pk) not in found:
            raise Refusal(
                f"{NAMES[type(record)]} {record.number} is no longer there: tracking of its item was switched. "
                "Leave it out."
            )
    return [found[place] for place in dict.fromkeys((type(record), record.pk) for record in records)]


def changed(record: Record, status: RecordStatus) -> Change:
    """The change of one record's status. Raises Refusal, naming it, where it has that status already."""
    if record.status == status:
        name = f"{NAMES[type(record)]} {record.number} of {record.variant.item.name}"
        if status == RecordStatus.HELD:
            raise Refusal(f"{name} is on hold already: {record.reason or 'no reason given'}. Leave it out.")
        raise Refusal(f"{name} is not on hold, so it cannot be released. Leave it out.")
    return Change(record, "status", record.status, status.value)
