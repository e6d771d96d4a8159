"""Restoring a history: every batch, serial number and ledger link is back, to the byte (rule 7).

Lines are matched by their UUID. What is restored here is an item of which nothing moved since it was switched off,
reversed documents aside.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

from django.core.exceptions import PermissionDenied

from items.models import Item, TrackingMode
from katana_trace.lib import days
from katana_trace.lib.numbers import key_of
from katana_trace.lib.quantities import parse_quantity
from katana_trace.lib.refusal import Refusal
from katana_trace.lib.safe_csv import Row
from tracking.ledger import locks, relink, system
from tracking.ledger.retry import in_transaction
from tracking.ledger.sql import fetch
from tracking.ledger.write import write_lines
from tracking.models import Archive
from tracking.modes import check
from tracking.modes.history_content import HistoryContent, as_uuid, read_history
from tracking.modes.restored_records import in_order_of_use, make_batches, make_serials, variants_of

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


def put_back(item: Item, archive: Archive, history: HistoryContent, *, by) -> None:
    """Under a permit: makes the records, links the lines, settles what enabling had moved, and rebuilds the levels."""
    variants = variants_of(item, history)
    make = make_batches if archive.mode == TrackingMode.BATCH else make_serials
    with relink.permit(item.pk, to_null=False):
        numbers = make(item, in_order_of_use(history), variants)
        links, net = match_lines(item, archive, history.lines, numbers)
        relink.link_lines(links)
        if archive.mode == TrackingMode.BATCH:
            settle(item, archive, net, by=by)
        relink.rebuild(item.pk)


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
