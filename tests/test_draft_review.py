"""What an adversarial reading of the pages of drafts found: nothing typed is lost, and nothing is posted that nobody saw."""

from __future__ import annotations

import pytest
from django.test import Client

from items.models import Variant
from items.recipes import Ingredient, save_recipe
from katana_trace.lib import days
from katana_trace.lib.identity import new_uuid
from tests import build
from tests.build import item, line, location, post, serials, stock
from tests.sheet import Sheet
from tracking.models import Document, Draft, Partner
from tracking.records.places import archive_partner


@pytest.fixture
def at_work(client, operator):
    client.force_login(operator)
    return client


@pytest.fixture
def other(manager):
    client = Client()
    client.force_login(manager)
    return client


@pytest.fixture
def main(db):
    """Flour by batch, ovens by serial number, bags without tracking."""
    item("Flour", "batch", unit="kg", skus=("FLOUR",), shelf_life_days=180, number_pattern="F{yy}{mm}{dd}-{n:02}")
    item("Bread", "batch", skus=("BREAD",))
    item("Oven", "serial", skus=("OVEN",))
    item("Bag", skus=("BAG",))
    return location("Main")


def begun(client: Client, kind: str, sku: str, quantity: str, place, **more) -> Sheet:
    """A document with one line, saved."""
    return Sheet.new(client, kind).fill(sku_0=sku, quantity_0=quantity, location=place.pk, **more).press("save")


# -- a stocktake ---------------------------------------------------------------------------------------------------------


def test_draft_edit_stocktake_counts_a_variant_at_a_place_once(at_work, main):
    post("receipt", line("BAG", 100))
    page = begun(at_work, "stocktake", "BAG", "60", main).press("add-count").fill(sku_1="bag", quantity_1="40")
    refused = page.press("post")
    assert refused.said() == ["BAG is counted at Main in a line above already. Give all of it in one line."]
    assert stock() == {("BAG", "Main", ""): "100"}


def test_draft_edit_stocktake_counts_serial_numbers_of_a_place_in_one_line(at_work, main):
    post("receipt", line("OVEN", 1, serial="A1"), line("OVEN", 1, serial="A2"))
    page = begun(at_work, "stocktake", "OVEN", "1", main).fill(scan_0="A1").press("serials-0").press("add-count")
    page = page.fill(sku_1="OVEN", quantity_1="1").press("save").fill(scan_1="A2").press("serials-1").press("post")
    assert page.said() == ["OVEN is counted at Main in a line above already. Give all of it in one line."]
    assert serials() == {"A1": "Main", "A2": "Main"}


def test_draft_edit_stocktake_counts_a_batch_at_a_place_once(at_work, main):
    post("receipt", line("BREAD", 10, batch="L1"), line("BREAD", 5, batch="L2"))
    page = begun(at_work, "stocktake", "BREAD", "", main).fill(quantity_0_0="6").press("add-count")
    page = page.fill(sku_1="BREAD").press("save").fill(quantity_1_0="4", quantity_1_1="5").press("post")
    assert page.said() == ["Batch L1 is counted at Main in a line above already. Give all of it in one row."]
    assert stock() == {("BREAD", "Main", "L1"): "10", ("BREAD", "Main", "L2"): "5"}


def test_draft_edit_stocktake_keeps_what_the_books_had_when_the_count_was_saved(at_work, main):
    post("receipt", line("BAG", 100), line("BREAD", 10, batch="L1"), line("BREAD", 10, batch="L2"))
    page = begun(at_work, "stocktake", "BAG", "98", main).press("add-count").fill(sku_1="BREAD").press("save")
    page.fill(number_1_2="L1", quantity_1_2="9").press("save")
    post("shipment", line("BAG", -10), line("BREAD", -1, batch="L1"))
    page = Sheet.of(at_work, Draft.objects.get()).press("post")
    assert [sentence[:57] for sentence in page.said()] == [
        "The books had 100 pcs when this was counted, they have 90",
        "The books had 10 pcs when this was counted, they have 9 p",
    ]
    assert Document.objects.filter(kind="stocktake").count() == 0


