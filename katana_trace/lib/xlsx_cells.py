"""Cells of a sheet in the XML of a spreadsheet. A text is a text, whatever it begins with: no formulas.

Days and quantities are numbers, so that they sort. A cell without a value is left out.
"""

from __future__ import annotations

import re
from datetime import date
from xml.sax.saxutils import escape

FIRST_DAY = date(1899, 12, 30).toordinal()  # a spreadsheet counts days from there
DIGITS = 15  # that a spreadsheet keeps of a number
ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # _x0041_ would be read as A
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # what XML cannot have


def quantity_xml(place: str, value: str) -> str:
    """A number, but where a spreadsheet would round it."""
    exact = len(value.lstrip("-").replace(".", "").lstrip("0")) <= DIGITS
    return f'<c r="{place}"><v>{value}</v></c>' if exact else text_xml(place, value)


def day_xml(place: str, day: date, *, style: int) -> str:
    """A day; ``style`` is the number of the workbook's style for days."""
    return f'<c r="{place}" s="{style}"><v>{day.toordinal() - FIRST_DAY}</v></c>'


def text_xml(place: str, value: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(kept(value))}</t></is></c>'


def kept(value: str) -> str:
    """``value`` so that a spreadsheet reads it back as it is; what XML cannot have becomes �, but for a carriage return."""
    return UNWRITABLE.sub("\ufffd", ESCAPED.sub("_x005F_", value)).replace("\r", "_x000D_")
