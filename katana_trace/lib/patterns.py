"""Patterns of new numbers, such as ``{yy}{mm}{dd}-{n:04}``: checked once, filled for a day, and read back from a key.

Law: a filled number and its count stand for each other. ``count_of`` takes no other spelling of the same count (``7``
for ``{n:04}``), so the number after the highest count is one that nobody has.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from katana_trace.lib.numbers import LIMIT, check_text, key_of
from katana_trace.lib.quantities import shown

WIDEST = 12
PLACEHOLDERS = "{yy}, {yyyy}, {mm}, {dd}, {jjj}, {sku}, {n} or {n:04}"
PART = re.compile(r"\{[^{}]*\}|[{}]|[^{}]+")
COUNTER = re.compile(r"\{n(?::0([0-9]{1,2}))?\}", re.ASCII)
EXAMPLE_DAY = date(2026, 11, 23)
EXAMPLE_SKU = "SKU-001"


def check_pattern(text: str) -> str:
    """``text`` without spaces around it, when numbers can be made by it; empty where there is none.

    Raises ValueError with a sentence for an unknown placeholder, a lone brace, no counter or two of them, characters
    that cannot be printed, or a number that is longer than a number may be.
    """
    pattern = check_text(text, what="Pattern", required=False)
    if not pattern:
        return ""
    counters = 0
    for part in PART.findall(pattern):
        counters += check_part(part, pattern)
    if not counters:
        raise ValueError(
            f"Pattern “{shown(pattern)}” has no {{n}}, so two numbers of one day could not differ. "
            "Add {n} or {n:04} where the counter belongs."
        )
    if counters > 1:
        raise ValueError(f"Pattern “{shown(pattern)}” has {counters} counters. Keep one {{n}}.")
    example = fill_pattern(pattern, day=EXAMPLE_DAY, sku=EXAMPLE_SKU, n=1)
    check_text(example, what="The number by this pattern")
    return pattern


def check_part(part: str, pattern: str) -> int:
    """1 for a counter, 0 for any other part of a pattern. Raises ValueError for what is no part of one."""
    if part in ("{", "}"):
        raise ValueError(
            f"Pattern “{shown(pattern)}” has a lone {part}. Braces enclose a placeholder: use {PLACEHOLDERS}."
        )
    if not part.startswith("{") or part in ("{yy}", "{yyyy}", "{mm}", "{dd}", "{jjj}", "{sku}"):
        return 0
    counter = COUNTER.fullmatch(part)
    if not counter:
        raise ValueError(f"Pattern “{shown(pattern)}” has {shown(part)}, which is no placeholder. Use {PLACEHOLDERS}.")
    if counter[1] is not None and not 1 <= int(counter[1]) <= WIDEST:
        raise ValueError(
            f"Pattern “{shown(pattern)}” has a counter of {int(counter[1])} digits. Give it 1 to {WIDEST}, such as {{n:04}}."
        )
    return 1


def fill_pattern(pattern: str, *, day: date, sku: str, n: int) -> str:
    """The number that a checked ``pattern`` gives on ``day`` to the count ``n``, which may outgrow its padding."""
    before, width, after = around_counter(pattern, day, sku)
    return f"{before}{n:0{width}d}{after}"


def count_of(pattern: str, key: str, *, day: date, sku: str) -> int | None:
    """The count of the number whose key (numbers.key_of) is ``key``, where the pattern gives it on ``day``; else None."""
    before, width, after = keys_around(pattern, day, sku)
    digits = key[len(before) : len(key) - len(after)]
    if f"{before}{digits}{after}" != key or len(digits) > LIMIT or not (digits.isascii() and digits.isdigit()):
        return None
    n = int(digits)
    return n if digits == f"{n:0{width}d}" else None


def prefix_key(pattern: str, *, day: date, sku: str) -> str:
    """What the keys of all numbers by this pattern on ``day`` begin with: the part before the counter."""
    return keys_around(pattern, day, sku)[0]


def suffix_key(pattern: str, *, day: date, sku: str) -> str:
    """What these keys end with: the part after the counter."""
    return keys_around(pattern, day, sku)[2]


@lru_cache(maxsize=256)
def keys_around(pattern: str, day: date, sku: str) -> tuple[str, int, str]:
    """As ``around_counter``, in the spelling of keys. A digit stands in: it keeps the spaces beside the counter, and no
    character joins with it."""
    before, width, after = around_counter(pattern, day, sku)
    return key_of(before + "0")[:-1], width, key_of("0" + after)[1:]


@lru_cache(maxsize=256)
def around_counter(pattern: str, day: date, sku: str) -> tuple[str, int, str]:
    """What stands before the counter, the least number of its digits, and what stands after it."""
    filled = {
        "{yy}": f"{day.year % 100:02}",
        "{yyyy}": f"{day.year:04}",
        "{mm}": f"{day.month:02}",
        "{dd}": f"{day.day:02}",
        "{jjj}": f"{day.timetuple().tm_yday:03}",
        "{sku}": sku,
    }
    sides, width = ["", ""], 1
    side = 0
    for part in PART.findall(pattern):
        counter = COUNTER.fullmatch(part)
        if counter:
            width, side = int(counter[1] or 1), 1
        else:
            sides[side] += filled.get(part, part)
    return sides[0], width, sides[1]
