"""The first sheet of an XLSX file as rows of text, from a file that nobody trusts: it is judged while it is unpacked, and
nothing is kept of it but the row that is read and the texts that rows share.

A cell becomes what a person sees in it as far as that is exact: whole numbers without a point, other numbers with the 15
digits that a spreadsheet keeps, dates as 2026-01-31. A formula counts as the value that was saved with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from katana_trace.lib.safe_csv import FileError
from katana_trace.lib.xlsx_parser import Marks
from katana_trace.lib.xlsx_parts import SAVE_AGAIN, Parts
from katana_trace.lib.xlsx_sheet import SheetReader
from katana_trace.lib.xlsx_workbook import read_workbook

Rows = Iterable[tuple[int, list[str]]]


def sheet_rows(file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each row of the first sheet, the header first; empty rows are left out.

    All rows have as many cells as the header. Raises FileError for what is no XLSX file, goes beyond the limits, or has a row
    that is wider than the header.
    """
    parts, marks = Parts(file), Marks()
    try:
        book = read_workbook(parts, marks)
        yield from table_of(rows_of(parts, SheetReader(marks, book)))
    except FileError:
        raise
    except Exception as error:  # whatever a damaged file makes the libraries stumble over
        raise FileError(f"The file cannot be read as a spreadsheet. {SAVE_AGAIN}") from error


def rows_of(parts: Parts, reader: SheetReader) -> Rows:
    for _ in reader.parse(parts.chunks(reader.book.sheet)):
        rows, reader.rows = reader.rows, []
        yield from rows


def table_of(rows: Rows) -> Iterator[tuple[int, list[str]]]:
    header: list[str] = []
    found = 0
    for number, texts in rows:
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
