"""What a request names: foods, a range of days, or a traceability lot code (21 CFR 1.1455(c)(3)); they combine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from items.listing import find_variants, same_gtins
from items.models import Variant
from katana_trace.lib.quantities import shown
from katana_trace.lib.refusal import Refusal
from katana_trace.lib.search import search_key
from tracking.ledger.sql import any_of, fetch
from tracking.models import Batch
from tracking.recalls.wanted import readings_of
from tracking.trace.facts import LotFacts, facts_where
from tracking.trace.walk import Place, reach

SUGGESTED = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """None is any. ``variants`` are those of ``lots`` where lots are named. ``since`` and ``until`` are days, both included.

    ``named`` are the lots that were typed; with their chain, ``lots`` are many more, and ``bare`` are the lines without a
    number that the walk met, (variant, epoch) each.
    """

    lots: frozenset[Place] | None = None
    variants: frozenset[int] | None = None
    since: date | None = None
    until: date | None = None
    named: tuple[LotFacts, ...] = ()
    bare: frozenset[tuple[int, int]] = frozenset()

    @property
    def lot_count(self) -> int:
        return len(self.lots or ())

    @property
    def is_nothing(self) -> bool:
        return self.lots is None and self.variants is None and self.since is None and self.until is None


def read_asked(
    *, lot: str = "", item: str = "", since: date | None = None, until: date | None = None, with_chain: bool = False
) -> Asked:
    """Finds what was typed. ``with_chain`` adds everything that the lot was made from and made into (rule 13).

    An agency that names a lot code asks for that lot's own records; the chain is for whoever wants to see further.
    Raises Refusal on the field ``lot``, ``item`` or ``with_chain``.
    """
    variants = variants_named(item) if item else None
    if not lot:
        if with_chain:
            raise Refusal(
                "What a lot was made from and into is found from one batch or serial number. Name it, or leave this out.",
                field="with_chain",
            )
        return Asked(variants=variants, since=since, until=until)
    named = lots_named(lot)
    lots, bare = frozenset(one.place for one in named), frozenset[tuple[int, int]]()
    if with_chain:
        back, ahead = reach(lots, forward=False), reach(lots, forward=True)
        lots, bare = lots | back.lots | ahead.lots, back.bare | ahead.bare
    by_variant = variants_of(lots)
    if variants is not None:
        by_variant = {variant: places for variant, places in by_variant.items() if variant in variants}
        if not by_variant and not with_chain:
            raise Refusal(
                f"{shown(lot)} is of {named[0].label}, not of {shown(item)}. Leave one of them out.", field="item"
            )
    return Asked(
        lots=frozenset(place for places in by_variant.values() for place in places),
        variants=frozenset(by_variant),
        since=since,
        until=until,
        named=tuple(named),
        bare=bare,
    )


def lots_named(text: str) -> list[LotFacts]:
    """Every lot that ``text`` may mean: a number, SKU and number, or the supplier's number. A lot code alone names no SKU."""
    line = " ".join(text.split())
    readings = readings_of(line)
    keys = sorted({number for _, number in readings})
    found = {
        one.place: one
        for is_serial in (False, True)
        for one in facts_where(is_serial, "t.key", keys)
        if any(one.key == number and sku in ("", one.sku_key) for sku, number in readings)
    }
    if readings:
        ids = Batch.objects.exclude(supplier_batch="").filter(supplier_batch=line).values_list("pk", flat=True)
        found |= {one.place: one for one in facts_where(False, "t.id", list(ids))}
    if not found:
        raise Refusal(
            f"“{shown(line)}” is no batch, serial number or supplier's batch number. Write the number, SKU and number, or "
            "the supplier's number just as it was entered.",
            field="lot",
        )
    return sorted(found.values(), key=lambda one: (one.sku, one.number))


def variants_named(text: str) -> frozenset[int]:
    """The variants of the item, or the variant of the SKU or GTIN, that ``text`` is; archived ones are history too."""
    key = search_key(text)
    gtins = same_gtins(key) if key else []
    found = Variant.objects.filter(Q(key=key) | Q(gtin__in=gtins)) if key else Variant.objects.none()
    ids = frozenset(found.values_list("pk", flat=True))
    ids = ids or frozenset(Variant.objects.filter(item__key=key).values_list("pk", flat=True) if key else ())
    if ids:
        return ids
    near = [f"{one.label} ({one.sku})" for one in find_variants(text, limit=SUGGESTED)]
    meant = f" Perhaps it is {' or '.join(near)}." if near else ""
    raise Refusal(f"“{shown(text.strip())}” is no item, SKU or GTIN.{meant} Write the whole name or SKU.", field="item")


def variants_of(lots: Iterable[Place]) -> dict[int, list[Place]]:
    """The lots of each variant."""
    found: dict[int, list[Place]] = {}
    for is_serial, table in ((False, "tracking_batch"), (True, "tracking_serialnumber")):
        condition, parameter = any_of("id", sorted(id_ for serial, id_ in lots if serial == is_serial))
        for id_, variant in fetch(f"SELECT id, variant_id FROM {table} WHERE {condition}", [parameter]):
            found.setdefault(variant, []).append((is_serial, id_))
    return found
