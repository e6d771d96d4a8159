"""Lists are paged by key: no COUNT and no OFFSET, so the last page costs what the first one does."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

PAGE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page, and the cursor of the next (None on the last)."""

    rows: list
    next_cursor: str | None
    is_first: bool


def page_by_key(rows: QuerySet, *, order: tuple[str, str], cursor: str, size: int = PAGE) -> Page:
    """The page of ``rows`` after ``cursor``, ordered by two ascending columns of which the second is unique.

    A cursor that cannot be read is taken as the first page: it is a place, not a command.
    """
    first, second = order
    place = read_cursor(cursor)
    if place is not None:
        try:
            # The first condition alone leads an index to the place; "greater, or equal and greater" would not.
            later = Q(**{f"{first}__gt": place[0]}) | Q(**{f"{second}__gt": place[1]})
            rows = rows.filter(later, **{f"{first}__gte": place[0]})
        except (TypeError, ValueError, ValidationError):
            place = None
    found = list(rows.order_by(first, second)[: size + 1])
    more = len(found) > size
    found = found[:size]
    last = found[-1] if more else None
    token = write_cursor([attribute(last, first), attribute(last, second)]) if last is not None else None
    return Page(rows=found, next_cursor=token, is_first=place is None)


def page_newest(rows: QuerySet, *, cursor: str, size: int = PAGE) -> Page:
    """The page of ``rows`` by falling ``id``, below the id ``cursor``; one that cannot be read is the first page."""
    below = int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 19 else None
    if below is not None:
        rows = rows.filter(id__lt=below)
    found = list(rows.order_by("-id")[: size + 1])
    more = len(found) > size
    found = found[:size]
    return Page(rows=found, next_cursor=str(found[-1].pk) if more else None, is_first=below is None)


def attribute(row, path: str):
    """The value at ``path`` (``variant__key``) of a row."""
    for name in path.split("__"):
        row = getattr(row, name)
    return row


def write_cursor(place: list) -> str:
    return base64.urlsafe_b64encode(json.dumps(place, default=str).encode()).decode().rstrip("=")


def read_cursor(text: str) -> list | None:
    try:
        place = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, UnicodeDecodeError):
        return None
    usable = isinstance(place, list) and len(place) == 2 and all(is_storable(part) for part in place)
    return place if usable else None


def is_storable(part) -> bool:
    """Whether both databases can compare with ``part``: PostgreSQL takes no NUL, and neither takes lone surrogates."""
    if isinstance(part, str):
        return not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in part)
    return isinstance(part, int) and not isinstance(part, bool) and abs(part) < 2**63
