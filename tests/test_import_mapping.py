"""Files of other programs: which column is which of ours, and how their times and signs are read."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from tests.build import item, serials, stock
from tests.importing import chosen, press, upload
from tracking.models import Document, FileImport, LedgerLine, Location, Partner

pytestmark = pytest.mark.django_db

HEADER = "Type,Order no,Date,Warehouse,Item code,Qty\r\n"


def imported(client, page, **given: str):
    """Takes the columns that are guessed, but for those ``given``, and imports what the preview shows."""
    preview = press(client, page, "columns", **{**chosen(page), **given})
    assert preview.errors == []
    return press(client, preview, "commit")


def test_a_mapping_is_remembered_for_what_the_rows_were(as_manager):
    """A header says nothing of what its rows are: of locations it is one thing, of partners another."""
    odd = "Wer;Wo\r\nMain;Ring 1\r\n"
    page = upload(as_manager, "locations", odd)
    imported(as_manager, page, **{"place-location": "0", "place-address": "1"})
    partners = upload(as_manager, "partners", odd)
    assert {name: value for name, value in chosen(partners).items() if value} == {}
    imported(as_manager, partners, **{"place-partner": "0", "place-phone": "1"})
    assert list(Location.objects.values_list("name", "address")) == [("Main", "Ring 1")]
    assert list(Partner.objects.values_list("name", "phone")) == [("Main", "Ring 1")]
    for kind, place in (("locations", "place-address"), ("partners", "place-phone")):
        assert chosen(upload(as_manager, kind, odd))[place] == "1"


@pytest.mark.parametrize(
    ("clock", "read"),
    [
        ("12:00 AM", "00:00"), ("12:15 am", "00:15"), ("1:05 AM", "01:05"), ("11:59 a.m.", "11:59"), ("12:00 PM", "12:00"),
        ("12:15 p.m.", "12:15"), ("1:05PM", "13:05"), ("11:59 pm", "23:59"), ("00:30", "00:30"), ("", "12:00"),
    ],
)  # fmt: skip
def test_a_time_of_twelve_hours_is_read_as_clocks_show_it(as_operator, clock, read):
    """Midnight is 12 AM and noon is 12 PM; a day without a time is taken at noon."""
    item("Salt", unit="kg", skus=("SALT",))
    page = upload(as_operator, "movements", f"{HEADER}PO,PO-1,13/01/2026 {clock},Main,SALT,1\r\n")
    assert chosen(page)["dates"] == "dmy"
    imported(as_operator, page)
    assert Document.objects.get().posted_at == datetime.fromisoformat(f"2026-01-13T{read}:00+00:00")


def test_a_time_without_an_offset_is_of_the_time_zone_of_the_site(as_operator, settings):
    """In summer and in winter; a time with an offset is of its own."""
    settings.TIME_ZONE = "Europe/Vienna"
    item("Salt", unit="kg", skus=("SALT",))
    rows = "".join(
        f"PO,PO-{number},{at},Main,SALT,1\r\n"
        for number, at in enumerate(("2026-01-13 08:00", "2026-07-13 00:30", "2026-07-14", "2026-07-15T08:00:00+00:00"))
    )
    imported(as_operator, upload(as_operator, "movements", HEADER + rows))
    assert [at.isoformat() for at in Document.objects.order_by("id").values_list("posted_at", flat=True)] == [
        "2026-01-13T07:00:00+00:00",
        "2026-07-12T22:30:00+00:00",
        "2026-07-14T10:00:00+00:00",
        "2026-07-15T08:00:00+00:00",
    ]
    assert [str(day) for day in Document.objects.order_by("id").values_list("posted_on", flat=True)] == [
        "2026-01-13", "2026-07-13", "2026-07-14", "2026-07-15",
    ]  # fmt: skip


@pytest.mark.parametrize("clock", ["0:15 AM", "13:00 PM", "24:00", "12:60 AM", "12 AM"])
def test_a_time_that_no_clock_shows_is_refused(as_operator, clock):
    item("Salt", unit="kg", skus=("SALT",))
    page = upload(as_operator, "movements", f"{HEADER}PO,PO-1,13/01/2026 {clock},Main,SALT,1\r\n")
    refused = press(as_operator, page, "columns", **chosen(page))
    assert refused.sums == (0, 0, 0, 1)
    sentence = f"“13/01/2026 {clock}” has no time of day that can be read. Write it such as 15:30."
    assert sentence in refused.text


def test_a_file_whose_columns_are_to_be_chosen_can_be_removed_there(as_manager):
    page = upload(as_manager, "locations", "What\r\nShelf 1\r\n")
    assert page.address.endswith("/columns/")
    assert re.search(r'formaction="[^"]*/delete/"', page.html)
    removed = press(as_manager, page, "delete")
    assert "file.csv was removed. Nothing of it was imported." in removed.text
    assert not FileImport.objects.exists()


def test_one_column_of_a_file_is_guessed_for_one_of_ours(as_operator):
    """“Lot/Serial Number” could be either of two: the first takes it, and a person says where it is the other."""
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    item("Pump", "serial", skus=("PUMP",))
    page = upload(as_operator, "stock", "SKU,Location,Lot/Serial Number,Qty\r\nFLOUR,Main,L-1,5\r\n")
    assert {name: value for name, value in chosen(page).items() if value} == {
        "place-sku": "0", "place-location": "1", "place-batch_number": "2", "place-quantity": "3",
        "dates": "ymd", "decimals": "point",
    }  # fmt: skip
    imported(as_operator, page)
    units = upload(as_operator, "stock", "SKU,Location,Lot/Serial Number,Qty,Value\r\nPUMP,Main,000417,1,9\r\n")
    imported(as_operator, units, **{"place-batch_number": "", "place-serial_number": "2"})
    assert stock() == {("FLOUR", "Main", "L-1"): "5", ("PUMP", "Main", ""): "1"}
    assert serials() == {"000417": "Main"}


def test_signs_by_the_kind_hold_whatever_signs_a_file_has(as_operator):
    """What goes one way by its kind goes that way; what may go both ways is as the file says."""
    item("Salt", unit="kg", skus=("SALT",))
    rows = "".join(
        f"{kind},{number},2026-01-13 08:00,Main,SALT,{quantity}\r\n"
        for kind, number, quantity in (
            ("Purchase order", "PO-1", "50"), ("Purchase order", "PO-2", "+20"), ("Sales order", "SO-1", "-10"),
            ("Sales order", "SO-2", "4"), ("Purchase return", "SR-1", "−3"), ("Purchase return", "SR-2", "2"),
            ("Sales return", "RET-1", "1"), ("Stock adjustment", "SA-1", "-5"), ("Stock adjustment", "SA-2", "7"),
            ("Stock count", "ST-1", "-0.5"),
        )
    )  # fmt: skip
    imported(as_operator, upload(as_operator, "movements", HEADER + rows), signs="kind")
    lines = LedgerLine.objects.order_by("id").values_list("document__number", "quantity")
    assert [(number, f"{quantity.normalize():f}") for number, quantity in lines] == [
        ("PO-1", "50"), ("PO-2", "20"), ("SO-1", "-10"), ("SO-2", "-4"), ("SR-1", "-3"), ("SR-2", "-2"), ("RET-1", "1"),
        ("SA-1", "-5"), ("SA-2", "7"), ("ST-1", "-0.5"),
    ]  # fmt: skip
    assert stock() == {("SALT", "Main", ""): "53.5"}
