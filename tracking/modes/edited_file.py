"""A history file that was saved again by a spreadsheet, compared with the archive cell by cell (rule 7).

What a spreadsheet changes without being asked does not count: encoding, byte order mark, line ends, separators, the order
of rows and columns, spaces around a cell, zeros at the end of a quantity.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from katana_trace.lib.numbers import key_of
from katana_trace.lib.quantities import parse_quantity, shown
from katana_trace.lib.refusal import Refusal
from katana_trace.lib.safe_csv import RECORD_LIMIT, ZIP_MAGIC, FileError, delimiter_of, read_rows
from tracking.ledger.movement_export import HISTORY_COLUMNS
from tracking.modes.history import RECORD
from tracking.modes.history_content import TEXT, as_uuid
from tracking.modes.settlement import Number

SHOWN = 200
LINE_END = re.compile(r"\r\n|\r|\n")
PLACE = {name: place for place, name in enumerate(HISTORY_COLUMNS)}
UNIQUE = frozenset(("line", "serial_number"))  # of the other columns many cells are the same text, which is kept once
NEEDED = ("kind", "sku", "batch_number", "serial_number", "line")  # without these no row can be found again
WHOLE_ROW = "row"


@dataclass(frozen=True, slots=True)
class Misfit:
    """A cell of a file that is not what the archive has there; ``row`` is 0 for a row that the file lacks."""

    row: int
    column: str
    archived: str
    found: str

    def sentence(self) -> str:
        if self.column == WHOLE_ROW:
            return f"Row {self.row}: {self.found}" if self.row else f"A row is missing: {self.archived}"
        return (
            f"Row {self.row}, {self.column}: “{shown(self.archived)}” in the archive, “{shown(self.found)}” in the file"
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """The first of ``count`` misfits; a file without any has the contents of the archive."""

    misfits: tuple[Misfit, ...]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.misfits)


class KeptRow(NamedTuple):
    """A row of a file, in little memory: its cells in the order of the history's columns, None where it has none."""

    number: int
    cells: tuple[str | None, ...]

    def cell(self, column: str) -> str:
        return self.cells[PLACE[column]] or ""


@dataclass(slots=True)
class FileRows:
    """The rows of a history: its lines by UUID, its records by number, and those that came a second time.

    ``is_cut`` where the file has more rows than were wanted, which are not here.
    """

    columns: frozenset[str]
    lines: dict[UUID, KeptRow] = field(default_factory=dict)
    records: dict[Number, KeptRow] = field(default_factory=dict)
    doubled: list[KeptRow] = field(default_factory=list)
    is_cut: bool = False

    def keys(self) -> set:
        return self.lines.keys() | self.records.keys()

    @property
    def count(self) -> int:
        return len(self.lines) + len(self.records) + len(self.doubled)


def read_archive_rows(content: bytes) -> FileRows:
    """The rows of an archive, which is as this program wrote it. Raises Refusal when it cannot be read."""
    return collect(content, HISTORY_COLUMNS, ())


def read_file_rows(content: bytes, *, most: int) -> FileRows:
    """The first ``most`` rows of a file in any encoding and layout that spreadsheets save.

    Raises Refusal when it is no history.
    """
    if content.startswith(ZIP_MAGIC):
        raise Refusal(
            "This is a spreadsheet or zip file, and a history is CSV. Use the file as it was downloaded.", field="file"
        )
    text = decoded(content)
    # By its text, for a byte order mark in the middle of the header would be a part of a name.
    end = LINE_END.search(text)
    names = header_of(text[: min(end.start() if end else len(text), RECORD_LIMIT)])
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise Refusal(
            f"This file is no history: it lacks the column “{missing[0]}”, by which its rows are found again. "
            "Use the file as it was downloaded before tracking was switched off.",
            field="file",
        )
    known = tuple(name for name in HISTORY_COLUMNS if name in names)
    others = tuple(name for name in names if name not in known)
    content = text.encode()
    del text
    return collect(content, known, others, most)