def test_draft_edit_stocktake_warns_beside_another_fault(at_work, main):
    post("receipt", line("OVEN", 1, serial="A1"), line("OVEN", 3))
    page = begun(at_work, "stocktake", "OVEN", "2", main).fill(scan_0="A1").press("serials-0")
    page = page.fill(scan_0="B1\nB2").press("serials-0")
    post("transfer", line("OVEN", -1), line("OVEN", 1, at="Shop"))
    said = page.press("post").said()
    assert len(said) == 1
    assert "3 serial numbers were given" in said[0]
    assert "The books had 4 pcs" in said[0]


def test_draft_edit_stocktake_of_nothing_takes_the_serial_numbers_out(at_work, main):
    post("receipt", line("OVEN", 1, serial="A1"), line("OVEN", 1, serial="A2"), line("OVEN", 3))
    begun(at_work, "stocktake", "OVEN", "0", main).press("post")
    assert (serials(), stock(), build.broken()) == ({"A1": "", "A2": ""}, {}, {})


def test_draft_edit_stocktake_lists_the_books_up_to_the_limit_of_a_page(at_work, main, monkeypatch):
    from tracking.drafts import suggest
    from tracking.views import draft_acts

    item("Grain", skus=("G1", "G2", "G3"))
    post("receipt", line("G1", 1), line("G2", 1), line("G3", 1))
    monkeypatch.setattr(suggest, "MOST_LINES", 2)
    monkeypatch.setattr(draft_acts, "MOST_LINES", 2)
    page = Sheet.new(at_work, "stocktake").fill(location=main.pk).press("books")
    assert [one.content.sku for one in page.page.lines] == ["G1", "G2"]
    assert "These are 2 lines, which is the limit of a page." in page.html


def test_draft_edit_says_how_many_batches_are_not_listed(at_work, main):
    post("receipt", *[line("BREAD", 1, batch=f"L{n:03}") for n in range(60)])
    page = begun(at_work, "stocktake", "BREAD", "", main)
    assert page.page.lines[0].line.booked == 60_000_000
    assert "The first 50 of 60 batches here are listed." in page.html
    page = begun(at_work, "shipment", "BREAD", "60", main)
    assert "The first 50 of 60 batches here are listed." in page.html
    page = begun(at_work, "shipment", "FLOUR", "60", main)
    assert "are listed" not in page.html


# -- numbers in the box --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("do", ["post", "save", "add-in"])
def test_draft_edit_takes_the_serial_numbers_in_the_box_along(do, at_work, main):
    page = begun(at_work, "receipt", "OVEN", "3", main).fill(scan_0="A1\nA2", range_0="B1-B1").press(do)
    if do != "post":
        assert page.page.lines[0].line.content.serials == ("A1", "A2", "B1")
        page.press("post")
    assert serials() == {"A1": "Main", "A2": "Main", "B1": "Main"}


def test_draft_edit_post_with_a_bad_number_in_the_box_posts_nothing(at_work, main):
    post("receipt", line("OVEN", 1, serial="A1", at="Shop"))
    page = begun(at_work, "receipt", "OVEN", "3", main).fill(scan_0="A1\nA2").press("post")
    assert (page.status, page.value("scan-0"), Document.objects.count()) == (422, "A1", 1)
    assert page.page.lines[0].line.content.serials == ("A2",)


def test_draft_edit_remove_keeps_the_box_of_another_line(at_work, main):
    post("receipt", line("OVEN", 1, serial="A1", at="Shop"))
    page = begun(at_work, "receipt", "BAG", "3", main).press("add-in").fill(sku_1="OVEN", quantity_1="2").press("save")
    page = page.fill(scan_1="A1\nA2").press("remove-0")
    assert (page.value("sku-0"), page.value("scan-0")) == ("OVEN", "A1")
    assert page.page.lines[0].line.content.serials == ("A2",)


def test_draft_edit_keeps_a_range_that_was_refused(at_work, main):
    page = begun(at_work, "receipt", "OVEN", "3", main).fill(scan_0="A1", range_0="B9-B2").press("serials-0")
    assert (page.status, page.value("scan-0"), page.value("range-0")) == (422, "A1", "B9-B2")


def test_draft_edit_keeps_numbers_that_cannot_be_printed_in_the_box(at_work, main):
    page = begun(at_work, "receipt", "OVEN", "30", main).fill(scan_0="A1\n" + "X" * 65 + "\nB\x07").press("serials-0")
    assert (page.status, page.value("scan-0")) == (422, "X" * 65 + "\nB\x07")


