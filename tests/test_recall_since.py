"""What became of the lots of a case since it was opened: under other names, after a switch, where a document was reversed."""

from __future__ import annotations

import pytest

from items.models import Item, Variant
from tests import build
from tests.build import batch, line, post
from tests.recalls import changes, depths, make_bakery, opened, read
from tracking.models import Batch, Document, Partner, Recall
from tracking.recalls.close import close_recall
from tracking.recalls.containing import cases_with
from tracking.recalls.state import hold_all


@pytest.fixture
def bakery(db) -> None:
    make_bakery()


def closed(by, lots: str = "FLOUR F1") -> Recall:
    return close_recall(recall=opened(by, lots), summary="Done", by=by)


def switch_off(by, *names: str) -> list[bytes]:
    return [build.switch_off(Item.objects.get(key=name), by) for name in names]


# -- another SKU, another name ------------------------------------------------------------------------------------------


def test_a_lot_is_found_under_another_sku(client, manager):
    """One production fills two sizes under one number, as bakeries do; then one size gets another SKU."""
    bread = build.item("Bread", "batch", skus=("BREAD-S", "BREAD-L"))
    post("production", line("BREAD-S", 10, batch="B1"), line("BREAD-L", 20, batch="B1"))
    recall = opened(manager, "BREAD-S B1\nBREAD-L B1")
    build.rename(Variant.objects.get(item=bread, sku="BREAD-S"), "BREAD-500")
    assert changes(recall) == {}
    # The old SKU goes to another variant, which has a batch of the same number too.
    Variant(item=bread, sku="BREAD-S").save()
    post("production", line("BREAD-S", 5, batch="B1"))
    assert changes(recall) == {}
    assert hold_all(recall=recall, by=manager) == 2
    held = Batch.objects.filter(status="held").values_list("variant__sku", "number")
    assert sorted(held) == [("BREAD-500", "B1"), ("BREAD-L", "B1")]
    client.force_login(manager)
    assert "BREAD-S" in read(client, recall)  # the case keeps what it wrote
    cases = {one.variant.sku: cases_with(one) for one in Batch.objects.select_related("variant")}
    assert cases == {"BREAD-500": [recall], "BREAD-L": [recall], "BREAD-S": []}


def test_stock_of_a_renamed_location_has_not_moved(client, manager, bakery):
    recall = opened(manager)
    build.rename(build.location("Main"), "Warehouse")
    assert changes(recall) == {}
    client.force_login(manager)
    rows = client.get(f"{recall.get_absolute_url()}stock/").context["rows"]
    assert [(row.stock.location, row.now) for row in rows] == [
        ("Main", 45_000_000),
        ("Main", 20_000_000),
        ("Main", 25_000_000),
    ]
    assert [row.now for row in client.get(recall.get_absolute_url()).context["stock_part"]["rows"]] == [
        45_000_000, 20_000_000, 25_000_000,
    ]  # fmt: skip


# -- after a switch -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["F1", "UNBATCHED"])
def test_a_number_that_is_given_anew_is_none_of_a_closed_case(client, manager, number):
    flour = build.item("Flour", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 40))
    build.switch_on(flour, "batch", manager)
    post("receipt", line("FLOUR", 100, batch="F1"))
    recall = closed(manager, number)
    (history,) = switch_off(manager, "flour")
    build.switch_on(Item.objects.get(), "batch", manager)  # all of it is UNBATCHED now
    if number == "F1":
        post("receipt", line("FLOUR", 7, batch="F1"))
        post("shipment", line("FLOUR", -3, batch="F1"), partner="Café Blau")
    gone = (
        "1 of the lots is no longer in the books under this number, because tracking was switched. "
        "What became of it cannot be told here."
    )
    assert changes(recall) == {"Books": [gone]}
    client.force_login(manager)
    later = opened(manager, number, title="Later")
    assert cases_with(batch(number)) == [later]
    for part in ("", "lots/", "stock/"):
        page = read(client, recall, part)
        assert f"/batches/{batch(number).pk}/" not in page
        assert number in page
    assert "not known" in read(client, recall, "stock/")
    assert "SO-" not in read(client, recall)
    if number == "F1":
        return
    close_recall(recall=later, summary="Done", by=manager)
    # The archive brings the lots back, and they are the case's again.
    build.restore(Item.objects.get(), history, manager)
    assert "Books" not in changes(recall)
    assert cases_with(batch(number)) == [later, recall]
    assert f"/batches/{batch(number).pk}/" in read(client, recall, "lots/")


def test_a_switch_of_one_item_takes_no_other_item_out_of_a_closed_case(client, manager, bakery):
    recall = closed(manager)
    switch_off(manager, "flour")
    client.force_login(manager)
    for number in ("D1", "D2", "B1"):
        page = client.get(batch(number).get_absolute_url())
        assert page.context["cases"] == [recall], number
        assert recall.get_absolute_url() in page.content.decode()


def test_what_a_switch_hides_is_not_called_reversed(client, manager, bakery):
    """Bread is made from flour by way of dough; without the dough's numbers nothing leads to it any more."""
    recall = closed(manager)
    switch_off(manager, "dough")
    post("production", line("BREAD", -1, batch="B1"), line("BREAD", 1, batch="B8"))
    post("shipment", line("BREAD", -4, batch="B1"), partner="Café Blau", number="SO-7")
    found = changes(recall)
    assert found["Books"] == [
        "2 of the lots are no longer in the books under this number, because tracking was switched. "
        "What became of them cannot be told here."
    ]
    assert found["Lots"] == ["New in scope: BREAD B8, 1 pcs came in."]
    assert found["Shipments"] == ["4 pcs of BREAD B1 left in SO-7 to Café Blau."]  # of a closed case: nothing to do
    assert found["Stock"] == [
        "BREAD B1 at Main: 25 pcs then, 20 pcs now.",
        "BREAD B8 at Main: 0 pcs then, 1 pcs now.",
    ]
    client.force_login(manager)
    rows = {row.stock.lot.number: row.now for row in client.get(f"{recall.get_absolute_url()}stock/").context["rows"]}
    assert rows == {"F1": 45_000_000, "D2": None, "B1": 20_000_000}


