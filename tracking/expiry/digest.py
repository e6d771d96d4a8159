"""The daily digest as plain text: what is expired and what expires soon, with where it is, for a mail or a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.formats import date_format

from katana_trace.lib import days
from katana_trace.lib.quantities import for_people
from tracking.expiry.due import Due, due_batches


@dataclass(frozen=True, slots=True)
class Digest:
    """``is_empty`` where nothing in stock is due; the text says so then."""

    subject: str
    text: str
    is_empty: bool


def digest_of(day: date) -> Digest:
    found, _ = due_batches(day)
    expired = [due for due in found if days.is_expired(due.expires_on, day)]
    soon = found[len(expired) :]
    when = date_format(day, "j M Y")
    if not found:
        said = f"Nothing in stock is expired or within the notice period of its item on {when}."
        return Digest(f"Expiry on {when}: nothing is due", f"{said}\n\n{rule()}\n", is_empty=True)
    text = "\n\n".join("\n".join(part) for part in (head(day), *sections(expired, soon, day), [rule()]))
    return Digest(f"Expiry on {when}: {len(expired):,} expired, {len(soon):,} soon", f"{text}\n", is_empty=False)


def head(day: date) -> list[str]:
    return [f"Katana Trace: expiry on {date_format(day, 'l j F Y')}"]


def sections(expired: list[Due], soon: list[Due], day: date) -> Iterator[list[str]]:
    """Each heading with its batches; headings without any are left out."""
    for heading, batches in (
        ("Expired, no longer to be shipped or used", expired),
        ("Expires soon, within the notice period of its item", soon),
    ):
        if batches:
            yield [f"{heading} ({len(batches):,}):", *(line_of(due, day) for due in batches)]


def line_of(due: Due, day: date) -> str:
    """``- 30 Nov 2026 (5 days): CL8-1118, Country loaf, 800 g (CL-800): 64 pcs at Dispatch bay 2``."""
    places = ", ".join(f"{for_people(place.quantity)} {due.unit} at {place.location}" for place in due.places)
    held = "; on hold" if due.is_held else ""
    when = f"{date_format(due.expires_on, 'j M Y')} ({left_of(due.expires_on, day)})"
    return f"- {when}: {due.number}, {due.label} ({due.sku}): {places}{held}"


def left_of(expires_on: date, day: date) -> str:
    """How far ``expires_on`` is from ``day``, in words."""
    left = (expires_on - day).days
    if left == 0:
        return "last day"
    count = f"{abs(left):,} day{'' if abs(left) == 1 else 's'}"
    return count if left > 0 else f"{count} ago"


def rule() -> str:
    return (
        f"A batch is usable through its expiry date, in the time zone {settings.TIME_ZONE}. An item's notice period is set "
        f"on its card; without one it is {days.USUAL_NOTICE} days."
    )
