"""Documents written and posted by the buttons of their pages, without JavaScript."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from katana_trace.lib import days
from tests import build
from tests.build import item, line, location, post, serials, stock
from tests.sheet import Sheet
from tracking.models import Document, Draft, LedgerLine, Partner
from tracking.records.hold import hold


@pytest.fixture
def at_work(client, operator):
    client.force_login(operator)
    return client


@pytest.fixture
def bakery(db):
    """Flour and bread by batch, ovens by serial number, bags without tracking; two places."""
    item("Flour", "batch", unit="kg", skus=("FLOUR",), shelf_life_days=180, number_pattern="F{yy}{mm}{dd}-{n:02}")
    item("Bread", "batch", skus=("BREAD",), shelf_life_days=5)
    item("Oven", "serial", skus=("OVEN",), number_pattern="S{n:04}")
    item("Bag", skus=("BAG",))
    return location("Main"), location("Shop")


def lines_of(document: Document) -> list[tuple[str, str, str, str, str]]:
    rows = LedgerLine.objects.filter(document=document).select_related("variant", "location", "batch", "serial")
    return [
        (
            row.variant.sku,
            row.location.name,
            row.batch.number if row.batch else "",
            row.serial.number if row.serial else "",
            f"{row.quantity.normalize():f}",
        )
        for row in rows.order_by("pk")
    ]


def test_document_new_receipt_is_posted_with_a_suggested_batch_and_a_new_partner(at_work, operator, bakery):
    main, _ = bakery
    page = Sheet.new(at_work, "receipt").fill(sku_0="flour", quantity_0="25", partner="Northmill", location=main.pk)
    page = page.press("save")
    today = days.today()
    assert page.value("number-0-0") == f"F{today:%y%m%d}-01"
    assert page.value("expires-0-0") == (today + timedelta(days=180)).isoformat()
    assert [one.line.is_traced for one in page.page.lines] == [True]
    page = page.press("post")
    document = Document.objects.get()
    assert page.address == document.get_absolute_url()
    assert (document.number, document.partner.name, document.posted_by) == ("PO-000001", "Northmill", operator)
    assert lines_of(document) == [("FLOUR", "Main", f"F{today:%y%m%d}-01", "", "25")]
    assert build.batch(f"F{today:%y%m%d}-01").expires_on == today + timedelta(days=180)
    assert (Draft.objects.count(), build.broken()) == (0, {})


def test_document_new_post_is_refused_with_everything_that_is_missing(at_work, bakery):
    page = Sheet.new(at_work, "receipt").fill(sku_0="flour", quantity_0="12,5", partner="Northmill").press("add-in")
    page = page.fill(sku_1="nothing like it", quantity_1="1").press("post")
    assert page.status == 422
    assert page.said() == [
        "Choose the location.",
        "“12,5” is not a quantity. Write a plain number with a point, such as 12 or 0.25.",
        "No variant has the SKU, GTIN or name “nothing like it”. Look it up in the list of items.",
    ]
    assert (Document.objects.count(), Partner.objects.count(), Draft.objects.count()) == (0, 0, 1)
    assert (page.value("quantity-0"), page.value("sku-1"), page.value("partner")) == (
        "12,5",
        "nothing like it",
        "Northmill",
    )


def test_draft_edit_splits_a_line_over_several_batches(at_work, bakery):
    main, _ = bakery
    page = Sheet.new(at_work, "receipt").fill(sku_0="FLOUR", quantity_0="25", location=main.pk).press("save")
    page = page.fill(number_0_0="L1", quantity_0_0="10", expires_0_0="2031-01-01").press("save")
    assert page.page.lines[0].line.left == "15 of 25 kg"
    assert "Quantity to assign: 15 of 25 kg" in page.html
    refused = page.press("post")
    assert (refused.status, refused.said()) == (422, ["15 of 25 kg have no batch numbers yet. Give them."])
    refused.fill(number_0_1="L2", expires_0_1="2032-02-02").press("post")
    assert stock() == {("FLOUR", "Main", "L1"): "10", ("FLOUR", "Main", "L2"): "15"}


def test_draft_edit_says_that_a_batch_is_there_before_it_is_added_to(at_work, bakery):
    main, _ = bakery
    post("receipt", line("FLOUR", 5, batch="L1", expires="2031-01-01"))
    page = Sheet.new(at_work, "receipt").fill(sku_0="FLOUR", quantity_0="25", location=main.pk).press("save")
    refused = page.fill(number_0_0="l1", expires_0_0="").press("post")
    assert refused.said() == [
        "Batch L1 is there already, usable through 2031-01-01. Press Post once more to add to it, or give another number."
    ]
    assert "expires-0-0" not in [name for name, _ in refused.form.fields]
    refused.press("post")
    assert stock() == {("FLOUR", "Main", "L1"): "30"}


def test_draft_edit_shows_the_expiry_that_it_fills_in_before_it_is_posted(at_work, bakery):
    main, _ = bakery
    page = Sheet.new(at_work, "receipt").fill(sku_0="FLOUR", quantity_0="25", location=main.pk).press("post")
    assert page.said() == ["25 of 25 kg have no batch numbers yet. Give them."]
    today = days.today()
    keeps = (today + timedelta(days=180)).isoformat()
    assert (page.value("number-0-0"), page.value("expires-0-0")) == (f"F{today:%y%m%d}-01", keeps)
    page = page.fill(number_0_0="L1", expires_0_0="").press("save")
    assert page.value("expires-0-0") == ""
    page = page.fill(number_0_0="").press("save").fill(number_0_0="L2").press("post")
    assert page.said() == [
        "Batch L2 is new, and Flour keeps 180 days: the expiry was filled in. Look at it, and press Post once more."
    ]
    assert page.value("expires-0-0") == keeps
    page.press("post")
    assert build.batch("L2").expires_on.isoformat() == keeps


def test_draft_edit_refuses_the_reserved_name(at_work, bakery):
    main, _ = bakery
    page = Sheet.new(at_work, "receipt").fill(sku_0="FLOUR", quantity_0="25", location=main.pk).press("save")
    page = page.fill(number_0_0="Unbatched", expires_0_0="").press("post")
    assert page.said() == ["UNBATCHED is the name of stock without a batch. Give a batch number of your own."]


def test_draft_edit_suggests_first_expired_first_and_says_why(at_work, bakery, manager):
    main, _ = bakery
    today = days.today()
    for number, quantity, expires in (
        ("OLD", 50, today - timedelta(days=1)),
        ("LATE", 10, today + timedelta(days=9)),
        ("SOON", 4, today + timedelta(days=2)),
        ("HELD", 10, today + timedelta(days=1)),
        ("NEVER", 10, None),
    ):
        post("receipt", line("BREAD", quantity, batch=number, expires=expires.isoformat() if expires else None))

    hold(records=[build.batch("HELD")], by=manager, reason="Lab")
    page = Sheet.new(at_work, "shipment").fill(sku_0="BREAD", quantity_0="20", location=main.pk).press("save")
    rows = page.page.lines[0].rows
    assert [(row.number, row.placeholder, row.unusable.split(",")[0], row.is_first) for row in rows] == [
        ("OLD", "", "expired", False),
        ("HELD", "", "is on hold", False),
        ("SOON", "4", "", True),
        ("LATE", "10", "", False),
        ("NEVER", "6", "", False),
        ("", "", "", False),
    ]
    page = page.press("fill")
    taken = {row.number: (row.quantity, row.why) for row in page.page.lines[0].rows if row.quantity}
    assert taken == {
        "SOON": ("4", "Expires first"),
        "LATE": ("10", "Expires next"),
        "NEVER": ("6", "Has no expiry date, oldest first"),
    }
    late = next(row.end for row in page.page.lines[0].rows if row.number == "LATE")
    never = next(row.end for row in page.page.lines[0].rows if row.number == "NEVER")
    page.fill(**{f"quantity-{late}": "6", f"quantity-{never}": "10"}).press("post")
    assert stock()["BREAD", "Main", "LATE"] == "4"
    assert ("BREAD", "Main", "NEVER") not in stock()
    assert build.broken() == {}


def test_draft_edit_suggestion_says_what_stays_open(at_work, bakery):
    main, _ = bakery
    yesterday = (days.today() - timedelta(days=1)).isoformat()
    post("receipt", line("BREAD", 5, batch="OLD", expires=yesterday), line("BREAD", 3, batch="NEW"))
    page = Sheet.new(at_work, "shipment").fill(sku_0="BREAD", quantity_0="20", location=main.pk).press("save")
    said = page.press("fill").html
    assert "17 pcs of BREAD stay open: no more that is usable is at Main." in said
    assert f"Passed over: OLD expired {yesterday}." in said


def test_draft_edit_suggestion_names_where_else_there_is_some(at_work, bakery, manager):
    main, _ = bakery
    yesterday = (days.today() - timedelta(days=1)).isoformat()
    post("receipt", *[line("BREAD", 2, batch="NEW", at=place) for place in ("Main", "Cellar", "Shop")])
    post(
        "receipt",
        line("BREAD", 1500, batch="LATE", at="Shop"),
        line("BREAD", 4, batch="OLD", expires=yesterday, at="Attic"),
    )
    post("receipt", line("BREAD", 3, batch="HELD", at="Dock"), line("OVEN", 1, serial="A1"), line("OVEN", 2, at="Dock"))
    post("receipt", *[line("OVEN", 1, serial=serial, at="Shop") for serial in ("A2", "A3", "A4")])
    hold(records=[build.batch("HELD"), build.serial("A4")], by=manager, reason="Laboratory")
    page = Sheet.new(at_work, "shipment").fill(sku_0="BREAD", quantity_0="2000", location=main.pk).press("add-out")
    page = page.fill(sku_1="OVEN", quantity_1="4").press("fill")
    assert [str(message) for message in page.response.context["messages"]] == [
        "1,998 pcs of BREAD stay open: no more that is usable is at Main. Shop has 1,502 pcs. Cellar has 2 pcs.",
        "3 pcs of OVEN stay open: Main has no more numbers that may be taken. Shop has 2 pcs.",
    ]


def test_draft_edit_keeps_good_serial_numbers_when_one_is_bad(at_work, bakery):
    main, _ = bakery
    post("receipt", line("OVEN", 1, serial="A1", at="Shop"))
    page = Sheet.new(at_work, "receipt").fill(sku_0="OVEN", quantity_0="6", location=main.pk).press("save")
    page = page.fill(scan_0="B1\nB2\tB2\nA1\n", range_0="C08-C10").press("serials-0")
    assert (page.status, page.value("scan-0")) == (422, "B2\nA1")
    assert [(number.number, number.state) for number in page.page.lines[0].refused] == [
        ("B2", "double"),
        ("A1", "elsewhere"),
    ]
    assert page.page.lines[0].line.content.serials == ("B1", "B2", "C08", "C09", "C10")
    page = page.press("drop-0:C10").fill(scan_0="").press("generate-0")
    assert page.page.lines[0].line.content.serials == ("B1", "B2", "C08", "C09", "S0001", "S0002")
    page.press("post")
    assert serials() == {"A1": "Shop", **dict.fromkeys(["B1", "B2", "C08", "C09", "S0001", "S0002"], "Main")}


def test_draft_edit_receipt_may_leave_units_unnumbered_and_says_how_many(at_work, bakery):
    main, _ = bakery
    page = Sheet.new(at_work, "receipt").fill(sku_0="OVEN", quantity_0="3", location=main.pk).press("save")
    page = page.fill(scan_0="A1").press("serials-0")
    assert "Quantity to assign: 2 of 3 pcs" in page.html
    said = page.press("post").html
    assert "2 pcs of OVEN came in without a serial number." in said
    assert lines_of(Document.objects.get()) == [("OVEN", "Main", "", "A1", "1"), ("OVEN", "Main", "", "", "2")]


def test_draft_edit_shipment_needs_its_serial_numbers(at_work, bakery):
    main, _ = bakery
    post("receipt", line("OVEN", 1, serial="A1"), line("OVEN", 1, serial="A2"), line("OVEN", 1))
    page = Sheet.new(at_work, "shipment").fill(sku_0="OVEN", quantity_0="2", location=main.pk).press("save")
    refused = page.press("post")
    assert refused.said() == ["2 of 2 pcs have no serial numbers yet. Give them."]
    refused.press("fill").press("post")
    assert serials() == {"A1": "", "A2": ""}


def test_draft_edit_transfer_and_adjustment_and_supplier_return(at_work, bakery):
    main, shop = bakery
    post("receipt", line("FLOUR", 10, batch="L1"), line("BAG", 100), line("OVEN", 1, serial="A1"))
    page = Sheet.new(at_work, "transfer").fill(sku_0="BAG", quantity_0="30", location=main.pk, to_location=shop.pk)
    page = page.press("add-move").fill(sku_1="FLOUR", quantity_1="4").press("fill").press("add-move")
    page.fill(sku_2="OVEN", quantity_2="1").press("fill").press("post")
    assert stock() == {
        ("BAG", "Main", ""): "70",
        ("BAG", "Shop", ""): "30",
        ("FLOUR", "Main", "L1"): "6",
        ("FLOUR", "Shop", "L1"): "4",
        ("OVEN", "Shop", ""): "1",
    }
    page = Sheet.new(at_work, "adjustment").fill(sku_0="FLOUR", quantity_0="6", location=main.pk).press("fill")
    page = page.fill(sku_1="FLOUR", quantity_1="6").press("save").fill(number_1_0="L2", expires_1_0="").press("post")
    assert stock()["FLOUR", "Main", "L2"] == "6"
    page = Sheet.new(at_work, "supplier_return").fill(sku_0="FLOUR", quantity_0="2", location=main.pk).press("fill")
    page.press("post")
    assert stock()["FLOUR", "Main", "L2"] == "4"
    assert [document.number for document in Document.objects.order_by("pk")][1:] == [
        "ST-000001",
        "SA-000001",
        "SUP-000001",
    ]
    assert build.broken() == {}


def test_draft_edit_production_with_recipe_fills_its_ingredients_once(at_work, bakery):
    from items.models import Variant
    from items.recipes import Ingredient, save_recipe

    main, _ = bakery
    flour, bread, bag = (Variant.objects.get(sku=sku) for sku in ("FLOUR", "BREAD", "BAG"))
    save_recipe(
        variant=bread, quantity=10_000_000, lines=[Ingredient(flour, 6_000_000), Ingredient(bag, 10_000_000)], by=None
    )
    post("receipt", line("FLOUR", 15, batch="L1"), line("FLOUR", 15, batch="L2"), line("BAG", 100))
    page = Sheet.new(at_work, "production", sku="BREAD", quantity="30").fill(location=main.pk)
    assert [page.value(f"sku-{n}") + " " + page.value(f"quantity-{n}") for n in range(3)] == [
        "BREAD 30",
        "FLOUR 18",
        "BAG 30",
    ]
    page = page.fill(number_0_0="B1", quantity_2="31").press("fill")
    page = page.press("post")
    assert lines_of(Document.objects.get(kind="production")) == [
        ("BAG", "Main", "", "", "-31"),
        ("FLOUR", "Main", "L1", "", "-15"),
        ("FLOUR", "Main", "L2", "", "-3"),
        ("BREAD", "Main", "B1", "", "30"),
    ]
    again = (
        Sheet.new(at_work, "production", sku="BREAD", quantity="30").press("remove-2").press("remove-1").press("save")
    )
    assert [one.content.sku for one in again.page.lines if one.content.sku] == ["BREAD"]


def test_draft_edit_stocktake_posts_the_difference_of_now_and_warns_when_the_books_moved(at_work, bakery):
    main, _ = bakery
    post("receipt", line("BAG", 100), line("FLOUR", 10, batch="L1"), line("FLOUR", 5, batch="L2"))
    page = Sheet.new(at_work, "stocktake").fill(location=main.pk).press("books")
    assert [one.content.sku for one in page.page.lines] == ["BAG", "FLOUR"]
    page = page.fill(quantity_0="98", quantity_1_0="9").press("save")
    post("shipment", line("BAG", -10))
    page = page.press("post")
    assert page.said() == [
        "The books had 100 pcs when this was counted, they have 90 pcs now. Count again, or press Post once more to post "
        "against the books of now."
    ]
    page.press("post")
    assert lines_of(Document.objects.get(kind="stocktake")) == [
        ("FLOUR", "Main", "L1", "", "-1"),
        ("BAG", "Main", "", "", "8"),
    ]
    assert stock() == {("BAG", "Main", ""): "98", ("FLOUR", "Main", "L1"): "9", ("FLOUR", "Main", "L2"): "5"}


def test_draft_edit_stocktake_of_serial_numbers(at_work, bakery):
    main, _ = bakery
    post("receipt", *[line("OVEN", 1, serial=number) for number in ("A1", "A2", "A3")], line("OVEN", 2))
    post("receipt", line("OVEN", 1, serial="B1", at="Shop"))
    page = Sheet.new(at_work, "stocktake").fill(sku_0="OVEN", quantity_0="4", location=main.pk).press("save")
    page = page.fill(scan_0="A1\nA3\nNEW\nB1").press("serials-0")
    assert [number.fault for number in page.page.lines[0].refused] == [
        "Serial number B1 of OVEN is in stock already, at Shop. Check the number, or transfer it."
    ]
    page.fill(scan_0="").press("post")
    assert serials() == {"A1": "Main", "A2": "", "A3": "Main", "B1": "Shop", "NEW": "Main"}
    assert stock()["OVEN", "Main", ""] == "4"
    assert build.broken() == {}


def test_draft_edit_survives_a_switch_and_is_checked_at_posting(at_work, bakery, manager):
    main, _ = bakery
    page = Sheet.new(at_work, "receipt").fill(sku_0="FLOUR", quantity_0="25", location=main.pk).press("save")
    page = page.fill(number_0_0="L1", expires_0_0="2031-01-01").press("save")
    flour = build.Item.objects.get(key="flour")
    build.switch_off(flour, manager)
    page = Sheet.of(at_work, Draft.objects.get()).press("post")
    assert page.said() == [
        "Flour has No tracking now, and 1 number typed before do not fit that. Remove them, or switch tracking back."
    ]
    build.switch_on(build.Item.objects.get(pk=flour.pk), "batch", manager)
    Sheet.of(at_work, Draft.objects.get()).press("post")
    assert stock() == {("FLOUR", "Main", "L1"): "25"}


def test_draft_edit_typed_number_is_used_and_must_be_free(at_work, bakery):
    main, _ = bakery
    page = Sheet.new(at_work, "receipt").fill(sku_0="BAG", quantity_0="5", location=main.pk, number="R-7").press("post")
    assert Document.objects.get().number == "R-7"
    page = Sheet.new(at_work, "receipt").fill(sku_0="BAG", quantity_0="6", location=main.pk, number="r-7").press("post")
    assert page.said() == [
        "Receipt r-7 was posted already. Choose another number, or leave it empty to get the next one."
    ]


def test_draft_edit_back_dated_and_too_far_ahead(at_work, bakery):
    main, _ = bakery
    page = (
        Sheet.new(at_work, "receipt")
        .fill(sku_0="BAG", quantity_0="5", location=main.pk, day="2026-01-31")
        .press("post")
    )
    assert Document.objects.get().posted_on.isoformat() == "2026-01-31"
    ahead = (days.today() + timedelta(days=2)).isoformat()
    page = Sheet.new(at_work, "receipt").fill(sku_0="BAG", quantity_0="5", location=main.pk, day=ahead).press("post")
    assert page.said() == [f"{ahead} is more than a day ahead; today is {days.today().isoformat()}. Check the date."]
    tomorrow = (days.today() + timedelta(days=1)).isoformat()
    page.fill(day=tomorrow).press("post")
    assert Document.objects.latest("pk").posted_on.isoformat() == tomorrow


def test_draft_edit_second_saver_is_told_and_loses_nothing(at_work, bakery, manager, client):
    main, _ = bakery
    mine = Sheet.new(at_work, "receipt").fill(sku_0="BAG", quantity_0="5", location=main.pk).press("save")
    other = type(client)()
    other.force_login(manager)
    Sheet.of(other, Draft.objects.get()).fill(quantity_0="7").press("save")
    told = mine.fill(quantity_0="6").press("save")
    assert (told.status, told.value("quantity-0")) == (422, "6")
    assert told.page.errors["revision"].startswith("manager saved this draft after you opened it.")
    assert Draft.objects.get().lines.get().quantity == "7"
    told.press("save")
    assert Draft.objects.get().lines.get().quantity == "6"


def test_draft_edit_posted_by_somebody_else_is_told(at_work, bakery, manager, client):
    main, _ = bakery
    mine = Sheet.new(at_work, "receipt").fill(sku_0="BAG", quantity_0="5", location=main.pk).press("save")
    other = type(client)()
    other.force_login(manager)
    theirs = Sheet.of(other, Draft.objects.get())
    mine.press("post")
    told = theirs.press("post")
    assert "operator posted this draft already, as PO-000001. It was not posted a second time." in told.html
    assert Document.objects.count() == 1
    double = mine.send("post")
    assert "PO-000001 was posted." in double.html
    assert Document.objects.count() == 1


def test_document_new_double_click_posts_once(at_work, bakery):
    main, _ = bakery
    page = Sheet.new(at_work, "receipt").fill(sku_0="BAG", quantity_0="5", location=main.pk)
    first, second = page.send("post"), page.send("post")
    assert first.address == second.address == Document.objects.get().get_absolute_url()
    assert (stock(), Draft.objects.count()) == ({("BAG", "Main", ""): "5"}, 0)


def test_draft_edit_last_piece_is_refused_with_what_is_left(at_work, bakery):
    main, _ = bakery
    post("receipt", line("BAG", 1))
    page = Sheet.new(at_work, "shipment").fill(sku_0="BAG", quantity_0="1", location=main.pk).press("save")
    post("shipment", line("BAG", -1))
    assert page.press("post").said() == [
        "Main has 0 pcs of BAG left for this line, and 1 are asked. Take less, or choose another location."
    ]


def test_draft_edit_what_is_short_is_told_with_where_it_is(at_work, bakery):
    main, _ = bakery
    post("receipt", line("BAG", 5), line("BAG", 1200, at="Shop"), line("BAG", 30, at="Cellar"))
    post("receipt", line("BREAD", 2, batch="B1"), line("BREAD", 3, batch="B1", at="Shop"), line("BREAD", 9, batch="B2"))
    page = Sheet.new(at_work, "shipment").fill(sku_0="BAG", quantity_0="7", location=main.pk).press("add-out")
    page = page.fill(sku_1="BREAD", quantity_1="4").press("save")
    page = page.fill(
        **{next(name for name, value in page.form.fields if value == "B1").replace("pick", "quantity"): "4"}
    )
    assert page.press("post").said() == [
        "Main has 5 pcs of BAG left for this line, and 7 are asked. Shop has 1,200 pcs. Cellar has 30 pcs. "
        "Take less, or choose another location.",
        "Main has 2 pcs of B1 left for this line. Shop has 3 pcs. Take less, or choose another batch.",
    ]


def test_draft_edit_one_text_may_mean_several(at_work, bakery):
    main, _ = bakery
    item("Rye bread", skus=("RYE-400", "RYE-800"))
    page = Sheet.new(at_work, "receipt").fill(sku_0="rye", quantity_0="5", location=main.pk).press("save")
    choices = [button for button in page.form.buttons if button.startswith("choose-0:")]
    assert len(choices) == 2
    page = page.press(choices[1])
    assert page.value("sku-0") == "RYE-800"


def test_draft_delete_asks_first(at_work, bakery):
    Sheet.new(at_work, "receipt").fill(sku_0="BAG", quantity_0="5").press("save")
    address = Draft.objects.get().get_absolute_url() + "delete/"
    assert "What was typed is gone afterwards." in at_work.get(address).content.decode()
    assert Draft.objects.count() == 1
    at_work.post(address)
    assert (Draft.objects.count(), Document.objects.count()) == (0, 0)


def test_draft_edit_is_for_operators(client, viewer, bakery):
    client.force_login(viewer)
    assert client.get("/documents/new/receipt/").status_code == 403
    assert client.post("/documents/new/receipt/", {"do": "post"}).status_code == 403
    assert client.get("/documents/new/tracking_on/").status_code == 403


def test_document_new_of_an_unknown_kind(at_work):
    assert [at_work.get(f"/documents/new/{kind}/").status_code for kind in ("tracking_on", "nothing")] == [404, 404]


@pytest.mark.parametrize(
    ("kind", "queries"), [("receipt", 15), ("shipment", 16), ("transfer", 15), ("stocktake", 15), ("adjustment", 15)]
)
def test_draft_edit_costs_the_same_for_1_and_for_50_lines(kind, queries, at_work, bakery, django_assert_num_queries):
    main, shop = bakery
    for n in range(50):
        item(f"Grain {n}", "batch", unit="kg", skus=(f"G{n}",))
        post("receipt", line(f"G{n}", 5, batch=f"L{n}"))
    for count in (1, 50):
        draft = draft_of(kind, main, shop, [(f"G{n}", f"L{n}") for n in range(count)])
        with django_assert_num_queries(queries):
            assert at_work.get(draft.get_absolute_url()).status_code == 200


def draft_of(kind: str, place, to, goods: list[tuple[str, str]]) -> Draft:
    from katana_trace.lib.identity import new_uuid
    from tracking.drafts.content import BatchContent, DraftContent, LineContent
    from tracking.drafts.layout import LAYOUTS
    from tracking.drafts.save import save_draft

    section = LAYOUTS[kind].sections[0].section
    token = new_uuid()
    content = DraftContent(
        kind=kind,
        location=place.pk,
        to_location=to.pk if kind == "transfer" else None,
        lines=tuple(
            LineContent(
                section,
                sku=sku,
                quantity="" if section == "count" else "1",
                batches=(BatchContent(batch, quantity="1"),),
            )
            for sku, batch in goods
        ),
    )
    save_draft(token=token, content=content, revision=0, by=None)
    return Draft.objects.get(pk=token)


def test_draft_edit_posts_10_000_serial_numbers(at_work, bakery):
    main, _ = bakery
    numbers = [f"S{n:05}" for n in range(10_000)]
    page = Sheet.new(at_work, "receipt").fill(sku_0="OVEN", quantity_0="10000", location=main.pk).press("save")
    page = page.fill(scan_0="\n".join(numbers)).press("serials-0")
    assert page.page.lines[0].line.is_traced
    assert len(page.response.content) < 50_000
    listed = at_work.get(f"{page.address}lines/{Draft.objects.get().lines.get().pk}/")
    assert (len(listed.content) < 200_000, len(listed.context["numbers"]), listed.context["next"]) == (True, 200, 200)
    with CaptureQueriesContext(connection) as queries:
        answer = at_work.post(page.form.action, page.data("post"))
    document = Document.objects.get()
    assert (answer["Location"], document.lines.count()) == (document.get_absolute_url(), 10_000)
    assert len(queries) <= 40
    assert len(at_work.get(document.get_absolute_url()).content) < 200_000
    assert build.broken() == {}
