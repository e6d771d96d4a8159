"""A small bakery's January, told for the records of a 21 CFR 1.1455 request, and every row that it must give."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from types import SimpleNamespace

from katana_trace.lib.safe_csv import BOM
from tests import build
from tests.build import line, post
from tracking.fsma.asked import read_asked
from tracking.fsma.sheet_csv import write_csv
from tracking.models import Document, Location, Partner, Workspace
from tracking.records.edit import edit_batch

ALL = {"since": date(2025, 1, 1)}
HEADER = [
    "event", "event_id", "date", "role", "traceability_lot_code", "product_description", "sku", "gtin", "our_lot_number",
    "quantity", "unit", "source_name", "source_address", "source_phone", "from_name", "from_address", "from_phone",
    "to_name", "to_address", "to_phone", "document_type", "document_number", "kept_under",
]  # fmt: skip
MAIN = ("Blau Bakery, Main", "Mill Lane 1, Blau", "555-0100")
SHOP = ("Blau Bakery, Shop", "Market 2, Blau", "555-0100")
MILL = ("Northmill", "Water Row 3, Elm", "555-0111")
CAFE = ("Café Rot", "Square 9", "")
NOBODY = ("", "", "")
GTIN = "9521234500018"


def on(day: int, hour: int = 9) -> datetime:
    return datetime(2025, 1, day, hour, tzinfo=UTC)


def tell_business() -> None:
    """A bakery of two addresses, a supplier, and a customer whose phone nobody has."""
    Workspace.objects.create(
        pk=1, business_name="Blau Bakery", business_address="Mill Lane 1\nBlau", business_phone="555-0100"
    )
    Location.objects.create(name="Main")
    Location.objects.create(name="Cellar")
    Location.objects.create(name="Shop", address="Market 2\nBlau")
    Partner.objects.create(name="Northmill", address="Water Row 3,\nElm", phone="555-0111")
    Partner.objects.create(name="Café Rot", address="Square 9")
    build.item("Flour", "batch", unit="kg", skus=("FLOUR",))
    build.item("Salt", unit="kg", skus=("SALT",))
    bread = build.item("Bread", "batch", skus=("BREAD",))
    bread.variants.update(name="800 g", gtin=GTIN)


def tell_story(manager) -> SimpleNamespace:
    """Flour of Northmill becomes bread, which is sold, moved and returned; some of it is relabelled, some written off."""
    tell_business()
    docs = SimpleNamespace()
    docs.receipt = post(
        "receipt",
        line("FLOUR", 60, batch="L1"),
        line("FLOUR", "40.5", batch="l1"),
        line("SALT", 10),
        partner="Northmill",
        at=on(6),
    )
    edit_batch(batch=build.batch("L1"), changes={"supplier_batch": "NM-77"}, by=manager, reason="Delivery note")
    docs.production = post(
        "production",
        line("BREAD", 40, batch="B1", expires="2025-01-20"),
        line("FLOUR", -30, batch="L1"),
        line("SALT", -1),
        at=on(7),
    )
    docs.shipment = post("shipment", line("BREAD", -10, batch="B1"), partner="Café Rot", at=on(8))
    docs.twice = post("shipment", line("BREAD", -10, batch="B1"), partner="Café Rot", at=on(8, 10))
    build.reverse(docs.twice, by=manager)
    docs.to_shop = post("transfer", line("BREAD", -12, batch="B1"), line("BREAD", 12, batch="B1", at="Shop"), at=on(9))
    docs.to_cellar = post(
        "transfer", line("FLOUR", -9, batch="L1"), line("FLOUR", 9, batch="L1", at="Cellar"), at=on(9, 11)
    )
    docs.back = post("customer_return", line("BREAD", 2, batch="B1", at="Shop"), partner="Café Rot", at=on(10))
    docs.torn = post("supplier_return", line("FLOUR", -5, batch="L1"), partner="Northmill", at=on(11))
    docs.relabelled = post("adjustment", line("FLOUR", -20, batch="L1"), line("FLOUR", 20, batch="L2"), at=on(12))
    docs.written_off = post("adjustment", line("FLOUR", -1, batch="L2"), line("SALT", 1), at=on(12, 10))
    docs.counted = post("stocktake", line("FLOUR", 3, batch="L4"), at=on(13))
    docs.nobody = post("receipt", line("FLOUR", 8, batch="L3"), at=on(14))
    docs.old = post("shipment", line("FLOUR", -2, batch="L4"), partner="Café Rot", at=on(15))
    return docs


def sheet(**asked) -> list[list[str]]:
    """The rows of the CSV file, its header left out."""
    text = b"".join(write_csv(read_asked(**asked))).decode()
    assert text.startswith(BOM)
    assert text.count("\n") == text.count("\r\n")
    header, *rows = csv.reader(io.StringIO(text.removeprefix(BOM), newline=""))
    assert header == HEADER
    return rows


def row(
    letter: str, document: Document, role: str, code: str, product: str, quantity: str, *parties, ours=""
) -> list[str]:
    """A row as the file has it; the parties are source, from and to."""
    event, section = {
        "R": ("receiving", "21 CFR 1.1345"),
        "T": ("transformation", "21 CFR 1.1350"),
        "S": ("shipping", "21 CFR 1.1340"),
    }[letter]
    description, unit, gtin = {
        "FLOUR": ("Flour", "kg", ""),
        "SALT": ("Salt", "kg", ""),
        "BREAD": ("Bread, 800 g", "pcs", GTIN),
    }[product]
    day = document.posted_at.date().isoformat()
    source, sender, recipient = parties
    return [
        event, f"{letter}{document.pk}", day, role, code, description, product, gtin, ours or code, quantity, unit, *source,
        *sender, *recipient, document.get_kind_display(), document.number, section,
    ]  # fmt: skip


def whole(docs: SimpleNamespace) -> list[list[str]]:
    """Every row of the story."""
    return [
        row("R", docs.receipt, "received", "NM-77", "FLOUR", "100.5", MILL, MILL, MAIN, ours="L1"),
        row("R", docs.receipt, "received", "", "SALT", "10", NOBODY, MILL, MAIN),
        row("T", docs.production, "used", "NM-77", "FLOUR", "30", MILL, MAIN, NOBODY, ours="L1"),
        row("T", docs.production, "used", "", "SALT", "1", NOBODY, MAIN, NOBODY),
        row("T", docs.production, "made", "B1", "BREAD", "40", MAIN, NOBODY, MAIN),
        row("S", docs.shipment, "shipped", "B1", "BREAD", "10", MAIN, MAIN, CAFE),
        row("S", docs.to_shop, "shipped", "B1", "BREAD", "12", MAIN, MAIN, SHOP),
        row("R", docs.to_shop, "received", "B1", "BREAD", "12", MAIN, MAIN, SHOP),
        row("R", docs.back, "received", "B1", "BREAD", "2", MAIN, CAFE, SHOP),
        row("S", docs.torn, "shipped", "NM-77", "FLOUR", "5", MILL, MAIN, MILL, ours="L1"),
        row("T", docs.relabelled, "used", "NM-77", "FLOUR", "20", MILL, MAIN, NOBODY, ours="L1"),
        row("T", docs.relabelled, "made", "L2", "FLOUR", "20", MAIN, NOBODY, MAIN),
        row("R", docs.nobody, "received", "L3", "FLOUR", "8", NOBODY, NOBODY, MAIN),
        row("S", docs.old, "shipped", "L4", "FLOUR", "2", NOBODY, MAIN, CAFE),
    ]
