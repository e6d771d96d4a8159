"""CSV in and out (DESIGN 5.4): UTF-8, RFC 4180, and text that no spreadsheet takes for a formula, without loss.

A file may come from anybody: it is judged while it is read, and no more of it is kept than one record.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from katana_trace.lib.quantities import shown

CELL_LIMIT = 1000
RECORD_LIMIT = 500_000  # characters; 200 cells at their limit, each quoted, have fewer
BOM = "\ufeff"
# What makes a spreadsheet read a cell as a formula, in both widths, and the mark that we put before it.
DANGEROUS = frozenset("=+-@\t\r'＝＋－＠＇")
CHUNK_ROWS = 500  # rows in one chunk of bytes that is written
ZIP_MAGIC = b"PK\x03\x04"


class FileError(ValueError):
    """The file as a whole cannot be read; the text is a full sentence."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record: its number as a spreadsheet shows it (the header is row 1) and its cells by column."""

    number: int
    cells: dict[str, str]


def guard(text: str) -> str:
    """``text`` as it is written into a cell: with a ``'`` before what would be a formula, or begins with a ``'``."""
    return "'" + text if text and text[0] in DANGEROUS else text


def unguard(text: str) -> str:
    """The inverse of ``guard``: one leading ``'`` goes, only before a character that it guards."""
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in DANGEROUS else text


def write_rows(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """CSV in chunks of bytes, with a byte order mark; the cells must be guarded where they are text."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    out.write(BOM)
    for count, row in enumerate(rows, 1):
        writer.writerow(row)
        if count % CHUNK_ROWS == 0:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    if out.tell():
        yield out.getvalue().encode()


def read_rows(
    file: BinaryIO,
    *,
    required: Sequence[str],
    optional: Sequence[str] = (),
    text: Sequence[str] = (),
    most_lines: int | None = None,
) -> Iterator[Row]:
    """The records of a CSV file with the named columns in any order; cells of ``text`` columns come unguarded.

    Raises FileError for what ``read_table`` refuses, or a header that does not fit.
    """
    table = read_table(file, known=required, most_lines=most_lines)
    _, header = next(table)
    header = [name.strip().lower() for name in header]
    check_header(header, required, optional)
    unguarded = [name in text for name in header]
    for number, cells in table:
        # Hardly a cell begins with the guard's mark; a call for each of the others would show in a long import.
        yield Row(
            number,
            {n: unguard(c) if u and c[:1] == "'" else c for n, c, u in zip(header, cells, unguarded, strict=True)},
        )


def read_table(
    file: BinaryIO, *, known: Sequence[str] = (), most_lines: int | None = None
) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each record of a CSV file as they stand there, the header first; empty lines are left out.

    ``known`` are the columns that a sentence may name, ``most_lines`` a limit of lines where there is one, empty ones among
    them. Raises FileError for an encoding other than UTF-8, a record of another length than the header, a quote that is
    never closed, or a record or cell above the limit; a file without records is an error too.
    """
    head = file.read(4)
    file.seek(0)
    if head.startswith(ZIP_MAGIC):
        raise FileError("This is a spreadsheet or zip file, not CSV. Save it as CSV (UTF-8) and try again.")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileError("This file is in UTF-16, UTF-8 is needed. Save it as CSV (UTF-8) and try again.")
    lines = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        yield from parse(lines, known, most_lines)
    except UnicodeDecodeError as error:
        raise FileError(
            f"The file is not in UTF-8 (byte {error.object[error.start]:#04x} cannot be read). Save it as CSV (UTF-8)."
        ) from error
    finally:
        with suppress(ValueError):  # who stopped reading may have closed the file already
            lines.detach()


def parse(
    file: io.TextIOWrapper, known: Sequence[str], most_lines: int | None = None
) -> Iterator[tuple[int, list[str]]]:
    first = file.readline(RECORD_LIMIT + 1)
    if not first.strip():
        needed = f" It needs a header with the columns {', '.join(known)}." if known else " It needs a header and rows."
        raise FileError(f"The file is empty.{needed}")
    file.seek(0)
    lines = Lines(file, most_lines)
    reader = csv.reader(lines.checked(), delimiter=delimiter_of(first), strict=True)
    number = rows = 0
    try:
        header = next(reader)
        width, number = len(header), 1
        yield number, header
        lines.pending = 0
        for cells in reader:
            number += 1
            lines.pending = 0
            if not cells:
                continue
            if len(cells) != width:
                raise FileError(
                    f"Row {number} has {len(cells)} cells, the header has {width}. Give each row {width} cells."
                )
            if max(map(len, cells)) > CELL_LIMIT + 1:
                name, cell = next(pair for pair in zip(header, cells, strict=True) if len(pair[1]) > CELL_LIMIT + 1)
                raise FileError(
                    f"Row {number}: the cell {shown(name.strip().lower())} has {len(cell):,} characters, "
                    f"the limit is {CELL_LIMIT:,}. Shorten it."
                )
            rows += 1
            yield number, cells
    except csv.Error as error:
        reason = (
            'a quote (") is opened and never closed'
            if "end of data" in str(error) or "limit" in str(error)
            else str(error)
        )
        raise FileError(
            f"The file cannot be read as CSV after row {max(number, 1)}: {reason}. Mend the quoting there."
        ) from error
    if not rows:
        raise FileError("The file has a header but no rows. Add at least one row.")


class Lines:
    """The lines of a file. ``pending`` are the characters that were read since the last record ended."""

    def __init__(self, file: io.TextIOWrapper, most: int | None):
        self.file, self.most, self.pending = file, most, 0

    def checked(self) -> Iterator[str]:
        """The lines, refusing NUL, which PostgreSQL cannot store, and a record that does not end."""
        number = 0
        while line := self.file.readline(RECORD_LIMIT + 1):
            number += 1
            self.pending += len(line)
            if self.pending > RECORD_LIMIT:
                raise FileError(
                    f"Line {number} is in a row of more than {RECORD_LIMIT:,} characters, which is the limit. "
                    'Look there for a quote (") that is never closed, and export the file again as CSV (UTF-8).'
                )
            if self.most is not None and number > self.most:
                raise FileError(
                    f"The file has more than {self.most:,} lines, empty ones included, which is the limit. "
                    "Remove the empty ones, or split it."
                )
            if "\0" in line:
                raise FileError(
                    f"Line {number} has a NUL character, so this is no text file. Export it again as CSV (UTF-8)."
                )
            yield line


def delimiter_of(header: str) -> str:
    """Comma, semicolon or tab: whichever the header has most of."""
    return max(",;\t", key=header.count)


def check_header(header: list[str], required: Sequence[str], optional: Sequence[str]) -> None:
    doubled = sorted(name for name, count in Counter(header).items() if count > 1)
    missing = [name for name in required if name not in header]
    unknown = [name for name in header if name not in required and name not in optional]
    known = ", ".join([*required, *optional])
    if missing:
        raise FileError(f"The header lacks the column “{missing[0]}”. It needs {', '.join(required)}.")
    if doubled:
        raise FileError(f"The header has the column “{shown(doubled[0])}” twice. Keep one of them.")
    if unknown:
        raise FileError(f"The header has an unknown column “{shown(unknown[0])}”. Known are {known}.")