def test_draft_edit_numbers_for_an_item_switched_meanwhile_are_kept(at_work, main, manager):
    page = begun(at_work, "receipt", "OVEN", "3", main)
    build.switch_off(build.Item.objects.get(key="oven"), manager)
    told = page.fill(scan_0="A1\nA2").press("serials-0")
    assert told.page.lines[0].line.content.serials == ("A1", "A2")
    assert "2 numbers typed before do not fit that" in told.html
    build.switch_on(build.Item.objects.get(key="oven"), "serial", manager)
    Sheet.of(at_work, Draft.objects.get()).press("post")
    assert serials() == {"A1": "Main", "A2": "Main"}


def test_draft_edit_refresh_keeps_the_box_when_the_line_is_drawn_anew(at_work, main):
    shop = location("Shop")
    page = begun(at_work, "receipt", "OVEN", "3", main).fill(scan_0="A1\nA2", range_0="B1-B2", location=shop.pk)
    answer = at_work.post(page.form.action, page.data("refresh"), headers={"HX-Request": "true"}).content.decode()
    assert "A1\nA2</textarea>" in answer
    assert 'value="B1-B2"' in answer
    page.fill(sku_0="BAG")
    answer = at_work.post(page.form.action, page.data("refresh"), headers={"HX-Request": "true"}).content.decode()
    assert 'name="scan-0" value="A1\nA2"' in answer


# -- batches of a line ---------------------------------------------------------------------------------------------------


def test_draft_edit_keeps_a_batch_that_was_scanned_without_a_quantity(at_work, main):
    post("receipt", line("BREAD", 10, batch="L1"), line("BREAD", 10, batch="L2"))
    page = begun(at_work, "shipment", "BREAD", "4", main).fill(number_0_2="l2").press("next").press("save")
    assert page.page.lines[0].line.is_traced
    page.press("post")
    assert stock() == {("BREAD", "Main", "L1"): "10", ("BREAD", "Main", "L2"): "6"}


def test_draft_edit_keeps_both_rows_of_one_batch(at_work, main):
    page = begun(at_work, "receipt", "BREAD", "10", main)
    page = page.fill(number_0_0="L1", quantity_0_0="4").press("save").fill(number_0_1="l1", quantity_0_1="6")
    page = page.press("post")
    assert page.said() == ["Batch l1 is in this line twice. Give all of it in one row."]
    assert [(row.number, row.quantity) for row in page.page.lines[0].rows] == [("L1", "4"), ("l1", "6"), ("", "")]


def test_draft_edit_keeps_quantities_without_a_number(at_work, main):
    page = begun(at_work, "receipt", "BREAD", "10", main).fill(quantity_0_0="4").press("save")
    page = page.fill(quantity_0_1="6").press("save")
    assert [row.quantity for row in page.page.lines[0].rows] == ["4", "6", ""]


def test_draft_edit_suggests_a_batch_beside_rows_of_the_same(at_work, main):
    """Rows that are refused stand beside the list, so that each can be emptied."""
    post("receipt", line("BREAD", 10, batch="L1"))
    page = begun(at_work, "shipment", "BREAD", "8", main).fill(quantity_0_0="3", number_0_1="L1", quantity_0_1="5")
    page = page.press("post")
    assert page.said() == ["Batch L1 is in this line twice. Give all of it in one row."]
    page.fill(quantity_0_0="8", number_0_1="", quantity_0_1="").press("post")
    assert stock() == {("BREAD", "Main", "L1"): "2"}


def test_draft_edit_keeps_hundreds_of_batches(at_work, main):
    post("receipt", *[line("BREAD", 1, batch=f"L{n:04}") for n in range(620)])
    page = begun(at_work, "shipment", "BREAD", "620", main).press("fill")
    assert page.page.lines[0].line.is_traced
    page.press("post")
    assert stock() == {}


def test_draft_edit_stocktake_refuses_another_expiry_of_a_batch_that_is_there(at_work, main):
    post("receipt", line("BREAD", 1, batch="L1", expires="2031-01-01", at="Shop"))
    page = begun(at_work, "stocktake", "BREAD", "", main)
    page = page.fill(number_0_0="L1", quantity_0_0="3", expires_0_0="2032-01-01").press("post")
    assert page.said()[0].startswith("Batch L1 is there already, with 2031-01-01.")


