"""A table of any length as an XLSX workbook for reading: a header that stays in sight, a filter, columns of a fair width.

The library makes the workbook with the header alone; the rows go in between, straight into the zip of a temporary file, so
that memory does not grow with them. What does not fit on one sheet goes on on the next.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from katana_trace.lib.xlsx_cells import day_xml, quantity_xml, text_xml

SHEET_ROWS = 1_048_575  # of a sheet, its header left out
SHEET_BYTES = 1 << 30  # of a sheet: above twice that its zip would need an extension that some programs do not read
CHUNK_ROWS = 500
IN_MEMORY = 1_000_000  # bytes of a workbook without its rows
END = b"</sheetData>"
FILTER = re.compile(rb'(<autoFilter ref="A1:[A-Z]+)\d+(")')
HEAD_FONT, HEAD_FILL = Font(bold=True), PatternFill("solid", fgColor="E8ECF2")
AT_START = Alignment(horizontal="left", vertical="top")
FAST = 1  # a stronger compression takes thrice the time for a fifth less


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """``kind`` is text, quantity (a plain decimal) or day (2026-01-31)."""

    name: str
    kind: str = "text"
    width: int = 16


def write_book(title: str, columns: Sequence[SheetColumn], rows: Iterable[Sequence[str]]) -> IO[bytes]:
    """The workbook of ``rows`` of texts in a temporary file, at its start, which goes when it is closed."""
    template, day_style = book_of(title, columns, [1, 1])
    starts = [parts_of(template, number) for number in (1, 2)]
    counts: list[int] = []
    source = iter(rows)
    file = tempfile.TemporaryFile(prefix="katana-trace-xlsx-")  # noqa: SIM115 the caller closes it
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=FAST) as target:
        first = next(source, None)
        while first is not None or not counts:
            before, after = starts[min(len(counts), 1)]
            with target.open(part_name(len(counts) + 1), "w") as part:
                part.write(before)
                count = size = 0
                # Not by a generator of ours: its end would close the source, and the rest of the rows be lost.
                taken = islice(chain([first] if first is not None else [], source), SHEET_ROWS)
                while size < SHEET_BYTES and (chunk := list(islice(taken, CHUNK_ROWS))):
                    rows_xml = (row_xml(count + n, row, columns, day_style) for n, row in enumerate(chunk, 2))
                    size += part.write("".join(rows_xml).encode())
                    count += len(chunk)
                part.write(END + FILTER.sub(rb"\g<1>%d\g<2>" % (count + 1), after))
            counts.append(count)
            first = next(source, None)
        whole, _ = book_of(title, columns, counts)
        copy_rest(whole, target)
    file.seek(0)
    return file


def row_xml(number: int, row: Sequence[str], columns: Sequence[SheetColumn], day_style: int) -> str:
    cells = []
    for letter, column, value in zip(letters(len(columns)), columns, row, strict=True):
        if not value:
            continue
        place = f"{letter}{number}"
        if column.kind == "quantity":
            cells.append(quantity_xml(place, value))
        elif column.kind == "day":
            cells.append(day_xml(place, date.fromisoformat(value), style=day_style))
        else:
            cells.append(text_xml(place, value))
    return f'<row r="{number}">{"".join(cells)}</row>'


LETTERS: dict[int, list[str]] = {}


def letters(count: int) -> list[str]:
    if count not in LETTERS:
        LETTERS[count] = [get_column_letter(number) for number in range(1, count + 1)]
    return LETTERS[count]


def book_of(title: str, columns: Sequence[SheetColumn], counts: Sequence[int]) -> tuple[IO[bytes], int]:
    """A workbook with a sheet for each of ``counts`` rows, their headers alone; and the style of its days."""
    book = Workbook(write_only=True)
    with leaving_nothing(book):
        return saved(title, columns, counts, book)


def saved(title: str, columns: Sequence[SheetColumn], counts: Sequence[int], book: Workbook) -> tuple[IO[bytes], int]:
    style = 0
    for number, count in enumerate(counts, 1):
        sheet = book.create_sheet(title if number == 1 else f"{title} {number}")
        for place, column in enumerate(columns, 1):
            sheet.column_dimensions[get_column_letter(place)].width = column.width
        sheet.freeze_panes = "A2"
        sheet.print_title_rows = "1:1"
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count + 1}"
        sheet.append([head(sheet, column.name) for column in columns])
        day = WriteOnlyCell(sheet, 1)
        day.number_format, day.alignment = "yyyy-mm-dd", AT_START
        style = day.style_id
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 it goes with the book
    book.save(file)
    return file, style


@contextmanager
def leaving_nothing(book: Workbook) -> Iterator[None]:
    """The library writes each sheet to a temporary file, and forgets it when it fails, as on a full disk."""
    try:
        yield
    except BaseException:
        for writer in filter(None, (sheet._writer for sheet in book.worksheets)):
            with suppress(OSError, ValueError):
                writer.cleanup()
        raise


def head(sheet, name: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, name)
    cell.font, cell.fill = HEAD_FONT, HEAD_FILL
    return cell


def part_name(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


def parts_of(content: IO[bytes], number: int) -> tuple[bytes, bytes]:
    """What stands before the end of the rows of a sheet, and after it."""
    with ZipFile(content) as source:
        before, _, after = source.read(part_name(number)).partition(END)
    return before, after


def copy_rest(content: IO[bytes], target: ZipFile) -> None:
    """All parts but the sheets."""
    with ZipFile(content) as source:
        for name in source.namelist():
            if not name.startswith("xl/worksheets/sheet"):
                with source.open(name) as part, target.open(name, "w") as copy:
                    shutil.copyfileobj(part, copy)
