"""What a story is written in: entries of a diary, so many days ago. Pure data; ``diary`` posts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

FLOUR_STORE = "Flour store"
COLD_ROOM = "Cold room A"
DISPATCH = "Dispatch bay 2"
SHOP = "Shop shelf"
QUARANTINE = "Quarantine shelf"
WORKSHOP = "Oven workshop"
CELLAR = "Old cellar"  # emptied at the beginning, and archived today


@dataclass(frozen=True, slots=True)
class Part:
    """``quantity`` in units of the item, + into ``at``, − out of it; None is all that is there, taken out.

    What goes out of a batch-tracked item without a ``batch`` is taken from what expires first. ``to`` makes it a transfer.
    """

    sku: str
    quantity: str | int | None
    at: str
    batch: str = ""
    expires_on: date | None = None
    serial: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One document, ``ago`` days before today at ``clock`` (``08:30``) in the site's time zone."""

    ago: int
    clock: str
    kind: str
    parts: tuple[Part, ...]
    partner: str = ""
    note: str = ""
    number: str = ""


def code(prefix: str, today: date, ago: int) -> str:
    """A batch number as the company wrote it so far: ``CL8-1118`` was made on 18 November."""
    return f"{prefix}-{today - timedelta(days=ago):%m%d}"


def keeps(today: date, ago: int, days: int) -> date:
    """The expiry date of what came in ``ago`` days before today and keeps ``days`` days."""
    return today - timedelta(days=ago) + timedelta(days=days)
