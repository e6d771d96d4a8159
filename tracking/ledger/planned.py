"""A line as it was planned, with the batch or serial number that it moves."""

from __future__ import annotations

from dataclasses import dataclass

from tracking.ledger.digest import printed_number
from tracking.ledger.holdings import BatchFacts, SerialFacts


@dataclass(slots=True)
class PlannedLine:
    variant: int
    location: int
    batch: BatchFacts | None
    serial: SerialFacts | None
    quantity: int
    epoch: int

    @property
    def number(self) -> str:
        named = self.batch or self.serial
        return named.number if named else ""

    @property
    def printed(self) -> str:
        """The number as digests have it."""
        named = self.batch or self.serial
        return printed_number(named.number, named.key) if named else ""

    @property
    def is_held(self) -> bool:
        named = self.batch or self.serial
        return named is not None and named.held
