"""What a switch would do, counted before it is done: the preview of the page, the admin and whoever asks (rules 3 to 6)."""

from __future__ import annotations

from dataclasses import dataclass

from items.models import Item, TrackingMode
from tracking.ledger.sql import any_of, fetch
from tracking.modes import check
from tracking.trace.lot import Lot, name_lots
from tracking.trace.partners import shipments_of
from tracking.trace.walk import Place, reach


@dataclass(frozen=True, slots=True)
class PlannedLevel:
    """One variant at one location: millionths on hand, and how many batches, serial numbers and lines it has there."""

    sku: str
    variant: str
    location: str
    quantity: int
    batches: int
    serials: int
    lines: int


@dataclass(frozen=True, slots=True)
class Lost:
    """What is no longer reached through the item once it has No tracking (rule 6)."""

    lots: int = 0
    customers: int = 0


@dataclass(frozen=True, slots=True)
class SwitchPlan:
    """``refusal`` is "" when the switch may be made. Totals are of the whole item; quantities in millionths."""

    present: str
    to: str
    refusal: str
    levels: tuple[PlannedLevel, ...]
    variants: int
    batches: int
    serials: int
    lines: int
    held: str
    lost: Lost

    @property
    def quantity(self) -> int:
        return sum(level.quantity for level in self.levels)


LEVELS = """
    SELECT v.sku, v.name, p.name, q.quantity, q.batches, q.serials, coalesce(l.lines, 0)
    FROM (
        SELECT variant_id, location_id, sum(quantity) AS quantity,
            sum(CASE WHEN batch_id IS NOT NULL AND quantity > 0 THEN 1 ELSE 0 END) AS batches,
            sum(numbered) / 1000000 AS serials
        FROM tracking_stocklevel WHERE variant_id IN (SELECT id FROM items_variant WHERE item_id = %s) GROUP BY 1, 2
    ) q
    LEFT JOIN (
        SELECT variant_id, location_id, count(*) AS lines FROM tracking_ledgerline
        WHERE variant_id IN (SELECT id FROM items_variant WHERE item_id = %s) GROUP BY 1, 2
    ) l ON l.variant_id = q.variant_id AND l.location_id = q.location_id
    JOIN items_variant v ON v.id = q.variant_id JOIN tracking_location p ON p.id = q.location_id
    ORDER BY v.key, p.key
"""


def plan_switch(*, item: Item, to: str) -> SwitchPlan:
    """The plan of switching ``item`` to ``to``; nothing is written."""
    places = places_of(item)
    held = check.refusal_of_holds(item) if to == TrackingMode.NONE else ""
    return SwitchPlan(
        present=item.tracking_mode,
        to=to,
        refusal=refusal_of(item, to) or held,
        levels=tuple(PlannedLevel(*row[:3], *map(int, row[3:])) for row in fetch(LEVELS, [item.pk, item.pk])),
        variants=item.variants.count(),
        batches=sum(not is_serial for is_serial, _ in places),
        serials=sum(is_serial for is_serial, _ in places),
        lines=fetch(
            "SELECT count(*) FROM tracking_ledgerline WHERE variant_id IN (SELECT id FROM items_variant WHERE item_id = %s)"
            " AND (batch_id IS NOT NULL OR serial_id IS NOT NULL)",
            [item.pk],
        )[0][0],
        held=held,
        lost=lost_through(item, places) if to == TrackingMode.NONE else Lost(),
    )


def refusal_of(item: Item, to: str) -> str:
    if to != TrackingMode.NONE:
        return check.refusal_of_enabling(item, present=item.tracking_mode, to=to)
    if not item.is_tracked:
        return f"{item.name} has {check.LABELS[to]} already. Nothing was switched."
    return check.refusal_of_recalls(item) or check.refusal_of_sums(item)


def places_of(item: Item) -> list[Place]:
    """Every batch and serial number of ``item``."""
    batches = fetch(
        "SELECT b.id FROM tracking_batch b JOIN items_variant v ON v.id = b.variant_id WHERE v.item_id = %s", [item.pk]
    )
    serials = fetch("SELECT id FROM tracking_serialnumber WHERE item_id = %s", [item.pk])
    return [(False, id_) for (id_,) in batches] + [(True, id_) for (id_,) in serials]


def lost_through(item: Item, places: list[Place]) -> Lost:
    """The lots of other items, and the customers, whose traces end at ``item`` once its numbers are gone."""
    if not places:
        return Lost()
    back, ahead = reach(places, forward=False), reach(places, forward=True)
    others = name_lots(set(back.lots | ahead.lots))
    shipped = [*name_lots(set(places)).values(), *(others[place] for place in ahead.lots)]
    customers = {shipment.partner for shipment in shipments_of(shipped) if shipment.partner}
    return Lost(lots=len(of_other_items(item, others.values())), customers=len(customers))


def of_other_items(item: Item, lots) -> list[Lot]:
    """Those of ``lots`` that are not of ``item`` itself."""
    found = list(lots)
    condition, parameter = any_of("v.sku", sorted({lot.sku for lot in found}))
    own = {
        sku
        for (sku,) in fetch(
            f"SELECT v.sku FROM items_variant v WHERE v.item_id = %s AND {condition}", [item.pk, parameter]
        )
    }
    return [lot for lot in found if lot.sku not in own]