def test_draft_edit_an_expired_batch_may_be_counted_and_adjusted_away(at_work, main):
    post("receipt", line("BREAD", 1, batch="OLD", expires="2020-01-01", at="Shop"))
    post("receipt", line("BREAD", 1, batch="OLD", expires="2020-01-01"))
    page = begun(at_work, "stocktake", "BREAD", "", main).fill(number_0_1="OLD").press("save")
    page.fill(**{page.form.fields[[name for name, _ in page.form.fields].index("number-0-0")][0]: "OLD"})
    page.fill(quantity_0_0="3").press("post")
    assert stock()["BREAD", "Main", "OLD"] == "3"


def test_draft_edit_another_batch_number_is_told_of_anew(at_work, main):
    post("receipt", line("BREAD", 5, batch="L1"), line("BREAD", 5, batch="L2", expires="2031-01-01"))
    page = begun(at_work, "receipt", "BREAD", "2", main).fill(number_0_0="L1").press("save")
    page = page.fill(number_0_0="L2").press("post")
    assert page.said() == [
        "Batch L2 is there already, usable through 2031-01-01. Press Post once more to add to it, or give another number."
    ]
    page.press("post")
    assert stock()["BREAD", "Main", "L2"] == "7"


def test_draft_edit_refresh_draws_the_expiry_of_another_batch(at_work, main):
    post(
        "receipt",
        line("BREAD", 5, batch="L1", expires="2032-02-02"),
        line("BREAD", 5, batch="L2", expires="2031-01-01"),
    )
    page = begun(at_work, "receipt", "BREAD", "2", main).fill(number_0_0="L1").press("save").fill(number_0_0="L2")
    answer = at_work.post(page.form.action, page.data("refresh"), headers={"HX-Request": "true"}).content.decode()
    assert 'id="batch_expiry_0-0"' in answer


def test_draft_edit_post_shows_a_suggested_batch_before_it_is_posted(at_work, main):
    number = f"F{days.today():%y%m%d}-01"
    page = Sheet.new(at_work, "receipt").fill(sku_0="FLOUR", quantity_0="25", location=main.pk).press("post")
    assert page.said() == ["25 of 25 kg have no batch numbers yet. Give them."]
    assert (page.value("number-0-0"), Document.objects.count()) == (number, 0)
    page.press("post")
    assert stock() == {("FLOUR", "Main", number): "25"}


def test_document_new_post_shows_what_a_text_was_taken_for(at_work, main):
    item("Bagel", skus=("BAGEL-6",), unit="box")
    page = Sheet.new(at_work, "receipt").fill(sku_0="bagel", quantity_0="25", location=main.pk).press("post")
    assert page.said()[0].startswith("“bagel” was taken for BAGEL-6, Bagel")
    assert (page.value("sku-0"), Document.objects.count()) == ("BAGEL-6", 0)
    page.press("post")
    assert stock() == {("BAGEL-6", "Main", ""): "25"}


def test_draft_edit_sku_that_was_given_another_name_meanwhile_is_told(at_work, main):
    item("Tin", skus=("X1", "X12"))
    page = begun(at_work, "receipt", "X1", "3", main)
    variant = Variant.objects.get(sku="X1")
    variant.sku = "Y1"
    variant.full_clean()
    variant.save()
    page = page.press("post")
    assert page.said()[0].startswith("“X1” was taken for X12, Tin")
    assert Document.objects.count() == 0


def test_draft_edit_post_shows_the_shelf_life_of_a_new_batch_first(at_work, main):
    page = begun(at_work, "receipt", "FLOUR", "25", main).press("remove-0").fill(sku_0="FLOUR", quantity_0="5")
    data = {**page.data("post"), "number-0-0": ["L1"], "quantity-0-0": [""], "rows-0": ["1"]}
    answer = at_work.post(page.form.action, data)
    page = Sheet(at_work, answer, page.address)
    assert page.said() == [
        "Batch L1 is new, and Flour keeps 180 days: the expiry was filled in. Look at it, and press Post once more."
    ]
    page.fill(expires_0_0="").press("post")
    assert build.batch("L1").expires_on is None


def test_draft_edit_buttons_act_on_their_line_whatever_the_order_of_the_sections(at_work, main):
    post("receipt", line("BAG", 9))
    page = Sheet.new(at_work, "production").fill(sku_0="BREAD", quantity_0="1", sku_1="BAG", quantity_1="2")
    page = page.press("add-in").fill(sku_2="OVEN", quantity_2="1")
    answer = at_work.post(page.form.action, page.data("refresh"), headers={"HX-Request": "true"})
    assert {one.key: one.content.sku for one in answer.context["page"].lines} == {"0": "BREAD", "1": "BAG", "2": "OVEN"}
    page = page.press("remove-1")
    assert [one.content.sku for one in page.page.lines if one.content.sku] == ["BREAD", "OVEN"]


