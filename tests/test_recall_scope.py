"""Scopes of every shape: what a case finds, in lots, figures and customers, in ledgers that are not simple."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from items.models import Item, Variant
from katana_trace.lib.quantities import plain, to_millionths
from tests import build
from tests.build import batch, line, post, serial
from tests.recalls import changes, depths, make_bakery, opened, read
from tests.sheet import Sheet
from tracking.models import Draft, Location, Recall, RecallShipment, Workspace
from tracking.recalls.close import close_recall
from tracking.recalls.figures import by_unit, least
from tracking.recalls.open import open_recall
from tracking.recalls.preview import CUSTOMERS
from tracking.recalls.state import hold_all, record_customer
from tracking.recalls.wanted import find_typed


@pytest.fixture
def bakery(db) -> None:
    make_bakery()


def percent(recall: Recall) -> str:
    return least(by_unit([recall.pk])[recall.pk])


def figures(recall: Recall) -> dict[str, tuple[str, ...]]:
    """Of each lot: what came, was used, shipped, sent back, and is on hand."""
    return {
        lot.number: tuple(
            plain(to_millionths(part)) for part in (lot.came, lot.used, lot.shipped, lot.sent_back, lot.on_hand)
        )
        for lot in recall.lots.all()
    }


def shipments(recall: Recall) -> list[tuple[str, ...]]:
    """Customer, document, lot, quantity, and what of it had come back."""
    rows = RecallShipment.objects.filter(lot__recall=recall).select_related("lot", "customer").order_by("id")
    return [
        (one.customer.name, one.document, one.lot.number, *(f"{n.normalize():f}" for n in (one.quantity, one.returned)))
        for one in rows
    ]


# -- lots ---------------------------------------------------------------------------------------------------------------


def test_recall_of_stock_from_before_tracking(manager):
    """UNBATCHED is a batch as any other; what left before it was there is not in the case, and not in its figures."""
    flour = build.item("Flour", unit="kg", skus=("FLOUR",))
    build.item("Bread", "batch", skus=("BREAD",))
    post("receipt", line("FLOUR", 40))
    post("shipment", line("FLOUR", -10), partner="Before Ltd")
    build.switch_on(flour, "batch", manager)
    post("production", line("FLOUR", -5, batch="UNBATCHED"), line("BREAD", 8, batch="B1"))
    post("shipment", line("FLOUR", -3, batch="unbatched"), partner="Café Blau", number="SO-1")
    recall = opened(manager, "flour unbatched")
    assert figures(recall) == {"UNBATCHED": ("30", "5", "3", "0", "22"), "B1": ("8", "0", "0", "0", "8")}
    assert shipments(recall) == [("Café Blau", "SO-1", "UNBATCHED", "3", "0")]
    assert (percent(recall), recall.gaps) == ("100", "")


def test_recall_of_roots_that_are_made_from_each_other(manager, bakery):
    recall = opened(manager, "BREAD B1\nFLOUR F1\nDOUGH D2\nflour f1")
    assert depths(recall) == {"F1": 0, "D2": 0, "B1": 0, "D1": 1}
    assert percent(recall) == "100"
    assert recall.lots.count() == 4
    assert len(shipments(recall)) == 2


def test_recall_over_a_cycle_ends(manager):
    """Rework: broken bread goes into dough, of which bread is made; and a label is changed there and back."""
    build.item("Dough", "batch", unit="kg", skus=("DOUGH",))
    build.item("Bread", "batch", skus=("BREAD",))
    post("receipt", line("DOUGH", 10, batch="D1"))
    post("production", line("DOUGH", -10, batch="D1"), line("BREAD", 20, batch="B1"))
    post("production", line("BREAD", -5, batch="B1"), line("DOUGH", 2, batch="D2"))
    post("production", line("DOUGH", -1, batch="D2"), line("BREAD", 2, batch="B1"))
    post("adjustment", line("BREAD", -4, batch="B1"), line("BREAD", 4, batch="B2"))
    post("stocktake", line("BREAD", -1, batch="B2"), line("BREAD", 1, batch="B1"))
    recall = opened(manager, "BREAD B1")
    assert depths(recall) == {"B1": 0, "D2": 1, "B2": 1}
    assert percent(recall) == "100"
    assert depths(opened(manager, "DOUGH D1", title="From the start")) == {"D1": 0, "B1": 1, "D2": 2, "B2": 2}


def test_recall_follows_a_repaired_unit_and_a_part_in_it(manager):
    build.item("Board", "batch", skus=("BOARD",))
    build.item("Oven", "serial", skus=("OVEN",))
    post("receipt", line("BOARD", 5, batch="X"), line("OVEN", 1, serial="S1"))
    post("shipment", line("OVEN", -1, serial="S1"), partner="Old Owner", number="SO-1")
    post("customer_return", line("OVEN", 1, serial="S1"), partner="Old Owner", number="RET-1")
    post(
        "production", line("OVEN", -1, serial="S1"), line("BOARD", -1, batch="X"), line("OVEN", 1, serial="S1")
    )  # the repair
    post("shipment", line("OVEN", -1, serial="S1"), partner="New Owner", number="SO-2")
    recall = opened(manager, "X")
    # The old owner had it before the board was in it. The books know the unit, so both are told; what came back is said.
    assert shipments(recall) == [("New Owner", "SO-2", "S1", "1", "0"), ("Old Owner", "SO-1", "S1", "1", "1")]
    assert figures(recall) == {"X": ("5", "1", "0", "0", "4"), "S1": ("3", "1", "2", "0", "0")}
    assert percent(recall) == "100"
    only = opened(manager, "S1", title="One oven")
    assert (depths(only), percent(only)) == ({"S1": 0}, "100")


def test_recall_says_what_was_made_without_a_number(manager):
    """Ovens that nobody numbered yet: the parts in them are not accounted for, whatever number they get later."""
    build.item("Board", "batch", skus=("BOARD",))
    build.item("Oven", "serial", skus=("OVEN",))
    post("receipt", line("BOARD", 10, batch="X"))
    post("production", line("BOARD", -2, batch="X"), line("OVEN", 1), line("OVEN", 1, serial="S1"))
    post("production", line("BOARD", -3, batch="X"), line("OVEN", 3))
    recall = opened(manager, "X")
    assert (
        recall.gaps == "Continues into 4 pcs of Oven that were made without a number in 2 documents; find them by hand."
    )
    assert figures(recall)["X"] == ("10", "2", "0", "0", "5")
    assert percent(recall) == "72.7"  # 3 of 10 boards and 1 oven: 3 of 11 pcs


def test_figures_are_added_up_within_a_unit(client, manager, bakery):
    recall = opened(manager)
    assert {one.unit: (one.lots, one.came // 10**6, one.percent) for one in by_unit([recall.pk])[recall.pk]} == {
        "kg": (3, 168, "100"),
        "pcs": (1, 60, "100"),
    }
    client.force_login(manager)
    assert client.get(recall.get_absolute_url()).context["stock_part"]["totals"] == [("Main", "65 kg, 25 pcs")]


# -- what had come back -------------------------------------------------------------------------------------------------


def test_what_came_back_before_is_written_with_the_case(client, manager, bakery):
    """20 shipped in two documents, 12 back before: the first shipment is all back, and 2 of the second."""
    post("shipment", line("BREAD", -10, batch="B1"), partner="Hotel Linde", number="SO-3")
    post("customer_return", line("BREAD", 16, batch="B1"), partner="Hotel Linde", number="RET-1")
    post("customer_return", line("BREAD", 1, batch="B1"), number="RET-2")  # of whom nobody knows
    post("customer_return", line("BREAD", 2, batch="B1"), partner="Stranger", number="RET-3")
    build.reverse(post("customer_return", line("BREAD", 4, batch="B1"), partner="Café Blau"), by=manager)
    recall = opened(manager)
    assert shipments(recall) == [
        ("Café Blau", "SO-1", "B1", "20", "0"),
        ("Hotel Linde", "SO-2", "B1", "15", "15"),
        ("Hotel Linde", "SO-3", "B1", "10", "1"),
    ]
    assert figures(recall)["B1"] == ("79", "0", "45", "0", "34")
    assert percent(recall) == "100"
    linde = recall.customers.get(name="Hotel Linde")
    first, second = linde.shipments.order_by("id")
    for shipment, given, limit in ((first, "1", "0"), (second, "9.5", "9")):
        sentence = build.refusal(record_customer, customer=linde, recovered={shipment.pk: Decimal(given)}, by=manager)
        assert f"had come back before the case. Give 0 to {limit}." in sentence
    record_customer(customer=linde, recovered={second.pk: Decimal(9)}, by=manager)
    client.force_login(manager)
    rows = client.get(recall.get_absolute_url()).context["customers_part"]["rows"]
    assert [(row.shipped, row.returned, row.recovered) for row in rows] == [
        ("20 pcs", "", ""),
        ("25 pcs", "16 pcs", "9 pcs"),
    ]


def test_what_nobody_brought_back_is_none_of_what_nobody_got(client, manager, bakery):
    """Nobody is not a customer: what is with somebody unknown stays with them, whoever brought some back unnamed."""
    post("shipment", line("BREAD", -12, batch="B1"), number="SO-3")
    post("customer_return", line("BREAD", 5, batch="B1"), number="RET-1")
    recall = opened(manager)
    assert shipments(recall) == [
        ("", "SO-3", "B1", "12", "0"),
        ("Café Blau", "SO-1", "B1", "20", "0"),
        ("Hotel Linde", "SO-2", "B1", "15", "0"),
    ]
    assert figures(recall)["B1"] == ("65", "0", "47", "0", "18")
    client.force_login(manager)
    rows = client.get(recall.get_absolute_url()).context["customers_part"]["rows"]
    assert [(row.customer.name, row.shipped, row.returned) for row in rows] == [
        ("", "12 pcs", ""),
        ("Café Blau", "20 pcs", ""),
        ("Hotel Linde", "15 pcs", ""),
    ]
    nobody = recall.customers.get(name="").shipments.get()
    sentence = build.refusal(record_customer, customer=nobody.customer, recovered={nobody.pk: Decimal(13)}, by=manager)
    assert sentence == "13 pcs of B1 cannot be recovered: 12 pcs were shipped in SO-3. Give 0 to 12."


def test_what_comes_back_after_the_hold_stays(manager, bakery):
    """All of it is sold; the recall holds the batch nevertheless, so what customers send back does not go out again."""
    post("shipment", line("BREAD", -25, batch="B1"), partner="Späti")
    recall = opened(manager, "B1")
    assert hold_all(recall=recall, by=manager) == 1
    post("customer_return", line("BREAD", 5, batch="B1"), partner="Späti")
    assert "on hold" in build.refusal(post, "shipment", line("BREAD", -1, batch="B1"), partner="Späti")


def test_hold_says_how_much_is_with_customers(client, manager, bakery):
    post("shipment", line("BREAD", -25, batch="B1"), partner="Späti")
    recall = opened(manager)
    client.force_login(manager)
    page = read(client, recall)
    assert "Hold all 3 in one step" in page
    assert "3 lots not on hold, 1 of them with customers: what comes back stays on hold" in page
    drill = opened(manager, kind="drill")
    assert "<strong>3 lots are not on hold.</strong>" in read(client, recall, "close/")
    client.post(f"{recall.get_absolute_url()}hold/")
    assert "what comes back" not in read(client, recall)
    for case in (recall, drill):
        assert "not on hold" not in read(client, case, "close/")


# -- what was typed -----------------------------------------------------------------------------------------------------


def test_a_sku_before_a_number_is_read_first(client, manager, bakery):
    """A clumsy number that looks like another lot's SKU and number hides neither."""
    post("receipt", line("BREAD", 1, batch="FLOUR F1"))
    assert [one.line for one in find_typed("FLOUR F1")] == ["FLOUR F1"]
    assert [one.line for one in find_typed("BREAD FLOUR F1")] == ["BREAD FLOUR F1"]
    assert depths(opened(manager, "bread  flour f1")) == {"FLOUR F1": 0}


