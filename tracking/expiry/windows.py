"""Spans of expiry dates that people ask for: what is expired, this week, the weeks after. Weeks begin on Monday.

Pages and filters take them from here, so a bar, the list that it leads to, and the CSV file of that list hold the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format

from katana_trace.lib import days
from katana_trace.lib.quantities import shown

EXPIRED, THIS_WEEK, NEXT_WEEKS = "expired", "this-week", "next-weeks"
WEEKS = 4  # after this one
A_WEEK = timedelta(days=6)  # from its Monday to its Sunday


@dataclass(frozen=True, slots=True)
class Window:
    """Expiry dates from ``first`` to ``last``, both included. ``name`` is what links have, ``label`` what people read."""

    name: str
    label: str
    first: date
    last: date

    @property
    def words(self) -> str:
        """After “only batches that …”."""
        if self.name == EXPIRED:
            return f"expired by {date_format(self.last, 'j M Y')}"
        return f"expire from {date_format(self.first, 'j M Y')} to {date_format(self.last, 'j M Y')}"


def expired(day: date) -> Window:
    """What is expired on ``day``: the rule of ``days.is_expired`` as a span, for queries."""
    return Window(EXPIRED, "Expired", date.min, day - timedelta(days=1))


def this_week(day: date) -> Window:
    """What is usable on ``day`` and expires by Sunday."""
    return Window(THIS_WEEK, "This week", day, monday_of(day) + A_WEEK)


def next_weeks(day: date) -> Window:
    """The ``WEEKS`` weeks after the one of ``day``."""
    first = monday_of(day) + timedelta(weeks=1)
    return Window(NEXT_WEEKS, f"Next {WEEKS} weeks", first, first + timedelta(weeks=WEEKS - 1) + A_WEEK)


def week_of(day: date) -> Window:
    """The whole week that ``day`` is in."""
    monday = monday_of(day)
    return Window(monday.isoformat(), date_format(monday, "j M"), monday, monday + A_WEEK)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def in_short(day: date) -> tuple[Window, Window, Window]:
    """Expired, this week, and the weeks after it as one."""
    return expired(day), this_week(day), next_weeks(day)


def by_week(day: date) -> tuple[Window, ...]:
    """Expired, this week, and each of the weeks after it."""
    later = (week_of(day + timedelta(weeks=ahead)) for ahead in range(1, WEEKS + 1))
    return expired(day), this_week(day), *later


def window_named(name: str, day: date) -> Window:
    """The window that a link asks for, as on ``day``: a name, or a day of the week that is meant.

    Raises ValueError with a sentence.
    """
    for window in in_short(day):
        if window.name == name:
            return window
    try:
        return week_of(days.parse_day(name))
    except ValueError as error:
        raise ValueError(
            f"“{shown(name, 40)}” is no span of expiry dates. Choose {EXPIRED}, {THIS_WEEK} or {NEXT_WEEKS}, or give the "
            "Monday of a week, such as 2026-11-30."
        ) from error
