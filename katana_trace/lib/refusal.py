"""The one way in which the domain says no: a full sentence with what, the value, the limit and the next step."""

from __future__ import annotations


class Refusal(Exception):
    """A rule was broken; nothing was written.

    ``field`` names the input it belongs to (``quantity``, ``batch_number`` …), ``line`` the position of the line in its
    document counted from 0; both are None where it belongs to the whole.
    """

    def __init__(self, sentence: str, *, field: str | None = None, line: int | None = None):
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
        self.line = line

    def __str__(self) -> str:
        return self.sentence
