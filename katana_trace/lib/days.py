"""Days and instants: one reading of both, wherever they come from (rule 10, DESIGN 5.4).

Instants are stored in UTC in whole seconds; a day is a day in the site's time zone.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

FIRST_YEAR, LAST_YEAR = 1970, 2200
USUAL_NOTICE = 7  # days before its expiry that a batch is listed as expiring, where its item says nothing else
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(?P<fraction>\.[0-9]+)?)?(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.ASCII | re.IGNORECASE,
)


def parse_day(text: str) -> date:
    """A date from ``2026-01-31``. Raises ValueError with a sentence."""
    try:
        if not DAY.fullmatch(text):
            raise ValueError
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"“{text[:40]}” is not a date. Write year-month-day, such as 2026-01-31.") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"“{text}” is outside the years {FIRST_YEAR} to {LAST_YEAR}. Check the year.")
    return day


def parse_instant(text: str) -> datetime:
    """An instant in UTC from ``2025-01-06T08:00:00+01:00``. Raises ValueError without an offset or with a fraction."""
    found = INSTANT.fullmatch(text)
    if found and found["fraction"]:
        raise ValueError(f"“{text}” has a fraction of a second. Round it to whole seconds.")
    if found and not found["offset"]:
        raise ValueError(f"“{text}” has no offset from UTC. Write it with one, such as 2025-01-06T08:00:00+00:00.")
    try:
        if not found:
            raise ValueError
        instant = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            f"“{text[:40]}” is not a date with a time. Write it such as 2025-01-06T08:00:00+00:00."
        ) from None
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError(f"“{text}” is outside the years {FIRST_YEAR} to {LAST_YEAR}. Check the year.")
    return instant


def instant_text(instant: datetime) -> str:
    """The instant as files have it: UTC, whole seconds, ``+00:00``."""
    return instant.astimezone(UTC).isoformat(timespec="seconds")


def now() -> datetime:
    """The present instant in whole seconds."""
    return timezone.now().replace(microsecond=0)


def day_of(instant: datetime) -> date:
    """The day on which ``instant`` falls in the site's time zone."""
    return instant.astimezone(timezone.get_default_timezone()).date()


def today() -> date:
    """The present day in the site's time zone."""
    return day_of(timezone.now())


def is_expired(expires_on: date | None, on: date) -> bool:
    """The one rule for "expired": a batch is usable through its expiry date, and expired after it (rule 10)."""
    return expires_on is not None and on > expires_on


def is_noticed(expires_on: date | None, on: date, notice_days: int | None = None) -> bool:
    """Whether a batch is usable on the day ``on`` and expires within its item's notice period, USUAL_NOTICE where it has none."""
    if expires_on is None or is_expired(expires_on, on):
        return False
    return (expires_on - on).days <= (notice_days or USUAL_NOTICE)


def latest_posting() -> datetime:
    """Documents may be dated a day ahead of the server's clock, not more (rule 11)."""
    return now() + timedelta(days=1)
