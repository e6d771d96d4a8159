"""The records for a 21 CFR 1.1455 request: what each document is an event of, and what is asked for and missing."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from tests import build
from tests.build import line, post
from tests.fsma_story import ALL, GTIN, MAIN, MILL, on, row, sheet, tell_business, tell_story, whole
from tracking.fsma.asked import read_asked
from tracking.fsma.missing import Missing
from tracking.fsma.sheet import preview_of, read_records
from tracking.models import Location, Partner, Workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def business(db) -> None:
    tell_business()


@pytest.fixture
def story(manager) -> SimpleNamespace:
    return tell_story(manager)


def of(docs: SimpleNamespace, *names: str, sku: str = "") -> list[list[str]]:
    """The rows of some of the documents, of one SKU or of all."""
    ids = {getattr(docs, name).pk for name in names}
    return [one for one in whole(docs) if int(one[1][1:]) in ids and sku in ("", one[6])]


def gaps(**asked) -> list[tuple[str, str, str, int]]:
    return [
        (gap.what, gap.name, gap.lacks.partition(":")[0], gap.rows)
        for gap in preview_of(read_asked(**asked), size=0).gaps
    ]


def test_fsma_sheet_of_a_period_has_one_row_per_event_and_lot(story):
    assert sheet(**ALL) == whole(story)


def test_fsma_sheet_of_days_is_cut_at_both_ends_included(story):
    days = {"since": date(2025, 1, 7), "until": date(2025, 1, 9)}
    assert sheet(**days) == of(story, "production", "shipment", "to_shop")
    assert sheet(until=date(2025, 1, 6)) == of(story, "receipt")
    assert sheet(since=date(2025, 2, 1)) == []


def test_fsma_sheet_of_a_batch_has_its_own_events_and_whole_transformations(story):
    made_and_sold = of(story, "production", "shipment", "to_shop", "back")
    assert sheet(lot="bread  b1") == made_and_sold
    flour = of(story, "receipt", sku="FLOUR") + of(story, "production", "torn", "relabelled")
    assert sheet(lot="L1") == flour
    assert sheet(lot="NM-77") == flour
    assert sheet(lot="L2") == of(story, "relabelled")


def test_fsma_sheet_with_the_chain_has_what_it_was_made_from_and_into(story):
    chain = sheet(lot="B1", with_chain=True)
    ids = ("receipt", "production", "shipment", "to_shop", "back", "torn", "relabelled")
    assert chain == [one for one in of(story, *ids) if one[6] != "SALT" or one[3] == "used"]
    assert read_asked(lot="B1", with_chain=True).lot_count == 2


def test_fsma_sheet_of_a_product_has_its_rows_and_whole_productions(story):
    salt = of(story, "receipt", sku="SALT") + of(story, "production")
    assert sheet(item="salt") == salt
    assert sheet(item="SALT", until=date(2025, 1, 6)) == of(story, "receipt", sku="SALT")
    bread = of(story, "production", "shipment", "to_shop", "back")
    assert sheet(item="Bread") == sheet(item="bread") == sheet(item=GTIN) == sheet(item=f"0{GTIN}") == bread
    assert sheet(item="Bread", lot="B1", since=date(2025, 1, 9)) == of(story, "to_shop", "back")
    assert sheet(item="Flour", lot="B1", with_chain=True) == sheet(lot="L1")


@pytest.mark.parametrize(
    ("asked", "field", "sentence"),
    [
        (
            {"lot": "nope"},
            "lot",
            "“nope” is no batch, serial number or supplier's batch number. Write the number, ",
        ),
        (
            {"lot": "\x00"},
            "lot",
            "“\\u0000” is no batch, serial number or supplier's batch number. Write the number, ",
        ),
        (
            {"item": "Fl"},
            "item",
            "“Fl” is no item, SKU or GTIN. Perhaps it is Flour (FLOUR). Write the whole name or SKU.",
        ),
        ({"item": "\x00"}, "item", "“\\u0000” is no item, SKU or GTIN. Write the whole name or SKU."),
        ({"lot": "L1", "item": "Bread"}, "item", "L1 is of Flour, not of Bread. Leave one of them out."),
        (
            {"item": "Bread", "with_chain": True},
            "with_chain",
            "What a lot was made from and into is found from one batch",
        ),
    ],
)
def test_fsma_sheet_refuses_what_it_cannot_find(story, asked, field, sentence):
    with pytest.raises(build.Refusal) as caught:
        read_asked(**asked)
    assert caught.value.sentence.startswith(sentence)
    assert caught.value.field == field


def test_fsma_sheet_takes_every_lot_of_a_number(story):
    """A lot code alone does not say of which product."""
    docs = post("receipt", line("BREAD", 1, batch="l1"), partner="Northmill", at=on(20))
    assert [one.sku for one in read_asked(lot="L1").named] == ["BREAD", "FLOUR"]
    assert sheet(lot="L1")[-1] == row("R", docs, "received", "l1", "BREAD", "1", MILL, MILL, MAIN)
    assert sheet(lot="BREAD L1") == sheet(lot="L1")[-1:]


def test_fsma_gaps_name_what_the_rows_lack(story):
    assert gaps(**ALL) == [
        ("Partner", "Café Rot", "Phone", 3),
        ("Item", "Salt", "Lot code", 2),
        ("Batch", "FLOUR L3", "Lot code source", 1),
        ("Batch", "FLOUR L4", "Lot code source", 1),
        ("Document", story.nobody.number, "From", 1),
    ]
    assert gaps(lot="L1") == [("Item", "Salt", "Lot code", 1)]
    assert gaps(lot="L1", since=date(2025, 1, 8)) == []


def test_fsma_gaps_of_a_business_that_gave_nothing_name_it_and_its_places(story):
    Workspace.objects.all().delete()
    found = gaps(**ALL)
    assert found[:4] == [
        ("Business", "Ours", "Business name", 16),
        ("Location", "Cellar", "Address and phone", 2),
        ("Location", "Main", "Address and phone", 16),
        ("Location", "Shop", "Phone", 3),
    ]
    # Nothing says that the cellar is in the same building, so the move there is an event now.
    moved = [one for one in sheet(**ALL) if one[1][1:] == str(story.to_cellar.pk)]
    assert [(one[0], one[9], one[14:17], one[17:20]) for one in moved] == [
        ("shipping", "9", ["Main", "", ""], ["Cellar", "", ""]),
        ("receiving", "9", ["Main", "", ""], ["Cellar", "", ""]),
    ]
    Location.objects.filter(name__in=["Main", "Cellar"]).update(address="Mill Lane 1")
    assert [one for one in sheet(**ALL) if one[1][1:] == str(story.to_cellar.pk)] == []


@pytest.mark.parametrize("asked", [ALL, {"item": "Flour"}, {"lot": "L9"}])
def test_fsma_records_posted_late_stand_at_their_day(business, asked):
    for day in (8, 6, 7):
        post("receipt", line("FLOUR", day, batch="L9"), partner="Northmill", at=on(day))
    assert [one[9] for one in sheet(**asked)] == ["6", "7", "8"]


def test_fsma_transfer_between_many_places_pairs_what_left_with_what_arrived(business):
    for name in ("One", "Two", "Three"):
        Location.objects.create(name=name, address=name)
    post("receipt", line("SALT", 10, at="One"), line("SALT", 5, at="Two"), at=on(6))
    moved = post(
        "transfer",
        line("SALT", -10, at="One"),
        line("SALT", -2, at="Two"),
        line("SALT", 7, at="Three"),
        line("SALT", 5, at="Main"),
        at=on(7),
    )
    rows = [(one[0], one[9], one[14], one[17]) for one in sheet(**ALL) if one[1][1:] == str(moved.pk)]
    assert rows == [
        (event, quantity, f"Blau Bakery, {sender}", f"Blau Bakery, {recipient}")
        for event in ("shipping", "receiving")
        for quantity, sender, recipient in (("5", "One", "Main"), ("5", "One", "Three"), ("2", "Two", "Three"))
    ]


def test_fsma_sheet_of_serial_numbers_has_a_row_for_each(business):
    build.item("Oven", "serial", skus=("OVEN",))
    made = post("production", line("OVEN", 2), *[line("OVEN", 1, serial=number) for number in ("A2", "A1")], at=on(6))
    sold = post("shipment", line("OVEN", -1, serial="A1"), partner="Café Rot", at=on(7))
    named = post("adjustment", line("OVEN", -1), line("OVEN", 1, serial="A3"), at=on(8))
    rows = [(one[1], one[3], one[4], one[9], one[11]) for one in sheet(**ALL)]
    assert rows == [
        (f"T{made.pk}", "made", "", "2", ""),
        (f"T{made.pk}", "made", "A1", "1", MAIN[0]),
        (f"T{made.pk}", "made", "A2", "1", MAIN[0]),
        (f"S{sold.pk}", "shipped", "A1", "1", MAIN[0]),
        (f"T{named.pk}", "used", "", "1", ""),
        (f"T{named.pk}", "made", "A3", "1", MAIN[0]),
    ]
    assert [one[0] for one in sheet(lot="OVEN A1")] == ["transformation"] * 3 + ["shipping"]
    assert gaps(lot="A1") == [("Partner", "Café Rot", "Phone", 1), ("Item", "Oven", "Lot code", 1)]


def test_fsma_gaps_tell_unbatched_from_untracked_and_from_switched_off(business, manager):
    salt = build.location("Main")
    post("receipt", line("SALT", 10), partner="Northmill", at=on(6))
    build.switch_on(build.Item.objects.get(key="salt"), "batch", manager)
    post("shipment", line("SALT", -1, batch="UNBATCHED"), partner="Northmill", at=on(7))
    post("receipt", line("FLOUR", 5, batch="F1"), partner="Northmill", at=on(8))
    build.switch_off(build.Item.objects.get(key="flour"), manager)
    found = {(gap.name, gap.lacks): (gap.rows, gap.address) for gap in preview_of(read_asked(**ALL), size=0).gaps}
    flour, salt = (build.Item.objects.get(key=key).pk for key in ("flour", "salt"))
    today = build.now().date().isoformat()
    assert found == {
        ("Flour", f"Lot code: tracking was switched off on {today}. Restore its archive to follow"): (
            1,
            f"/items/{flour}/",
        ),
        ("Salt", "Lot code: this moved before it had a number. Give numbers to what is left of it"): (
            1,
            f"/items/{salt}/assign/",
        ),
        ("Salt", "Lot code: this went through UNBATCHED. Give batch numbers to what is left of it"): (
            1,
            f"/items/{salt}/assign/",
        ),
    }


def test_fsma_source_of_a_lot_passes_a_reversed_receipt_by(business, manager):
    """A receipt that never was has given no code."""
    wrong = post("receipt", line("FLOUR", 5, batch="F1"), partner="Café Rot", at=on(6))
    build.reverse(wrong, by=manager)
    post("receipt", line("FLOUR", 5, batch="F1"), partner="Northmill", at=on(7))
    assert [one[11] for one in sheet(**ALL)] == ["Northmill"]


def test_fsma_records_are_read_in_chunks(story, monkeypatch):
    """The same rows, whatever the size of a chunk."""
    rows = [len(list(read_records(asked, Missing()))) for asked in (read_asked(**ALL), read_asked(item="Flour"))]
    monkeypatch.setattr("tracking.fsma.reading.CHUNK", 2)
    assert sheet(**ALL) == whole(story)
    assert rows == [14, len(sheet(item="Flour"))]


@pytest.mark.parametrize("asked", [ALL, {"item": "Flour"}, {"lot": "L1"}])
def test_fsma_records_cost_the_same_queries_for_few_and_many(business, asked, django_assert_num_queries):
    def receive(count: int) -> None:
        for number in range(count):
            partner = Partner.objects.create(name=f"Mill {Partner.objects.count()}").name
            post(
                "receipt",
                line("FLOUR", 2, batch="L1"),
                line("FLOUR", 1, batch=f"F{Partner.objects.count()}"),
                partner=partner,
                at=on(6 + number % 9),
            )

    receive(1)
    found = read_asked(**asked)
    # Business, documents, lines, batches, their first lines, what these are of, partners, locations, products.
    with django_assert_num_queries(9):
        assert preview_of(found, size=50).rows == (1 if "lot" in asked else 2)
    receive(49)
    with django_assert_num_queries(9):
        assert preview_of(found, size=50).rows == (50 if "lot" in asked else 100)
