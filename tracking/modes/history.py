"""The canonical history of one item: the bytes that are downloaded, hashed, archived, and restored (rules 6 and 7).

The bytes depend on the data alone, so two exports of the same state are the same.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from items.models import Item
from katana_trace.lib.safe_csv import guard, write_rows
from tracking.ledger.movement_export import HISTORY_COLUMNS, RECORD_COLUMNS, movement_rows, uuid_cell
from tracking.ledger.sql import code_point, fetch

RECORD = "record"
CHUNK = 4000

BATCHES = """
    SELECT b.key, b.number, '', b.expires_on, b.made_on, b.supplier_batch, b.status, b.reason, b.note, b.uuid
    FROM tracking_batch b WHERE b.variant_id = %s AND {key} > %s ORDER BY {key} LIMIT %s
"""
SERIALS = """
    SELECT b.key, '', b.number, NULL, NULL, '', b.status, b.reason, b.note, b.uuid
    FROM tracking_serialnumber b WHERE b.variant_id = %s AND {key} > %s ORDER BY {key} LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class HistoryFile:
    """A history written to a temporary ``file`` (at its start), with what it has in it."""

    file: IO[bytes]
    sha256: str
    size: int
    line_count: int
    record_count: int

    @property
    def row_count(self) -> int:
        return self.line_count + self.record_count


def history_rows(item: Item) -> Iterator[list[str]]:
    """The item's lines in posting order, then one row of kind ``record`` per batch or serial number, by SKU and key.

    In the column ``line`` a record has the UUID by which the change log knows it, so that a restored one is the same.
    """
    empty = [""] * len(RECORD_COLUMNS)
    for row in movement_rows(item=item.pk):
        yield row + empty
    yield from record_rows(item)


def record_rows(item: Item) -> Iterator[list[str]]:
    variants = fetch("SELECT sku, id, name FROM items_variant WHERE item_id = %s", [item.pk])
    for sku, variant, name in sorted(variants):
        for query in (BATCHES, SERIALS):
            for cells in records_of(query.format(key=code_point("b.key")), variant):
                batch, serial, expires_on, made_on, supplier_batch, status, reason, note, uuid = cells
                row = dict.fromkeys(HISTORY_COLUMNS, "")
                row.update(
                    kind=RECORD, sku=guard(sku), batch_number=guard(batch), serial_number=guard(serial),
                    expires_on=str(expires_on or ""), item=guard(item.name), variant=guard(name), unit=guard(item.unit),
                    line=uuid_cell(uuid), made_on=str(made_on or ""), supplier_batch=guard(supplier_batch), status=status,
                    reason=guard(reason), record_note=guard(note),
                )  # fmt: skip
                yield list(row.values())


def records_of(query: str, variant: int) -> Iterator[tuple]:
    """The batches or serial numbers of a variant by key, a chunk at a time, without their keys."""
    last = ""
    while True:
        rows = fetch(query, [variant, last, CHUNK])
        for row in rows:
            yield row[1:]
        if len(rows) < CHUNK:
            return
        last = rows[-1][0]


def history_chunks(item: Item) -> Iterator[bytes]:
    """The history as CSV, in chunks of bytes."""
    yield from write_rows(with_header(history_rows(item)))


def with_header(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    yield list(HISTORY_COLUMNS)
    yield from rows


def write_history(item: Item) -> HistoryFile:
    """The history in a temporary file, which goes when it is closed."""
    file = tempfile.TemporaryFile(prefix="katana-trace-history-")  # noqa: SIM115 the caller closes it
    digest, size, counts = hashlib.sha256(), 0, {"lines": 0, "records": 0}
    for chunk in write_rows(with_header(counted(history_rows(item), counts))):
        file.write(chunk)
        digest.update(chunk)
        size += len(chunk)
    file.seek(0)
    return HistoryFile(file, digest.hexdigest(), size, counts["lines"], counts["records"])


def counted(rows: Iterator[list[str]], counts: dict[str, int]) -> Iterator[list[str]]:
    for row in rows:
        counts["records" if row[0] == RECORD else "lines"] += 1
        yield row


def history_filename(item: Item) -> str:
    """A file name that every system takes: ``history-country-loaf-5.csv``."""
    name = re.sub(r"[^a-z0-9]+", "-", item.key.encode("ascii", "ignore").decode()).strip("-")[:60]
    return f"history-{name}-{item.pk}.csv" if name else f"history-{item.pk}.csv"
