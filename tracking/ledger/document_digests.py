"""The digests of documents, recomputed from what is in the database (rule 26, law 14).

A line whose number is gone, because tracking of its item was switched off, takes it from the newest archive that is not
restored and has one for it. So a digest stays right through off, on and restore.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from katana_trace.lib.numbers import key_of
from katana_trace.lib.safe_csv import FileError, read_rows
from tracking.ledger.digest import DigestLine, DocumentHead, document_digest, printed_number
from tracking.ledger.movement_export import HISTORY_COLUMNS
from tracking.ledger.sql import fetch, instant_of, uuid_of
from tracking.models import Archive

CHUNK = 500
NUMBERS = ("batch_number", "serial_number")

HEADS = """
    SELECT d.id, d.kind, d.number, d.sequence, d.posted_at, d.posted_on, d.partner_id, d.partner_name, d.partner_address,
        d.note, d.posted_by_id, d.posted_by_name, d.recorded_at, r.number, d.fingerprint, d.token, d.digest
    FROM tracking_document d LEFT JOIN tracking_document r ON r.id = d.reverses_id
    WHERE d.id > %s ORDER BY d.id LIMIT %s
"""
LINES = """
    SELECT l.document_id, l.uuid, l.variant_id, l.location_id, coalesce(b.number, s.number, ''), coalesce(b.key, ''),
        l.quantity, l.epoch
    FROM tracking_ledgerline l LEFT JOIN tracking_batch b ON b.id = l.batch_id
    LEFT JOIN tracking_serialnumber s ON s.id = l.serial_id
    WHERE l.document_id BETWEEN %s AND %s ORDER BY l.id
"""


@dataclass(frozen=True, slots=True)
class StoredDigest:
    """A document's ``digest`` as it is stored, and as it is ``recomputed`` now."""

    id: int
    number: str
    digest: str
    recomputed: str


def stored_digests() -> Iterator[StoredDigest]:
    """Every document with its digest and the recomputed one, by id; read in chunks."""
    archived = archived_numbers()
    last = 0
    while heads := fetch(HEADS, [last, CHUNK]):
        first, last = heads[0][0], heads[-1][0]
        lines: dict[int, list[DigestLine]] = {head[0]: [] for head in heads}
        for document, uuid, variant, location, number, key, quantity, epoch in fetch(LINES, [first, last]):
            digits = uuid if isinstance(uuid, str) else uuid.hex
            printed = printed_number(number, key) if number else archived.get(digits, "")
            lines[document].append(DigestLine(digits, variant, location, printed, quantity, epoch))
        for id_, *head, digest in heads:
            yield StoredDigest(id_, head[1], digest, document_digest(head_of(head), lines[id_]))


def head_of(cells: list) -> DocumentHead:
    (
        kind, number, sequence, posted_at, posted_on, partner, partner_name, partner_address, note, posted_by,
        posted_by_name, recorded_at, reverses, fingerprint, token,
    ) = cells  # fmt: skip
    return DocumentHead(
        kind=kind,
        number=number,
        sequence=sequence,
        posted_at=instant_of(posted_at),
        posted_on=posted_on if isinstance(posted_on, date) else date.fromisoformat(posted_on),
        partner=partner,
        partner_name=partner_name,
        partner_address=partner_address,
        note=note,
        posted_by=posted_by,
        posted_by_name=posted_by_name,
        recorded_at=instant_of(recorded_at),
        reverses=reverses or "",
        fingerprint=fingerprint,
        token=uuid_of(token),
    )


def archived_numbers() -> Mapping[str, str]:
    """By UUID of a ledger line (32 digits), its number in the newest archive not restored that has one for it."""
    found: dict[str, str] = {}
    # One by one and each finished before the next: a query that is half read keeps SQLite's writers waiting.
    for pk in list(Archive.objects.filter(restored_at=None).order_by("-pk").values_list("pk", flat=True)):
        for uuid, number in numbers_in(bytes(Archive.objects.values_list("content", flat=True).get(pk=pk))):
            found.setdefault(uuid, number)
    return found


def numbers_in(content: bytes) -> Iterator[tuple[str, str]]:
    """UUID and number of each line of an archive that has one. What cannot be read is law 10's to say."""
    try:
        for row in read_rows(io.BytesIO(gzip.decompress(content)), required=HISTORY_COLUMNS, text=NUMBERS):
            number = row.cells["batch_number"] or row.cells["serial_number"]
            if row.cells["kind"] != "record" and number:
                yield UUID(row.cells["line"]).hex, printed_number(number, key_of(number))
    except (FileError, ValueError, OSError, EOFError, zlib.error):
        return
