"""How a file from elsewhere writes its dates and numbers: chosen once for the file, never guessed for a cell.

A date with the year first is read in every format: there is no other way to read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from katana_trace.lib.days import FIRST_YEAR, LAST_YEAR, instant_text, parse_instant
from katana_trace.lib.quantities import shown

DATES = {"ymd": "2026-01-31", "dmy": "31.01.2026 or 31/01/2026", "mdy": "01/31/2026"}
DECIMALS = {"point": "1234.5", "point_grouped": "1,234.5", "comma": "1234,5", "comma_grouped": "1.234,5"}
SIGNS = {"file": "as they stand in the file", "kind": "by the kind of the document"}

YEAR_FIRST = re.compile(r"([0-9]{4})([-/.]?)([0-9]{1,2})\2([0-9]{1,2})", re.ASCII)
YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})", re.ASCII)
CLOCK = re.compile(
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(:(?P<second>[0-9]{2}))?( ?(?P<half>[AaPp])\.?[Mm]\.?)?", re.ASCII
)
OFFSET = re.compile(r"(Z|[+-][0-9]{2}:?[0-9]{2})$", re.ASCII | re.IGNORECASE)
NUMBERS = {
    "point": re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII),
    "point_grouped": re.compile(r"[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]+)?", re.ASCII),
    "comma": re.compile(r"[+-]?[0-9]+(,[0-9]+)?", re.ASCII),
    "comma_grouped": re.compile(r"[+-]?([0-9]{1,3}(\.[0-9]{3})+|[0-9]+)(,[0-9]+)?", re.ASCII),
}
NOON = time(12)


def number_in(text: str, decimals: str) -> str:
    """A number of the file as a plain decimal with a point. Raises ValueError."""
    bare = text.strip().replace("−", "-").replace("\u00a0", "").replace("\u202f", "")
    if not NUMBERS[decimals].fullmatch(bare):
        raise ValueError(
            f"“{shown(text, 40)}” is no number such as {DECIMALS[decimals]}, which is how this file writes them. "
            "Correct it, or choose another format."
        )
    if decimals.startswith("comma"):
        bare = bare.replace(".", "").replace(",", ".")
    plain = bare.replace(",", "").removeprefix("+")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain


def day_in(text: str, dates: str) -> str:
    """A date of the file as 2026-01-31; a time after it must be midnight. Raises ValueError."""
    day, clock = split(text)
    if clock and not re.fullmatch(r"0?0:00(:00)?", clock):
        raise ValueError(f"“{shown(text, 40)}” has a time of day, and this column takes a date alone. Remove the time.")
    return parsed_day(day, text, dates).isoformat()


def instant_in(text: str, dates: str, zone: ZoneInfo) -> str:
    """A date with a time as 2026-01-31T08:00:00+00:00: without an offset in ``zone``, without a time at noon. Raises ValueError."""
    text = text.strip()
    if OFFSET.search(text) and "T" in text.upper():
        return instant_text(parse_instant(text))
    day, clock = split(text)
    at = parsed_clock(clock, text) if clock else NOON
    return instant_text(datetime.combine(parsed_day(day, text, dates), at, zone))


def split(text: str) -> tuple[str, str]:
    day, _, clock = re.sub(r"[T ]+", " ", text.strip(), count=1).partition(" ")
    return day.rstrip(","), clock.strip()


def parsed_day(day: str, text: str, dates: str) -> date:
    try:
        if found := YEAR_FIRST.fullmatch(day):
            year, month, number = int(found[1]), int(found[3]), int(found[4])
            if not found[2] and len(day) != 8:
                raise ValueError
        elif dates != "ymd" and (found := YEAR_LAST.fullmatch(day)):
            first, second, year = int(found[1]), int(found[3]), int(found[4])
            month, number = (second, first) if dates == "dmy" else (first, second)
            year += 2000 if len(found[4]) == 2 else 0
        else:
            raise ValueError
        read = date(year, month, number)
    except ValueError:
        raise ValueError(
            f"“{shown(text, 40)}” is no date such as {DATES[dates]}, which is how this file writes them. "
            "Correct it, or choose another format."
        ) from None
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise ValueError(f"“{shown(text, 40)}” is outside the years {FIRST_YEAR} to {LAST_YEAR}. Check the year.")
    return read


def parsed_clock(clock: str, text: str) -> time:
    found = CLOCK.fullmatch(clock)
    try:
        if not found:
            raise ValueError
        hour = int(found["hour"])
        if found["half"]:
            if not 1 <= hour <= 12:
                raise ValueError
            hour = hour % 12 + (12 if found["half"] in "pP" else 0)
        return time(hour, int(found["minute"]), int(found["second"] or 0))
    except ValueError:
        raise ValueError(f"“{shown(text, 40)}” has no time of day that can be read. Write it such as 15:30.") from None


def fits_dates(texts: Iterable[str], dates: str) -> bool:
    """Whether all of ``texts`` can be read as dates in one format."""
    try:
        for text in texts:
            parsed_day(split(text)[0], text, dates)
    except ValueError:
        return False
    return True


def fits_numbers(texts: Iterable[str], decimals: str) -> bool:
    """Whether all of ``texts`` can be read as numbers in one format."""
    return all(NUMBERS[decimals].fullmatch(text.strip().replace("−", "-")) for text in texts)