def test_recall_new_shows_the_scope_before_the_rest_is_filled_in(client, manager, bakery):
    client.force_login(manager)
    page = client.post("/recalls/new/", {"lots": "FLOUR F1", "do": "preview"})
    assert page.status_code == 200
    assert "4 lots, 2 customers" in page.content.decode()
    assert "Give the case a title" not in page.content.decode()
    page = client.post("/recalls/new/", {"lots": "FLOUR F1", "do": "open", "seen": page.context["seen"]})
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"kind", "title", "reason"}
    assert client.post("/recalls/new/", {"lots": "", "do": "preview"}).status_code == 422


@pytest.mark.parametrize("text", ["x " * 40_000, "F1\0", "ﷺ" * 64, "= F1"])
def test_recall_new_refuses_strange_text(client, manager, bakery, text):
    client.force_login(manager)
    answer = client.post("/recalls/new/", {"lots": text, "kind": "drill", "title": "T", "reason": "R"})
    assert answer.status_code == 422
    assert not Recall.objects.exists()


def test_recall_new_takes_no_more_lines_than_it_can_show(client, manager, bakery):
    client.force_login(manager)
    answer = client.post("/recalls/new/", {"lots": "F1\n" * 1001, "kind": "drill", "title": "T", "reason": "R"})
    assert answer.context["form"].errors["lots"] == ["These are 1,001 lines, the limit is 1,000. Open another case."]


