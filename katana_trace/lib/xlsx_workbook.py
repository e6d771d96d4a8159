"""What a workbook says beside its cells: where its first sheet is, the texts that cells share, and how numbers are shown."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass

from openpyxl.styles.numbers import builtin_format_code, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from katana_trace.lib.safe_csv import CELL_LIMIT, FileError
from katana_trace.lib.xlsx_parser import PACKAGE, Marks, PartReader
from katana_trace.lib.xlsx_parts import MIB, SAVE_AGAIN, Parts, relations_of, target_of

STRINGS_LIMIT = 96 * MIB  # unpacked; they are kept whole
PART_LIMIT = 4 * MIB  # of every other part
MOST_RELATIONS = 1_000
MOST_STYLES = 65_536
RAW_LIMIT = 7 * CELL_LIMIT + 1  # characters of a text with each of its own written as _x000D_
FORMAT_LIMIT = 255  # characters of a number format
# How a spreadsheet writes what XML cannot have, and its own escape. Others are never written so: _x0041_ is text.
ESCAPED = re.compile(r"_x(00[01][0-9A-Fa-f]|005[Ff]|007[Ff])_", re.ASCII)


@dataclass(frozen=True, slots=True)
class Workbook:
    """``sheet`` is the name of the part with the first sheet."""

    sheet: str
    strings: Strings
    styles: list[Style]
    epoch: object


@dataclass(frozen=True, slots=True)
class Style:
    """How the numbers of a cell are shown: ``zeros`` is the width of a format such as 000000."""

    zeros: int = 0
    is_date: bool = False
    is_span: bool = False


def read_workbook(parts: Parts, marks: Marks) -> Workbook:
    """Reads all but the sheet. Raises FileError for what is no workbook."""
    book = next((target for kind, target in relations(parts, "", marks).values() if kind == "officeDocument"), None)
    book = book or "xl/workbook.xml"
    if book not in parts or book.endswith(".bin"):
        raise FileError(f"This zip file is no XLSX workbook. {SAVE_AGAIN}")
    found = BookReader(marks)
    found.read(parts.chunks(book, limit=PART_LIMIT))
    leads = relations(parts, book, marks)
    sheet = next((leads[one][1] for one in found.sheets if one in leads and leads[one][0] == "worksheet"), None)
    if sheet is None or sheet not in parts:
        raise FileError(f"The workbook has no sheet with cells. {SAVE_AGAIN}")
    by_kind = {kind: target for kind, target in leads.values() if target in parts}
    strings, styles = Strings(marks), StyleReader(marks)
    if "sharedStrings" in by_kind:
        strings.read(parts.chunks(by_kind["sharedStrings"], limit=STRINGS_LIMIT))
    if "styles" in by_kind:
        styles.read(parts.chunks(by_kind["styles"], limit=PART_LIMIT))
    return Workbook(sheet, strings, styles.styles(), MAC_EPOCH if found.is_mac else WINDOWS_EPOCH)


def relations(parts: Parts, source: str, marks: Marks) -> dict[str, tuple[str, str]]:
    """By its name in ``source``, the kind of each relation and the part that it leads to; none leads out of the file."""
    name = relations_of(source)
    if name not in parts:
        return {}
    found = RelationReader(marks, source)
    found.read(parts.chunks(name, limit=PART_LIMIT))
    return found.leads


class RelationReader(PartReader):
    namespaces = PACKAGE

    def __init__(self, marks: Marks, source: str):
        super().__init__(marks)
        self.source = source
        self.leads: dict[str, tuple[str, str]] = {}
        self.wants("Relationship", self.relation)

    def relation(self, attributes: dict[str, str]) -> None:
        if attributes.get("TargetMode") == "External":
            return
        if len(self.leads) == MOST_RELATIONS:
            raise FileError(
                f"A part of the workbook has more than {MOST_RELATIONS:,} relations, which is the limit. {SAVE_AGAIN}"
            )
        kind = attributes.get("Type", "").rpartition("/")[2]
        self.leads[attributes.get("Id", "")] = kind, target_of(self.source, attributes.get("Target", ""))


class BookReader(PartReader):
    """``sheets`` are the names of the sheets' relations, in the order of their tabs."""

    def __init__(self, marks: Marks):
        super().__init__(marks)
        self.sheets: list[str] = []
        self.is_mac = False
        self.wants("sheet", self.sheet)
        self.wants("workbookPr", self.properties)

    def sheet(self, attributes: dict[str, str]) -> None:
        self.sheets += [value for name, value in attributes.items() if name.endswith("}id")]

    def properties(self, attributes: dict[str, str]) -> None:
        self.is_mac = attributes.get("date1904") in ("1", "true")


