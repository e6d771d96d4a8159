"""The columns that files may bring: what each holds, how it is written, and what other programs call it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Shape(Enum):
    """How the cells of a column are read from elsewhere."""

    TEXT = "text"
    WORD = "word"  # one of a few words
    WHOLE = "whole"
    QUANTITY = "quantity"
    DAY = "day"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True)
class Column:
    """``synonyms`` are what headers elsewhere say, as keys: lower case, letters and digits with single spaces.

    ``words`` turns what other programs write into our word, by key. ``alone`` is the value that stands for a column that a
    file may leave out though ours may not.
    """

    name: str
    help: str
    is_required: bool = True
    shape: Shape = Shape.TEXT
    synonyms: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    alone: str | None = None


KIND_WORDS = (
    ("product", "product"), ("finished good", "product"), ("finished goods", "product"), ("make", "product"),
    ("material", "material"), ("raw material", "material"), ("ingredient", "material"), ("component", "material"),
    ("buy", "material"),
)  # fmt: skip
TRACKING_WORDS = (
    ("none", "none"), ("no", "none"), ("no tracking", "none"), ("", "none"), ("false", "none"),
    ("batch", "batch"), ("lot", "batch"), ("batch lot numbers", "batch"), ("batch tracking", "batch"), ("lots", "batch"),
    ("serial", "serial"), ("serial numbers", "serial"), ("serial number", "serial"),
)  # fmt: skip
DOCUMENT_WORDS = (
    ("receipt", "receipt"), ("purchase order", "receipt"), ("purchase", "receipt"), ("goods receipt", "receipt"),
    ("po", "receipt"),
    ("production", "production"), ("manufacturing order", "production"), ("manufacturing", "production"), ("mo",
    "production"),
    ("shipment", "shipment"), ("sales order", "shipment"), ("sale", "shipment"), ("delivery", "shipment"), ("so",
    "shipment"),
    ("customer return", "customer_return"), ("sales return", "customer_return"),
    ("supplier return", "supplier_return"), ("purchase return", "supplier_return"),
    ("adjustment", "adjustment"), ("stock adjustment", "adjustment"), ("inventory adjustment", "adjustment"),
    ("transfer", "transfer"), ("stock transfer", "transfer"),
    ("stocktake", "stocktake"), ("stock count", "stocktake"), ("inventory count", "stocktake"),
)  # fmt: skip

ITEM = Column(
    "item",
    "The item's name.",
    synonyms=("item name", "product name", "material name", "name", "product", "description"),
)
KIND = Column("kind", "product or material", shape=Shape.WORD, synonyms=("type", "item type"), words=KIND_WORDS)
UNIT = Column("unit", "pcs, kg, g, l …", synonyms=("unit of measure", "uom", "units of measure", "units"))
TRACKING = Column(
    "tracking", "none, batch or serial", shape=Shape.WORD, words=TRACKING_WORDS,
    synonyms=("product tracking", "traceability", "batch tracking", "track by"),
)  # fmt: skip
SKU = Column(
    "sku", "The variant's SKU.",
    synonyms=("variant code sku", "variant code", "variant sku", "item code", "product code", "item number", "code",
    "article number", "part number", "internal reference"),
)  # fmt: skip
VARIANT = Column(
    "variant", "What tells the variant from others of its item.", alone="", synonyms=("variant name", "option", "size")
)
GTIN = Column(
    "gtin",
    "Barcode number of 8, 12, 13 or 14 digits.",
    alone="",
    synonyms=("barcode", "ean", "upc", "internal barcode", "registered barcode"),
)
SHELF_LIFE = Column(
    "shelf_life_days", "Whole days from making to expiry.", shape=Shape.WHOLE, alone="",
    synonyms=("shelf life", "shelf life in days", "expiration period"),
)  # fmt: skip
LOCATION = Column(
    "location",
    "The location's name.",
    synonyms=("warehouse", "location name", "place", "store", "stock location", "site"),
)
PARTNER = Column(
    "partner",
    "The partner's name.",
    synonyms=("name", "company", "supplier", "customer", "company name", "supplier name", "customer name"),
)
PARTNER_OPTIONAL = Column(
    "partner", "Supplier or customer.", alone="",
    synonyms=("supplier", "customer", "company", "supplier name", "customer name", "vendor", "supplier customer"),
)  # fmt: skip
EMAIL = Column("email", "An email address.", is_required=False, synonyms=("e mail", "email address", "mail"))
PHONE = Column("phone", "A phone number.", is_required=False, synonyms=("telephone", "phone number", "tel"))
ADDRESS = Column("address", "A postal address.", is_required=False, synonyms=("postal address", "street"))
NUMBER_WORDS = (
    "batch", "lot", "lot number", "batch no", "lot no", "batch lot", "batch lot number", "lot serial number",
    "batch nr", "lot code", "batch code",
)  # fmt: skip
EXPIRY_WORDS = (
    "expiry", "expiry date", "expires", "expiration", "expiration date", "best before", "use by", "bbd",
    "best before date", "exp date",
)  # fmt: skip
SERIAL_WORDS = ("serial", "serial no", "serial nr", "sn", "serial numbers", "s n", "lot serial number")
BATCH = Column("batch_number", "A batch that is there.", synonyms=NUMBER_WORDS)
BATCH_OPTIONAL = Column(
    "batch_number", "For items tracked by batches.", is_required=False, alone="", synonyms=NUMBER_WORDS
)
EXPIRES_ON = Column(
    "expires_on",
    "Usable through this day: 2027-01-31.",
    is_required=False,
    shape=Shape.DAY,
    alone="",
    synonyms=EXPIRY_WORDS,
)
EXPIRES_ON_BATCH = Column("expires_on", "Usable through this day: 2027-01-31.", False, Shape.DAY, EXPIRY_WORDS)
MADE_ON = Column(
    "made_on",
    "Day of making: 2026-08-04.",
    False,
    Shape.DAY,
    ("made", "production date", "manufactured", "manufacturing date", "date of making"),
)
SUPPLIER_BATCH = Column(
    "supplier_batch",
    "The supplier's own batch number.",
    False,
    synonyms=("supplier batch number", "supplier lot", "supplier lot number", "vendor lot"),
)
NOTE_BATCH = Column("note", "Anything to know.", False, synonyms=("notes", "comment", "remarks", "additional info"))
SERIAL = Column("serial_number", "The unit's serial number.", synonyms=SERIAL_WORDS)
SERIAL_OPTIONAL = Column(
    "serial_number", "For items tracked by serial numbers.", is_required=False, alone="", synonyms=SERIAL_WORDS
)
STOCK_WORDS = (
    "qty",
    "in stock",
    "quantity in stock",
    "on hand",
    "quantity on hand",
    "stock",
    "available",
    "stock on hand",
    "amount",
    "onhand",
)
ON_HAND = Column("quantity", "What is there; may be left out for serial numbers.", False, Shape.QUANTITY, STOCK_WORDS)
QUANTITY = Column(
    "quantity",
    "+ into the location, − out of it.",
    shape=Shape.QUANTITY,
    synonyms=("qty", "quantity change", "change", "amount", "stock change"),
)
DOCUMENT_KIND = Column(
    "kind", "receipt, production, shipment, customer_return, supplier_return, adjustment, transfer or stocktake",
    shape=Shape.WORD, words=DOCUMENT_WORDS, synonyms=("type", "movement type", "transaction type", "document type",
    "caused by", "cause"),
)  # fmt: skip
DOCUMENT = Column(
    "document", "The document's number; all its rows stand together.",
    synonyms=("document number", "order", "order number", "order no", "reference", "number", "po", "ref",
    "document no", "transaction"),
)  # fmt: skip
POSTED_AT = Column(
    "posted_at", "When it happened: 2026-01-06T08:00:00+00:00.", shape=Shape.INSTANT,
    synonyms=("date", "posted", "movement date", "transaction date", "date time", "datetime", "created", "day", "timestamp"),
)  # fmt: skip
NOTE = Column(
    "note", "Anything to know.", alone="", synonyms=("notes", "comment", "remarks", "additional info", "description")
)
REVERSES = Column("reverses", "Number of the document that this one takes back.", is_required=False)
