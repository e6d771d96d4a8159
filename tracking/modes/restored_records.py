"""The batches and serial numbers of a history, made again (rule 7). A number made since under the same key refuses it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from items.models import Item, TrackingMode
from katana_trace.lib.days import parse_day
from katana_trace.lib.identity import uuid_by_number
from katana_trace.lib.numbers import UNBATCHED_KEY, key_of
from katana_trace.lib.refusal import Refusal
from katana_trace.lib.safe_csv import Row
from tracking.ledger.changes import unlogged, write_changes
from tracking.models import Batch, SerialNumber
from tracking.models.batch import RecordStatus
from tracking.modes.archived_lines import named
from tracking.modes.history_content import HistoryContent
from tracking.modes.settlement import Number

RESTORED = "Restored from the archive"
MAKING = ("receipt", "production")
LAST = (3, "9999")  # of what never came in: after every instant of the file, which are in UTC and sort as text


@dataclass(frozen=True, slots=True)
class ArchivedRecord:
    """A batch or serial number of the archive, with the cells of its row."""

    name: Number
    uuid: UUID
    variant: int
    number: str
    expires_on: date | None
    is_held: bool
    cells: dict[str, str]

    @property
    def sku(self) -> str:
        return self.cells["sku"]

    @property
    def key(self) -> str:
        return self.name[1]


def archived_records(item: Item, history: HistoryContent, variants: dict[str, int]) -> tuple[ArchivedRecord, ...]:
    """The records, those first that first came in: they are settled in this order where they do not expire (rules 7, 10).
    ``variants`` are ids by key of the SKU. Raises Refusal when a variant is gone."""
    found = []
    for row in in_order_of_age(history):
        name = named(row)
        if name[0] not in variants:
            raise Refusal(
                f"Row {row.number}: {item.name} has no SKU “{row.cells['sku']}” any more. "
                "Make the variant again, then restore."
            )
        found.append(
            ArchivedRecord(
                name=name,
                uuid=UUID(row.cells["line"]) if row.cells["line"] else uuid_by_number(variants[name[0]], name[1]),
                variant=variants[name[0]],
                number=row.cells["batch_number"] or row.cells["serial_number"],
                expires_on=day_or_none(row.cells["expires_on"]),
                is_held=row.cells["status"] == RecordStatus.HELD,
                cells=row.cells,
            )
        )
    return tuple(found)


def in_order_of_age(history: HistoryContent) -> list[Row]:
    """By the instant at which each first came in, as ``ledger/firsts`` tells it; then in the order in which they moved."""
    first: dict[Number, int] = {}
    instants: dict[Number, tuple[int, str]] = {}
    reversed_ = {(row.cells["kind"], key_of(row.cells["reverses"])) for row in history.lines if row.cells["reverses"]}
    for place, row in enumerate(history.lines):
        name = named(row)
        first.setdefault(name, place)
        if row.cells["quantity"].startswith("-") or row.cells["reverses"]:
            continue
        stands = (row.cells["kind"], key_of(row.cells["document"])) not in reversed_
        rank = 2 if not stands else 0 if row.cells["kind"] in MAKING else 1
        instants[name] = min(instants.get(name, LAST), (rank, row.cells["posted_at"]))

    def age(row: Row) -> tuple:
        name = named(row)
        return instants.get(name, LAST)[1], first.get(name, len(history.lines)), row.number

    return sorted(history.records, key=age)


def clashes_of(item: Item, mode: str, records: Sequence[ArchivedRecord]) -> tuple[str, ...]:
    """The numbers of ``records`` that ``item`` has again, made since, as they stand now with their SKU.

    A restored ``UNBATCHED`` joins the present one, so it is none of them.
    """
    if mode == TrackingMode.BATCH:
        present = {
            (variant, key): f"{number} of {sku}"
            for variant, key, number, sku in Batch.objects.filter(variant__item=item)
            .exclude(key=UNBATCHED_KEY)
            .values_list("variant_id", "key", "number", "variant__sku")
        }
        return tuple(present[at] for at in [(record.variant, record.key) for record in records] if at in present)
    present = {
        key: f"{number} of {sku}"
        for key, number, sku in SerialNumber.objects.filter(item=item).values_list("key", "number", "variant__sku")
    }
    return tuple(present[record.key] for record in records if record.key in present)


def make_records(item: Item, mode: str, records: Sequence[ArchivedRecord], *, by) -> dict[Number, int]:
    """Makes the archived batches or serial numbers again; their new ids. The permit of ``item`` is open."""
    return make_batches(item, records, by=by) if mode == TrackingMode.BATCH else make_serials(item, records, by=by)


def make_batches(item: Item, records: Sequence[ArchivedRecord], *, by) -> dict[Number, int]:
    """A restored ``UNBATCHED`` joins the present one: that takes all fields of it, also the letters it was typed in."""
    present = {
        batch.variant_id: batch for batch in Batch.objects.filter(variant__item=item, key=UNBATCHED_KEY)
    }  # fmt: skip
    made: dict[Number, int] = {}
    joined: list[Batch] = []
    new: list[tuple[Number, Batch]] = []
    for record in records:
        cells = record.cells
        batch = Batch(
            uuid=record.uuid,
            variant_id=record.variant,
            number=record.number,
            key=record.key,
            expires_on=record.expires_on,
            made_on=day_or_none(cells["made_on"]),
            supplier_batch=cells["supplier_batch"],
            status=cells["status"],
            reason=cells["reason"],
            note=cells["record_note"],
        )
        there = present.get(record.variant) if record.key == UNBATCHED_KEY else None
        if there is None:
            new.append((record.name, batch))
        else:
            join(batch, there)
            batch.pk = made[record.name] = there.pk
            joined.append(batch)
    write_changes(unlogged([*joined, *(batch for _, batch in new)], by=by, reason=RESTORED))
    for batch in joined:
        batch.save(force_update=True)
    rows = Batch.objects.bulk_create([batch for _, batch in new])
    made.update({name: row.pk for (name, _), row in zip(new, rows, strict=True)})
    return made


def join(restored: Batch, present: Batch) -> None:
    """What a person wrote on the present ``UNBATCHED`` stays where the archived one is empty, and so does a hold."""
    for name in ("expires_on", "made_on", "supplier_batch", "note"):
        setattr(restored, name, getattr(restored, name) or getattr(present, name))
    if present.is_held:
        restored.status, restored.reason = present.status, present.reason


def make_serials(item: Item, records: Sequence[ArchivedRecord], *, by) -> dict[Number, int]:
    """Without a place: their lines give it when the levels are rebuilt."""
    lots = [
        SerialNumber(
            uuid=record.uuid,
            item=item,
            variant_id=record.variant,
            number=record.number,
            key=record.key,
            status=record.cells["status"],
            reason=record.cells["reason"],
            note=record.cells["record_note"],
        )
        for record in records
    ]
    write_changes(unlogged(lots, by=by, reason=RESTORED))
    rows = SerialNumber.objects.bulk_create(lots)
    return {record.name: row.pk for record, row in zip(records, rows, strict=True)}


def day_or_none(text: str) -> date | None:
    return parse_day(text) if text else None
