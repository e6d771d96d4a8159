"""What is known about the things that a draft names, loaded by set: the same few queries for one line and for fifty."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from items.listing import resolve_variants
from items.models import TrackingMode, Variant
from katana_trace.lib.numbers import can_be_stored, key_of
from katana_trace.lib.quantities import for_people
from katana_trace.lib.refusal import Refusal
from tracking.drafts.content import DraftContent, LineContent
from tracking.ledger.former_names import FormerNames
from tracking.ledger.holdings import Holdings
from tracking.ledger.sql import any_of, fetch, pairs
from tracking.models import Location, Partner
from tracking.models.batch import RecordStatus
from tracking.numbering.serial_check import Known, load_known

PICKED = 50  # batches that a picker lists
NAMED = 3  # places that are named where something is short


@dataclass(frozen=True, slots=True)
class OnHand:
    """A batch at one place, with its quantity there in millionths."""

    number: str
    key: str
    expires_on: date | None
    held: bool
    quantity: int


@dataclass(slots=True)
class Facts:
    """``holdings`` has the typed batches with all their levels, and the levels of variants without a batch."""

    variants: dict[str, Variant] = field(default_factory=dict)  # by the typed text
    candidates: dict[str, list[Variant]] = field(default_factory=dict)
    locations: dict[int, str] = field(default_factory=dict)
    partner: Partner | None = None
    partner_error: str = ""
    holdings: Holdings = field(default_factory=Holdings)
    on_hand: dict[tuple[int, int], list[OnHand]] = field(default_factory=lambda: defaultdict(list))
    shelves: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)  # how many batches, millionths in all
    serials: dict[tuple[int, str], Known] = field(default_factory=dict)
    booked: dict[tuple[int, int], set[str]] = field(default_factory=lambda: defaultdict(set))  # of a stocktake

    def variant_of(self, line: LineContent) -> Variant | None:
        return self.variants.get(line.sku)

    def level(self, variant: int, location: int | None, batch_key: str = "") -> tuple[int, int]:
        """(quantity, numbered) in millionths."""
        return self.holdings.levels.get((variant, location or 0, batch_key), (0, 0))

    def elsewhere(self, variant: Variant, location: int, batch_key: str = "") -> str:
        """Where else it is, the places with the most first, such as `` Shop has 12 pcs.``; "" where it is nowhere (rule 11)."""
        places = self.holdings.places.get((variant.pk, batch_key), set()) - {location}
        there = sorted(
            (-self.level(variant.pk, place, batch_key)[0], self.locations.get(place, "")) for place in places
        )
        return "".join(f" {name} has {for_people(-less)} {variant.item.unit}." for less, name in there[:NAMED] if less)


def place_of(content: DraftContent, line: LineContent) -> int | None:
    """Where a line takes from, puts to, or counts: its own place, or that of the head."""
    if line.location:
        return line.location
    if content.kind == "production" and line.section == "in":
        return content.to_location or content.location
    return content.location


def facts_of(content: DraftContent) -> Facts:
    """Loads the facts of ``content``."""
    facts = Facts(locations=dict(Location.objects.values_list("pk", "name")))
    if can_be_stored(content.partner, limit=120):
        find_partner(content.partner, facts)
    find_variants_of(content.lines, facts)
    known = [(line, variant) for line in content.lines if (variant := facts.variant_of(line))]
    batches = {
        (variant.pk, key_of(batch.number))
        for line, variant in known
        for batch in line.batches
        if can_be_stored(batch.number)
    }
    facts.holdings.load_batches(batches)
    facts.holdings.load_bare_levels({variant.pk for _, variant in known if variant.item.tracking_mode != "batch"})
    load_on_hand(
        {
            (variant.pk, place)
            for line, variant in known
            if variant.item.tracking_mode == TrackingMode.BATCH and line.section != "in"
            for place in [place_of(content, line)]
            if place
        },
        facts,
    )
    facts.serials = load_known({(variant.item_id, number) for line, variant in known for number in line.serials})
    if content.kind == "stocktake":
        load_booked(content, known, facts)
    return facts


def find_partner(name: str, facts: Facts) -> None:
    """The partner who is called ``name``, else the one who was (rule 25)."""
    facts.partner = Partner.objects.filter(key=key_of(name)).first()
    if facts.partner is None:
        try:
            former = FormerNames().find(name)
        except Refusal as refusal:
            facts.partner_error = refusal.sentence
        else:
            facts.partner = Partner.objects.get(pk=former.partner) if former else None


def find_variants_of(lines: Iterable[LineContent], facts: Facts) -> None:
    """SKUs and GTINs by set; what is neither is looked for as a name, each by itself."""
    texts = {line.sku for line in lines if line.sku}
    for text, (variant, candidates) in resolve_variants(texts).items() if texts else ():
        facts.candidates[text] = candidates
        if variant is not None:
            facts.variants[text] = variant


def load_on_hand(places: set[tuple[int, int]], facts: Facts) -> None:
    """The first batches at each (variant, location), first expired first, then the oldest (rule 10)."""
    if not places:
        return
    table, parameters = pairs([(variant, str(location)) for variant, location in sorted(places)])
    for variant, location, number, key, expires_on, status, quantity, count, total in fetch(
        "SELECT variant_id, location_id, number, key, expires_on, status, quantity, batches, total FROM ("
        " SELECT k.variant_id, k.location_id, b.number, b.key, b.expires_on, b.status, k.quantity, row_number() OVER ("
        "  PARTITION BY k.variant_id, k.location_id"
        "  ORDER BY CASE WHEN b.expires_on IS NULL THEN 1 ELSE 0 END, b.expires_on, b.first_at, b.id) AS place,"
        "  count(*) OVER (PARTITION BY k.variant_id, k.location_id) AS batches,"
        "  sum(k.quantity) OVER (PARTITION BY k.variant_id, k.location_id) AS total"
        f" FROM {table} JOIN tracking_stocklevel k ON k.variant_id = w.owner AND k.location_id = CAST(w.key AS bigint)"
        " JOIN tracking_batch b ON b.id = k.batch_id WHERE k.quantity > 0) AS t"
        f" WHERE place <= {PICKED} ORDER BY variant_id, location_id, place",
        parameters,
    ):
        day = date.fromisoformat(expires_on) if isinstance(expires_on, str) else expires_on
        facts.shelves[variant, location] = count, int(total)
        facts.on_hand[variant, location].append(OnHand(number, key, day, status == RecordStatus.HELD, quantity))


def load_booked(content: DraftContent, known: list[tuple[LineContent, Variant]], facts: Facts) -> None:
    """The serial numbers that the books have at the places that are counted."""
    places = {
        (variant.pk, place)
        for line, variant in known
        if variant.item.tracking_mode == TrackingMode.SERIAL
        for place in [place_of(content, line)]
        if place
    }
    if not places:
        return
    condition, parameter = any_of("s.variant_id", sorted({variant for variant, _ in places}))
    for variant, location, number in fetch(
        f"SELECT s.variant_id, s.location_id, s.number FROM tracking_serialnumber s WHERE {condition}"
        " AND s.location_id IS NOT NULL",
        [parameter],
    ):
        if (variant, location) in places:
            facts.booked[variant, location].add(number)