# -- several people, and tabs --------------------------------------------------------------------------------------------


def test_draft_edit_keeps_serial_numbers_of_a_line_that_somebody_removed(at_work, other, main):
    page = begun(at_work, "receipt", "OVEN", "3", main).fill(scan_0="A1\nA2\nA3").press("serials-0")
    Sheet.of(other, Draft.objects.get()).press("remove-0")
    told = page.fill(note="Mine").press("save")
    assert told.status == 422
    assert "1 of your lines was removed there, and the serial numbers with it: give these again." in told.html


def test_document_new_second_click_on_a_page_that_was_never_saved(at_work, main):
    page = Sheet.new(at_work, "receipt").fill(sku_0="bag", quantity_0="5", location=main.pk).press("add-in")
    new = Sheet.new(at_work, "receipt").fill(sku_0="bag", quantity_0="5", location=main.pk)
    assert new.send("save").status == new.send("save").status == 200
    new.send("post")
    assert stock() == {("BAG", "Main", ""): "5"}
    stale = page.fill(quantity_0="6")
    page.press("save")
    assert stale.fill(quantity_0="6").send("save").status == 200


def test_draft_edit_deleted_meanwhile_keeps_what_was_typed(at_work, other, main):
    page = begun(at_work, "receipt", "BAG", "3", main)
    other.post(Draft.objects.get().get_absolute_url() + "delete/")
    told = page.fill(quantity_0="5", note="Ten pallets").press("post")
    assert (told.status, told.value("quantity-0"), told.value("note")) == (422, "5", "Ten pallets")
    assert "This draft was deleted meanwhile." in told.html
    assert (Document.objects.count(), Draft.objects.count()) == (0, 0)
    told.press("save").press("post")
    assert stock() == {("BAG", "Main", ""): "5"}


def test_draft_edit_stale_tab_of_a_posted_draft_is_told(at_work, main, monkeypatch):
    page = begun(at_work, "receipt", "BAG", "3", main)
    stale = Sheet.of(at_work, Draft.objects.get()).fill(quantity_0="9")
    page.press("post")
    told = stale.press("save")
    assert "What you typed since is not in it." in told.html
    later = days.now() + days.timedelta(minutes=5)
    monkeypatch.setattr(days, "now", lambda: later)
    told = stale.press("post")
    assert "What you typed since is not in it." in told.html


def test_post_draft_posts_the_revision_that_was_seen(at_work, operator, main):
    from tracking.drafts.post import post_draft
    from tracking.drafts.save import SavedByAnother

    begun(at_work, "receipt", "BAG", "3", main)
    draft = Draft.objects.get()
    Sheet.of(at_work, draft).fill(quantity_0="9").press("save")
    with pytest.raises(SavedByAnother):
        post_draft(token=draft.token, revision=draft.revision, by=operator)
    assert Document.objects.count() == 0


# -- garbage -------------------------------------------------------------------------------------------------------------

GARBAGE = ["a\x00b", "9" * 5000, "٣", "x" * 5000, "0:x"]
FIELDS = [
    "token", "revision", "is_prefilled", "number", "day", "partner", "location", "to_location", "note", "line",
    "section-0", "id-0", "variant-0", "sku-0", "location-0", "quantity-0", "expected-0", "rows-0", "number-0-0",
    "pick-0-0", "expires-0-0", "quantity-0-0", "expected-0-0", "seen-0-0", "why-0-0", "was-0-0", "scan-0", "range-0",
    "shape-0",
]  # fmt: skip


@pytest.mark.parametrize(("kind", "section", "sku"), [("receipt", "in", "BREAD"), ("stocktake", "count", "OVEN")])
def test_document_new_answers_garbage_in_every_field(kind, section, sku, at_work, main):
    good = {
        "location": main.pk, "line": ["0"], "section-0": section, "sku-0": sku, "quantity-0": "1",
        "rows-0": "1", "number-0-0": "L1", "quantity-0-0": "1",
    }  # fmt: skip
    for place, name in enumerate(FIELDS):
        for garbage in GARBAGE:
            do = "refresh" if place % 2 else "save"
            data = {**good, "token": new_uuid(), name: garbage, "do": do}
            answer = at_work.post(f"/documents/new/{kind}/", data)
            assert answer.status_code in (200, 302, 422), (name, garbage, do)


