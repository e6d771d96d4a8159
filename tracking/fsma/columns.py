"""The columns of the sheet, and the glossary that goes with it (21 CFR 1.1455(c)(1): what is needed to understand records).

Both files have the same columns: the CSV file by ``name``, the spreadsheet by ``title``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from katana_trace.lib.quantities import plain
from tracking.fsma.record import Party, Record

TITLE = "Records sorted for a 21 CFR 1.1455 request"


@dataclass(frozen=True, slots=True)
class Column:
    """``value`` is the text of a cell; ``width`` is in characters, of a spreadsheet. ``kept_under`` are the paragraphs."""

    name: str
    title: str
    value: Callable[[Record], str]
    meaning: str
    kept_under: str = ""
    width: int = 14


def of_party(role: str, title: str, party: Callable[[Record], Party | None], meaning: str, kept_under: str):
    """The three columns of a location description (21 CFR 1.1310: name, address and phone of a place)."""
    return (
        Column(
            f"{role}_name",
            f"{title}: name",
            lambda record: one.name if (one := party(record)) else "",
            f"{meaning} A place of our own has the business's name before it.",
            kept_under,
            28,
        ),
        Column(
            f"{role}_address",
            f"{title}: address",
            lambda record: one.address if (one := party(record)) else "",
            "Its address, in one line.",
            kept_under,
            32,
        ),
        Column(
            f"{role}_phone",
            f"{title}: phone",
            lambda record: one.phone if (one := party(record)) else "",
            "Its phone number.",
            kept_under,
        ),
    )


COLUMNS: tuple[Column, ...] = (
    Column(
        "event",
        "Event",
        lambda record: record.event.value,
        "The critical tracking event: receiving, transformation or shipping.",
        width=15,
    ),
    Column(
        "event_id",
        "Event id",
        lambda record: record.event_id,
        "Rows with the same id belong to one event: what a transformation used, and what it made.",
        width=10,
    ),
    Column(
        "date",
        "Date",
        lambda record: record.document.on.isoformat(),
        "The day of the event, in the time zone of the site.",
        "1.1340(a)(6), 1.1345(a)(6), 1.1350(a)(2)(iii)",
        11,
    ),
    Column(
        "role",
        "What happened",
        lambda record: record.role.value,
        "What the event did with this lot: received, used, made or shipped.",
    ),
    Column(
        "traceability_lot_code",
        "Traceability lot code",
        lambda record: record.code,
        "The supplier's number for a lot that was received, where it is kept apart; our own number for every other lot.",
        "1.1340(a)(1), 1.1345(a)(1), 1.1350(a)(1)(i) and (2)(i)",
        22,
    ),
    Column(
        "product_description",
        "Product description",
        lambda record: record.product.description,
        "The item, and its variant, such as the size of a pack.",
        "1.1340(a)(3), 1.1345(a)(3), 1.1350(a)(1)(ii) and (2)(iv)",
        28,
    ),
    Column("sku", "SKU", lambda record: record.product.sku, "Our own code of the product.", width=12),
    Column("gtin", "GTIN", lambda record: record.product.gtin, "Its number under the bar code.", width=16),
    Column(
        "our_lot_number",
        "Our lot number",
        lambda record: record.number,
        "The batch or serial number that we keep the lot under.",
        width=18,
    ),
    Column(
        "quantity",
        "Quantity",
        lambda record: plain(record.quantity),
        "How much of the lot the event moved, used or made; always above 0.",
        "1.1340(a)(2), 1.1345(a)(2), 1.1350(a)(1)(iii) and (2)(v)",
        11,
    ),
    Column(
        "unit",
        "Unit",
        lambda record: record.product.unit,
        "The unit of measure of the quantity.",
        "1.1340(a)(2), 1.1345(a)(2), 1.1350(a)(1)(iii) and (2)(v)",
        7,
    ),
    *of_party(
        "source",
        "Lot code source",
        lambda record: record.source,
        "Who gave the lot its code: the supplier of a lot that was received, the place where we made it or gave it a "
        "number.",
        "1.1340(a)(7), 1.1345(a)(7), 1.1350(a)(2)(ii)",
    ),
    *of_party(
        "from",
        "From",
        lambda record: record.sender,
        "Where it came from: the previous source of what was received, the place it was shipped or used from.",
        "1.1340(a)(5), 1.1345(a)(4)",
    ),
    *of_party(
        "to",
        "To",
        lambda record: record.recipient,
        "Where it went: the recipient of what was shipped, the place where it was received or made.",
        "1.1340(a)(4), 1.1345(a)(5), 1.1350(a)(2)(ii)",
    ),
    Column(
        "document_type",
        "Document type",
        lambda record: record.document.kind_name,
        "The kind of the document that the event is recorded in.",
        "1.1340(a)(8), 1.1345(a)(8), 1.1350(a)(2)(vi)",
        16,
    ),
    Column(
        "document_number",
        "Document number",
        lambda record: record.document.number,
        "Its number.",
        "1.1340(a)(8), 1.1345(a)(8), 1.1350(a)(2)(vi)",
        16,
    ),
    Column(
        "kept_under",
        "Kept under",
        lambda record: record.event.section,
        "The section that asks for the records of this event.",
        width=15,
    ),
)

# How the documents correspond to the events, in the words of this program.
NOTES: tuple[tuple[str, str], ...] = (
    ("Receiving", "Receipts from suppliers and returns from customers."),
    (
        "Transformation",
        "Productions, with a row for each lot used and each lot made. An adjustment that takes stock of a product and books "
        "it under another number is one too: that is how relabelling is recorded. What was used has no “To”, what was made "
        "no “From”.",
    ),
    ("Shipping", "Shipments to customers and returns to suppliers."),
    (
        "Transfers",
        "Goods that went from one of our places to another are shipping and receiving where the two do not have the same "
        "address. Moves within one address are no event.",
    ),
    ("Left out", "Documents that were reversed, and the documents that reversed them. Stock counts and write-offs."),
    (
        "Foods",
        "The program does not know which products are on the Food Traceability List. All products that were asked for are "
        "here, packaging too.",
    ),
    ("Order", "By day, then in the order in which the documents were posted, then what was used before what was made."),
    ("Text", "In the CSV file a text that a spreadsheet would take for a formula has an apostrophe before it."),
)