class Strings(PartReader):
    """The texts that cells share, as bytes in one row: millions of small ones would take ten times their length."""

    def __init__(self, marks: Marks):
        super().__init__(marks)
        self.bytes = bytearray()
        self.ends_at = array("I", [0])
        self.wants("si", self.begin_string, self.end_string)
        self.wants("t", self.begin_text, self.end_text)
        self.wants("rPh", self.begin_phonetic, self.end_phonetic)
        self.kept: list[str] = []

    def begin_string(self, attributes: dict[str, str]) -> None:
        self.kept = []
        self.room = RAW_LIMIT

    def end_string(self) -> None:
        # Here and once: many cells may share the text. One character more than a cell may have is enough to refuse it.
        self.bytes += unescaped("".join(self.kept))[: CELL_LIMIT + 1].encode()
        self.ends_at.append(len(self.bytes))

    def begin_text(self, attributes: dict[str, str]) -> None:
        if not self.is_phonetic:
            self.texts = self.kept

    def at(self, place: int) -> str | None:
        """The text at ``place``, counted from 0; None where there is none."""
        if not 0 <= place < len(self.ends_at) - 1:
            return None
        return self.bytes[self.ends_at[place] : self.ends_at[place + 1]].decode()


class StyleReader(PartReader):
    def __init__(self, marks: Marks):
        super().__init__(marks)
        self.formats: dict[int, str] = {}
        self.of_cells: list[int] = []
        self.is_of_cells = False
        self.wants("numFmt", self.number_format)
        self.wants("cellXfs", self.begin_cells, self.end_cells)
        self.wants("xf", self.cell_style)

    def number_format(self, attributes: dict[str, str]) -> None:
        if self.depth == 3:  # those of conditional formats lie deeper
            self.formats[whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")[: FORMAT_LIMIT + 1]

    def begin_cells(self, attributes: dict[str, str]) -> None:
        self.is_of_cells = True

    def end_cells(self) -> None:
        self.is_of_cells = False

    def cell_style(self, attributes: dict[str, str]) -> None:
        if not self.is_of_cells:
            return
        if len(self.of_cells) == MOST_STYLES:
            raise FileError(f"The workbook has more than {MOST_STYLES:,} cell styles, which is the limit. {SAVE_AGAIN}")
        self.of_cells.append(whole(attributes.get("numFmtId", "0")))

    def styles(self) -> list[Style]:
        """The styles by the numbers that cells have of them; without any the plain one."""
        known = {number: style_of(self.formats.get(number)) for number in self.formats}
        for number in set(self.of_cells) - known.keys():
            known[number] = style_of(builtin_format_code(number))
        return [known[number] for number in self.of_cells] or [Style()]


def style_of(number_format: str | None) -> Style:
    if not number_format:
        return Style()
    if len(number_format) > FORMAT_LIMIT:
        raise FileError(f"The workbook has a number format of more than {FORMAT_LIMIT} characters. {SAVE_AGAIN}")
    zeros = len(number_format) if 2 <= len(number_format) <= 64 and not number_format.strip("0") else 0
    return Style(zeros, is_date_format(number_format), is_timedelta_format(number_format))


def unescaped(text: str) -> str:
    """``text`` with the characters that XML cannot have."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def whole(text: str | None) -> int:
    """A whole number of a part. Raises FileError."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) < 10):
        raise FileError(f"The workbook has no whole number where one belongs. {SAVE_AGAIN}")
    return int(text)