@pytest.mark.parametrize(
    "do",
    [
        f"{verb}-{rest}"
        for verb in ("add", "remove", "fill", "choose", "clear", "serials", "generate", "drop", "mend", "empty")
        for rest in ("", "99", "0:x", "9" * 5000, "\x00")
    ],
)
def test_draft_edit_answers_buttons_that_do_not_exist(do, at_work, main):
    page = begun(at_work, "receipt", "OVEN", "3", main)
    assert at_work.post(page.form.action, page.data(do)).status_code in (200, 302, 422)


@pytest.mark.parametrize("name", ["sku", "quantity", "partner", "location"])
@pytest.mark.parametrize("garbage", GARBAGE)
def test_document_new_answers_links_with_garbage(name, garbage, at_work, main):
    for kind in ("receipt", "production"):
        assert at_work.get(f"/documents/new/{kind}/", {name: garbage}).status_code == 200


def test_draft_edit_answers_doubled_and_unordered_lines(at_work, main):
    page = begun(at_work, "receipt", "BAG", "3", main).press("add-in").fill(sku_1="OVEN", quantity_1="1")
    data = page.data("save")
    data["line"] = ["1", "0", "0", "7", "x", "1", *(str(n) for n in range(500))]
    assert at_work.post(page.form.action, data).status_code in (302, 422)
    assert Variant.objects.count() == 4


def test_draft_edit_post_shows_a_new_partner_before_it_is_made(at_work, main):
    page = begun(at_work, "receipt", "BAG", "5", main)
    page = page.fill(partner="Nortmill").press("post")
    assert page.said() == [
        "“Nortmill” is new, and is made when this is posted. Look at the name, and press Post once more."
    ]
    assert Partner.objects.count() == 0
    page.press("post")
    assert Document.objects.get().partner.name == "Nortmill"


def test_draft_edit_refuses_an_archived_partner(at_work, main):
    post("receipt", line("BAG", 1), partner="Old Mill")
    archive_partner(partner=Partner.objects.get(), by=None)
    page = begun(at_work, "receipt", "BAG", "5", main).fill(partner="old mill").press("post")
    assert page.said() == ["Old Mill is archived. Bring it back first, or choose another."]


def test_draft_edit_customer_return_asks_for_the_batch_that_is_new(at_work, main):
    """What comes back was sold before; a number that nobody knows is likely misread."""
    post("receipt", line("BREAD", 5, batch="L1"))
    post("shipment", line("BREAD", -3, batch="L1"))
    page = begun(at_work, "customer_return", "BREAD", "2", main)
    refused = page.fill(number_0_0="L7").press("post")
    assert refused.said() == [
        "BREAD has no batch L7 yet, so none of it can have been sold. "
        "Check the label, or press Post once more to make it by this return."
    ]
    refused.fill(number_0_0="l1").press("post")
    assert stock() == {("BREAD", "Main", "L1"): "4"}


def test_draft_edit_recipe_gives_the_first_of_two_lines_the_rest(at_work, main):
    bread, bag = Variant.objects.get(sku="BREAD"), Variant.objects.get(sku="BAG")
    save_recipe(variant=bread, quantity=10_000_000, lines=[Ingredient(bag, 20_000_000)], by=None)
    page = Sheet.new(at_work, "production", sku="BREAD", quantity="10").fill(location=main.pk).press("add-out")
    page = page.fill(sku_2="BAG", quantity_2="5").press("recipe")
    assert [(one.content.sku, one.content.quantity) for one in page.page.lines] == [
        ("BREAD", "10"),
        ("BAG", "15"),
        ("BAG", "5"),
    ]


def test_draft_serials_takes_what_is_typed_along_with_every_button(at_work, main):
    page = begun(at_work, "receipt", "OVEN", "5", main).fill(scan_0="A1\nA2").press("serials-0")
    address = f"{page.address}lines/{Draft.objects.get().lines.get().pk}/"
    at_work.post(address, {"do": "drop:A1", "scan": "A3", "range": ""})
    assert Draft.objects.get().lines.get().serial_numbers == "A2\nA3"