def test_recall_new_lists_some_customers_and_counts_all(client, manager, bakery):
    post("receipt", line("BREAD", 100, batch="B5"))
    for number in range(CUSTOMERS + 3):
        post("shipment", line("BREAD", -1, batch="B5"), partner=f"Customer {number:03}")
    post("shipment", line("BREAD", -1, batch="B5"))
    client.force_login(manager)
    page = client.get(f"/recalls/new/?batch={batch('B5').pk}").content.decode()
    assert f"1 lot, {CUSTOMERS + 3} customers" in page
    assert "And 4 more; the case has them all." in page
    assert page.count("Customer 0") == CUSTOMERS - 1  # and what went to nobody named


# -- drafts -------------------------------------------------------------------------------------------------------------


def test_drafts_are_found_whatever_the_sku_is_now(client, manager, bakery):
    """A draft with a lot that was made since, and one whose SKU was renamed; another variant's twin is none of it."""
    build.item("Roll", "batch", skus=("ROLL",))
    post("receipt", line("ROLL", 5, batch="B1"))
    recall = opened(manager, "BREAD B1")
    client.force_login(manager)
    for sku in ("BREAD", "ROLL"):
        draft_of(client, sku, "b1")
    build.rename(Variant.objects.get(key="bread"), "LOAF")
    assert [row.lots for row in drafts(client, recall)] == ["LOAF b1"]
    post("adjustment", line("LOAF", -2, batch="B1"), line("LOAF", 2, batch="B2"))
    draft_of(client, "LOAF", "B2")
    assert [row.lots for row in drafts(client, recall)] == ["LOAF B2", "LOAF b1"]


