"""A record as a row of a sheet, in the XML of a spreadsheet."""

from __future__ import annotations

from openpyxl.utils import get_column_letter

from katana_trace.lib.quantities import plain
from katana_trace.lib.xlsx_cells import day_xml, quantity_xml, text_xml
from tracking.fsma.columns import COLUMNS
from tracking.fsma.record import Record

LETTERS = [(get_column_letter(number), column) for number, column in enumerate(COLUMNS, 1)]


def row_xml(number: int, record: Record, *, day_style: int) -> str:
    """The row of ``record``; ``day_style`` is the number of the workbook's style for days."""
    cells = []
    for letter, column in LETTERS:
        if column.name == "date":
            cells.append(day_xml(f"{letter}{number}", record.document.on, style=day_style))
        elif column.name == "quantity":
            cells.append(quantity_xml(f"{letter}{number}", plain(record.quantity)))
        elif value := column.value(record):
            cells.append(text_xml(f"{letter}{number}", value))
    return f'<row r="{number}">{"".join(cells)}</row>'
