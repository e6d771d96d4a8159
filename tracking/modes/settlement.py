"""Settling what moved while tracking was off, per variant and location (rule 7). Pure.

Let R be what the restored lines of a place sum to. Linked again they leave −R without a batch, which must be nothing
(law 3): R is posted there, and taken from ``UNBATCHED``, then from the restored batches. Both together are never less
than R, for the restored batches alone are R: no place is settled below zero (law 2).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from katana_trace.lib.numbers import UNBATCHED, UNBATCHED_KEY

Number = tuple[str, str]  # key of the SKU, key of the number, as the archive has them


@dataclass(frozen=True, slots=True)
class RestoredLevel:
    """What the restored lines of one batch sum to at a place, in millionths; ``order`` is its place by age."""

    name: Number
    number: str
    expires_on: date | None
    is_held: bool
    order: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Part:
    """``quantity`` millionths are taken from the restored batch ``name``; from ``UNBATCHED`` where it is None."""

    name: Number | None
    number: str
    quantity: int
    is_held: bool = False


def settle_place(levels: Iterable[RestoredLevel], *, unbatched: int) -> tuple[Part, ...]:
    """From what R is taken, R being the sum of ``levels``.

    ``unbatched`` are the millionths of the present ``UNBATCHED``, which a restored one among ``levels`` joins. Then come
    the batches that expire first, without expiry the oldest first, and those on hold last (rules 7 and 10).
    Raises ValueError for a level below zero, which no archive has.
    """
    levels = list(levels)
    if unbatched < 0 or any(level.quantity < 0 for level in levels):
        raise ValueError("A restored batch would be below zero.")
    rest = sum(level.quantity for level in levels)
    joined = unbatched + sum(level.quantity for level in levels if level.name[1] == UNBATCHED_KEY)
    parts = [Part(None, UNBATCHED, min(rest, joined))]
    rest -= parts[0].quantity
    for level in sorted((level for level in levels if level.name[1] != UNBATCHED_KEY), key=to_be_taken):
        parts.append(Part(level.name, level.number, min(rest, level.quantity), level.is_held))
        rest -= parts[-1].quantity
    return tuple(part for part in parts if part.quantity)


def to_be_taken(level: RestoredLevel) -> tuple:
    """Sorts first expired first, without expiry after those with one, what is on hold after all others."""
    return level.is_held, level.expires_on is None, level.expires_on or date.min, level.order
