"""The mass balance of a lot as a sum that spells itself out (law 12): what came = where it is or went, with what is missing."""

from __future__ import annotations

from dataclasses import dataclass

from katana_trace.lib.quantities import for_people
from tracking.trace.balance import Balance

WIDE, LEAST, BETWEEN = 1000, 4, 3  # of the whole bar, of its smallest part, between two parts; in units of the SVG


@dataclass(frozen=True, slots=True)
class Part:
    """A summand: its words, its quantity (millionths), and its bar; ``tone`` names the colour."""

    word: str
    quantity: int
    tone: str
    x: float = 0
    width: float = 0

    @property
    def amount(self) -> str:
        return for_people(self.quantity)


@dataclass(frozen=True, slots=True)
class Strip:
    """``came`` are the summands on the left, ``gone`` those on the right, with what is not accounted for at its end."""

    came: tuple[Part, ...]
    gone: tuple[Part, ...]
    percent: str
    is_whole: bool


def strip_of(balance: Balance) -> Strip:
    """An adjustment that took away stands on the right, one that added on the left; what was found beyond that in red."""
    came = [
        Part("Opening", balance.opening, "in"),
        Part("Received", balance.received, "in"),
        Part("Made", balance.produced, "in"),
        Part("Returned", balance.returned, "in"),
        Part("Adjusted", max(balance.adjusted, 0), "in"),
    ]
    gone = [
        Part("on hand", balance.on_hand, "fa1"),
        Part("shipped", balance.shipped, "fa2"),
        Part("used", balance.used, "fa3"),
        Part("sent back", balance.sent_back, "f4"),
        Part("adjusted", max(-balance.adjusted, 0), "f"),
    ]
    missing = balance.unaccounted
    if missing < 0:
        came.append(Part("found beyond that", -missing, "bad"))
    elif missing > 0:
        gone.append(Part("not accounted for", missing, "bad"))
    came, gone = ([part for part in parts if part.quantity] for parts in (came, gone))
    return Strip(tuple(came), tuple(with_bars(gone)), balance.percent, not missing)


def with_bars(parts: list[Part]) -> list[Part]:
    whole = sum(abs(part.quantity) for part in parts)
    room = WIDE - BETWEEN * (len(parts) - 1) - LEAST * len(parts)
    bars, x = [], 0.0
    for part in parts:
        width = LEAST + room * abs(part.quantity) / whole
        bars.append(Part(part.word, part.quantity, part.tone, round(x, 1), round(width, 1)))
        x += width + BETWEEN
    return bars
