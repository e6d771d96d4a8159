"""Pages of serial numbers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from items.models import Item
from katana_trace.lib.refusal import Refusal
from tests import build
from tracking.recalls.open import open_recall
from tracking.recalls.wanted import find_typed
from tracking.records.hold import hold, release


@pytest.fixture
def ovens(db):
    """OV-1 was made and sold, OV-2 is in stock, and a mixer M-1 is there too."""
    build.item("Bread oven", "serial", skus=("OVEN",))
    build.item("Mixer", "serial", skus=("MIX",))
    made = [
        build.line("OVEN", 1, serial="OV-1"),
        build.line("OVEN", 1, serial="OV-2"),
        build.line("MIX", 1, serial="M-1"),
    ]
    build.post("production", *made, number="MO-1", at=datetime(2025, 1, 7, 7, 28, tzinfo=UTC))
    build.post(
        "shipment",
        build.line("OVEN", -1, serial="OV-1"),
        number="SO-1",
        partner="Corner Café",
        at=datetime(2025, 1, 8, 22, 40, tzinfo=UTC),
    )


def numbers(response) -> list[str]:
    return [serial.number for serial in response.context["page"].rows]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["M-1", "OV-1", "OV-2"]),
        ("?q=ｏｖ", ["OV-1", "OV-2"]),
        ("?place=in", ["M-1", "OV-2"]),
        ("?place=out", ["OV-1"]),
        ("?place=in&q=ov", ["OV-2"]),
        ("?place=elsewhere", ["M-1", "OV-1", "OV-2"]),
        ("?q=nothing", []),
    ],
)
def test_serial_list_finds(client, viewer, ovens, query, expected):
    client.force_login(viewer)
    assert numbers(client.get(f"/serials/{query}")) == expected


def test_serial_list_of_one_item(client, viewer, ovens):
    client.force_login(viewer)
    oven = Item.objects.get(key="bread oven")
    assert numbers(client.get(f"/serials/?item={oven.pk}")) == ["OV-1", "OV-2"]


def test_serial_list_tells_what_is_empty(client, viewer):
    client.force_login(viewer)
    assert "There are no serial numbers yet." in client.get("/serials/").content.decode()
    assert "No serial number matches this." in client.get("/serials/?q=x").content.decode()


@pytest.mark.parametrize("count", [1, 50])
def test_serial_list_asks_the_same_number_of_queries(client, viewer, count, django_assert_num_queries):
    build.item("Oven", "serial", skus=("OVEN",))
    build.post("receipt", *[build.line("OVEN", 1, serial=f"S{n:02}") for n in range(count)])
    client.force_login(viewer)
    with django_assert_num_queries(5):  # session, user, serial numbers, permissions (2)
        assert len(numbers(client.get("/serials/"))) == count


def test_serial_list_pages_by_key(client, viewer):
    build.item("Oven", "serial", skus=("OVEN",))
    build.post("receipt", *[build.line("OVEN", 1, serial=f"S{n:02}") for n in range(51)])
    client.force_login(viewer)
    first = client.get("/serials/?place=in")
    second = client.get("/serials/", {"place": "in", "after": first.context["page"].next_cursor})
    assert numbers(first) + numbers(second) == [f"S{n:02}" for n in range(51)]


def test_serial_detail_says_where_it_is_and_where_it_has_been(client, viewer, ovens, django_assert_num_queries):
    client.force_login(viewer)
    address = build.serial("OV-1").get_absolute_url()
    # Session, user, permissions (2), number; first line, lines, documents, mirrors, downloads, changes, switches, restores;
    # what it went by, cases.
    with django_assert_num_queries(15):
        sold = client.get(address)
    here = client.get(build.serial("OV-2").get_absolute_url()).content.decode()
    rows = [
        (event.what, event.partner, event.document.number, event.amount, event.where)
        for event in sold.context["page"].rows
    ]
    assert rows == [("Shipped to", "Corner Café", "SO-1", "−1", "Main"), ("Made", "", "MO-1", "+1", "Main")]
    page = " ".join(sold.content.decode().split())
    for text in (
        "With Corner Café<small>since 8 Jan 2025",
        "Shipped to Corner Café",
        '8 Jan 2025</span> <span class="nb dim">22:40',
    ):
        assert text in page
    assert "In stock at Main" in here
    assert "since" not in here


def test_serial_detail_shows_its_hold_and_log(client, viewer, manager, ovens):
    serial = build.serial("OV-2")
    hold(records=[serial], by=manager, reason="Calibration due")
    with pytest.raises(Refusal, match="already: Calibration due"):
        hold(records=[serial], by=manager, reason="Again")
    client.force_login(viewer)
    page = client.get(serial.get_absolute_url())
    assert "Serial number OV-2 is on hold:</strong> Calibration due" in page.content.decode()
    release(records=[serial], by=manager, reason="Calibrated")
    page = client.get(serial.get_absolute_url())
    assert "is on hold" not in page.content.decode()
    told = [(event.what, event.by, event.reason) for event in page.context["page"].rows]
    assert told == [
        ("Released", "manager", "Calibrated"),
        ("Put on hold", "manager", "Calibration due"),
        ("Made", "", ""),
    ]


def test_serial_detail_shows_the_cases_that_it_is_in(client, viewer, manager, ovens):
    recall = open_recall(roots=find_typed("OVEN OV-1"), kind="recall", title="Door", reason="It fell off.", by=manager)
    client.force_login(viewer)
    pages = [client.get(build.serial(number).get_absolute_url()) for number in ("OV-1", "OV-2")]
    assert [page.context["cases"] for page in pages] == [[recall], []]
    link = f'is in an open recall:</strong> <a href="{recall.get_absolute_url()}">{recall.number}, Door</a>'
    assert [link in page.content.decode() for page in pages] == [True, False]


def test_serial_detail_of_nothing_is_404(client, viewer):
    client.force_login(viewer)
    assert client.get("/serials/1/").status_code == 404
