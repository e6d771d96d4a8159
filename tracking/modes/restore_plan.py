"""What restoring an archive would do, worked out before it is done (rule 7).

The preview of the page and the verb take the same plan, so they cannot differ: the page sends the plan's ``digest``
along, and the verb refuses when what it would do now has another.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import defaultdict
from dataclasses import dataclass, replace
from uuid import UUID

from items.models import Item, TrackingMode, Variant
from katana_trace.lib.numbers import UNBATCHED_KEY
from katana_trace.lib.quantities import MILLION
from katana_trace.lib.refusal import Refusal
from tracking.ledger.sql import fetch
from tracking.models import Archive, Location
from tracking.modes import check
from tracking.modes.archived_lines import Matched, ledger_of, match_lines, variants_of
from tracking.modes.history_content import read_history
from tracking.modes.moved_since import MovedSince, moved_since
from tracking.modes.restored_records import ArchivedRecord, archived_records, clashes_of
from tracking.modes.settlement import Number, Part, RestoredLevel, settle_place

CLASHES_NAMED = 20

LEVELS = """
    SELECT k.variant_id, k.location_id, sum(k.quantity),
        sum(CASE WHEN k.batch_id IS NULL OR b.key = %s THEN k.quantity ELSE 0 END), sum(k.numbered)
    FROM tracking_stocklevel k LEFT JOIN tracking_batch b ON b.id = k.batch_id
    WHERE k.variant_id IN (SELECT id FROM items_variant WHERE item_id = %s) GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class LevelNow:
    """A variant at a location now, in millionths; ``unbatched`` is what enabling batches puts, or has put, there."""

    quantity: int = 0
    unbatched: int = 0
    numbered: int = 0


@dataclass(frozen=True, slots=True)
class BatchPlace:
    """A variant at a location: R (``restored``), what is there now, from what R is taken, and what stays ``UNBATCHED``."""

    variant: int
    location: int
    sku: str
    place: str
    restored: int
    here: int
    parts: tuple[Part, ...]
    stays: int

    @property
    def from_batches(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.name is not None)

    @property
    def from_unbatched(self) -> int:
        return sum(part.quantity for part in self.parts if part.name is None)


@dataclass(frozen=True, slots=True)
class SerialPlace:
    """A variant at a location: the serial numbers that come back there, and how many units have none now.

    Where more numbers come back than there are such units, ``to_name`` of them have left, and a person names which.
    """

    variant: int
    location: int
    sku: str
    place: str
    numbers: tuple[ArchivedRecord, ...]
    unnumbered: int

    @property
    def to_name(self) -> int:
        return max(0, len(self.numbers) - self.unnumbered)


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """``refusal`` is "" when the archive may be restored now; what a person must name is not counted among that."""

    archive: Archive
    item: Item
    refusal: str
    clashes: tuple[str, ...]
    moved: MovedSince
    records: tuple[ArchivedRecord, ...] = ()
    links: tuple[tuple[UUID, Number], ...] = ()
    batch_places: tuple[BatchPlace, ...] = ()
    serial_places: tuple[SerialPlace, ...] = ()
    digest: str = ""

    @property
    def held(self) -> tuple[ArchivedRecord, ...]:
        return tuple(record for record in self.records if record.is_held)

    @property
    def to_name(self) -> int:
        """How many serial numbers a person must name at least."""
        return sum(place.to_name for place in self.serial_places)

    @property
    def places(self) -> tuple[BatchPlace, ...] | tuple[SerialPlace, ...]:
        return self.batch_places or self.serial_places


def plan_restore(archive: Archive) -> RestorePlan:
    """The plan of restoring ``archive`` as things are now; nothing is written. ``archive`` comes with its content."""
    item = Item.objects.get(pk=archive.item_id)
    moved = moved_since(item, archive.switch.epoch)
    refusal = refusal_of_state(item, archive)
    if archive.restored_at is not None:
        return with_digest(RestorePlan(archive, item, refusal, (), moved))
    try:
        records, matched = contents_of(item, archive)
        places = places_of(item, archive, records, matched)
    except Refusal as refused:
        return with_digest(RestorePlan(archive, item, refusal or refused.sentence, (), moved))
    clashes = clashes_of(item, archive.mode, records)
    is_batch = archive.mode == TrackingMode.BATCH
    return with_digest(
        RestorePlan(
            archive=archive,
            item=item,
            refusal=refusal or refusal_of_clashes(item, archive, clashes),
            clashes=clashes,
            moved=moved,
            records=records,
            links=matched.links,
            batch_places=places if is_batch else (),
            serial_places=() if is_batch else places,
        )
    )


def refusal_of_state(item: Item, archive: Archive) -> str:
    """Why ``archive`` cannot be restored as ``item`` is now, its lines and numbers aside (rules 2 and 7); "" when it may."""
    label = check.LABELS[archive.mode]
    if archive.restored_at is not None:
        return f"This history of {item.name} was restored already, on {archive.restored_at:%Y-%m-%d}."
    if item.tracking_mode != archive.mode:
        return (
            f"{item.name} has {check.LABELS[item.tracking_mode]} now, and this history is of {label}. "
            f"Enable {label} on the item card first, then restore."
        )
    return check.refusal_of_addon()


