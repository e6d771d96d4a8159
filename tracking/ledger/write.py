"""Writing planned documents: new numbers, documents and lines, each in as few statements as the database allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from katana_trace.lib.identity import new_uuids
from tracking.ledger import guards
from tracking.ledger.bulk import VALUES, Call, insert
from tracking.ledger.digest import DigestLine, DocumentHead, document_digest
from tracking.ledger.new_lots import PlannedDocument, write_lots
from tracking.ledger.planned import PlannedLine
from tracking.ledger.sql import fetch, stored_uuid
from tracking.models import Document

DOCUMENT_COLUMNS = {
    "kind": "text", "number": "text", "key": "text", "sequence": "bigint", "posted_at": "timestamptz",
    "posted_on": "date", "partner_id": "bigint", "partner_name": "text", "partner_address": "text",
    "note": "text", "posted_by_id": "int", "posted_by_name": "text", "recorded_at": "timestamptz", "reverses_id": "bigint",
    "fingerprint": "text", "digest": "text", "token": "uuid",
}  # fmt: skip
COLUMNS = "uuid, document_id, variant_id, location_id, batch_id, serial_id, quantity, epoch"


class LineRow(NamedTuple):
    """A ledger line to be written, without its document; ``number`` is that of its batch or serial number, as printed."""

    uuid: UUID
    variant: int
    location: int
    batch: int | None
    serial: int | None
    number: str
    quantity: int
    epoch: int


def write_documents(planned: Sequence[PlannedDocument]) -> None:
    """Inserts the documents with their new batches and serial numbers, then all lines in posting order."""
    write_lots(planned)
    rows = [line_rows(document.lines) for document in planned]
    for document, its in zip(planned, rows, strict=True):
        document.document.digest = digest_of(document.document, its)
    write_heads([document.document for document in planned], locks=[row for its in rows for row in its])
    write_lines({document.document.pk: its for document, its in zip(planned, rows, strict=True)}, are_locked=True)


def line_rows(lines: Sequence[PlannedLine]) -> list[LineRow]:
    return [
        LineRow(
            uuid,
            line.variant,
            line.location,
            line.batch.id if line.batch else None,
            line.serial.id if line.serial else None,
            line.printed,
            line.quantity,
            line.epoch,
        )
        for uuid, line in zip(new_uuids(len(lines)), lines, strict=True)
    ]


def digest_of(document: Document, rows: Sequence[LineRow]) -> str:
    """The digest of a document that is about to be written with ``rows``, in line order (rule 26)."""
    head = DocumentHead(
        kind=document.kind,
        number=document.number,
        sequence=document.sequence,
        posted_at=document.posted_at,
        posted_on=document.posted_on,
        partner=document.partner_id,
        partner_name=document.partner_name,
        partner_address=document.partner_address,
        note=document.note,
        posted_by=document.posted_by_id,
        posted_by_name=document.posted_by_name,
        recorded_at=document.recorded_at,
        reverses=document.reverses.number if document.reverses else "",
        fingerprint=document.fingerprint,
        token=document.token,
    )
    return document_digest(
        head, [DigestLine(row.uuid.hex, row.variant, row.location, row.number, row.quantity, row.epoch) for row in rows]
    )


def write_heads(documents: list[Document], *, locks: Sequence[LineRow] = ()) -> None:
    """The documents themselves, without their lines; the levels of ``locks`` are locked in the same statement."""
    stored_at = connection.ops.adapt_datetimefield_value
    cells = [
        (
            d.kind, d.number, d.key, d.sequence, stored_at(d.posted_at), d.posted_on, d.partner_id,
            d.partner_name, d.partner_address, d.note, d.posted_by_id, d.posted_by_name, stored_at(d.recorded_at),
            d.reverses_id, d.fingerprint, d.digest, stored_uuid(d.token),
        )
        for d in documents
    ]  # fmt: skip
    with guards.sentences():
        ids = insert("tracking_document", DOCUMENT_COLUMNS, cells, call=lock_of_levels(locks) if locks else None)
    for document, id_ in zip(documents, ids, strict=True):
        document.pk = id_
        document._state.adding, document._state.db = False, connection.alias


def write_lines(documents: Mapping[int, Sequence[LineRow]], *, are_locked: bool = False) -> None:
    """The ledger lines of documents (by their ids), in posting order; their levels are locked first, where they are not yet.

    One INSERT on PostgreSQL, whose trigger judges the set; on SQLite its triggers judge each line, and an INSERT of many
    costs half: the pages that they change are kept for an undo once for each INSERT, not once for each line.
    """
    rows = [
        (row.uuid, document, row.variant, row.location, row.batch, row.serial, row.quantity, row.epoch)
        for document, lines in documents.items()
        for row in lines
    ]
    if not rows:
        return
    if not are_locked:
        lock_levels([row for lines in documents.values() for row in lines])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"INSERT INTO tracking_ledgerline ({COLUMNS}) SELECT {COLUMNS} FROM unnest("
                "%s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::int[])"
                f" WITH ORDINALITY AS l({COLUMNS}, place) ORDER BY place",
                [list(column) for column in zip(*rows, strict=True)],
            )
        else:
            at_once = VALUES // len(rows[0])
            for start in range(0, len(rows), at_once):
                some = rows[start : start + at_once]
                places = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s)"] * len(some))
                cells = [cell for uuid, *row in some for cell in (uuid.hex, *row)]
                cursor.execute(f"INSERT INTO tracking_ledgerline ({COLUMNS}) VALUES {places}", cells)


def lock_levels(rows: Sequence[LineRow]) -> None:
    """Locks the levels of ``rows`` in the order of their keys, missing ones made, before a line of them has its id (rule 11).

    Whoever waits here draws the ids of his lines after those of the writer he waited for, so the order of ids is the order
    in which the stock moved. SQLite has one writer at a time.
    """
    if connection.vendor == "postgresql":
        call = lock_of_levels(rows)
        with guards.sentences():
            fetch(f"SELECT {call.expression}", call.parameters)


def lock_of_levels(rows: Sequence[LineRow]) -> Call:
    """The call that ``lock_levels`` makes, for another statement to make on its way."""
    levels = {(row.variant, row.location, row.batch) for row in rows}
    return Call(
        "tracking_lock_levels(%s::bigint[], %s::bigint[], %s::bigint[])",
        [list(column) for column in zip(*levels, strict=True)],
    )
