"""Numbers that come many at a time: pasted from a spreadsheet, scanned one after the other, or given as a range."""

from __future__ import annotations

import re

from katana_trace.lib.quantities import shown

LINE_ENDS = re.compile(r"\r\n|\r|\n")
QUOTED = re.compile(r'"((?:[^"]|"")*)"')
QUOTED_ROW = re.compile(r'"(?:[^"]|"")*"(?:\s*[,;]\s*"(?:[^"]|"")*")*')
BETWEEN = re.compile(r"\s+to\s+|\s*(?:\.\.+|[-‐‑–—−])\s*", re.IGNORECASE)
RUNS = re.compile(r"([0-9]+)", re.ASCII)
MOST_PASTED = 1_000_000  # characters, some ten times what 10,000 numbers have


def numbers_in(text: str, *, most: int = MOST_PASTED) -> list[str]:
    """The numbers in ``text``, in their order: one in each line, or in each spreadsheet cell (tab) of a line.

    Spaces around a number and empty cells are left out, twins are kept. Commas and semicolons never separate bare
    numbers, because a number may contain them; they do in a line that is nothing but quoted cells (``"A1","A2"``), where
    nothing else can be meant. Quotes around a whole cell are taken off, doubled ones within become one. Raises ValueError
    with a sentence for a text of more than ``most`` characters.
    """
    if len(text) > most:
        raise ValueError(f"The text has {len(text):,} characters, the limit is {most:,} at once. Enter it in parts.")
    found = []
    for line in LINE_ENDS.split(text):
        for cell in line.split("\t"):
            found += [number for number in cells_in(cell.strip()) if number]
    return found


def has_numbers(text: str) -> bool:
    """Whether anything stands in ``text``, or too much to look."""
    return len(text) > MOST_PASTED or bool(numbers_in(text))


def cells_in(cell: str) -> list[str]:
    if not QUOTED_ROW.fullmatch(cell):
        return [cell]
    return [quoted.replace('""', '"').strip() for quoted in QUOTED.findall(cell)]


def expand_range(text: str, *, limit: int = 10_000) -> list[str]:
    """The numbers from the first to the last of a range such as ``A100-A149``, ``SN-0098 to SN-0103`` or ``1..20``.

    Both ends are written in full and differ in one run of digits; zeros before it are kept. Between them stands a dash,
    two points, or " to ". Raises ValueError with a sentence when it is no range, its ends do not belong together, the
    last is below the first, or it has more than ``limit`` numbers.
    """
    before, first, last, after = ends_of(text.strip())
    if int(last) < int(first):
        raise ValueError(
            f"“{shown(text.strip())}” ends below its start: {shown(last, 20)} is below {shown(first, 20)}. "
            "Write the lower number first."
        )
    count = int(last) - int(first) + 1
    if count > limit:
        raise ValueError(
            f"“{shown(text.strip())}” has more than {limit:,} numbers, which is the limit in one go. Split it."
        )
    width = len(first) if first.startswith("0") else 1
    if last != f"{int(last):0{width}d}":
        raise ValueError(
            f"“{shown(text.strip())}” has {shown(first, 20)} and {shown(last, 20)} with different leading zeros. "
            "Write both ends as they are on the labels."
        )
    return [f"{before}{n:0{width}d}{after}" for n in range(int(first), int(last) + 1)]


def ends_of(text: str) -> tuple[str, str, str, str]:
    """What stands before the counter, the first count, the last one, and what stands after. Raises ValueError."""
    if len(text) > 200:
        raise not_a_range(text)
    halves = [
        (text[: place.start()], text[place.end() :])
        for place in BETWEEN.finditer(text)
        if RUNS.search(text[: place.start()]) and RUNS.search(text[place.end() :])
    ]
    for left, right in halves:
        ends = counters_of(RUNS.split(left), RUNS.split(right))
        if ends:
            return ends
    if len(halves) == 1:
        left, right = halves[0]
        raise ValueError(
            f"“{shown(text)}” is not a range: “{shown(left)}” and “{shown(right)}” do not differ in one counter alone. "
            "Write both ends in full, such as A100-A149."
        )
    raise not_a_range(text)


def counters_of(first: list[str], last: list[str]) -> tuple[str, str, str, str] | None:
    """The one run of digits in which two numbers differ, with what is around it; of equal numbers the last run."""
    if len(first) != len(last):
        return None
    unlike = [place for place in range(len(first)) if first[place] != last[place]]
    place = unlike[0] if unlike else len(first) - 2
    if len(unlike) > 1 or place % 2 == 0:  # the even places are what is no digit
        return None
    return "".join(first[:place]), first[place], last[place], "".join(first[place + 1 :])


def not_a_range(text: str) -> ValueError:
    return ValueError(
        f"“{shown(text)}” is not a range. Write the first and the last number with a dash between, such as A100-A149."
    )
