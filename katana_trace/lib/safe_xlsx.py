"""The first sheet of an XLSX file as rows of text, from a file that nobody trusts: what is in the zip is weighed before it is read.

A cell becomes what a person sees in it as far as that is exact: whole numbers without a point, other numbers with the 15
digits that a spreadsheet keeps, dates as 2026-01-31. A formula counts as the value that was saved with it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import BinaryIO

from openpyxl import load_workbook
from openpyxl.cell.read_only import ReadOnlyCell

from katana_trace.lib.quantities import shown
from katana_trace.lib.safe_csv import CELL_LIMIT, FileError

MIB = 1 << 20
MOST_PARTS = 1_000
MOST_COLUMNS = 200
# Unpacked. A sheet of 100,000 rows with 19 columns has some 100 MiB and is read as it comes; the others are kept whole.
SHEET_LIMIT = 256 * MIB
STRINGS_LIMIT = 48 * MIB
PART_LIMIT = 4 * MIB

SAVE_AGAIN = "Open it in a spreadsheet and save it again as XLSX, or as CSV (UTF-8)."
CHUNK = 1 << 20
LONGEST_CELL = 1 << 14  # bytes of a cell with a formula that may lie over the end of a chunk
# A formula without the value that it had; one that gives an empty text (t="str") has it.
WITHOUT_VALUE = re.compile(
    rb'<c\b(?![^>]*\bt="str")[^>]*?\br="([A-Z0-9]+)"[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)
# How a spreadsheet writes what XML cannot have, and its own escape. Others are never written so: _x0041_ is text.
ESCAPED = re.compile(r"_x(00[01][0-9A-Fa-f]|005[Ff]|007[Ff])_", re.ASCII)
ZEROS = re.compile(r"0{2,64}", re.ASCII)


def sheet_rows(file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each row of the first sheet, the header first; empty rows are left out.

    All rows have as many cells as the header. Raises FileError for what is no XLSX file, is larger unpacked than the limits,
    or has a row that is wider than the header.
    """
    check_parts(file)
    try:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        if not book.worksheets:
            raise FileError(f"The workbook has no sheet with cells. {SAVE_AGAIN}")
        sheet = book.worksheets[0]
        check_formulas(file, sheet._worksheet_path)
        sheet.reset_dimensions()  # what the file says of its size is not to be believed
        yield from table_of(enumerate(sheet.iter_rows(), 1))
    except FileError:
        raise
    except Exception as error:  # whatever a damaged file makes the reader stumble over
        raise FileError(f"The file cannot be read as a spreadsheet. {SAVE_AGAIN}") from error


def check_parts(file: BinaryIO) -> None:
    """Weighs the parts by the sizes that the zip gives; no more than these is ever unpacked of one."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as book:
            parts = book.infolist()
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names:
                raise FileError(f"This zip file is no XLSX workbook. {SAVE_AGAIN}")
            if len(parts) > MOST_PARTS:
                raise FileError(f"The workbook has {len(parts):,} parts, the limit is {MOST_PARTS:,}. {SAVE_AGAIN}")
            for part in parts:
                check_size(part)
            sheets = sum(part.file_size for part in parts)
            if sheets > SHEET_LIMIT:
                raise too_large("The workbook", sheets, SHEET_LIMIT)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with book.open(part) as opened:
                        check_declarations(opened.read(4096))
    except FileError:
        raise
    except Exception as error:
        raise FileError(f"The file cannot be read as a spreadsheet: its zip is damaged. {SAVE_AGAIN}") from error
    finally:
        file.seek(0)


def check_size(part: zipfile.ZipInfo) -> None:
    name = part.filename.lower()
    if name.startswith("xl/worksheets/"):
        limit = SHEET_LIMIT
    elif name == "xl/sharedstrings.xml":
        limit = STRINGS_LIMIT
    elif name.startswith("xl/media/"):
        return  # pictures are never unpacked
    else:
        limit = PART_LIMIT
    if part.file_size > limit:
        raise too_large(f"The part {shown(part.filename)} of the workbook", part.file_size, limit)


def too_large(what: str, size: int, limit: int) -> FileError:
    return FileError(
        f"{what} has {size / MIB:,.0f} MiB unpacked, the limit is {limit // MIB:,} MiB. Save the rows alone as CSV (UTF-8)."
    )


def check_declarations(head: bytes) -> None:
    if b"<!" in head and (b"<!DOCTYPE" in head or b"<!ENTITY" in head):
        raise FileError(f"The workbook declares entities, which no spreadsheet program writes. {SAVE_AGAIN}")


def check_formulas(file: BinaryIO, path: str) -> None:
    """A cell whose value was never computed would be read as empty, and what it stands for be lost."""
    with zipfile.ZipFile(file) as book, book.open(path) as sheet:
        kept = b""
        while chunk := sheet.read(CHUNK):
            found = WITHOUT_VALUE.search(kept + chunk)
            if found:
                raise FileError(
                    f"The cell {found[1].decode()} is a formula whose value was not saved. Open the file in a spreadsheet "
                    "program and save it there, which computes it."
                )
            kept = chunk[-LONGEST_CELL:]


def table_of(rows: Iterator[tuple[int, tuple[ReadOnlyCell, ...]]]) -> Iterator[tuple[int, list[str]]]:
    header: list[str] = []
    found = 0
    for number, cells in rows:
        if len(cells) > MOST_COLUMNS:
            raise FileError(
                f"Row {number} has {len(cells):,} columns, the limit is {MOST_COLUMNS}. Remove what is beyond."
            )
        texts = [text_of(cell, number) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            continue
        if not header:
            if number > 1:
                raise FileError(
                    "Row 1 of the first sheet is empty. Delete the rows above the header, which comes first."
                )
            header = texts
            yield number, header
            continue
        if len(texts) > len(header):
            raise FileError(
                f"Row {number} has {len(texts)} cells, the header has {len(header)}. Name each column, or clear it."
            )
        found += 1
        yield number, texts + [""] * (len(header) - len(texts))
    if not header:
        raise FileError("The first sheet is empty. It needs a header and rows.")
    if not found:
        raise FileError("The first sheet has a header but no rows. Add at least one row.")


def text_of(cell: ReadOnlyCell, row: int) -> str:
    """The text of one cell. Raises FileError for an error value, or too long a text."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        if cell.data_type == "e":
            raise FileError(f"Row {row} has a cell with the error {shown(value, 20)}. Mend its formula, or clear it.")
        value = ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
        if len(value) > CELL_LIMIT:
            raise FileError(
                f"Row {row} has a cell with {len(value):,} characters, the limit is {CELL_LIMIT:,}. Shorten it."
            )
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return number_text(value, cell.number_format)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def number_text(value: int | float, number_format: str) -> str:
    """``417`` formatted as ``000000`` is 000417: the number that is on the pump."""
    exact = Decimal(value) if isinstance(value, int) else Decimal(f"{value:.15g}")
    if not exact.is_finite() or abs(exact.adjusted()) > CELL_LIMIT // 2:
        return str(value)
    text = format(exact, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if number_format and ZEROS.fullmatch(number_format) and text.isdigit():
        text = text.zfill(len(number_format))
    return text
