"""Writing planned documents: new numbers, documents and lines, each in as few statements as the database allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from katana_trace.lib.identity import new_uuids
from tracking.ledger.holdings import BatchFacts, SerialFacts
from tracking.ledger.plan import PlannedLine
from tracking.ledger.sql import fetch, stored_uuid
from tracking.models import Document
from tracking.models.batch import RecordStatus

DOCUMENT_COLUMNS = {
    "kind": "text", "number": "text", "key": "text", "sequence": "bigint", "posted_at": "timestamptz",
    "posted_on": "date", "partner_id": "bigint", "partner_name": "text", "partner_address": "text",
    "note": "text", "posted_by_id": "int", "posted_by_name": "text", "recorded_at": "timestamptz", "reverses_id": "bigint",
    "fingerprint": "text", "token": "uuid",
}  # fmt: skip
BATCH_COLUMNS = {
    "variant_id": "bigint", "number": "text", "key": "text", "expires_on": "date", "supplier_batch": "text",
    "status": "text", "reason": "text", "note": "text",
}  # fmt: skip
SERIAL_COLUMNS = {
    "item_id": "bigint", "variant_id": "bigint", "number": "text", "key": "text", "status": "text", "reason": "text",
    "note": "text",
}  # fmt: skip
AT_ONCE = 2000  # rows of one INSERT on SQLite: of 16 columns at most, below its limit of 32,766 values

COLUMNS = "uuid, document_id, variant_id, location_id, batch_id, serial_id, quantity, epoch"


@dataclass(slots=True)
class PlannedDocument:
    document: Document
    lines: list[PlannedLine]


def write_documents(planned: Sequence[PlannedDocument]) -> None:
    """Inserts the documents with their new batches and serial numbers, then all lines in posting order."""
    write_batches(
        [line.batch for document in planned for line in document.lines if line.batch and line.batch.id is None]
    )
    write_serials(
        [line.serial for document in planned for line in document.lines if line.serial and line.serial.id is None]
    )
    write_heads([document.document for document in planned])
    write_lines(
        [
            (
                document.document.pk,
                line.variant,
                line.location,
                line.batch.id if line.batch else None,
                line.serial.id if line.serial else None,
                line.quantity,
                line.epoch,
            )
            for document in planned
            for line in document.lines
        ]
    )


def write_heads(documents: list[Document]) -> None:
    """The documents themselves, without their lines."""
    stored_at = connection.ops.adapt_datetimefield_value
    ids = insert(
        "tracking_document",
        DOCUMENT_COLUMNS,
        [
            (
                d.kind, d.number, d.key, d.sequence, stored_at(d.posted_at), d.posted_on, d.partner_id,
                d.partner_name, d.partner_address, d.note, d.posted_by_id, d.posted_by_name, stored_at(d.recorded_at),
                d.reverses_id, d.fingerprint, stored_uuid(d.token),
            )
            for d in documents
        ],
    )  # fmt: skip
    for document, id_ in zip(documents, ids, strict=True):
        document.pk = id_
        document._state.adding, document._state.db = False, connection.alias


def write_batches(facts: list[BatchFacts]) -> None:
    """In the order of their keys, so that two postings that make the same ones wait instead of deadlocking."""
    new = sorted({id(batch): batch for batch in facts}.values(), key=lambda batch: (batch.variant, batch.key))
    ids = insert(
        "tracking_batch",
        BATCH_COLUMNS,
        [(b.variant, b.number, b.key, b.expires_on, "", RecordStatus.AVAILABLE.value, "", "") for b in new],
    )
    for batch, id_ in zip(new, ids, strict=True):
        batch.id = id_


def write_serials(facts: list[SerialFacts]) -> None:
    """Without a place: the trigger gives it when the line comes in."""
    new = sorted({id(serial): serial for serial in facts}.values(), key=lambda serial: (serial.item, serial.key))
    ids = insert(
        "tracking_serialnumber",
        SERIAL_COLUMNS,
        [(s.item, s.variant, s.number, s.key, RecordStatus.AVAILABLE.value, "", "") for s in new],
    )
    for serial, id_ in zip(new, ids, strict=True):
        serial.id = id_


def insert(table: str, columns: dict[str, str], rows: Sequence[tuple]) -> list[int]:
    """The new ids of ``rows``, inserted in their order; ``columns`` are names with their types on PostgreSQL.

    ``bulk_create`` does the same and takes seven times as long, which is a fifth of a long import.
    """
    names, found = ", ".join(columns), []
    if connection.vendor == "postgresql":
        arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
        query = (
            f"INSERT INTO {table} ({names}) SELECT {names} FROM unnest({arrays}) WITH ORDINALITY AS l({names}, place)"
            " ORDER BY place RETURNING id"
        )
        return [id_ for (id_,) in fetch(query, [list(column) for column in zip(*rows, strict=True)])] if rows else []
    row = f"({', '.join(['%s'] * len(columns))})"
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        query = f"INSERT INTO {table} ({names}) VALUES {', '.join([row] * len(some))} RETURNING id"
        found += [id_ for (id_,) in fetch(query, [cell for cells in some for cell in cells])]
    return found


def write_lines(rows: Sequence[tuple]) -> None:
    """Ledger lines of (document, variant, location, batch, serial, millionths, epoch), in posting order.

    One INSERT on PostgreSQL, whose trigger judges the set; on SQLite its triggers judge each line, and an INSERT of many
    costs half: the pages that they change are kept for an undo once for each INSERT, not once for each line.
    """
    if not rows:
        return
    lock_levels(rows)
    ids = new_uuids(len(rows))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            columns = [ids, *map(list, zip(*rows, strict=True))]
            cursor.execute(
                f"INSERT INTO tracking_ledgerline ({COLUMNS}) SELECT {COLUMNS} FROM unnest("
                "%s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::int[])"
                f" WITH ORDINALITY AS l({COLUMNS}, place) ORDER BY place",
                columns,
            )
        else:
            for start in range(0, len(rows), AT_ONCE):
                some = list(zip(ids[start : start + AT_ONCE], rows[start : start + AT_ONCE], strict=True))
                places = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s)"] * len(some))
                cells = [cell for uuid, row in some for cell in (uuid.hex, *row)]
                cursor.execute(f"INSERT INTO tracking_ledgerline ({COLUMNS}) VALUES {places}", cells)


def lock_levels(rows: Sequence[tuple]) -> None:
    """Locks the levels of ``rows`` in the order of their keys, missing ones made, before a line of them has its id (rule 11).

    Whoever waits here draws the ids of his lines after those of the writer he waited for, so the order of ids is the order
    in which the stock moved. SQLite has one writer at a time.
    """
    if connection.vendor == "postgresql":
        levels = {(variant, location, batch) for _, variant, location, batch, *_ in rows}
        fetch(
            "SELECT tracking_lock_levels(%s::bigint[], %s::bigint[], %s::bigint[])",
            [list(column) for column in zip(*levels, strict=True)],
        )
