"""Serial numbers of a file that are in stock already, found by set, so that each row gets its own reason."""

from __future__ import annotations

from collections.abc import Mapping

from tracking.ledger.sql import any_of, fetch
from tracking.resources.refused import RowError


def rows_taken(seen: Mapping[tuple[int, str], int]) -> list[RowError]:
    """An error for each number of ``seen``, which gives the row by (item, key), that is in stock; naming where.

    What has left may be given again: it came back.
    """
    condition, parameter = any_of("s.key", sorted({key for _, key in seen}))
    found = []
    for item, key, number, location in fetch(
        "SELECT s.item_id, s.key, s.number, p.name FROM tracking_serialnumber s"
        f" JOIN tracking_location p ON p.id = s.location_id WHERE {condition}",
        [parameter],
    ):
        row = seen.get((item, key))
        if row is not None:
            sentence = f"Serial number {number} is in stock already, at {location}. Check it, or take this row out."
            found.append(RowError(row, sentence, "serial_number"))
    return found
