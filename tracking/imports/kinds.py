"""The table of what can be imported: columns, examples, who may, and the one function that judges and writes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import BinaryIO, Protocol

from tracking.imports import columns as c
from tracking.imports.columns import Column
from tracking.resources.catalogue import LocationResource, PartnerResource, VariantResource
from tracking.resources.import_batches import IGNORED, import_batches
from tracking.resources.import_items import import_items
from tracking.resources.import_movements import import_movements
from tracking.resources.import_serials import import_serials
from tracking.resources.import_stock import import_stock
from tracking.resources.import_table import import_table
from tracking.resources.watch import Watch


class Run(Protocol):
    """Imports a CSV file of the kind's own columns. Raises FileRefused, Refusal, PermissionDenied."""

    def __call__(self, file: BinaryIO, *, by, dry_run: bool = False, watch: Watch | None = None) -> object: ...


@dataclass(frozen=True, slots=True)
class ImportKind:
    """``examples`` are two rows of the template, a cell for each of ``columns``."""

    name: str
    title: str
    lead: str
    columns: tuple[Column, ...]
    examples: tuple[tuple[str, ...], tuple[str, ...]]
    permission: str
    run: Run
    ignored: tuple[str, ...] = ()  # columns of our own exports that are read over

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.is_required)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def fits(self, header: list[str]) -> bool:
        """Whether a header is in our own columns, so that nothing is to be mapped."""
        names = [name.strip().lower() for name in header]
        known = {*self.names, *self.ignored}
        return len(set(names)) == len(names) and set(self.required) <= set(names) <= known


ITEMS = ImportKind(
    "items",
    "Items",
    "Items with their variants, one row for each SKU. Another tracking of an item that is there is the switch.",
    (c.ITEM, c.KIND, c.UNIT, c.TRACKING, c.SKU, c.VARIANT, c.GTIN, c.SHELF_LIFE),
    (
        ("Strong white flour", "material", "kg", "batch", "FLOUR-25", "25 kg sack", "4006381333931", "180"),
        ("Cargo pump", "product", "pcs", "serial", "PUMP-X", "", "", ""),
    ),
    "items.add_item",
    import_items,
)
VARIANTS = ImportKind(
    "variants",
    "Variants",
    "More SKUs for items that are there, or their names and barcodes.",
    (c.ITEM, c.SKU, c.VARIANT, c.GTIN),
    (
        ("Strong white flour", "FLOUR-1", "1 kg bag", ""),
        ("Strong white flour", "FLOUR-25", "25 kg sack", "4006381333931"),
    ),
    "items.add_variant",
    partial(import_table, resource=VariantResource),
)
LOCATIONS = ImportKind(
    "locations",
    "Locations",
    "Places where stock is.",
    (c.LOCATION, c.PHONE, c.ADDRESS),
    (("Main", "", "1 Mill Lane, Leeds"), ("Cold store", "+44 113 496 0000", "")),
    "tracking.add_location",
    partial(import_table, resource=LocationResource),
)
PARTNERS = ImportKind(
    "partners",
    "Partners",
    "Suppliers and customers, with how to reach them in a recall.",
    (c.PARTNER, c.EMAIL, c.PHONE, c.ADDRESS),
    (
        ("Northmill", "orders@northmill.example", "+44 113 496 0001", ""),
        ("Café Blau", "", "", "3 Market Street, Leeds"),
    ),
    "tracking.add_partner",
    partial(import_table, resource=PartnerResource),
)
BATCHES = ImportKind(
    "batches",
    "Batches (attributes)",
    "Dates, supplier's numbers and notes of batches that are there. A column that is missing is left as it is.",
    (c.SKU, c.BATCH, c.EXPIRES_ON_BATCH, c.MADE_ON, c.SUPPLIER_BATCH, c.NOTE_BATCH),
    (
        ("FLOUR-25", "F-1107", "2027-01-31", "2026-08-04", "NM 88-1", ""),
        ("FLOUR-25", "F-1108", "2027-02-28", "", "", "Torn sack"),
    ),
    "tracking.change_batch",
    import_batches,
    ignored=IGNORED,
)
SERIALS = ImportKind(
    "serials",
    "Serial numbers for stock",
    "Connects units that are in stock without a serial number, each with its own. Quantities stay as they are.",
    (c.SKU, c.LOCATION, c.SERIAL),
    (("PUMP-X", "Main", "000417"), ("PUMP-X", "Main", "000418")),
    "tracking.add_document",
    import_serials,
)
STOCK = ImportKind(
    "stock",
    "Stock on hand",
    "Batches, serial numbers and other stock when you come from elsewhere. They are added by adjustments dated now.",
    (c.SKU, c.LOCATION, c.ON_HAND, c.BATCH_OPTIONAL, c.EXPIRES_ON, c.SERIAL_OPTIONAL),
    (("FLOUR-25", "Main", "125.5", "F-1107", "2027-01-31", ""), ("PUMP-X", "Main", "1", "", "", "000419")),
    "tracking.add_document",
    import_stock,
)


def always(column: Column) -> Column:
    """``column`` where every file of ours has it, though it may be empty."""
    return replace(column, is_required=True, alone="")


MOVEMENTS = ImportKind(
    "movements",
    "Movements",
    "Documents of every kind with their lines, in the order in which they happened. What was posted before is skipped.",
    (
        c.DOCUMENT_KIND, c.DOCUMENT, c.POSTED_AT, c.PARTNER_OPTIONAL, c.LOCATION, c.SKU, always(c.BATCH_OPTIONAL),
        always(c.EXPIRES_ON), always(c.SERIAL_OPTIONAL), c.QUANTITY, c.NOTE, c.REVERSES,
    ),
    (
        ("receipt", "PO-7001", "2026-01-06T08:00:00+00:00", "Northmill", "Main", "FLOUR-25", "F-1107", "2027-01-31",
        "", "125.5", "", ""),
        ("shipment", "SO-9001", "2026-01-07T15:30:00+00:00", "Café Blau", "Main", "PUMP-X", "", "", "000417", "-1",
        "Urgent", ""),
    ),
    "tracking.add_document",
    import_movements,
    ignored=("item", "variant", "unit", "posted_by", "line", "recorded_at"),
)  # fmt: skip

KINDS: dict[str, ImportKind] = {
    kind.name: kind for kind in (ITEMS, VARIANTS, LOCATIONS, PARTNERS, BATCHES, SERIALS, STOCK, MOVEMENTS)
}


def kinds_for(user) -> list[ImportKind]:
    """What ``user`` may import, in the order in which a company brings it in."""
    return [kind for kind in KINDS.values() if user.has_perm(kind.permission)]
