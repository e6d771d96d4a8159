"""Writing planned documents: new numbers, documents and lines, each in as few statements as the database allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from katana_trace.lib.identity import new_uuids
from tracking.ledger.holdings import BatchFacts, SerialFacts
from tracking.ledger.plan import PlannedLine
from tracking.models import Batch, Document, SerialNumber

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
    Document.objects.bulk_create([document.document for document in planned])
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


def write_batches(facts: list[BatchFacts]) -> None:
    """In the order of their keys, so that two postings that make the same ones wait instead of deadlocking."""
    new = sorted({id(batch): batch for batch in facts}.values(), key=lambda batch: (batch.variant, batch.key))
    rows = Batch.objects.bulk_create(
        [Batch(variant_id=b.variant, number=b.number, key=b.key, expires_on=b.expires_on) for b in new]
    )
    for batch, row in zip(new, rows, strict=True):
        batch.id = row.pk


def write_serials(facts: list[SerialFacts]) -> None:
    """Without a place: the trigger gives it when the line comes in."""
    new = sorted({id(serial): serial for serial in facts}.values(), key=lambda serial: (serial.item, serial.key))
    rows = SerialNumber.objects.bulk_create(
        [SerialNumber(item_id=s.item, variant_id=s.variant, number=s.number, key=s.key) for s in new]
    )
    for serial, row in zip(new, rows, strict=True):
        serial.id = row.pk


def write_lines(rows: Sequence[tuple]) -> None:
    """Ledger lines of (document, variant, location, batch, serial, millionths, epoch), in posting order.

    One INSERT on PostgreSQL, whose trigger judges the set; line by line on SQLite.
    """
    if not rows:
        return
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
            cursor.executemany(
                f"INSERT INTO tracking_ledgerline ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                [(uuid.hex, *row) for uuid, row in zip(ids, rows, strict=True)],
            )
