"""Whose a serial number is now, and its warranty: what support asks first."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from items.models import Item
from katana_trace.lib import days
from tests import build
from tests.build import line, post, serial
from tracking.models import Document
from tracking.records.whose import months_later, warranty_of, whereabouts_of


@pytest.fixture
def oven(db) -> Item:
    item = build.item("Oven", "serial", skus=("OVEN",), warranty_months=1)
    post("production", line("OVEN", 1, serial="A1"), number="MO-1", at=on(2025, 1, 7))
    return item


def on(*day: int) -> datetime:
    return datetime(*day, 9, 20, tzinfo=UTC)


def sell(number: str, partner: str = "Corner Café", at: datetime | None = None) -> Document:
    return post("shipment", line("OVEN", -1, serial="A1"), number=number, partner=partner, at=at)


def take_back(number: str) -> Document:
    return post("customer_return", line("OVEN", 1, serial="A1"), number=number, partner="Corner Café")


def repair(number: str) -> Document:
    return post("production", line("OVEN", -1, serial="A1"), line("OVEN", 1, serial="A1"), number=number)


def told() -> tuple[str, str]:
    found = whereabouts_of(serial("A1"))
    return found.sentence, found.document.number if found.document else ""


def test_whereabouts_follow_a_number_out_and_back(oven, manager):
    assert told() == ("In stock at Main", "")
    sell("SO-1")
    assert told() == ("With Corner Café", "SO-1")
    back = take_back("CR-1")
    assert told() == ("In stock at Main", "")
    build.reverse(back, by=manager)
    assert told() == ("With Corner Café", "SO-1")
    take_back("CR-2")
    sold = sell("SO-2", "Old Town Hotel")
    assert told() == ("With Old Town Hotel", "SO-2")
    build.reverse(sold, by=manager)
    assert told() == ("In stock at Main", "")


def test_whereabouts_are_not_those_of_a_repair_or_a_transfer(oven, manager):
    sell("SO-1")
    back = take_back("CR-1")
    repair("MO-2")
    post("transfer", line("OVEN", -1, serial="A1"), line("OVEN", 1, serial="A1", at="Shop"))
    post("transfer", line("OVEN", -1, serial="A1", at="Shop"), line("OVEN", 1, serial="A1"))
    build.reverse(back, by=manager, reason="It was another one")
    assert told() == ("With Corner Café", "SO-1")


@pytest.mark.parametrize(
    ("kind", "partner", "expected"),
    [
        ("shipment", "", "With a customer who was not named"),
        ("supplier_return", "Nordic", "Sent back to Nordic"),
        ("supplier_return", "", "Sent back to its supplier"),
        ("adjustment", "", "Not in stock: taken out by adjustment X-1"),
        ("stocktake", "", "Not in stock: taken out by stocktake X-1"),
    ],
)
def test_whereabouts_name_what_it_went_by(oven, kind, partner, expected):
    post(kind, line("OVEN", -1, serial="A1"), number="X-1", partner=partner)
    assert told() == (expected, "X-1")


def test_whereabouts_of_what_went_into_something_else_and_of_what_never_came(oven, manager):
    build.item("Bakery", "serial", skus=("BAKERY",))
    post("production", line("OVEN", -1, serial="A1"), line("BAKERY", 1, serial="B1"), number="MO-2")
    assert told() == ("Not in stock: used in MO-2", "MO-2")
    build.reverse(Document.objects.get(number="MO-2"), by=manager)
    build.reverse(Document.objects.get(number="MO-1"), by=manager)
    assert told() == ("Not in stock", "")


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2025, 1, 8), 24, date(2027, 1, 8)),
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2025, 12, 31), 1, date(2026, 1, 31)),
        (date(2025, 11, 30), 1, date(2025, 12, 30)),
        (date(2200, 12, 31), 600, date(2250, 12, 31)),
    ],
)
def test_months_later_stay_within_the_month(day, months, expected):
    assert months_later(day, months) == expected


def test_warranty_is_counted_from_the_last_standing_shipment(oven, manager):
    def found() -> tuple:
        warranty = warranty_of(serial("A1"))
        return warranty.months, warranty.shipment and warranty.shipment.number, warranty.until

    assert found() == (1, None, None)
    sell("SO-1", at=on(2025, 1, 31))
    assert found() == (1, "SO-1", date(2025, 2, 28))
    take_back("CR-1")
    assert found() == (1, "SO-1", date(2025, 2, 28))
    again = sell("SO-2", at=on(2025, 3, 10))
    assert found() == (1, "SO-2", date(2025, 4, 10))
    build.reverse(again, by=manager)
    assert found() == (1, "SO-1", date(2025, 2, 28))


def test_warranty_holds_through_its_last_day(oven, monkeypatch):
    sell("SO-1", at=on(2025, 1, 31))
    for today, expected in ((date(2025, 2, 28), False), (date(2025, 3, 1), True)):
        monkeypatch.setattr(days, "today", lambda day=today: day)
        assert warranty_of(serial("A1")).has_expired is expected


def test_warranty_is_the_items_as_it_is_now(oven):
    sell("SO-1", at=on(2025, 1, 31))
    Item.objects.filter(pk=oven.pk).update(warranty_months=None)
    assert warranty_of(serial("A1")) is None


def test_serial_detail_says_whose_it_is_and_how_long_its_warranty_holds(oven, client, viewer, monkeypatch):
    client.force_login(viewer)
    address = serial("A1").get_absolute_url()

    def page() -> str:
        return " ".join(client.get(address).content.decode().split())

    assert "In stock at Main" in page()
    assert "1 month from its shipment" in page()
    sold = sell("SO-1", at=on(2025, 1, 31))
    link = f'<a href="{sold.get_absolute_url()}">SO-1</a>'
    monkeypatch.setattr(days, "today", lambda: date(2025, 2, 28))
    for text in (
        f"With Corner Café<small>since 31 Jan 2025, {link}</small>",
        f"Through 28 Feb 2025<small>1 month from {link}, 31 Jan 2025</small>",
    ):
        assert text in page()
    monkeypatch.setattr(days, "today", lambda: date(2025, 3, 1))
    assert "Ended 28 Feb 2025" in page()
    Item.objects.update(warranty_months=None)
    assert "Warranty" not in page()
