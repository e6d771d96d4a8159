"""The records as CSV (DESIGN 5.4): one table, by the names of the columns."""

from __future__ import annotations

from collections.abc import Iterator

from katana_trace.lib.safe_csv import guard, write_rows
from tracking.fsma.asked import Asked
from tracking.fsma.columns import COLUMNS
from tracking.fsma.sheet import read_records


def write_csv(asked: Asked) -> Iterator[bytes]:
    """Chunks of bytes; a chunk of records is read to its end before it is sent."""
    return write_rows(rows_of(asked))


def rows_of(asked: Asked) -> Iterator[list[str]]:
    yield [column.name for column in COLUMNS]
    for record in read_records(asked):
        yield [guard(column.value(record)) for column in COLUMNS]
