"""Worked stories: how a company lives with tracking, from the supplier's lorry to the customer who calls years later."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from tests.build import (
    ahead,
    broken,
    history_of,
    item,
    line,
    post,
    restore,
    reverse,
    serials,
    stock,
    switch_off,
    switch_on,
)
from tests.worlds import exported, traced
from tracking.models import Batch, Document
from tracking.records.edit import edit_batch

pytestmark = pytest.mark.django_db


def bakery() -> None:
    """Two flours go into one dough, the dough into two batches of bread, and bread goes to two cafés."""
    item("Wheat flour", "batch", "kg", skus=("FLOUR",))
    item("Dough", "batch", "kg", skus=("DOUGH",))
    item("Country loaf", "batch", skus=("LOAF",))
    post("receipt", line("FLOUR", 100, batch="NM-1", expires=ahead(200)), partner="Northmill", number="PO-1")
    post("receipt", line("FLOUR", 50, batch="SM-7"), partner="Southmill", number="PO-2")
    post(
        "production", line("FLOUR", -40, batch="NM-1"), line("FLOUR", -10, batch="SM-7"), line("DOUGH", 80, batch="D-1")
    )
    post("production", line("DOUGH", "-30.5", batch="D-1"), line("LOAF", 61, batch="B-1"))
    post("production", line("DOUGH", -40, batch="D-1"), line("LOAF", 80, batch="B-2"))
    post("shipment", line("LOAF", -60, batch="B-1"), partner="Corner Café", number="SO-1")
    post(
        "shipment", line("LOAF", -1, batch="B-1"), line("LOAF", -20, batch="B-2"), partner="Station Café", number="SO-2"
    )
    post("customer_return", line("LOAF", 5, batch="B-2"), partner="Station Café")


def test_flour_to_dough_to_bread_to_customer_traced_forward():
    bakery()
    assert traced("FLOUR", "SM-7") == {
        "made_from": [],
        "made_into": [["DOUGH", "D-1"], ["LOAF", "B-1"], ["LOAF", "B-2"]],
        "suppliers": ["Southmill"],
        "customers": ["Corner Café", "Station Café"],
        "shipments": [
            ["LOAF", "B-1", "Corner Café", "SO-1", "60"],
            ["LOAF", "B-1", "Station Café", "SO-2", "1"],
            ["LOAF", "B-2", "Station Café", "SO-2", "20"],
        ],
        "balance": {
            "opening": "0", "received": "50", "produced": "0", "used": "10", "shipped": "0", "returned": "0",
            "sent_back": "0", "adjusted": "0", "on_hand": "40",
        },
        "gaps": [],
    }  # fmt: skip
    assert broken() == {}


def test_customer_to_bread_to_dough_to_flour_traced_backward():
    bakery()
    assert traced("LOAF", "b-2") == {
        "made_from": [["DOUGH", "D-1"], ["FLOUR", "NM-1"], ["FLOUR", "SM-7"]],
        "made_into": [],
        "suppliers": ["Northmill", "Southmill"],
        "customers": ["Station Café"],
        "shipments": [["LOAF", "B-2", "Station Café", "SO-2", "20"]],
        "balance": {
            "opening": "0", "received": "0", "produced": "80", "used": "0", "shipped": "20", "returned": "5",
            "sent_back": "0", "adjusted": "0", "on_hand": "65",
        },
        "gaps": [],
    }  # fmt: skip
    assert traced("DOUGH", "D-1")["balance"] == {
        "opening": "0", "received": "0", "produced": "80", "used": "70.5", "shipped": "0", "returned": "0",
        "sent_back": "0", "adjusted": "0", "on_hand": "9.5",
    }  # fmt: skip


def test_batch_tracking_is_switched_on_over_stock_and_unbatched_is_worked_down(manager):
    flour = item("Wheat flour", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 30), line("FLOUR", 5, at="Shop"))
    switch_on(flour, "batch", manager)
    assert stock() == {("FLOUR", "Main", "UNBATCHED"): "30", ("FLOUR", "Shop", "UNBATCHED"): "5"}
    # Somebody reads the labels on the shelf: 18 kg are of batch NM-1.
    post("adjustment", line("FLOUR", -18, batch="UNBATCHED"), line("FLOUR", 18, batch="NM-1", expires=ahead(200)))
    # UNBATCHED is a batch as any other: shipped from, counted, received into.
    post("shipment", line("FLOUR", -2, batch="UNBATCHED"), partner="Corner Café", number="SO-1")
    post("stocktake", line("FLOUR", -1, batch="unbatched", at="Shop"))
    post("receipt", line("FLOUR", 3, batch="Unbatched"), partner="Northmill")
    assert stock() == {
        ("FLOUR", "Main", "NM-1"): "18",
        ("FLOUR", "Main", "UNBATCHED"): "13",
        ("FLOUR", "Shop", "UNBATCHED"): "4",
    }
    assert traced("FLOUR", "UNBATCHED")["balance"] == {
        "opening": "35", "received": "3", "produced": "0", "used": "0", "shipped": "2", "returned": "0",
        "sent_back": "0", "adjusted": "-19", "on_hand": "17",
    }  # fmt: skip
    assert traced("FLOUR", "NM-1")["made_from"] == [["FLOUR", "UNBATCHED"]]
    assert broken() == {}


def own_rows(text: str) -> list[str]:
    """The rows of an export of movements that people posted."""
    return [row for row in text.splitlines() if not row.startswith("tracking_")]


def records(history: bytes) -> list[dict]:
    """The rows of a history that say what each batch or serial number is."""
    rows = csv.DictReader(io.StringIO(history.decode("utf-8-sig"), newline=""))
    return [row for row in rows if row["kind"] == "record"]


def test_tracking_is_switched_off_downloaded_and_restored_and_nothing_is_lost(manager):
    bakery()
    loaf = Batch.objects.get(number="B-1").variant.item
    written = {"made_on": date(2026, 1, 2), "supplier_batch": "=1+1", "note": "Line one\r\nline two"}
    edit_batch(batch=Batch.objects.get(number="B-2"), changes=written, by=manager, reason="Label")
    movements, on_hand, trace = exported("movements"), exported("stock"), traced("FLOUR", "NM-1")

    downloaded = switch_off(loaf, manager)
    assert stock()[("LOAF", "Main", "")] == "65"
    assert not Batch.objects.filter(variant__item=loaf).exists()
    cut = traced("FLOUR", "NM-1")
    assert (cut["made_into"], cut["customers"]) == ([["DOUGH", "D-1"]], [])
    assert [name for name, _ in cut["gaps"]] == ["Country loaf"]
    assert broken() == {}

    switch_on(loaf, "batch", manager)
    restore(loaf, downloaded, manager)
    assert own_rows(exported("movements")) == own_rows(movements)
    assert exported("stock") == on_hand
    assert traced("FLOUR", "NM-1") == trace
    unbatched = Batch.objects.get(variant__item=loaf, key="unbatched")
    # The records are back to the byte; beside them is the UNBATCHED batch, empty, that enabling had made.
    assert records(history_of(loaf)) == [
        *records(downloaded),
        {**dict.fromkeys(records(downloaded)[0], ""), "kind": "record", "sku": "LOAF", "batch_number": "UNBATCHED",
         "item": "Country loaf", "unit": "pcs", "status": "available", "line": str(unbatched.uuid)},
    ]  # fmt: skip
    assert [d.kind for d in Document.objects.filter(kind__startswith="tracking_").order_by("pk")] == [
        "tracking_on",
        "tracking_restored",
    ]
    assert broken() == {}


def test_pump_000417_is_made_shipped_returned_and_shipped_to_another():
    item("Seal", "batch", skus=("SEAL",))
    item("Pump", "serial", skus=("PUMP",))
    post("receipt", line("SEAL", 10, batch="S-1"), partner="Sealworks")
    post(
        "production", line("SEAL", -2, batch="S-1"), line("PUMP", 1, serial="000417"), line("PUMP", 1, serial="000418")
    )
    assert serials() == {"000417": "Main", "000418": "Main"}
    post("shipment", line("PUMP", -1, serial="000417"), partner="Dairy", number="SO-1")
    assert serials() == {"000417": "", "000418": "Main"}
    post("customer_return", line("PUMP", 1, serial="000417", at="Workshop"), partner="Dairy")
    # It is mended: a serial number may be ingredient and output of one production.
    post("production", line("PUMP", -1, serial="000417", at="Workshop"), line("SEAL", -1, batch="S-1"),
         line("PUMP", 1, serial="000417", at="Workshop"), number="MO-9")  # fmt: skip
    post("shipment", line("PUMP", -1, serial="000417", at="Workshop"), partner="Brewery", number="SO-2")
    assert traced("pump", "000417") == {
        "made_from": [["SEAL", "S-1"]],
        "made_into": [],
        "suppliers": ["Sealworks"],
        "customers": ["Brewery", "Dairy"],
        "shipments": [["PUMP", "000417", "Brewery", "SO-2", "1"], ["PUMP", "000417", "Dairy", "SO-1", "1"]],
        "balance": {
            "opening": "0", "received": "0", "produced": "2", "used": "1", "shipped": "2", "returned": "1",
            "sent_back": "0", "adjusted": "0", "on_hand": "0",
        },
        "gaps": [],
    }  # fmt: skip
    assert exported("serials").splitlines() == ["sku,serial_number,location", "PUMP,000417,", "PUMP,000418,Main"]
    assert broken() == {}


def test_a_shipment_by_mistake_is_reversed_and_its_customer_is_gone(manager):
    bakery()
    reverse(Document.objects.get(number="SO-1"), by=manager, reason="Wrong customer")
    assert traced("LOAF", "B-1")["customers"] == ["Station Café"]
    assert traced("LOAF", "B-1")["balance"]["shipped"] == "1"
    assert stock()[("LOAF", "Main", "B-1")] == "60"
    assert broken() == {}
