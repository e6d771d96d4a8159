"""Quantities are whole millionths of the unit.

A DecimalField is REAL underneath on SQLite, and ``0.3 - 3 × 0.1`` is not zero there; integers add up on both
databases. Inside the domain a quantity is an ``int`` of millionths; people and files see plain decimals.
"""

from __future__ import annotations

import re
from decimal import Decimal

MILLION = 1_000_000
LINE_LIMIT = 10**9 * MILLION
LEVEL_LIMIT = 10**12 * MILLION

PLAIN = re.compile(r"([+-]?)([0-9]{1,13})(?:\.([0-9]{1,6}))?", re.ASCII)
TOO_FINE = re.compile(r"[+-]?[0-9]+\.[0-9]{7,}", re.ASCII)
TOO_LONG = re.compile(r"[+-]?[0-9]{14,}(\.[0-9]*)?", re.ASCII)


def parse_quantity(text: str) -> int:
    """Millionths from a plain decimal such as ``12``, ``-0.25`` (DESIGN 5.4).

    Raises ValueError with a sentence for an exponent, a comma, more than six places, or more than 10⁹ units.
    """
    found = PLAIN.fullmatch(text)
    if not found:
        if TOO_FINE.fullmatch(text):
            raise ValueError(f"“{text}” has more than 6 places after the point. Round it to 6 places.")
        if TOO_LONG.fullmatch(text):
            raise ValueError(f"“{shown(text)}” is above the limit of 1,000,000,000 units in one line. Split it.")
        raise ValueError(f"“{shown(text)}” is not a quantity. Write a plain number with a point, such as 12 or 0.25.")
    sign, whole, part = found.groups()
    millionths = int(whole) * MILLION + int((part or "").ljust(6, "0"))
    if millionths > LINE_LIMIT:
        raise ValueError(f"“{text}” is above the limit of 1,000,000,000 units in one line. Split it.")
    return -millionths if sign == "-" else millionths


def plain(millionths: int) -> str:
    """The plain decimal of ``millionths``: no exponent, no trailing zeros, no ``-0``."""
    whole, part = divmod(abs(millionths), MILLION)
    text = f"{whole}.{part:06d}".rstrip("0") if part else str(whole)
    return "-" + text if millionths < 0 else text


def to_millionths(value: Decimal | int) -> int:
    """Millionths from a Decimal or int. Raises ValueError when it is not finite or finer than a millionth."""
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"“{value}” is not a quantity. Write a plain number with a point, such as 12 or 0.25.")
    scaled = number.scaleb(6)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"“{value}” has more than 6 places after the point. Round it to 6 places.")
    return int(scaled)


def to_decimal(millionths: int) -> Decimal:
    """The exact Decimal of ``millionths``."""
    return Decimal(millionths).scaleb(-6)


def for_people(millionths: int, *, signed: bool = False) -> str:
    """As pages print it: thousands by comma, a real minus, a plus where ``signed``."""
    whole, dot, part = plain(abs(millionths)).partition(".")
    text = f"{int(whole):,}{dot}{part}"
    if millionths < 0:
        return "−" + text
    return "+" + text if signed and millionths else text


def shown(text: str, limit: int = 60) -> str:
    """``text`` cut for a sentence, with what does not print made visible."""
    clean = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text[: limit + 1])
    return clean[:limit] + "…" if len(text) > limit else clean
