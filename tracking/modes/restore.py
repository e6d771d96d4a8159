"""Restoring a history: every batch, serial number and ledger link is back, to the byte (rule 7).

Lines are matched by their UUID. What is restored here is an item of which nothing moved since it was switched off,
reversed documents aside.
"""

from __future__ import annotations

import hashlib
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.core.exceptions import PermissionDenied

from items.models import Item, TrackingMode, Variant
from katana_trace.lib import days
from katana_trace.lib.days import parse_day
from katana_trace.lib.numbers import UNBATCHED_KEY, key_of
from katana_trace.lib.quantities import parse_quantity
from katana_trace.lib.refusal import Refusal
from katana_trace.lib.safe_csv import FileError, Row, read_rows
from tracking.ledger import locks, relink, system
from tracking.ledger.retry import in_transaction
from tracking.ledger.sql import fetch
from tracking.ledger.write import write_lines
from tracking.models import Archive, Batch, SerialNumber
from tracking.modes import check
from tracking.modes.history import HISTORY_COLUMNS, RECORD

TEXT = tuple(name for name in HISTORY_COLUMNS if name not in ("kind", "posted_at", "expires_on", "quantity", "line",
             "recorded_at", "made_on", "status"))  # fmt: skip


# What is needed of a line to find it in the ledger: a long history is held in memory by these cells alone.
MATCHED = ("document", "sku", "batch_number", "serial_number", "quantity", "line")

# What moved since an epoch and still counts: a document that was reversed and its mirror sum to zero, line by line.
MOVED = """
    WITH since AS (
        SELECT DISTINCT d.id, d.number, d.reverses_id FROM tracking_ledgerline l
        JOIN items_variant v ON v.id = l.variant_id JOIN tracking_document d ON d.id = l.document_id
        WHERE v.item_id = %s AND l.epoch >= %s AND d.kind NOT IN ('tracking_on', 'tracking_restored')
    )
    SELECT id, number FROM since
    WHERE NOT EXISTS (SELECT 1 FROM since m WHERE m.reverses_id = since.id OR m.id = since.reverses_id)
    ORDER BY id
"""


@dataclass(slots=True)
class HistoryContent:
    """A history file as it is read: its lines with a number, and its records."""

    lines: list[Row] = field(default_factory=list)
    records: list[Row] = field(default_factory=list)


def restore_tracking(*, item: Item, content: bytes, by) -> Archive:
    """Puts the history ``content`` (the bytes of an archive or of the downloaded file) back; returns its archive.

    Raises Refusal when it cannot be restored, PermissionDenied when ``by`` may not.
    """
    if by is None or not by.has_perm("items.switch_tracking"):
        raise PermissionDenied("Only a manager restores product tracking.")

    def work() -> Archive:
        locks.share_ledger()
        locks.own_items([item.pk])
        fresh = Item.objects.get(pk=item.pk)
        archive = find_archive(fresh, content)
        refuse_restoring(fresh, archive)
        put_back(fresh, archive, read_history(content), by=by)
        archive.restored_at, archive.restored_by = days.now(), by
        archive.save(update_fields=["restored_at", "restored_by"])
        return archive

    return in_transaction(work)


def find_archive(item: Item, content: bytes) -> Archive:
    """The archive of ``item`` that has exactly these bytes."""
    sha256 = hashlib.sha256(content).hexdigest()
    archive = Archive.objects.defer("content").filter(item=item, sha256=sha256).order_by("-pk").first()
    if archive is None:
        raise Refusal(
            f"This file is not a history that was archived for {item.name}: its contents differ from every archive "
            "(a spreadsheet changes a file when it saves it). Use the file as it was downloaded, or restore from Archives.",
            field="file",
        )
    return archive


def refuse_restoring(item: Item, archive: Archive) -> None:
    """Raises Refusal with the reason why ``archive`` cannot be restored now (rules 2 and 7)."""
    label = check.LABELS[archive.mode]
    if archive.restored_at is not None:
        raise Refusal(f"This history of {item.name} was restored already, on {archive.restored_at:%Y-%m-%d}.")
    if item.tracking_mode != archive.mode:
        raise Refusal(
            f"{item.name} has {check.LABELS[item.tracking_mode]} now, and this history is of {label}. "
            f"Enable {label} on the item card first, then restore."
        )
    sentence = check.refusal_of_addon()
    if sentence:
        raise Refusal(sentence)
    moved = fetch(MOVED, [item.pk, archive.switch.epoch])
    if moved:
        names = ", ".join(number for _, number in moved[:5])
        more = f" and {len(moved) - 5:,} more" if len(moved) > 5 else ""
        raise Refusal(
            f"{item.name} has moved since its tracking was switched off, in {names}{more}, "
            "so its old numbers no longer fit what is there. Reverse these documents first (those posted under No tracking "
            "are reversed under No tracking); the archive stays as it is."
        )


