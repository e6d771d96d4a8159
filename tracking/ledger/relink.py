"""Taking the numbers off an item's history, and putting them back (rules 6 and 7): quantities never change.

Both happen under a permit, which the triggers look for. Moved line by line the levels would pass through negative, so
they are rebuilt from the ledger as one set at the end, and the CHECKs judge the result.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from django.db import connection

from items.models import Item
from tracking.ledger.firsts import TABLES, firsts_of_item
from tracking.models import RelinkPermit

OF_ITEM = "variant_id IN (SELECT id FROM items_variant WHERE item_id = %s)"


def open_permit(item: Item, act: str, *, archive: int | None = None) -> RelinkPermit:
    """Opens the permit of ``item`` inside the caller's transaction; a switch leads to the next epoch."""
    epoch = item.tracking_epoch if act == RelinkPermit.Act.RESTORE else item.tracking_epoch + 1
    return RelinkPermit.objects.create(item=item, act=act, epoch=epoch, archive_id=archive)


def close_permit(item: int) -> None:
    """Closes the permit of ``item``. The database refuses it while what the permit is for is not done."""
    RelinkPermit.objects.filter(item=item).delete()


@contextmanager
def permit(item: Item, act: str, *, archive: int | None = None) -> Iterator[None]:
    """The permit of ``item`` is open for the block, inside the caller's transaction."""
    open_permit(item, act, archive=archive)
    yield
    close_permit(item.pk)


def unlink_lines(item: int) -> None:
    """Takes batch and serial number off every ledger line of ``item`` and deletes them; the permit is open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tracking_ledgerline SET batch_id = NULL, serial_id = NULL"
            f" WHERE {OF_ITEM} AND (batch_id IS NOT NULL OR serial_id IS NOT NULL)",
            [item],
        )
        rebuild_levels(cursor, item)
        cursor.execute(f"DELETE FROM tracking_batch WHERE {OF_ITEM}", [item])
        cursor.execute("DELETE FROM tracking_serialnumber WHERE item_id = %s", [item])


def link_lines(links: Sequence[tuple[UUID, int | None, int | None]]) -> None:
    """Puts batch or serial number (ids) back on the lines of these UUIDs; the permit is open."""
    if not links:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "UPDATE tracking_ledgerline l SET batch_id = w.batch, serial_id = w.serial"
                " FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[]) AS w(uuid, batch, serial) WHERE l.uuid = w.uuid",
                [list(column) for column in zip(*links, strict=True)],
            )
        else:
            cursor.executemany(
                "UPDATE tracking_ledgerline SET batch_id = %s, serial_id = %s WHERE uuid = %s",
                [(batch, serial, uuid.hex) for uuid, batch, serial in links],
            )


def rebuild(item: int) -> None:
    """Levels, places and first instants of ``item``, anew from its ledger lines; the permit is open."""
    with connection.cursor() as cursor:
        rebuild_levels(cursor, item)
        cursor.execute(
            "UPDATE tracking_serialnumber SET location_id = ("
            " SELECT CASE WHEN l.quantity > 0 THEN l.location_id END FROM tracking_ledgerline l"
            " WHERE l.serial_id = tracking_serialnumber.id ORDER BY l.id DESC LIMIT 1) WHERE item_id = %s",
            [item],
        )
        for column in TABLES:
            cursor.execute(firsts_of_item(column), [item])


def rebuild_levels(cursor, item: int) -> None:
    cursor.execute(f"DELETE FROM tracking_stocklevel WHERE {OF_ITEM}", [item])
    cursor.execute(
        "INSERT INTO tracking_stocklevel (variant_id, location_id, batch_id, quantity, numbered)"
        " SELECT variant_id, location_id, batch_id, sum(quantity),"
        " sum(CASE WHEN serial_id IS NULL THEN 0 ELSE quantity END)"
        f" FROM tracking_ledgerline WHERE {OF_ITEM} GROUP BY variant_id, location_id, batch_id",
        [item],
    )
