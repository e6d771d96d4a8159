"""What the numbers of a case are in the books now: found by key, because a case keeps no reference to them."""

from __future__ import annotations

from collections.abc import Iterable

from katana_trace.lib.numbers import key_of
from tracking.models import Recall, RecallLot
from tracking.trace.facts import TABLES, LotFacts, facts_where


def found_now(lots: Iterable[RecallLot]) -> dict[int, LotFacts]:
    """The batch or serial number that each lot (by its id) is now; one whose item was switched off since is left out."""
    lots = list(lots)
    by_key: dict[tuple, list[LotFacts]] = {}
    for is_serial, _ in TABLES:
        keys = {lot.key for lot in lots if lot.is_serial == is_serial}
        for one in facts_where(is_serial, "t.key", sorted(keys)):
            by_key.setdefault((is_serial, one.item, one.key), []).append(one)
    found = {}
    for lot in lots:
        same = by_key.get((lot.is_serial, lot.item_id, lot.key), [])
        # A batch's number is unique in its variant, and a SKU may have been renamed since.
        exact = [one for one in same if one.sku_key == key_of(lot.sku)] or same
        if len(exact) == 1:
            found[lot.pk] = exact[0]
    return found


def roots_now(recall: Recall) -> list[LotFacts]:
    """The lots that the case begins with, as they are now."""
    return list(found_now(recall.lots.filter(depth=0)).values())
