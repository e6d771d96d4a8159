"""One figure of the table: what was measured, as a ratio or a count, and the most that it may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """``value`` is ``times`` a floor of the same run, or a count or MiB; ``shown`` says what stands behind it."""

    what: str
    value: float
    at_most: float
    aim: float
    shown: str = ""
    unit: str = "×"

    @property
    def verdict(self) -> str:
        if self.value <= self.aim:
            return "aim"
        return "kept" if self.value <= self.at_most else "MISSED"


def ratio(ours: Sequence[float], floor: Sequence[float]) -> float:
    """The median of the ratios of runs that were made side by side: what slows the machine for a while slows both."""
    return median(one / other for one, other in zip(ours, floor, strict=True))


def table_of(figures: Sequence[Figure], database: str) -> str:
    lines = [f"| {database} | measured | at most | aim | |", "|---|---:|---:|---:|---|"]
    for one in figures:
        said = f"{one.verdict}; {one.shown}" if one.shown else one.verdict
        lines.append(f"| {one.what} | {one.value:.2f} {one.unit} | {one.at_most:g} | {one.aim:g} | {said} |")
    return "\n".join(lines)