def draft_of(client, sku: str, number: str) -> Draft:
    main = build.location("Main").pk
    sheet = Sheet.new(client, "shipment", sku=sku, quantity="1").fill(location=main).press("save")
    field = next(name for name, _ in sheet.form.fields if name.startswith("number-"))
    sheet.fill(**{field: number}).press("save")
    return Draft.objects.order_by("-made_at").first()


def drafts(client, recall: Recall) -> list:
    return client.get(recall.get_absolute_url()).context["drafts"]


def test_drafts_with_many_serial_numbers_name_some(client, manager):
    build.item("Oven", "serial", skus=("OVEN",))
    post("receipt", *[line("OVEN", 1, serial=f"S{number:02}") for number in range(30)])
    recall = opened(manager, "\n".join(f"S{number:02}" for number in range(30)))
    client.force_login(manager)
    Sheet.new(client, "shipment", sku="OVEN", quantity="30").fill(location=build.location().pk).press("save")
    scanned = "\n".join(f"s{number:02}" for number in range(30))
    row = Draft.objects.get().lines.get()
    row.serial_numbers = scanned
    row.save()
    (found,) = drafts(client, recall)
    assert found.lots == ", ".join(f"OVEN s{number:02}" for number in range(10)) + " and 20 more"
    assert serial("S00").is_held is False


# -- evidence -----------------------------------------------------------------------------------------------------------


def test_what_was_said_is_kept_whole_however_long_it_is(manager, bakery):
    recall = opened(manager)
    cafe = recall.customers.get(name="Café Blau")
    note = "x" * 1000
    record_customer(
        customer=cafe, state="replied", note=note, recovered={cafe.shipments.get().pk: Decimal(2)}, by=manager
    )
    texts = list(recall.events.values_list("text", flat=True))[1:]
    assert all(len(text) <= 1000 for text in texts)
    assert "".join(texts) == f"Café Blau: Replied.Note: {note} 2 pcs of BREAD B1 in SO-1 recovered."


def test_events_count_in_words_that_fit(manager, bakery):
    recall = opened(manager, "D1")
    hold_all(recall=recall, by=manager)
    assert list(recall.events.values_list("text", flat=True)) == [
        "Opened with 2 lots, 2 customers and 0 gaps.",
        "1 lot put on hold.",
    ]
    post("receipt", line("BREAD", 4, batch="B5"))
    post("shipment", line("BREAD", -1, batch="B5"))  # to nobody named: no customer
    other = opened(manager, "B5", title="Another")
    assert other.events.get().text == "Opened with 1 lot, 0 customers and 0 gaps."


