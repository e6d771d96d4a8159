"""The next free numbers by an item's pattern. A suggestion only: posting decides, whatever was suggested before.

The counter follows the highest count of the day, among what exists and what open drafts have; gaps are not filled, so a
number is never used a second time while a label with it may still be about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet
from django.db.models.functions import Length

from items.models import Variant
from katana_trace.lib.numbers import can_be_stored, key_of
from katana_trace.lib.pasted import numbers_in
from katana_trace.lib.patterns import count_of, fill_pattern, prefix_key, suffix_key
from tracking.models import Batch, SerialNumber
from tracking.models.draft import DraftBatch, DraftLine

LOOK_AT = 50


def suggest_batch_number(*, variant: Variant, day: date, avoid: Iterable[str] = ()) -> str:
    """The next batch number of ``variant`` on ``day``; "" without a pattern, or when it would be longer than 64 characters.

    Free among the variant's batches, what open drafts give it, and ``avoid`` (numbers as typed). At most 4 queries,
    ``variant.item`` not counted.
    """
    pattern = variant.item.number_pattern
    if not pattern:
        return ""
    of = {"day": day, "sku": variant.sku}
    highest = max(
        highest_key(Batch.objects.filter(variant=variant), pattern, **of),
        highest_key(DraftBatch.objects.filter(line__variant=variant), pattern, **of),
        highest_typed(avoid, pattern, **of),
    )
    number = fill_pattern(pattern, n=highest + 1, **of)
    return number if can_be_stored(number) else ""


def suggest_serial_numbers(*, variant: Variant, count: int, day: date, avoid: Iterable[str] = ()) -> list[str]:
    """The next ``count`` serial numbers of ``variant`` on ``day``; [] without a pattern, or when one would be too long.

    Free within the item (rule 9): among its serial numbers, those typed in open drafts, and ``avoid``. At most 3 queries.
    """
    pattern = variant.item.number_pattern
    if not pattern or count < 1:
        return []
    of = {"day": day, "sku": variant.sku}
    drafted = DraftLine.objects.filter(variant__item=variant.item_id).exclude(serial_numbers="")
    typed = [number for text in drafted.values_list("serial_numbers", flat=True) for number in numbers_in(text)]
    highest = max(
        highest_key(SerialNumber.objects.filter(item=variant.item_id), pattern, **of),
        highest_typed([*typed, *avoid], pattern, **of),
    )
    numbers = [fill_pattern(pattern, n=n, **of) for n in range(highest + 1, highest + count + 1)]
    return numbers if can_be_stored(numbers[-1]) else []


def highest_typed(numbers: Iterable[str], pattern: str, *, day: date, sku: str) -> int:
    return max((count_of(pattern, key_of(number), day=day, sku=sku) or 0 for number in numbers), default=0)


def highest_key(rows: QuerySet, pattern: str, *, day: date, sku: str) -> int:
    """The highest count among ``rows`` with a ``key``; 0 when there is none.

    Keys by one pattern have their counts' order when the longer come first, in every collation. The first few settle it
    unless they are something else (a pattern of ``{n}`` alone): then the database is asked for digits between, which on
    SQLite costs a call for each row.
    """
    before, after = (part(pattern, day=day, sku=sku) for part in (prefix_key, suffix_key))
    rows = rows.filter(key__startswith=before, key__endswith=after).order_by(Length("key").desc(), "-key")
    keys = list(rows.values_list("key", flat=True)[:LOOK_AT])
    counts = [n for key in keys if (n := count_of(pattern, key, day=day, sku=sku)) is not None]
    if not counts and len(keys) == LOOK_AT:
        digits = rows.filter(key__regex=f"^{re.escape(before)}[0-9]+{re.escape(after)}$")
        keys = digits.values_list("key", flat=True)[:LOOK_AT]
        counts = [n for key in keys if (n := count_of(pattern, key, day=day, sku=sku)) is not None]
    return max(counts, default=0)
