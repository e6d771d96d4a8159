"""A file that was refused: every bad row with its number and reason, nothing written."""

from __future__ import annotations

from dataclasses import dataclass

from katana_trace.lib.counts import counted

SHOWN = 200
MOST_REASONS = 10_000  # of one file; who gets these has enough to correct


@dataclass(frozen=True, slots=True)
class RowError:
    """``row`` counts as a spreadsheet does (the header is row 1); 0 stands for the file as a whole."""

    row: int
    sentence: str
    column: str = ""

    def __str__(self) -> str:
        place = f"Row {self.row}" if self.row else "File"
        return f"{place}, {self.column}: {self.sentence}" if self.column else f"{place}: {self.sentence}"


class FileRefused(Exception):
    """Nothing of the file was written; ``errors`` says why, row by row, in the order of the file."""

    def __init__(self, errors: list[RowError]):
        self.errors = errors
        super().__init__(self.count())

    def count(self) -> str:
        """Such as "10 rows are refused, for 20 reasons": a row may have several. A fault of the whole file counts for no row."""
        rows = len({error.row for error in self.errors} - {0})
        if not rows:
            return "the file is refused"
        said = f"{counted(rows, 'row')} {'is' if rows == 1 else 'are'} refused"
        return said if rows == len(self.errors) else f"{said}, for {len(self.errors):,} reasons"

    def report(self) -> str:
        """The first 200 reasons as lines, and how many more there are."""
        lines = [str(error) for error in self.errors[:SHOWN]]
        if len(self.errors) > SHOWN:
            lines.append(f"… and {counted(len(self.errors) - SHOWN, 'more reason')}.")
        return "\n".join(lines)


def is_enough(errors: list[RowError]) -> bool:
    """Whether ``errors`` are so many that the rest of the file is not checked; if so, adds one that says so."""
    if len(errors) < MOST_REASONS:
        return False
    said = f"There are {MOST_REASONS:,} reasons already, so the rest of the file was not checked. Correct these first."
    errors.append(RowError(0, said))
    return True
