"""A table that leaves: its columns, and its rows as cells that are guarded where they are text (DESIGN 5.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from katana_trace.lib.safe_csv import unguard, write_rows
from katana_trace.lib.xlsx_book import SheetColumn, write_book

QUANTITIES = frozenset({"quantity", "on_hand", "without_number", "lines", "shelf_life_days"})
DAYS = frozenset({"expires_on", "made_on"})
WIDE = frozenset({"item", "note", "reason", "partner", "line"})


@dataclass(frozen=True, slots=True)
class Table:
    """``rows`` is called when the table is written, so that nothing is read before, and what is read is of one moment."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterable[list[str]]]


def write_csv(table: Table) -> Iterator[bytes]:
    """The table as CSV in chunks of bytes, its header first."""

    def all_rows() -> Iterator[list[str]]:
        yield list(table.columns)
        yield from table.rows()

    return write_rows(all_rows())


def write_xlsx(table: Table) -> IO[bytes]:
    """The table as a workbook in a temporary file, for reading: a text is a text there, and needs no guard."""
    columns = [SheetColumn(name, kind_of(name), width_of(name)) for name in table.columns]
    texts = [column.kind == "text" for column in columns]
    rows = (
        [unguard(cell) if is_text else cell for cell, is_text in zip(row, texts, strict=True)] for row in table.rows()
    )
    return write_book(table.name.capitalize(), columns, rows)


def kind_of(column: str) -> str:
    return "quantity" if column in QUANTITIES else "day" if column in DAYS else "text"


def width_of(column: str) -> int:
    return 32 if column in WIDE else 26 if column.endswith("_at") else 16
