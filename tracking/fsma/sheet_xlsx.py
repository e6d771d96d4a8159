"""The records as a spreadsheet: sorted, with a header that stays and a filter; a glossary; and the list of what is missing.

The library makes the workbook, with the header of the records alone. Their rows go in between, as ``xlsx_rows`` writes
them, straight into the zip of a temporary file: memory does not grow with the period, and a row costs a tenth of what the
library takes for it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from itertools import count
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from katana_trace.lib.refusal import Refusal
from tracking.fsma.asked import Asked
from tracking.fsma.missing import Missing
from tracking.fsma.record import Record
from tracking.fsma.sheet import read_records
from tracking.fsma.xlsx_book import RECORDS_PART, make_book
from tracking.fsma.xlsx_rows import row_xml

MOST_ROWS = 1_048_575  # of a sheet, its header left out
CHUNK_ROWS = 200
END = b"</sheetData>"


def write_xlsx(asked: Asked, *, said: Sequence[tuple[str, str]], site: str) -> IO[bytes]:
    """The workbook in a temporary file, at its start, which goes when it is closed.

    ``said`` are facts of the request for the glossary; ``site`` stands before the addresses of pages. Raises Refusal for
    more records than a sheet can have.
    """
    missing = Missing()
    file = tempfile.TemporaryFile(prefix="katana-trace-fsma-")  # noqa: SIM115 the caller closes it
    with ZipFile(file, "w", ZIP_DEFLATED) as target:
        with target.open(RECORDS_PART, "w", force_zip64=True) as part:
            empty = make_book(Missing(), said=(), site=site)
            part.write(halves(empty.content)[0])
            for rows in chunks(read_records(asked, missing), day_style=empty.day_style):
                part.write(rows)
            whole = make_book(missing, said=said, site=site)
            part.write(END + halves(whole.content)[1])
        copy_rest(whole.content, target)
    file.seek(0)
    return file


def halves(content: IO[bytes]) -> tuple[bytes, bytes]:
    """The sheet of the records of a book without any: what stands before the end of its rows, and after it."""
    with ZipFile(content) as source:
        before, _, after = source.read(RECORDS_PART).partition(END)
    return before, after


def chunks(records: Iterator[Record], *, day_style: int) -> Iterator[bytes]:
    found: list[str] = []
    for number, record in zip(count(2), records, strict=False):
        if number > MOST_ROWS + 1:
            raise Refusal(f"These are more than {MOST_ROWS:,} records, the limit of a spreadsheet. Give fewer days.")
        found.append(row_xml(number, record, day_style=day_style))
        if len(found) == CHUNK_ROWS:
            yield "".join(found).encode()
            found.clear()
    yield "".join(found).encode()


def copy_rest(content: IO[bytes], target: ZipFile) -> None:
    with ZipFile(content) as source:
        for name in source.namelist():
            if name != RECORDS_PART:
                with source.open(name) as part, target.open(name, "w") as copy:
                    shutil.copyfileobj(part, copy)
