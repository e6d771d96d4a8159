"""The table of papers: labels from a roll, one to a page, and sheets of labels. Everything is in millimetres.

The style sheet of the labels is made from this table (``labels.css``), so a size is written down once.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LabelSize:
    """``page_*`` is the paper; ``columns`` × ``rows`` labels begin at ``left``, ``top`` and stand ``across``, ``down`` apart."""

    name: str
    title: str
    width: float
    height: float
    page_width: float
    page_height: float
    columns: int = 1
    rows: int = 1
    left: float = 0
    top: float = 0
    across: float = 0
    down: float = 0

    @property
    def per_page(self) -> int:
        return self.columns * self.rows

    @property
    def padding(self) -> float:
        return 1.5 if self.height < 40 else 2.5

    @property
    def is_upright(self) -> bool:
        """Whether the code stands above the text and not beside it."""
        return self.height > self.width

    @property
    def code(self) -> float:
        """The side of the code, with its quiet zone."""
        room = self.height - 2 * self.padding
        return min(self.width - 2 * self.padding, room * 0.55) if self.is_upright else min(room, self.width * 0.42)

    @property
    def text(self) -> float:
        """The size of what is read beside it."""
        return 5.4 if self.is_upright else max(1.9, min(4.2, self.height / 11))


def roll(name: str, title: str, width: float, height: float) -> LabelSize:
    return LabelSize(name, title, width, height, width, height)


A4, LETTER = (210, 297), (215.9, 279.4)
SIZES: dict[str, LabelSize] = {
    size.name: size
    for size in (
        roll("50x25", "50 × 25 mm, from a roll", 50, 25),
        roll("57x32", "57 × 32 mm, from a roll", 57, 32),
        roll("62x29", "62 × 29 mm, from a roll", 62, 29),
        roll("100x50", "100 × 50 mm, from a roll", 100, 50),
        roll("100x150", "100 × 150 mm, from a roll", 100, 150),
        LabelSize("a4-24", "A4, 24 labels of 70 × 37 mm", 70, 37, *A4, 3, 8, 0, 0.5),
        LabelSize("a4-21", "A4, 21 labels of 63.5 × 38.1 mm", 63.5, 38.1, *A4, 3, 7, 7.21, 15.15, 2.54),
        LabelSize("a4-14", "A4, 14 labels of 99.1 × 38.1 mm", 99.1, 38.1, *A4, 2, 7, 4.65, 15.15, 2.5),
        LabelSize("letter-30", "Letter, 30 labels of 2⅝ × 1 in", 66.675, 25.4, *LETTER, 3, 10, 4.7625, 12.7, 3.175),
    )
}
USUAL = "100x50"
