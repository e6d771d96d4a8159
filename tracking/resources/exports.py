"""What leaves as CSV (DESIGN 5.4): each export as chunks of bytes, in the order that the contract names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django.db.models import Exists, OuterRef

from items.models import Item, Variant
from katana_trace.lib.quantities import plain
from katana_trace.lib.safe_csv import guard, write_rows
from tracking.exports.snapshot import of_one_moment
from tracking.exports.table import write_csv
from tracking.exports.tables import batches_table, documents_table, items_table
from tracking.ledger.movement_export import COLUMNS, movement_rows
from tracking.ledger.sql import code_point, fetch
from tracking.models import Batch, Document, LedgerLine


def export_movements(item: Item | None) -> Iterator[bytes]:
    """Every ledger line in posting order."""
    return headed(COLUMNS, of_one_moment(movement_rows(item=item.pk if item else None)))


def export_items(item: Item | None) -> Iterator[bytes]:
    """One row per variant, by item and SKU."""
    return write_csv(items_table(Variant.objects.filter(item=item) if item else Variant.objects.all()))


def export_stock(item: Item | None) -> Iterator[bytes]:
    """What is on hand per SKU, location and batch; zeros left out."""
    batch = "coalesce(b.number, '')"
    rows = fetch(
        "SELECT v.sku, p.name, coalesce(b.number, ''), k.quantity FROM tracking_stocklevel k"
        " JOIN items_variant v ON v.id = k.variant_id JOIN items_item i ON i.id = v.item_id"
        " JOIN tracking_location p ON p.id = k.location_id LEFT JOIN tracking_batch b ON b.id = k.batch_id"
        f" {only(item, 'WHERE k.quantity <> 0')}"
        f" ORDER BY {code_point('v.sku')}, {code_point('p.name')}, {code_point(batch)}",
        parameters(item),
    )
    cells = ([guard(sku), guard(place), guard(batch), plain(quantity)] for sku, place, batch, quantity in rows)
    return headed(("sku", "location", "batch_number", "quantity"), cells)


def export_serials(item: Item | None) -> Iterator[bytes]:
    """Every serial number and where it is; an empty location is not in stock."""
    rows = fetch(
        "SELECT v.sku, s.number, coalesce(p.name, '') FROM tracking_serialnumber s"
        " JOIN items_variant v ON v.id = s.variant_id JOIN items_item i ON i.id = v.item_id"
        f" LEFT JOIN tracking_location p ON p.id = s.location_id {only(item)}"
        f" ORDER BY {code_point('v.sku')}, {code_point('s.number')}",
        parameters(item),
    )
    return headed(("sku", "serial_number", "location"), ([guard(cell) for cell in row] for row in rows))


def export_batches(item: Item | None) -> Iterator[bytes]:
    """Every batch with what is written on it, and how much of it is on hand."""
    batches = Batch.objects.filter(variant__item=item) if item else Batch.objects.all()
    return write_csv(batches_table(batches))


def export_documents(item: Item | None) -> Iterator[bytes]:
    """Every document, or those that moved ``item``."""
    documents = Document.objects.all()
    if item:
        documents = documents.filter(Exists(LedgerLine.objects.filter(document=OuterRef("pk"), variant__item=item)))
    return write_csv(documents_table(documents))


def headed(columns: Iterable[str], rows: Iterable[list[str]]) -> Iterator[bytes]:
    def all_rows() -> Iterator[list[str]]:
        yield list(columns)
        yield from rows

    return write_rows(all_rows())


def only(item: Item | None, where: str = "") -> str:
    if item is None:
        return where
    return f"{where} AND i.id = %s" if where else "WHERE i.id = %s"


def parameters(item: Item | None) -> list[int]:
    return [item.pk] if item else []


EXPORTS: dict[str, Callable[[Item | None], Iterator[bytes]]] = {
    "items": export_items,
    "stock": export_stock,
    "serials": export_serials,
    "movements": export_movements,
    "batches": export_batches,
    "documents": export_documents,
}
