"""A file from elsewhere, row by row in our own columns. Rows keep their places, so that every number of a row stays true."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils import timezone

from katana_trace.lib.private import open_private
from katana_trace.lib.quantities import shown
from katana_trace.lib.safe_csv import guard, unguard
from tracking.imports.columns import Column, Shape
from tracking.imports.formats import day_in, instant_in, number_in
from tracking.imports.kinds import ImportKind
from tracking.imports.mapping import Mapping, words_of
from tracking.resources.refused import RowError, is_enough

OUTGOING = ("shipment", "supplier_return")
INCOMING = ("receipt", "customer_return")
Rows = Iterable[tuple[int, list[str]]]


def convert(rows: Rows, target: Path, *, kind: ImportKind, mapping: Mapping, is_guarded: bool) -> list[RowError]:
    """Writes ``rows``, the header first, to ``target`` in the columns of ``kind``; returns what could not be read.

    ``is_guarded``: the cells may carry the mark of our own exports (``safe_csv.guard``).
    """
    present = [column for column in kind.columns if column.name in mapping.columns or column.name in mapping.constants]
    reader = Reader(mapping, is_guarded=is_guarded)
    errors: list[RowError] = []
    with open_private(target, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        last = 1
        for number, cells in rows:
            if number == 1:
                writer.writerow([column.name for column in present])
                continue
            if not any(cell.strip() for cell in cells):
                continue
            out.write("\r\n" * (number - last - 1))
            last = number
            writer.writerow(reader.read(number, cells, present, errors))
            if is_enough(errors):
                break
    return errors


def signed(quantity: str, *, kind: str) -> str:
    """``quantity`` with the sign of its kind, whatever the file has. A kind that can go both ways keeps the sign of the file."""
    bare = quantity.lstrip("-")
    if kind in OUTGOING:
        return f"-{bare}"
    return bare if kind in INCOMING else quantity


class Reader:
    def __init__(self, mapping: Mapping, *, is_guarded: bool):
        self.mapping = mapping
        self.is_guarded = is_guarded
        self.zone: ZoneInfo = timezone.get_default_timezone()
        self.words: dict[str, dict[str, str]] = {}

    def read(self, number: int, cells: list[str], present: list[Column], errors: list[RowError]) -> list[str]:
        found = {}
        for column in present:
            text = self.cell(column, cells, number)
            try:
                found[column.name] = self.value(column, text)
            except ValueError as error:
                errors.append(RowError(number, str(error), column.name))
                found[column.name] = ""
        if self.mapping.signs == "kind" and found.get("quantity"):
            found["quantity"] = signed(found["quantity"], kind=found.get("kind", ""))
        return [guard(found[column.name]) if column.shape is Shape.TEXT else found[column.name] for column in present]

    def cell(self, column: Column, cells: list[str], number: int) -> str:
        place = self.mapping.columns.get(column.name)
        if place is None:
            return self.mapping.constants[column.name].replace("{row}", str(number))
        return unguard(cells[place]) if self.is_guarded else cells[place]

    def value(self, column: Column, text: str) -> str:
        """The cell as ours would be written. Raises ValueError."""
        bare = text.strip()
        if column.shape is Shape.TEXT:
            return text
        if column.shape is Shape.WORD:
            return self.word(column, bare)
        if not bare:
            return ""
        if column.shape is Shape.DAY:
            return day_in(bare, self.mapping.dates)
        if column.shape is Shape.INSTANT:
            return instant_in(bare, self.mapping.dates, self.zone)
        return number_in(bare, self.mapping.decimals)

    def word(self, column: Column, text: str) -> str:
        words = self.words.setdefault(column.name, dict(column.words))
        found = words.get(words_of(text))
        if found is None:
            raise ValueError(f"“{shown(text, 40)}” is no {column.name} that is known here. Write {column.help}.")
        return found
