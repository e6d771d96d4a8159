"""What is in stock without a number: ``UNBATCHED`` stock of batch-tracked items, unnumbered units of the others (rules 3, 4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, When

from items.models import Item, TrackingMode
from katana_trace.lib.numbers import UNBATCHED_KEY
from tracking.models import Document, LedgerLine, StockLevel
from tracking.models.stock_level import UNNUMBERED


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of an item in stock has a number, in its unit."""

    on_hand: Decimal
    without: Decimal

    @property
    def numbered(self) -> Decimal:
        return self.on_hand - self.without


@dataclass(frozen=True, slots=True)
class Summary:
    """All that is without a number: of how many items, at how many places (a variant at a location), how many units."""

    items: int
    unbatched_places: int
    unnumbered_places: int
    unnumbered_units: Decimal


@dataclass(frozen=True, slots=True)
class ItemWork:
    """An item of which something has no number, and how far it is."""

    item: int
    name: str
    unit: str
    mode: str
    progress: Progress


def levels_without_number(item: Item | None = None) -> QuerySet[StockLevel]:
    """Stock levels (of ``item``, or of all) with something without a number, each with how much: ``without``.

    Of all items two small sets, each by an index, are united: asked for with OR, the databases read every level there is.
    """
    unbatched = StockLevel.objects.filter(batch__key=UNBATCHED_KEY, quantity__gt=0)
    unnumbered = StockLevel.objects.filter(
        batch=None, variant__item__tracking_mode=TrackingMode.SERIAL, quantity__gt=F("numbered")
    )
    if item is None:
        both = unbatched.values("pk").union(unnumbered.values("pk"), all=True)
        rows = StockLevel.objects.filter(pk__in=both)
    else:
        rows = unnumbered if item.tracking_mode == TrackingMode.SERIAL else unbatched
        rows = rows.filter(variant__item=item)
    return rows.select_related("variant__item", "location", "batch").annotate(without=UNNUMBERED)


def with_age(levels: QuerySet[StockLevel]) -> QuerySet[StockLevel]:
    """``levels`` with ``since``: the id of the line that first brought something without a number there, and its ``since_at``.

    This is how "oldest first" is read (rule 10): by the date of the + lines into the very level, not by the order of entry.
    For stock that was there when batch tracking was switched on that is the switch's own line, for units without serial
    number the first of such units at this location, from before the switch or after. ``line_by_batch`` and
    ``line_by_variant`` find the lines of the few levels that there are; which of the units are still there, no ledger could
    say.
    """
    came = LedgerLine.objects.filter(location=OuterRef("location"), quantity__gt=0).order_by(
        "document__posted_at", "id"
    )
    unbatched = came.filter(batch=OuterRef("batch"))
    unnumbered = came.filter(variant=OuterRef("variant"), batch=None, serial=None)

    def first(name: str) -> Case:
        return Case(
            When(batch=None, then=Subquery(unnumbered.values(name)[:1])), default=Subquery(unbatched.values(name)[:1])
        )

    return levels.annotate(since=first("id"), since_at=first("document__posted_at"))


def documents_of(lines: Iterable[int]) -> dict[int, Document]:
    """The documents of ledger lines, by the lines' ids."""
    rows = LedgerLine.objects.filter(pk__in=lines).select_related("document").only("pk", "document")
    return {line.pk: line.document for line in rows}


def progress_of(items: Iterable[int]) -> dict[int, Progress]:
    """By item, how much is in stock and how much of it has no number; items without stock are left out."""
    rows = (
        StockLevel.objects.filter(variant__item__in=items)
        .values("variant__item", "variant__item__tracking_mode")
        .annotate(
            on_hand=Sum("quantity"),
            unbatched=Sum("quantity", filter=Q(batch__key=UNBATCHED_KEY), default=0),
            unnumbered=Sum(UNNUMBERED, default=0),
        )
    )
    return {
        row["variant__item"]: Progress(
            row["on_hand"],
            row["unnumbered" if row["variant__item__tracking_mode"] == TrackingMode.SERIAL else "unbatched"],
        )
        for row in rows
    }


def items_without_number(*, size: int) -> list[ItemWork]:
    """The first ``size`` items of which something has no number, by name."""
    item = "variant__item"
    rows = levels_without_number().order_by(f"{item}__key", item)
    names = (item, f"{item}__name", f"{item}__unit", f"{item}__tracking_mode")
    found = list(rows.values_list(*names).distinct()[:size])
    progress = progress_of({row[0] for row in found})
    return [ItemWork(*row, progress[row[0]]) for row in found]


def summary() -> Summary:
    rows = (
        levels_without_number()
        .order_by()
        .values("variant__item__tracking_mode")
        .annotate(items=Count("variant__item", distinct=True), places=Count("pk"), units=Sum(UNNUMBERED))
    )
    of = {row["variant__item__tracking_mode"]: row for row in rows}
    batch, serial = of.get(TrackingMode.BATCH, {}), of.get(TrackingMode.SERIAL, {})
    return Summary(
        items=batch.get("items", 0) + serial.get("items", 0),
        unbatched_places=batch.get("places", 0),
        unnumbered_places=serial.get("places", 0),
        unnumbered_units=serial.get("units", Decimal()),
    )