def test_recall_csv_has_what_changed_since_and_an_order_of_its_own(client, viewer, manager, bakery):
    """Sorted by code point, as every file: the databases would sort these names in ways of their own."""
    for name in ("zoo", "Äpfel", "apple", "Zebra"):
        post("shipment", line("BREAD", -1, batch="B1"), partner=name, number=f"SO-{name}")
    post("customer_return", line("BREAD", 1, batch="B1"), partner="apple")
    recall = opened(manager)
    post("shipment", line("BREAD", -2, batch="B1"), partner="Späti", number="SO-9")
    client.force_login(viewer)
    response = client.get(f"{recall.get_absolute_url()}recall.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    names = ["Café Blau", "Hotel Linde", "Zebra", "apple", "zoo", "Äpfel"]
    assert [row["customer"] for row in rows if row["record"] == "customer"] == names
    assert list(dict.fromkeys(row["customer"] for row in rows if row["record"] == "shipment")) == names
    back = [row for row in rows if row["record"] == "shipment" and row["customer"] == "apple"]
    assert [(row["quantity"], row["returned"], row["recovered"]) for row in back] == [("1", "1", "0")]
    assert [row["text"] for row in rows if row["record"] == "change"] == [
        f"{name}: {sentence}" for name, sentences in changes(recall).items() for sentence in sentences
    ]
    assert any("2 pcs of BREAD B1 left in SO-9 to Späti." in row["text"] for row in rows)
    assert {row["on_hold"] for row in rows if row["record"] in {"lot", "stock"}} == {"no"}


def test_customers_page_in_the_order_of_the_case(client, viewer, manager, bakery):
    post("receipt", line("BREAD", 200, batch="B5"))
    for number in range(60):
        post("shipment", line("BREAD", -1, batch="B5"), partner=f"{'ä' if number % 2 else 'Z'}{number:02}")
    recall = opened(manager, "B5")
    client.force_login(viewer)
    first = client.get(f"{recall.get_absolute_url()}customers/")
    after = client.get(f"{recall.get_absolute_url()}customers/", {"after": first.context["page"].next_cursor})
    shown = [row.customer.name for page in (first, after) for row in page.context["rows"]]
    assert len(shown) == 60
    assert shown == sorted(shown)


def test_letters_say_when_nobody_can_be_reached(client, viewer, manager, bakery):
    recall = opened(manager)
    client.force_login(viewer)
    sentence = "These letters do not say how to reach you"
    assert sentence not in read(client, recall, "letters/")
    Location.objects.update(phone="", address="")
    assert sentence in read(client, recall, "letters/")
    Workspace.objects.update_or_create(pk=1, defaults={"business_name": "Mill & Oven"})
    page = read(client, recall, "letters/")
    assert sentence in page
    assert "<strong>Mill &amp; Oven</strong>" in page
    Workspace.objects.update(business_phone="555-0100")
    assert sentence not in read(client, recall, "letters/")


def test_a_second_click_finds_the_case_of_the_first(manager, bakery):
    """The same kind, title and lots, in whatever words; another kind, title or lot is another case."""
    first = opened(manager, "FLOUR F1\nF2")
    assert opened(manager, "f2\nflour f1", title=" glass IN flour ") == first
    assert opened(manager, "FLOUR F1\nF2", kind="drill") != first
    assert opened(manager) != first
    assert Recall.objects.count() == 3


def test_a_case_that_was_closed_is_none_that_a_second_click_finds(manager, bakery):
    """The same drill next year is a case of its own, and the one of last year stays closed."""
    first = opened(manager, kind="drill", title="Yearly drill")
    close_recall(recall=first, summary="All found", by=manager)
    second = opened(manager, kind="drill", title="Yearly drill")
    assert (second.number, second.is_open, second.lots.count()) == ("RC-000002", True, 4)
    assert opened(manager, kind="drill", title="Yearly drill") == second
    assert list(Recall.objects.order_by("id").values_list("number", "closed_by__username")) == [
        ("RC-000001", "manager"),
        ("RC-000002", None),
    ]


def test_recall_is_not_opened_over_what_is_gone(manager, bakery):
    """The lots were found, then their numbers were taken off by somebody else."""
    roots = find_typed("F2\nDOUGH D1")
    build.switch_off(Item.objects.get(key="dough"), manager)
    act = {"roots": roots, "kind": "recall", "title": "Late", "reason": "R", "by": manager}
    assert build.refusal(open_recall, **act) == (
        "DOUGH D1 is no longer there: tracking of Dough was switched. Leave it out."
    )
    assert not Recall.objects.exists()
