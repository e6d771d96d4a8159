"""A record as a row of a sheet, in the XML of a spreadsheet. A text is a text, whatever it begins with: no formulas.

Days and quantities are numbers, so that they sort. A cell without a value is left out.
"""

from __future__ import annotations

import re
from datetime import date
from xml.sax.saxutils import escape

from openpyxl.utils import get_column_letter

from katana_trace.lib.quantities import plain
from tracking.fsma.columns import COLUMNS
from tracking.fsma.record import Record

FIRST_DAY = date(1899, 12, 30).toordinal()  # a spreadsheet counts days from there
DIGITS = 15  # that a spreadsheet keeps of a number
ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # _x0041_ would be read as A
LETTERS = [(get_column_letter(number), column) for number, column in enumerate(COLUMNS, 1)]


def row_xml(number: int, record: Record, *, day_style: int) -> str:
    """The row of ``record``; ``day_style`` is the number of the workbook's style for days."""
    cells = []
    for letter, column in LETTERS:
        if column.name == "date":
            days = record.document.on.toordinal() - FIRST_DAY
            cells.append(f'<c r="{letter}{number}" s="{day_style}"><v>{days}</v></c>')
        elif column.name == "quantity":
            cells.append(quantity_xml(f"{letter}{number}", plain(record.quantity)))
        elif value := column.value(record):
            cells.append(text_xml(f"{letter}{number}", value))
    return f'<row r="{number}">{"".join(cells)}</row>'


def quantity_xml(place: str, value: str) -> str:
    """A number, but where a spreadsheet would round it."""
    exact = len(value.replace(".", "").lstrip("0")) <= DIGITS
    return f'<c r="{place}"><v>{value}</v></c>' if exact else text_xml(place, value)


def text_xml(place: str, value: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(kept(value))}</t></is></c>'


def kept(value: str) -> str:
    """``value`` so that a spreadsheet reads it back as it is."""
    return ESCAPED.sub("_x005F_", value)
