"""The workbook around the records: the header of their sheet, the glossary, the list of what is missing."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from typing import IO, NamedTuple

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from katana_trace.lib.xlsx_book import leaving_nothing
from katana_trace.lib.xlsx_cells import kept
from tracking.fsma.columns import COLUMNS, NOTES, TITLE
from tracking.fsma.missing import Gap, Missing

RECORDS_PART = "xl/worksheets/sheet1.xml"  # of the zip; the sheet that is made first
IN_MEMORY = 1_000_000  # bytes of a workbook without its records
LINE_HEIGHT = 15  # points
TABLOID = 3  # 11 × 17 inches: two of them, side by side, have all columns of the records in a size to read
HEAD_FONT, HEAD_FILL = Font(bold=True), PatternFill("solid", fgColor="E8ECF2")
WRAPPED, AT_START = Alignment(wrap_text=True, vertical="top"), Alignment(horizontal="left", vertical="top")
GLOSSARY = (("Column", 26), ("Name in the CSV file", 24), ("Meaning", 78), ("Kept under 21 CFR", 52))
GAPS = (("What", 16), ("Name", 36), ("Missing, and what helps", 78), ("Records", 11), ("Where it is mended", 60))


class Book(NamedTuple):
    """``content`` is the workbook without records; ``day_style`` the number of its style for days."""

    content: IO[bytes]
    day_style: int


class Table:
    """A sheet with its header, which stays in sight and is on each printed page; ``head`` are titles and widths."""

    def __init__(self, book: Workbook, title: str, head: Sequence[tuple[str, int]], *, pages_wide: int = 1):
        self.sheet = book.create_sheet(title)
        self.widths = [width for _, width in head]
        self.rows = 0
        for number, width in enumerate(self.widths, 1):
            self.sheet.column_dimensions[get_column_letter(number)].width = width
        self.sheet.freeze_panes = "A2"
        self.sheet.print_title_rows = "1:1"
        self.sheet.page_setup.orientation = "landscape"
        self.sheet.page_setup.fitToHeight = 0
        self.sheet.page_setup.fitToWidth = pages_wide
        self.sheet.sheet_properties.pageSetUpPr.fitToPage = True
        self.sheet.oddFooter.center.text = "&P / &N"
        self.append([name for name, _ in head], is_head=True)

    def append(self, values: Sequence[str | int], *, is_head: bool = False) -> None:
        """A row as high as its longest text; a spreadsheet that opens it does not see to that."""
        self.rows += 1
        lines = [-(-len(str(value)) // (width - 2)) for value, width in zip(values, self.widths, strict=False)]
        self.sheet.row_dimensions[self.rows].height = LINE_HEIGHT * max(lines, default=1)
        self.sheet.append([self.cell(value, is_head) for value in values])

    def cell(self, value: str | int, is_head: bool) -> WriteOnlyCell | None:
        """A number, or a text, whatever it begins with."""
        if value == "":
            return None
        cell = WriteOnlyCell(self.sheet, kept(value) if isinstance(value, str) else value)
        cell.alignment = AT_START
        if isinstance(value, str):
            cell.data_type, cell.alignment = "s", WRAPPED
        if is_head:
            cell.font, cell.fill = HEAD_FONT, HEAD_FILL
        return cell


def make_book(missing: Missing, *, said: Sequence[tuple[str, str]], site: str) -> Book:
    book = Workbook(write_only=True)
    book.properties.title = TITLE
    with leaving_nothing(book):
        day_style = head_records(book, missing.rows)
        write_glossary(Table(book, "Glossary", GLOSSARY), [*said, ("Records", f"{missing.rows:,}")])
        write_gaps(Table(book, "Missing", GAPS), missing.gaps(), site)
        file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 it goes with the book
        book.save(file)
    return Book(file, day_style)


def head_records(book: Workbook, rows: int) -> int:
    """The sheet of the records, with its header alone; the style of its days."""
    sheet = Table(book, "Records", [(column.title, column.width) for column in COLUMNS], pages_wide=2).sheet
    sheet.page_setup.paperSize = TABLOID
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.print_title_cols = "A:B"
    sheet.oddHeader.center.text = TITLE
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{rows + 1}"
    day = WriteOnlyCell(sheet, 1)
    day.number_format, day.alignment = "yyyy-mm-dd", AT_START
    return day.style_id


def write_glossary(table: Table, said: Sequence[tuple[str, str]]) -> None:
    """What each column means and by which paragraph it is kept; how documents become events; what was asked for."""
    for column in COLUMNS:
        table.append([column.title, column.name, column.meaning, column.kept_under])
    for title, rows in (("How documents are read", NOTES), (TITLE, said)):
        table.append([])
        table.append([title], is_head=True)
        for name, words in rows:
            table.append([name, "", words])


def write_gaps(table: Table, gaps: Sequence[Gap], site: str) -> None:
    for gap in gaps:
        table.append([gap.what, gap.name, gap.lacks, gap.rows, site + gap.address])
    if not gaps:
        table.append(["Nothing", "", "Every record has all that is asked for."])
