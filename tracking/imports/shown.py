"""What the preview page shows: the first rows of a verdict with their cells, and the whole list as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from katana_trace.lib.safe_csv import guard, read_table, unguard, write_rows
from tracking.imports.convert import Rows
from tracking.imports.folder import ImportFolder
from tracking.imports.outcomes import VERBS, Outcome, read_outcomes
from tracking.imports.reading import rows_of
from tracking.models import FileImport

SHOWN = 200


@dataclass(frozen=True, slots=True)
class ShownCell:
    text: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownRow:
    """``reasons`` are those that belong to no cell that is shown."""

    number: int
    verb: str
    what: str
    cells: tuple[ShownCell, ...]
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownTable:
    columns: tuple[str, ...]
    rows: tuple[ShownRow, ...]

    @property
    def has_words(self) -> bool:
        """Whether anything is said of a row beside its cells."""
        return any(row.what or row.reasons for row in self.rows)


def verdict_of(file_import: FileImport, asked: str) -> str:
    """Which rows are shown: those asked for, else the first verdict of which there are any, the refused ones first."""
    counts = file_import.counts
    if asked in VERBS and counts.get(asked):
        return asked
    return next((verb for verb in ("refused", "made", "changed", "unchanged") if counts.get(verb)), "made")


def shown_table(file_import: FileImport, verdict: str) -> ShownTable:
    """The first 200 rows of a verdict, with the columns in which any of them has something."""
    folder = ImportFolder(file_import.token)
    found: dict[int, list[Outcome]] = {}
    for outcome in read_outcomes(folder.outcome):
        if outcome.verb != verdict:
            continue
        if outcome.row not in found and len(found) == SHOWN:
            break
        found.setdefault(outcome.row, []).append(outcome)
    header, rows = cells_at(folder, set(found))
    places = [place for place, name in enumerate(header) if is_shown(place, name, rows, found)]
    return ShownTable(
        tuple(header[place] for place in places),
        tuple(row_of(number, found[number], header, places, rows.get(number)) for number in sorted(found)),
    )


def cells_at(folder: ImportFolder, numbers: set[int]) -> tuple[list[str], dict[int, list[str]]]:
    """The header in our columns, and the cells of the rows with these numbers."""
    header: list[str] = []
    rows: dict[int, list[str]] = {}
    if not numbers - {0}:
        return header, rows
    with folder.canonical().open("rb") as file:
        for number, cells in read_table(file):
            if number == 1:
                header = [name.strip().lower() for name in cells]
            elif number in numbers:
                rows[number] = [unguard(cell) for cell in cells]
                if len(rows) == len(numbers):
                    break
    return header, rows


def is_shown(place: int, name: str, rows: dict[int, list[str]], found: dict[int, list[Outcome]]) -> bool:
    return any(row[place] for row in rows.values()) or any(
        outcome.column == name for outcomes in found.values() for outcome in outcomes
    )


def row_of(
    number: int, outcomes: list[Outcome], header: list[str], places: list[int], cells: list[str] | None
) -> ShownRow:
    if outcomes[0].verb != "refused":
        texts = tuple(ShownCell(cells[place]) for place in places) if cells else ()
        return ShownRow(number, outcomes[0].verb, outcomes[0].what, texts)
    if cells is None:
        return ShownRow(number, "refused", "", (), tuple(outcome.what for outcome in outcomes))
    placed = tuple(
        ShownCell(cells[place], tuple(outcome.what for outcome in outcomes if outcome.column == header[place]))
        for place in places
    )
    loose = tuple(outcome.what for outcome in outcomes if outcome.column not in header)
    return ShownRow(number, "refused", "", placed, loose)


def outcome_csv(file_import: FileImport) -> Iterator[bytes]:
    """Every row of the upload, as it came, behind what would become of it, the column at fault and the reason."""
    folder = ImportFolder(file_import.token)
    found: dict[int, list[Outcome]] = {}
    for outcome in read_outcomes(folder.outcome):
        found.setdefault(outcome.row, []).append(outcome)
    return write_rows(outcome_rows(file_import, rows_of(folder), found))


def outcome_rows(file_import: FileImport, rows: Rows, found: dict[int, list[Outcome]]) -> Iterator[list[str]]:
    names = {}
    if file_import.mapping:
        names = {name: file_import.header[place] for name, place in file_import.mapping["columns"].items()}
    yield ["row", "outcome", "column", "reason", *map(guard, file_import.header)]
    for outcome in found.get(0, []):
        yield ["", outcome.verb, "", guard(outcome.what), *[""] * len(file_import.header)]
    for number, cells in islice(rows, 1, None):
        bare = cells if file_import.sheet else [unguard(cell) for cell in cells]
        guarded = [guard(cell) for cell in bare]
        for outcome in found.get(number) or [Outcome(number, "", "")]:
            column = names.get(outcome.column, outcome.column)
            yield [str(number), outcome.verb, guard(column), guard(outcome.what), *guarded]
