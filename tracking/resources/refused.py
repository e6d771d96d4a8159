"""A file that was refused: every bad row with its number and reason, nothing written."""

from __future__ import annotations

from dataclasses import dataclass

SHOWN = 200


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
        super().__init__(f"{len(errors)} rows refused")
        self.errors = errors

    def report(self) -> str:
        """The first 200 errors as lines, and how many more there are."""
        lines = [str(error) for error in self.errors[:SHOWN]]
        if len(self.errors) > SHOWN:
            lines.append(f"… and {len(self.errors) - SHOWN:,} more.")
        return "\n".join(lines)