def refusal_of_clashes(item: Item, archive: Archive, clashes: tuple[str, ...]) -> str:
    """Rule 7: any other number made since under the same key refuses the restore."""
    if not clashes:
        return ""
    what = "batch" if archive.mode == TrackingMode.BATCH else "serial number"
    several = "es" if what == "batch" else "s"
    names = ", ".join(clashes[:CLASHES_NAMED])
    more = f" and {len(clashes) - CLASHES_NAMED:,} more" if len(clashes) > CLASHES_NAMED else ""
    return (
        f"{item.name} has {len(clashes):,} {what}{several if len(clashes) > 1 else ''} again that the history has too, made "
        f"since tracking was switched off: {names}{more}. Two of one number cannot be told apart, so nothing was restored. "
        f"Set {item.name} to No tracking (that archives the present numbers), enable {check.LABELS[archive.mode]} again, "
        "then restore this history before any number is made."
    )


def contents_of(item: Item, archive: Archive) -> tuple[tuple[ArchivedRecord, ...], Matched]:
    """The records of ``archive`` and its lines as they are in the ledger. Raises Refusal when they do not fit."""
    history = read_history(gzip.decompress(archive.content))
    ledger = ledger_of(item)
    records = archived_records(item, history, variants_of(item, history, ledger))
    return records, match_lines(item, history, ledger, {record.name for record in records})


def places_of(
    item: Item, archive: Archive, records: tuple[ArchivedRecord, ...], matched: Matched
) -> tuple[BatchPlace, ...] | tuple[SerialPlace, ...]:
    """Every variant and location at which restored lines leave something, sorted by SKU and location."""
    levels = {
        (variant, location): LevelNow(int(quantity), int(unbatched), int(numbered))
        for variant, location, quantity, unbatched, numbered in fetch(LEVELS, [UNBATCHED_KEY, item.pk])
    }
    skus = dict(Variant.objects.filter(item=item).values_list("pk", "sku"))
    names = dict(Location.objects.values_list("pk", "name"))
    found = []
    for (variant, location), left in restored_at(records, matched).items():
        now = levels.get((variant, location), LevelNow())
        head = (variant, location, skus[variant], names[location])
        if archive.mode == TrackingMode.BATCH:
            found.append(batch_place(head, left, now))
        else:
            found.append(SerialPlace(*head, tuple(record for record, _ in left), units_without(now)))
    return tuple(sorted(found, key=lambda place: (place.sku, place.place)))


def units_without(now: LevelNow) -> int:
    return (now.quantity - now.numbered) // MILLION


def restored_at(
    records: tuple[ArchivedRecord, ...], matched: Matched
) -> dict[tuple[int, int], list[tuple[ArchivedRecord, int]]]:
    """By (variant, location): the records that the restored lines leave there, in their order, with how much."""
    sums: dict[Number, list[tuple[int, int, int]]] = defaultdict(list)
    for (variant, location, name), quantity in matched.sums.items():
        if quantity:
            sums[name].append((variant, location, quantity))
    found: dict[tuple[int, int], list[tuple[ArchivedRecord, int]]] = defaultdict(list)
    for record in records:
        for variant, location, quantity in sums[record.name]:
            found[variant, location].append((record, quantity))
    return found


def batch_place(head: tuple[int, int, str, str], left: list[tuple[ArchivedRecord, int]], now: LevelNow) -> BatchPlace:
    levels = [
        RestoredLevel(record.name, record.number, record.expires_on, record.is_held, order, quantity)
        for order, (record, quantity) in enumerate(left)
    ]
    try:
        parts = settle_place(levels, unbatched=now.unbatched)
    except ValueError as error:
        raise Refusal(
            f"What comes back of {head[2]} at {head[3]} cannot be settled: {error} Run manage.py verify."
        ) from error
    joined = now.unbatched + sum(level.quantity for level in levels if level.name[1] == UNBATCHED_KEY)
    taken = sum(part.quantity for part in parts if part.name is None)
    restored = sum(level.quantity for level in levels)
    return BatchPlace(*head, restored, now.quantity, parts, joined - taken)


def with_digest(plan: RestorePlan) -> RestorePlan:
    """``plan`` with a hash of everything that a person is shown of it, and of what it would do."""
    facts = (
        plan.archive.pk, plan.archive.sha256, plan.item.tracking_epoch, plan.refusal, plan.clashes, plan.moved.ids,
        [(p.variant, p.location, p.here, p.stays, p.parts) for p in plan.batch_places],
        [(p.variant, p.location, p.unnumbered, [r.key for r in p.numbers]) for p in plan.serial_places],
    )  # fmt: skip
    digest = hashlib.sha256(repr(facts).encode()).hexdigest()
    return replace(plan, digest=digest)
