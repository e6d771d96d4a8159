"""Reading an uploaded file as a table: a spreadsheet becomes rows of text, the rows are counted, the header is looked at."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from katana_trace.lib.quantities import shown
from katana_trace.lib.safe_csv import ZIP_MAGIC, FileError, read_table
from katana_trace.lib.safe_xlsx import sheet_rows
from katana_trace.lib.xlsx_sheet import MOST_COLUMNS
from tracking.imports.folder import ImportFolder
from tracking.imports.mapping import SAMPLE
from tracking.imports.outcomes import Progress
from tracking.imports.upload import ROW_LIMIT

SHOWN_HEADER = 100  # characters of a column's name that are kept
LAST_ROW = ROW_LIMIT + 100_000  # of a sheet, its empty rows among them
MOST_LINES = 1_000_000  # of a CSV file, the empty ones and the breaks within cells among them


@dataclass(frozen=True, slots=True)
class Table:
    """What is known of a file once it was read: its header, its first rows, how many there are."""

    header: list[str]
    sample: list[list[str]]
    row_count: int
    is_sheet: bool


def read_upload(folder: ImportFolder, progress: Progress) -> Table:
    """Reads the uploaded file to its end. Raises FileError for what is no table, or one with too many rows or columns."""
    with folder.upload.open("rb") as file:
        is_sheet = file.read(4) == ZIP_MAGIC
    header: list[str] = []
    sample: list[list[str]] = []
    count = 0
    for number, cells in unpacked(folder.upload, folder.source) if is_sheet else rows_of(folder):
        if number == 1:
            header = checked(cells)
            continue
        count += 1
        progress.done = number
        if count <= SAMPLE:
            sample.append(cells)
        if count > ROW_LIMIT:
            raise too_many()
    return Table(header, sample, count, is_sheet)


def too_many() -> FileError:
    return FileError(
        f"The file has more than {ROW_LIMIT:,} rows, the limit through the browser. Split it, "
        "or import items and movements with manage.py import_csv."
    )


def unpacked(upload: Path, target: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet, which are written to ``target`` as CSV meanwhile, each at its own place."""
    with upload.open("rb") as file, target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        last = 0
        for number, cells in sheet_rows(file):
            if number > LAST_ROW:
                raise too_many()
            out.write("\r\n" * (number - last - 1))
            last = number
            writer.writerow(cells)
            yield number, cells


def rows_of(folder: ImportFolder) -> Iterator[tuple[int, list[str]]]:
    """The records of an uploaded file as they came; of a spreadsheet that was read before."""
    with folder.table().open("rb") as file:
        yield from read_table(file, most_lines=None if folder.source.is_file() else MOST_LINES)


def checked(header: list[str]) -> list[str]:
    if len(header) > MOST_COLUMNS:
        raise FileError(
            f"The header has {len(header):,} columns, the limit is {MOST_COLUMNS}. Remove what is not needed."
        )
    return [shown(name.strip(), SHOWN_HEADER) for name in header]
