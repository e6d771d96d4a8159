"""The serial numbers at a place, to be picked from by a person: the oldest first, as a suggestion takes them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tracking.ledger.sql import fetch
from tracking.models.batch import RecordStatus


@dataclass(frozen=True, slots=True)
class NumberHere:
    number: str
    key: str
    held: bool


def first_numbers(places: Iterable[tuple[int, int]], count: int) -> dict[tuple[int, int], list[NumberHere]]:
    """The oldest ``count`` numbers at each (variant, location). One query that reads no more than it gives."""
    wanted = sorted(set(places))
    found: dict[tuple[int, int], list[NumberHere]] = defaultdict(list)
    if not wanted:
        return found
    one = (
        "SELECT * FROM (SELECT first_at, id, variant_id, location_id, number, key, status FROM tracking_serialnumber"
        f" WHERE variant_id = %s AND location_id = %s ORDER BY first_at, id LIMIT {count}) AS n"
    )
    rows = fetch(f"{' UNION ALL '.join([one] * len(wanted))} ORDER BY 1, 2", [id_ for place in wanted for id_ in place])
    for _, _, variant, location, number, key, status in rows:
        found[variant, location].append(NumberHere(number, key, status == RecordStatus.HELD))
    return found
