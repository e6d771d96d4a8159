"""Writing the batches and serial numbers that a posting makes: each with its first values in the change log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from katana_trace.lib.identity import new_uuids
from tracking.ledger import changes
from tracking.ledger.bulk import insert
from tracking.ledger.digest import ChangeText
from tracking.ledger.holdings import BatchFacts, SerialFacts
from tracking.ledger.planned import PlannedLine
from tracking.ledger.relabelling import LATER, LaterExpiry
from tracking.ledger.sql import stored_uuid
from tracking.models import Document, Subject
from tracking.models.batch import RecordStatus

BATCH_COLUMNS = {
    "variant_id": "bigint", "number": "text", "key": "text", "expires_on": "date", "supplier_batch": "text",
    "status": "text", "reason": "text", "note": "text", "first_at": "timestamptz", "uuid": "uuid",
}  # fmt: skip
SERIAL_COLUMNS = {
    "item_id": "bigint", "variant_id": "bigint", "number": "text", "key": "text", "status": "text", "reason": "text",
    "note": "text", "first_at": "timestamptz", "uuid": "uuid",
}  # fmt: skip
AVAILABLE = RecordStatus.AVAILABLE.value


@dataclass(slots=True)
class PlannedDocument:
    document: Document
    lines: list[PlannedLine]
    later: tuple[LaterExpiry, ...] = ()


def write_lots(planned: Sequence[PlannedDocument]) -> None:
    """Inserts the new batches and serial numbers of ``planned`` and gives them their ids.

    In the order of their keys, so that two postings that make the same ones wait instead of deadlocking. The instant of the
    document that makes a lot is what the triggers would write as its first; where a later document of the same set is dated
    before, or is a receipt, they do.
    """
    batches: dict[int, tuple[BatchFacts, Document]] = {}
    serials: dict[int, tuple[SerialFacts, Document]] = {}
    for document in planned:
        for line in document.lines:
            if line.batch and line.batch.id is None:
                batches.setdefault(id(line.batch), (line.batch, document.document))
            if line.serial and line.serial.id is None:
                serials.setdefault(id(line.serial), (line.serial, document.document))
    write_batches(sorted(batches.values(), key=lambda made: (made[0].variant, made[0].key)))
    write_serials(sorted(serials.values(), key=lambda made: (made[0].item, made[0].key)))
    changes.write_first([later_of(later, document.document) for document in planned for later in document.later])


def write_batches(new: Sequence[tuple[BatchFacts, Document]]) -> None:
    uuids, instant = new_uuids(len(new)), connection.ops.adapt_datetimefield_value
    changes.write_first(
        [
            first_of(batch, uuid, document)
            for (batch, document), uuid in zip(new, uuids, strict=True)
            if batch.expires_on
        ]
    )
    rows = [
        (b.variant, b.number, b.key, b.expires_on, "", AVAILABLE, "", "", instant(d.posted_at), stored_uuid(uuid))
        for (b, d), uuid in zip(new, uuids, strict=True)
    ]
    for (batch, _), id_ in zip(new, insert("tracking_batch", BATCH_COLUMNS, rows), strict=True):
        batch.id = id_
    for (batch, _), uuid in zip(new, uuids, strict=True):
        batch.uuid = uuid


def write_serials(new: Sequence[tuple[SerialFacts, Document]]) -> None:
    """Without a place: the trigger gives it when the line comes in."""
    instant = connection.ops.adapt_datetimefield_value
    rows = [
        (s.item, s.variant, s.number, s.key, AVAILABLE, "", "", instant(d.posted_at), stored_uuid(uuid))
        for (s, d), uuid in zip(new, new_uuids(len(new)), strict=True)
    ]
    for (serial, _), id_ in zip(new, insert("tracking_serialnumber", SERIAL_COLUMNS, rows), strict=True):
        serial.id = id_


def later_of(later: LaterExpiry, document: Document) -> ChangeText:
    """What the log keeps of a batch that expires later than what went into it (rule 10)."""
    expires_on = later.batch.expires_on
    return change_of(
        later.batch,
        later.batch.uuid,
        document,
        field=LATER,
        old=f"{later.source.expires_on.isoformat()}, {later.source.number}",
        new=expires_on.isoformat() if expires_on else "no expiry date",
        reason=later.reason,
    )


def first_of(batch: BatchFacts, uuid: UUID, document: Document) -> ChangeText:
    """The first change of a new batch: the expiry it was made with (rule 25)."""
    new = batch.expires_on.isoformat() if batch.expires_on else ""
    reason = f"Made with {document.number}"
    return change_of(batch, uuid, document, field="expires_on", old="", new=new, reason=reason, is_first=True)


def change_of(
    batch: BatchFacts,
    uuid: UUID | None,
    document: Document,
    *,
    field: str,
    old: str,
    new: str,
    reason: str,
    is_first: bool = False,
) -> ChangeText:
    """A change of ``batch`` that ``document`` makes, by who posted it and when."""
    return ChangeText(
        subject=Subject.BATCH.value,
        subject_id=None,
        uuid=uuid,
        variant=batch.variant,
        name=batch.number,
        key=batch.key,
        field=field,
        old=old,
        new=new,
        is_first=is_first,
        reason=reason,
        changed_by=document.posted_by_id,
        changed_by_name=document.posted_by_name,
        changed_at=document.recorded_at,
    )