def test_a_gap_that_is_closed_since_is_told(manager, bakery):
    (history,) = switch_off(manager, "dough")
    recall = opened(manager)
    gap = recall.gaps
    assert gap.startswith("Continues through Dough, tracking switched off on")
    build.switch_on(Item.objects.get(key="dough"), "batch", manager)
    build.restore(Item.objects.get(key="dough"), history, manager)
    assert changes(recall)["Gaps"] == [f"No longer: {gap}"]
    assert [words.partition(",")[0] for words in changes(recall)["Lots"]] == [
        "New in scope: DOUGH D1", "New in scope: DOUGH D2", "New in scope: BREAD B1",
    ]  # fmt: skip


# -- documents ----------------------------------------------------------------------------------------------------------


def test_a_reversed_production_reverses_no_shipment(client, manager, bakery):
    """Half of a lot is of good flour. The production with the bad flour is reversed; what was sold of it was sold."""
    post("production", line("FLOUR", -5, batch="F2"), line("BREAD", 40, batch="B1"))
    made = Document.objects.get(kind="production", lines__batch__number="D1", lines__quantity__lt=0)
    recall = opened(manager, "D1")
    build.reverse(made, by=manager)
    found = changes(recall)
    assert found == {
        "Lots": ["No longer in scope: BREAD B1; what had made it was reversed."],
        "Stock": ["BREAD B1 at Main: 65 pcs then, 5 pcs now.", "DOUGH D1 at Main: 0 kg then, 40 kg now."],
    }
    client.force_login(manager)
    rows = client.get(f"{recall.get_absolute_url()}stock/").context["rows"]
    assert [(row.stock.lot.number, row.now) for row in rows] == [("B1", 5_000_000)]
    assert hold_all(recall=recall, by=manager) == 1
    assert (batch("D1").is_held, batch("B1").is_held) == (True, False)


def test_a_shipment_since_says_what_to_do(manager, bakery):
    recall = opened(manager)
    post("shipment", line("BREAD", -1, batch="B1"), partner="Café Blau", number="SO-5")
    post("shipment", line("BREAD", -2, batch="B1"), partner="Späti", number="SO-6")
    post("shipment", line("BREAD", -3, batch="B1"), number="SO-7")
    left = [
        "1 pcs of BREAD B1 left in SO-5 to Café Blau.",
        "2 pcs of BREAD B1 left in SO-6 to Späti.",
        "3 pcs of BREAD B1 left in SO-7 to nobody named.",
    ]
    assert changes(recall)["Shipments"] == [
        f"{left[0]} Tell them of this too: their letter does not name it.",
        f"{left[1]} Notify them too: they have no letter in this case.",
        f"{left[2]} Find out who has it.",
    ]
    assert changes(close_recall(recall=recall, summary="Done", by=manager))["Shipments"] == left


def test_a_return_of_the_second_before_the_opening_is_none_since(manager, bakery):
    """Documents are dated to the second; the case knows the last one before it."""
    post("customer_return", line("BREAD", 1, batch="B1"), partner="Café Blau", number="RET-0")
    recall = opened(manager)
    post("customer_return", line("BREAD", 2, batch="B1"), partner="Café Blau", number="RET-1")
    post("customer_return", line("BREAD", 1, batch="B1"), number="RET-2")
    assert changes(recall)["Returns"] == [
        "2 pcs of BREAD B1 came back from Café Blau in RET-1.",
        "1 pcs of BREAD B1 came back from nobody named in RET-2.",
    ]


def test_holds_are_told_also_of_what_was_not_here(manager, bakery):
    post("shipment", line("BREAD", -25, batch="B1"), partner="Späti")  # all of it is with customers
    recall = opened(manager)
    post("production", line("FLOUR", -1, batch="F1"), line("DOUGH", 2, batch="D3"))
    assert hold_all(recall=recall, by=manager) == 4
    found = changes(recall)
    assert found["Holds"] == ["Put on hold: BREAD B1, DOUGH D2, FLOUR F1."]
    assert found["Lots"] == ["New in scope: DOUGH D3, 2 kg came in. It is on hold."]


def test_contact_data_of_today_stands_beside_that_of_the_case(client, viewer, manager, bakery):
    recall = opened(manager)
    cafe, linde = recall.customers.order_by("id")
    Partner.objects.filter(key="hotel linde").update(phone="+43 9 9", address="Linden 4")
    client.force_login(viewer)
    assert "Contact data now" not in read(client, recall, f"customers/{cafe.pk}/")
    page = read(client, recall, f"customers/{linde.pk}/")
    assert "Contact data now" in page
    assert "+43 9 9" in page
    # The case has no way to reach them, so the letter takes that of today.
    letters = read(client, recall, "letters/")
    assert "Linden 4" in letters
    Partner.objects.filter(key="café blau").update(address="Gone away")
    assert "Gone away" not in read(client, recall, "letters/")
    assert "Ring 1<br>Wien" in read(client, recall, "letters/")
    assert depths(recall)["B1"] == 2
