"""What an import tells while it runs, row by row; who previews it listens, others do not."""

from __future__ import annotations


class Watch:
    """Listens to nothing. ``row`` counts as a spreadsheet does (the header is row 1); ``what`` is a phrase for people."""

    def restart(self) -> None:
        """The work begins anew, because another writer was in the way: what was told so far is void."""

    def begin(self, what: str) -> None:
        """A part of the work begins, such as "Posting"."""

    def read(self, row: int) -> None:
        """Everything up to ``row`` was read and judged."""

    def made(self, row: int, what: str) -> None:
        """``row`` makes something new."""

    def reversal(self, row: int) -> None:
        """What ``row`` makes reverses a document."""

    def changed(self, row: int, what: str) -> None:
        """``row`` changes what is there; ``what`` names old and new values."""

    def unchanged(self, row: int, what: str) -> None:
        """``row`` says what is there already."""


def difference(name: str, old: object, new: object) -> str:
    """``unit kg → g``; nothing is called empty."""
    before, after = ("empty" if value in (None, "") else value for value in (old, new))
    return f"{name} {before} → {after}"
