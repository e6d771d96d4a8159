"""The item card: the choice of product tracking, what is in stock, and what moved last.

Every table is cut to a few rows, and nothing counts over history: the card costs the same for ten batches and for ten
thousand.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from items.forms import MEANINGS
from items.models import Item, TrackingMode, Variant
from katana_trace.lib.numbers import UNBATCHED_KEY
from katana_trace.lib.one_moment import shows_one_moment
from tracking.ledger.sql import fetch
from tracking.models import Batch, LedgerLine, SerialNumber, StockLevel, Switch
from tracking.models.stock_level import UNNUMBERED
from tracking.modes import check

SHOWN = 25
MOVED = 10
MOST_UNITED = 400  # SQLite unites at most 500 queries in one


@dataclass(frozen=True, slots=True)
class ModeCard:
    """One of the three choices; ``closed`` is the reason why it cannot be chosen, "" where it can."""

    value: str
    label: str
    meaning: str
    is_present: bool
    is_chosen: bool
    closed: str
    is_direct: bool


@dataclass(frozen=True, slots=True)
class VariantStock:
    variant: Variant
    on_hand: Decimal
    without_number: Decimal


def mode_cards(item: Item, chosen: str) -> list[ModeCard]:
    """The three choices as radio buttons, each with what it means and whether it is open (rules 2, 5)."""
    addon = check.refusal_of_addon()
    cards = []
    for mode in TrackingMode:
        present = mode == item.tracking_mode
        direct = not present and mode != TrackingMode.NONE and item.is_tracked
        closed = "" if present or mode == TrackingMode.NONE else addon
        if direct:
            closed = check.refusal_of_direct(item, present=item.tracking_mode, to=mode)
        cards.append(ModeCard(mode.value, mode.label, MEANINGS[mode], present, mode == chosen, closed, direct))
    return cards


@require_safe
@shows_one_moment
def item_card(request: HttpRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(Item, pk=pk)
    variants = variants_with_stock(item)
    on_hand = sum((row.on_hand for row in variants), Decimal())
    without_number = sum((row.without_number for row in variants), Decimal())
    context = {
        "item": item,
        "cards": mode_cards(item, item.tracking_mode),
        "variants": variants,
        "on_hand": on_hand,
        "without_number": without_number,
        "numbered": on_hand - without_number,
        "movements": recent_movements([row.variant.pk for row in variants]),
        "held": held_records(item),
        "switch": Switch.objects.filter(item=item).order_by("-epoch").first(),
        **stock_shown(item),
    }
    return render(request, "tracking/item_card.html", context)


def variants_with_stock(item: Item) -> list[VariantStock]:
    """Every variant with what is on hand, and how much of it is ``UNBATCHED`` or has no serial number."""
    without = Sum("quantity", filter=Q(batch__key=UNBATCHED_KEY), default=0)
    if item.tracking_mode == TrackingMode.SERIAL:
        without = Sum(UNNUMBERED, default=0)
    levels = {
        row["variant"]: row
        for row in StockLevel.objects.filter(variant__item=item)
        .values("variant")
        .annotate(on_hand=Sum("quantity"), without=without)
    }
    nothing = {"on_hand": Decimal(), "without": Decimal()}
    return [
        VariantStock(variant, row["on_hand"], row["without"] or Decimal())
        for variant in item.variants.order_by("archived_at", "key")
        for row in [levels.get(variant.pk, nothing)]
    ]


def stock_shown(item: Item) -> dict:
    """The first rows of what is in stock: batches first expired first, serial numbers by number, or places."""
    if item.tracking_mode == TrackingMode.SERIAL:
        serials = SerialNumber.objects.filter(item=item, location__isnull=False).select_related("variant", "location")
        rows = list(serials.order_by("key", "pk")[: SHOWN + 1])
        return {"serials": rows[:SHOWN], "more_stock": len(rows) > SHOWN, "places": places_without_number(item)}
    levels = StockLevel.objects.filter(variant__item=item, quantity__gt=0).select_related(
        "variant", "location", "batch"
    )
    if item.tracking_mode == TrackingMode.BATCH:
        named = levels.exclude(batch__key=UNBATCHED_KEY)
        rows = list(named.order_by(F("batch__expires_on").asc(nulls_last=True), "batch__key", "pk")[: SHOWN + 1])
        unbatched = list(levels.filter(batch__key=UNBATCHED_KEY).order_by("variant__key", "location__key"))
        return {"batches": rows[:SHOWN], "more_stock": len(rows) > SHOWN, "unbatched": unbatched}
    rows = list(levels.order_by("variant__key", "location__key")[: SHOWN * 4])
    return {"levels": rows}


def places_without_number(item: Item) -> list[StockLevel]:
    """Where units without a serial number are, each level with ``without``."""
    levels = StockLevel.objects.filter(variant__item=item, quantity__gt=F("numbered")).select_related(
        "variant", "location"
    )
    return list(levels.annotate(without=UNNUMBERED).order_by("variant__key", "location__key"))


def recent_movements(variants: list[int]) -> list[LedgerLine]:
    """The last lines, looked for variant by variant: asked for all at once, SQLite would read the whole ledger backwards."""
    one = (
        f"SELECT id FROM (SELECT id FROM tracking_ledgerline WHERE variant_id = %s ORDER BY id DESC LIMIT {MOVED}) AS t"
    )
    found: list[int] = []
    for first in range(0, len(variants), MOST_UNITED):
        some = variants[first : first + MOST_UNITED]
        found += [id_ for (id_,) in fetch(" UNION ALL ".join([one] * len(some)), some)]
    lines = LedgerLine.objects.filter(pk__in=sorted(found, reverse=True)[:MOVED])
    return list(
        lines.select_related(
            "document__partner", "document__reverses", "variant", "location", "batch", "serial"
        ).order_by("-pk")
    )


def held_records(item: Item) -> list[Batch | SerialNumber]:
    """The first batches or serial numbers on hold, looked for among all that are on hold, which are few.

    "held" stands in the query itself: SQLite takes a partial index only for a condition that it can read there. The sign
    before the item keeps both databases from going through all that the item has.
    """
    model, table = Batch, "tracking_batch"
    if item.tracking_mode == TrackingMode.SERIAL:
        model, table = SerialNumber, "tracking_serialnumber"
    found = fetch(
        f"SELECT r.id FROM {table} r JOIN items_variant v ON v.id = r.variant_id"
        f" WHERE r.status = 'held' AND +v.item_id = %s ORDER BY r.key, r.id LIMIT {MOVED}",
        [item.pk],
    )
    return list(model.objects.filter(pk__in=[id_ for (id_,) in found]).order_by("key", "pk")) if found else []
