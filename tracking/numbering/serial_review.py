"""Checked serial numbers, as a page shows them: how many are good, and why the others are not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from katana_trace.lib.quantities import shown
from tracking.numbering.serial_check import CheckedNumber

FAULTS_SHOWN = 200


@dataclass(frozen=True)
class SerialReview:
    """``wanted`` is how many units without a number there are."""

    checked: tuple[CheckedNumber, ...]
    wanted: int

    @cached_property
    def good(self) -> list[CheckedNumber]:
        return [number for number in self.checked if number.is_good]

    @cached_property
    def bad(self) -> list[CheckedNumber]:
        return [number for number in self.checked if not number.is_good]

    @property
    def faults(self) -> list[tuple[str, str]]:
        """The first bad numbers, cut to what fits a table, each with its reason."""
        return [(shown(bad.number), bad.fault) for bad in self.bad[:FAULTS_SHOWN]]

    @property
    def more_faults(self) -> int:
        return max(0, len(self.bad) - FAULTS_SHOWN)

    @property
    def too_many(self) -> int:
        """How many good numbers are more than the units that want one."""
        return max(0, len(self.good) - self.wanted)

    @property
    def sentence(self) -> str:
        """What is wrong, for the field of the numbers."""
        count = len(self.bad)
        do = "does" if count == 1 else "do"
        return (
            f"{count:,} of {len(self.checked):,} {do} not fit. Correct what the table says, or connect the good ones."
        )