def read_history(content: bytes) -> HistoryContent:
    """The rows of a history file. Raises Refusal when it cannot be read."""
    found = HistoryContent()
    try:
        for row in read_rows(io.BytesIO(content), required=HISTORY_COLUMNS, text=TEXT):
            if row.cells["kind"] == RECORD:
                found.records.append(row)
            elif row.cells["batch_number"] or row.cells["serial_number"]:
                found.lines.append(Row(row.number, {name: row.cells[name] for name in MATCHED}))
    except FileError as error:
        if "no rows" not in str(error):
            raise Refusal(str(error), field="file") from error
    return found


def put_back(item: Item, archive: Archive, history: HistoryContent, *, by) -> None:
    """Under a permit: makes the records, links the lines, settles what enabling had moved, and rebuilds the levels."""
    variants = variants_of(item, history)
    make = make_batches if archive.mode == TrackingMode.BATCH else make_serials
    with relink.permit(item.pk, to_null=False):
        numbers = make(item, history.records, variants)
        links, net = match_lines(item, archive, history.lines, numbers)
        relink.link_lines(links)
        if archive.mode == TrackingMode.BATCH:
            settle(item, archive, net, by=by)
        relink.rebuild(item.pk)


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


Links = list[tuple[UUID, int | None, int | None]]
Net = dict[tuple[int, int], int]


def match_lines(
    item: Item, archive: Archive, rows: list[Row], numbers: dict[tuple[str, str], int]
) -> tuple[Links, Net]:
    """What each archived line is linked to, and what the linked lines sum to per (variant, location): R of rule 7."""
    ledger = {
        as_uuid(uuid): (variant, location, quantity, linked)
        for uuid, variant, location, quantity, linked in fetch(
            "SELECT l.uuid, l.variant_id, l.location_id, l.quantity, coalesce(l.batch_id, l.serial_id)"
            " FROM tracking_ledgerline l JOIN items_variant v ON v.id = l.variant_id WHERE v.item_id = %s",
            [item.pk],
        )
    }
    is_batch = archive.mode == TrackingMode.BATCH
    links: Links = []
    net: Net = defaultdict(int)
    for row in rows:
        cells = row.cells
        uuid = as_uuid(cells["line"])
        there = ledger.get(uuid)
        if there is None or there[2] != parse_quantity(cells["quantity"]) or there[3] is not None:
            raise Refusal(
                f"Row {row.number} ({cells['document']}): the ledger of {item.name} has no such line to give its number "
                "back to. Nothing was restored; run manage.py verify."
            )
        number = numbers.get((key_of(cells["sku"]), key_of(cells["batch_number"] or cells["serial_number"])))
        if number is None:
            raise Refusal(
                f"Row {row.number} ({cells['document']}): the file has no record of its number. Nothing was restored."
            )
        links.append((uuid, number, None) if is_batch else (uuid, None, number))
        net[there[0], there[1]] += there[2]
    return links, net


def settle(item: Item, archive: Archive, net: Net, *, by) -> None:
    """One document: +R without batch, −R from ``UNBATCHED``, where enabling had put what the restored lines hold."""
    places = sorted((variant, location, quantity) for (variant, location), quantity in net.items() if quantity)
    if not places:
        return
    document = system.make_document(
        kind="tracking_restored",
        number=f"RST-{archive.pk:06d}",
        by=by,
        note=f"Batches of {item.name} were restored from the archive",
    )
    write_lines(list(settling_lines(document.pk, item, places)))


def settling_lines(document: int, item: Item, places: list[tuple[int, int, int]]) -> Iterator[tuple]:
    for variant, location, quantity in places:
        unbatched = system.unbatched_of(variant).pk
        for part in system.in_lines(quantity):
            yield (document, variant, location, unbatched, None, -part, item.tracking_epoch)
    for variant, location, quantity in places:
        for part in system.in_lines(quantity):
            yield (document, variant, location, None, None, part, item.tracking_epoch)


def as_uuid(value: UUID | str) -> UUID:
    if isinstance(value, UUID):
        return value
    try:
        return UUID(value)
    except ValueError:
        return UUID(int=0)


def day_or_none(text: str):
    return parse_day(text) if text else None
