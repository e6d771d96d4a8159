"""The cells of a sheet, row by row as it is unpacked; a row or cell beyond the limits is refused when it begins."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import from_excel, from_ISO8601

from katana_trace.lib.quantities import shown
from katana_trace.lib.safe_csv import CELL_LIMIT, FileError
from katana_trace.lib.xlsx_parser import Marks, PartReader
from katana_trace.lib.xlsx_parts import MIB
from katana_trace.lib.xlsx_workbook import RAW_LIMIT, Style, Workbook, unescaped

MOST_COLUMNS = 200
# Of all cells: a text that many share takes no room in the file, but on the disk. A CSV of 20 MiB has fewer than a third.
MOST_CHARACTERS = 64 * MIB
MOST_CELLS = 2_000_000  # empty ones among them: 100,000 rows of 20 columns
MOST_ROWS = 1_048_576  # that a sheet can have
LETTERS = [get_column_letter(number) for number in range(1, MOST_COLUMNS + 1)]
PLACES = {letters: number for number, letters in enumerate(LETTERS, 1)}
PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})", re.ASCII)
NUMBER = re.compile(r"[+-]?[0-9]{1,400}(\.[0-9]{0,400})?([eE][+-]?[0-9]{1,4})?", re.ASCII)
BEYOND = (float("inf"), float("-inf"))
FIRST_PLAIN, LAST_PLAIN = (
    61,
    2_900_000,
)  # days: before lie the times of a day and the 29th of February 1900, after it 9839
TRUTHS = {"1": "TRUE", "true": "TRUE", "0": "FALSE", "false": "FALSE"}
DAMAGED = "Save the file again in a spreadsheet program."


class SheetReader(PartReader):
    """``rows`` are the rows that were read since somebody took them: the number, and the texts of the cells."""

    def __init__(self, marks: Marks, book: Workbook):
        super().__init__(marks)
        self.book = book
        self.rows: list[tuple[int, list[str]]] = []
        self.row = self.count = self.characters = 0
        self.row_text = ""
        self.cells: list[str] = []
        self.kind = "n"
        self.style = "0"
        self.is_formula = self.is_in_row = self.is_in_cell = False
        self.parts: list[str] = []
        self.known: dict[str, Style] = {}  # the styles that were asked for, by their numbers as text
        self.wants("row", self.begin_row, self.end_row)
        self.wants("c", self.begin_cell, self.end_cell)
        self.wants("v", self.begin_value, self.end_text)
        self.wants("f", self.formula)
        self.wants("t", self.begin_text, self.end_text)
        self.wants("rPh", self.begin_phonetic, self.end_phonetic)

    # -- rows: worksheet, sheetData, row -----------------------------------------------------------------------------------

    def begin_row(self, attributes: dict[str, str]) -> None:
        if self.depth != 3:
            return
        text = attributes.get("r")
        number = self.row + 1 if text is None else int(text) if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) else 0
        if number > MOST_ROWS or (text is not None and len(text) > 9):
            raise FileError(
                f"The sheet has a row {shown(text or str(number), 20)}, but the last possible row is {MOST_ROWS:,}. {DAMAGED}"
            )
        if number <= self.row:
            raise FileError(
                f"Row {shown(text or '', 20)} of the sheet comes after row {self.row}, out of order. {DAMAGED}"
            )
        self.row, self.row_text, self.cells, self.is_in_row = number, str(number), [], True

    def end_row(self) -> None:
        if self.depth != 3:
            return
        self.is_in_row = False
        cells = self.cells
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            self.rows.append((self.row, cells))

    # -- cells -------------------------------------------------------------------------------------------------------------

    def begin_cell(self, attributes: dict[str, str]) -> None:
        if self.depth != 4 or not self.is_in_row:
            return
        self.count += 1
        if self.count > MOST_CELLS:
            raise FileError(
                f"The sheet has more than {MOST_CELLS:,} cells up to row {self.row}, empty ones included, which is the limit. "
                "Remove columns that are not needed, split it, or save the rows as CSV (UTF-8)."
            )
        count = len(self.cells)
        place = attributes.get("r")
        if count == MOST_COLUMNS or (place is not None and place != LETTERS[count] + self.row_text):
            self.go_to(place)
        self.kind = attributes.get("t", "n")
        self.style = attributes.get("s", "0")
        self.is_formula, self.is_in_cell, self.parts, self.room = False, True, [], RAW_LIMIT

    def go_to(self, place: str | None) -> None:
        """Empty cells up to ``place``, None for the next one. Raises FileError when it is none, or lies too far."""
        found = PLACE.fullmatch(place) if place is not None else None
        if place is not None and (found is None or found[2] != self.row_text):
            raise FileError(
                f"Row {self.row} has a cell with the address “{shown(place, 20)}”, which is not in that row. {DAMAGED}"
            )
        column = PLACES.get(found[1]) if found else None
        if column is None:
            raise FileError(
                f"Row {self.row} has a cell beyond column {LETTERS[-1]}; the limit is {MOST_COLUMNS} columns. "
                "Remove what is beyond."
            )
        if column <= len(self.cells):
            raise FileError(f"The cell {place} comes twice, or after one to its right. {DAMAGED}")
        self.cells += [""] * (column - 1 - len(self.cells))

    def end_cell(self) -> None:
        if self.depth != 4 or not self.is_in_cell:
            return
        self.is_in_cell = False
        text = "".join(self.parts)
        if not text and self.is_formula and self.kind != "str":
            raise FileError(
                f"The cell {LETTERS[len(self.cells)]}{self.row} is a formula whose value was not saved. Open the file in a "
                "spreadsheet program and save it there, which computes it."
            )
        if text:
            text = self.text_of(text)
            self.characters += len(text)
            if self.characters > MOST_CHARACTERS:
                raise FileError(
                    f"The cells up to row {self.row} have more than {MOST_CHARACTERS:,} characters in all, the limit. "
                    "Remove columns that are not needed, or split the file."
                )
        self.cells.append(text)

    def formula(self, attributes: dict[str, str]) -> None:
        if self.depth == 5:
            self.is_formula = True

    def begin_value(self, attributes: dict[str, str]) -> None:
        if self.depth == 5 and self.is_in_cell and self.kind != "inlineStr":
            self.texts = self.parts

    def begin_text(self, attributes: dict[str, str]) -> None:
        if self.is_in_cell and self.kind == "inlineStr" and not self.is_phonetic:
            self.texts = self.parts

    # -- values ------------------------------------------------------------------------------------------------------------

    def text_of(self, value: str) -> str:
        """The text that a person sees in the cell. Raises FileError for an error value, or too long a text."""
        kind = self.kind
        if kind == "n":
            return self.number(value)
        if kind == "s":
            return self.words(self.shared(value))
        if kind in ("str", "inlineStr"):
            return self.words(unescaped(value))
        if kind == "b" and value in TRUTHS:
            return TRUTHS[value]
        if kind == "e":
            raise self.error(value)
        if kind == "d":
            try:
                return text_of_day(instant_of(value))
            except ValueError:
                pass
        raise FileError(f"Row {self.row} has a cell with “{shown(value, 20)}”, which does not fit its type. {DAMAGED}")

    def error(self, value: str) -> FileError:
        return FileError(
            f"Row {self.row} has a cell with the error {shown(value, 20)}. Correct its formula, or clear it."
        )

    def words(self, value: str) -> str:
        if "\0" in value:
            raise FileError(f"Row {self.row} has a cell with a NUL character, which is no text. Clear it.")
        if len(value) > CELL_LIMIT:
            raise FileError(
                f"Row {self.row} has a cell with more than {CELL_LIMIT:,} characters, which is the limit. Shorten it."
            )
        return value

    def shared(self, value: str) -> str:
        text = self.book.strings.at(int(value)) if value.isascii() and value.isdigit() and len(value) < 10 else None
        if text is None:
            raise FileError(f"Row {self.row} has a cell that refers to a text that is not in the file. {DAMAGED}")
        return text

    def number(self, value: str) -> str:
        style = self.known.get(self.style) or self.styled()
        if not style.is_date and len(value) < 16 and value.isdigit() and value.isascii():
            return str(int(value)).zfill(style.zeros)
        value = value.strip()
        if not NUMBER.fullmatch(value):
            raise FileError(
                f"Row {self.row} has a cell with the number “{shown(value, 20)}”, which is not a number. {DAMAGED}"
            )
        if style.is_date:
            try:
                return text_of_days(cast(value), self.book.epoch, style)
            except (OverflowError, ValueError):
                raise self.error("#VALUE!") from None
        exact = cast(value)
        if exact in BEYOND:
            raise FileError(
                f"Row {self.row} has the number {shown(value, 20)}, which no spreadsheet can hold. {DAMAGED}"
            )
        return number_text(exact, style.zeros)

    def styled(self) -> Style:
        styles, text = self.book.styles, self.style
        if not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) >= len(styles):
            raise FileError(f"Row {self.row} has a cell that refers to a style that is not in the file. {DAMAGED}")
        self.known[text] = styles[int(text)]
        return styles[int(text)]


def cast(value: str) -> int | float:
    return float(value) if "." in value or "e" in value or "E" in value else int(value)


def instant_of(value: str) -> object:
    """The day or time of a cell of the kind d. Raises ValueError. The library takes ten times as long for the usual form."""
    if len(value) == 19 and value[4] == value[7] == "-" and value[10] == "T" and value[13] == value[16] == ":":
        return datetime.fromisoformat(value)
    return from_ISO8601(value[:40])


def text_of_days(value: int | float, epoch: datetime, style: Style) -> str:
    """The day and time that a number of days means. Raises ValueError or OverflowError. The library is asked for all that is
    not plain; for millions of days it takes too long."""
    if style.is_span or not FIRST_PLAIN <= value <= LAST_PLAIN:
        return text_of_day(from_excel(value, epoch, timedelta=style.is_span))
    if isinstance(value, int):
        return date.fromordinal(epoch.toordinal() + value).isoformat()
    day = int(value)
    instant = epoch + timedelta(day, 0, 0, round((value - day) * 86_400_000))
    text = instant.isoformat(timespec="seconds")
    return text[:10] if text.endswith("T00:00:00") and not instant.microsecond else text


def text_of_day(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def number_text(value: int | float, zeros: int) -> str:
    """``417`` formatted as ``000000``, six zeros, is 000417: the number that is on the pump."""
    if isinstance(value, int):
        return str(value).zfill(zeros) if value >= 0 else str(value)
    exact = Decimal(f"{value:.15g}")
    if not exact.is_finite() or abs(exact.adjusted()) > CELL_LIMIT // 2:
        return str(value)
    text = format(exact, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.zfill(zeros) if text.isdigit() else text
