"""What a forger has tools for, who knows the program and may write into the database as its owner."""

from __future__ import annotations

import gzip
import hashlib

from katana_trace.lib.identity import new_uuid
from tests.forgeries import delete, execute
from tracking.ledger import seals
from tracking.ledger.change_digests import stored_changes
from tracking.ledger.digest import change_digest
from tracking.ledger.document_digests import stored_digests
from tracking.ledger.sql import fetch
from tracking.models import Archive, Batch, Document, LedgerLine, RecordChange, Seal

LINE = "variant_id, location_id, batch_id, serial_id, quantity"


def one(query: str, *values) -> object:
    return fetch(query, values)[0][0]


def document(number: str) -> int:
    return one("SELECT id FROM tracking_document WHERE number = %s", number)


def first_of(kind: str) -> int:
    return one("SELECT min(id) FROM tracking_document WHERE kind = %s", kind)


def newest() -> int:
    """The newest document, which no seal covers yet."""
    return one("SELECT max(id) FROM tracking_document")


def put_right(line: tuple, sign: int) -> None:
    """Level and place for a line that comes (+1) or goes (−1)."""
    variant, location, lot, unit, quantity = line
    execute(
        "UPDATE tracking_stocklevel SET quantity = quantity + %s, numbered = numbered + %s"
        " WHERE variant_id = %s AND location_id = %s AND coalesce(batch_id, 0) = %s",
        sign * quantity, sign * quantity if unit else 0, variant, location, lot or 0,
    )  # fmt: skip
    if unit:
        place = location if sign * quantity > 0 else None
        execute("UPDATE tracking_serialnumber SET location_id = %s WHERE id = %s", place, unit)


def take_away(id_: int) -> None:
    """A document with its lines; the levels are right afterwards."""
    for line in fetch(f"SELECT {LINE} FROM tracking_ledgerline WHERE document_id = %s", [id_]):
        put_right(line, -1)
    delete(Document, [id_])


def double(id_: int) -> int:
    """A document with its lines once more, at the end; the levels are right afterwards."""
    row, lines = Document.objects.get(pk=id_), LedgerLine.objects.filter(document=id_).order_by("pk")
    lines = list(lines)
    row.pk, row.number, row.key, row.token = newest() + 1, "PO-900", "po-900", new_uuid()
    row.save(force_insert=True)
    for line in lines:
        line.pk, line.uuid, line.document_id = one("SELECT max(id) FROM tracking_ledgerline") + 1, new_uuid(), row.pk
        line.save(force_insert=True)
    for line in fetch(f"SELECT {LINE} FROM tracking_ledgerline WHERE document_id = %s", [row.pk]):
        put_right(line, 1)
    return row.pk


def digest_anew(id_: int) -> None:
    """The document has the digest that it would have been posted with."""
    digest = next(one.recomputed for one in stored_digests() if one.id == id_)
    execute("UPDATE tracking_document SET digest = %s WHERE id = %s", digest, id_)


def change_anew(id_: int) -> None:
    """The same for a row of the change log."""
    digest = next(change_digest(one.text) for one in stored_changes() if one.id == id_)
    execute("UPDATE tracking_recordchange SET digest = %s WHERE id = %s", digest, id_)


def seal_anew() -> None:
    """The whole chain of seals over what is there now."""
    before, head = None, seals.baseline_text()
    for seal in Seal.objects.order_by("pk"):
        found = seals.read_range(before, seal.last_document, seal.last_change)
        head = seals.head_of(seal, before=head, digests=found.digests)
        execute("UPDATE tracking_seal SET head = %s WHERE id = %s", head, seal.pk)
        before = seal


def log(**values) -> None:
    """A row of the change log as the program would write it, for the batch F1."""
    lot = Batch.objects.get(pk=batch_of("F1"))
    row = RecordChange(
        subject="batch", uuid=lot.uuid, variant_id=lot.variant_id, name=lot.number, key=lot.key, reason="Typing error",
        changed_at="2026-01-31T08:00:00+00:00", digest="0" * 64, **values,
    )  # fmt: skip
    row.save(force_insert=True)


def all_lines_to(lots: tuple[int, int], column: str) -> None:
    """Everything that names one of two lots names the other one."""
    first, second = lots
    for table in ("tracking_ledgerline", "tracking_stocklevel") if column == "batch_id" else ("tracking_ledgerline",):
        swapped = f"CASE {column} WHEN {first} THEN {second} ELSE {first} END"
        if table == "tracking_stocklevel":  # unique per lot: by way of another variant's location
            execute(f"DELETE FROM {table} WHERE {column} IN ({first}, {second})")
            execute(
                f"INSERT INTO {table} (variant_id, location_id, batch_id, quantity, numbered) SELECT variant_id, location_id,"
                " batch_id, sum(quantity), 0 FROM tracking_ledgerline"
                f" WHERE {column} IN ({first}, {second}) GROUP BY 1, 2, 3"
            )
        else:
            execute(f"UPDATE {table} SET {column} = {swapped} WHERE {column} IN ({first}, {second})")


def pack(archive: Archive, content: bytes) -> None:
    """Other bytes, with the hash and the size that they have."""
    execute(
        "UPDATE tracking_archive SET content = %s, sha256 = %s, size = %s WHERE id = %s",
        gzip.compress(content, mtime=0), hashlib.sha256(content).hexdigest(), len(content), archive.pk,
    )  # fmt: skip


def batch_of(number: str) -> int:
    return one(
        "SELECT b.id FROM tracking_batch b JOIN items_variant v ON v.id = b.variant_id"
        " WHERE b.number = %s AND v.sku = 'FLOUR'",
        number,
    )
