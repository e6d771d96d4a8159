"""A number with its noun."""

from __future__ import annotations


def counted(number: int, what: str) -> str:
    """``1 document``, ``1,204 documents``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
