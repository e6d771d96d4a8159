"""The batches and serial numbers of a history, made again (rule 7). A number made since under the same key refuses it."""

from __future__ import annotations

from items.models import Item, Variant
from katana_trace.lib.days import parse_day
from katana_trace.lib.numbers import UNBATCHED_KEY, key_of
from katana_trace.lib.refusal import Refusal
from katana_trace.lib.safe_csv import Row
from tracking.ledger.sql import fetch
from tracking.models import Batch, SerialNumber
from tracking.modes.history_content import HistoryContent, as_uuid


def variants_of(item: Item, history: HistoryContent) -> dict[str, int]:
    """The variant of each SKU in the file: by a line of it, for the SKU may have been renamed; else by its key."""
    by_line = dict(
        fetch(
            "SELECT l.uuid, l.variant_id FROM tracking_ledgerline l JOIN items_variant v ON v.id = l.variant_id"
            " WHERE v.item_id = %s",
            [item.pk],
        )
    )
    lines = {as_uuid(uuid): variant for uuid, variant in by_line.items()}
    found = dict(Variant.objects.filter(item=item).values_list("key", "pk"))
    for row in history.lines:
        variant = lines.get(as_uuid(row.cells["line"]))
        if variant is not None:
            found[key_of(row.cells["sku"])] = variant
    return found


def variant_at(row: Row, variants: dict[str, int], item: Item) -> int:
    sku = row.cells["sku"]
    if key_of(sku) not in variants:
        raise Refusal(
            f"Row {row.number}: {item.name} has no SKU “{sku}” any more. Make the variant again, then restore."
        )
    return variants[key_of(sku)]


def in_order_of_use(history: HistoryContent) -> list[Row]:
    """The records in the order in which their numbers first moved, as they were made: the oldest is suggested first (rule 10)."""
    first: dict[tuple[str, str], int] = {}
    for place, row in enumerate(history.lines):
        first.setdefault(named(row), place)
    return sorted(history.records, key=lambda row: (first.get(named(row), len(history.lines)), row.number))


def named(row: Row) -> tuple[str, str]:
    """(key of the SKU, key of the number) of a line or a record."""
    return key_of(row.cells["sku"]), key_of(row.cells["batch_number"] or row.cells["serial_number"])


def make_batches(item: Item, records: list[Row], variants: dict[str, int]) -> dict[tuple[str, str], int]:
    """The archived batches, by (key of the SKU, key of the number); a restored ``UNBATCHED`` joins the present one.

    It takes all fields of the archived one, also the letters it was typed in.
    """
    present = {(batch.variant_id, batch.key): batch for batch in Batch.objects.filter(variant__item=item)}
    made: dict[tuple[str, str], int] = {}
    new: list[tuple[tuple[str, str], Batch]] = []
    for row in records:
        cells = row.cells
        batch = Batch(
            variant_id=variant_at(row, variants, item),
            number=cells["batch_number"],
            key=key_of(cells["batch_number"]),
            expires_on=day_or_none(cells["expires_on"]),
            made_on=day_or_none(cells["made_on"]),
            supplier_batch=cells["supplier_batch"],
            status=cells["status"],
            reason=cells["reason"],
            note=cells["record_note"],
        )
        place = (key_of(cells["sku"]), batch.key)
        there = present.get((batch.variant_id, batch.key))
        if there is None:
            new.append((place, batch))
        elif batch.key == UNBATCHED_KEY:
            join(batch, there)
            batch.pk = made[place] = there.pk
            batch.save()
        else:
            raise Refusal(
                f"{item.name} has a batch {there.number} again, made since tracking was switched off, and the history has "
                "one of that number too. The two cannot be told apart, so nothing was restored."
            )
    rows = Batch.objects.bulk_create([batch for _, batch in new])
    made.update({place: row.pk for (place, _), row in zip(new, rows, strict=True)})
    return made


def join(restored: Batch, present: Batch) -> None:
    """What a person wrote on the present ``UNBATCHED`` stays where the archived one is empty, and so does a hold."""
    for name in ("expires_on", "made_on", "supplier_batch", "note"):
        setattr(restored, name, getattr(restored, name) or getattr(present, name))
    if present.is_held:
        restored.status, restored.reason = present.status, present.reason


def make_serials(item: Item, records: list[Row], variants: dict[str, int]) -> dict[tuple[str, str], int]:
    """The archived serial numbers, by (key of the SKU, key of the number)."""
    present = set(SerialNumber.objects.filter(item=item).values_list("key", flat=True))
    new: list[tuple[tuple[str, str], SerialNumber]] = []
    for row in records:
        cells = row.cells
        key = key_of(cells["serial_number"])
        if key in present:
            raise Refusal(
                f"{item.name} has the serial number {cells['serial_number']} again, made since tracking was switched off. "
                "The two cannot be told apart, so nothing was restored."
            )
        serial = SerialNumber(
            item=item,
            variant_id=variant_at(row, variants, item),
            number=cells["serial_number"],
            key=key,
            status=cells["status"],
            reason=cells["reason"],
            note=cells["record_note"],
        )
        new.append(((key_of(cells["sku"]), key), serial))
    rows = SerialNumber.objects.bulk_create([serial for _, serial in new])
    return {place: row.pk for (place, _), row in zip(new, rows, strict=True)}


def day_or_none(text: str):
    return parse_day(text) if text else None