def decoded(content: bytes) -> str:
    """Text in UTF-8, in UTF-16 with its mark, or as Windows writes it in Western Europe."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def header_of(line: str) -> list[str]:
    """The names of the columns; none where the line cannot be read."""
    try:
        header = next(csv.reader([line], delimiter=delimiter_of(line)), [])
    except csv.Error:
        return []
    return [name.strip().lower() for name in header]


def collect(content: bytes, required: tuple[str, ...], others: tuple[str, ...], most: int | None = None) -> FileRows:
    found = FileRows(columns=frozenset(required))
    texts: dict[str, str] = {}
    try:
        for row in read_rows(io.BytesIO(content), required=required, optional=others, text=TEXT):
            cells = ((name, row.cells.get(name)) for name in HISTORY_COLUMNS)
            kept = tuple(
                cell if name in UNIQUE or cell is None else texts.setdefault(cell, cell) for name, cell in cells
            )
            if most is not None and found.count == most:
                found.is_cut = True
                break
            keep_row(found, KeptRow(row.number, kept))
    except FileError as error:
        if "no rows" not in str(error):
            raise Refusal(str(error), field="file") from error
    return found


def keep_row(found: FileRows, row: KeptRow) -> None:
    if row.cell("kind").strip() == RECORD:
        kept: dict = found.records
        name: Number | UUID = key_of(row.cell("sku")), key_of(row.cell("batch_number") or row.cell("serial_number"))
    else:
        kept, name = found.lines, as_uuid(row.cell("line").strip())
    if name in kept or name == UUID(int=0):
        found.doubled.append(row)
    else:
        kept[name] = row


def compare_files(archived: FileRows, file: FileRows) -> Comparison:
    """What ``file`` has otherwise than ``archived``, in the order of the file, then what it lacks."""
    first: list[Misfit] = []
    count = 0
    for misfit in misfits_of(archived, file):
        count += 1
        if len(first) < SHOWN:
            first.append(misfit)
    return Comparison(tuple(first), count)


def misfits_of(archived: FileRows, file: FileRows) -> Iterator[Misfit]:
    for column in HISTORY_COLUMNS:
        if column not in file.columns:
            yield Misfit(1, column, column, "no such column")
    for there, here in ((archived.lines, file.lines), (archived.records, file.records)):
        for name, row in here.items():
            if name not in there:
                yield Misfit(row.number, WHOLE_ROW, "", f"{told(row)} is not in the archive")
            else:
                yield from misfits_of_row(there[name], row)
    for row in file.doubled:
        yield Misfit(row.number, WHOLE_ROW, "", f"{told(row)} has no line of the archive that is its own")
    for there, here in ((archived.lines, file.lines), (archived.records, file.records)):
        for name, row in there.items():
            if name not in here:
                yield Misfit(0, WHOLE_ROW, f"{told(row)}, row {row.number} of the archive", "not in the file")


def misfits_of_row(archived: KeptRow, row: KeptRow) -> Iterator[Misfit]:
    for column, there, here in zip(HISTORY_COLUMNS, archived.cells, row.cells, strict=True):
        if here is not None and not is_same(column, there or "", here):
            yield Misfit(row.number, column, there or "", here)


def is_same(column: str, archived: str, found: str) -> bool:
    """Whether a cell says what the archive says; a quantity may have a comma, and zeros at its end."""
    if archived == found:
        return True
    one, other = plain_text(archived), plain_text(found)
    if one == other:
        return True
    return column == "quantity" and millionths_of(one) == millionths_of(other) is not None


def plain_text(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def millionths_of(text: str) -> int | None:
    try:
        return parse_quantity(text.replace("−", "-").replace(",", "."))
    except ValueError:
        return None


def told(row: KeptRow) -> str:
    """A row by what a person knows it by."""
    names = ("document", "sku", "batch_number", "serial_number")
    return ", ".join(shown(row.cell(name)) for name in names if row.cell(name)) or "This row"
