"""What the numbers of a case are in the books now: found by variant and key, because a case keeps no reference to them.

While a case is open the tracking of its items is not switched off, so its lots are there. After that a number may be
given anew, to other goods: these are none of the case's, unless the archive was restored.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from tracking.models import Recall, RecallLot, Switch
from tracking.trace.facts import TABLES, LotFacts, facts_where


def found_now(recall: Recall, lots: Iterable[RecallLot]) -> dict[int, LotFacts]:
    """The batch or serial number that each of ``lots`` (by its id) is now; one that was switched off since is left out."""
    lots, lost = list(lots), switched_off_since(recall)
    by_key = {
        (is_serial, one.variant, one.key): one
        for is_serial, _ in TABLES
        for one in facts_where(is_serial, "t.key", sorted({lot.key for lot in lots if lot.is_serial == is_serial}))
    }
    return {
        lot.pk: facts
        for lot in lots
        if lot.item_id not in lost and (facts := by_key.get((lot.is_serial, lot.variant_id, lot.key)))
    }


def switched_off_since(recall: Recall) -> set[int]:
    """The items whose numbers were taken off after the case was closed, and have not come back."""
    if recall.is_open:
        return set()
    return set(lasting_switches().filter(switched_at__gte=recall.closed_at).values_list("item", flat=True))


def lasting_switches() -> QuerySet[Switch]:
    """The switches to No tracking whose archive was not restored."""
    return Switch.objects.filter(to_mode="none", archive__restored_at=None)


def still_of(cases: QuerySet[Recall], item: int) -> QuerySet[Recall]:
    """Those of ``cases`` whose numbers of ``item`` are the present ones."""
    return cases.exclude(Exists(lasting_switches().filter(item=item, switched_at__gte=OuterRef("closed_at"))))
