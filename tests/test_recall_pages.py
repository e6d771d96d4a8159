"""Recall cases and drills: opening, the page of a case, customers, holds, letters, CSV, what changed since, closing."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from items.models import Item
from katana_trace.lib import days
from katana_trace.lib.quantities import plain, to_millionths
from tests import build
from tests.build import batch, line, post
from tests.recalls import changes, depths, make_bakery, opened, read
from tests.sheet import Sheet
from tracking.models import (
    Batch,
    Draft,
    Location,
    Recall,
    RecallCustomer,
    RecordChange,
    SerialNumber,
    Workspace,
)
from tracking.modes.plan import plan_switch
from tracking.recalls.close import close_recall
from tracking.recalls.open import open_recall
from tracking.recalls.state import hold_all, record_customer


@pytest.fixture
def bakery(db) -> None:
    make_bakery()


# -- opening --------------------------------------------------------------------------------------------------------------


def test_recall_list_says_what_to_do_first(client, viewer, manager):
    client.force_login(viewer)
    page = client.get("/recalls/").content.decode()
    assert "Begin with a drill" in page
    assert "Managers open recalls and drills." in page
    client.force_login(manager)
    assert "/recalls/new/?kind=drill" in client.get("/recalls/").content.decode()


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_recall_new_takes_a_manager(client, request, role):
    client.force_login(request.getfixturevalue(role))
    assert client.get("/recalls/new/").status_code == 403
    assert client.post("/recalls/new/", {}).status_code == 403
    with pytest.raises(PermissionDenied):
        open_recall(roots=[], kind="drill", title="T", reason="R", by=request.getfixturevalue(role))


def test_recall_new_shows_the_scope_before_it_opens(client, manager, bakery):
    client.force_login(manager)
    page = client.get(f"/recalls/new/?batch={batch('F1').pk}&batch=999&serial=x")
    words = page.content.decode()
    assert "FLOUR F1" in words
    assert "4 lots, 2 customers" in words
    assert "20 pcs" in words
    assert "15 pcs" in words
    assert not Recall.objects.exists()
    typed = {"lots": " flour  f1 \r\n", "kind": "drill", "title": "First drill", "reason": "Practice"}
    # Opened without having seen the scope: it is shown, and nothing is opened.
    answer = client.post("/recalls/new/", {**typed, "do": "open"})
    assert "Look at the scope below" in answer.content.decode()
    assert not Recall.objects.exists()
    answer = client.post("/recalls/new/", {**typed, "do": "open", "seen": answer.context["seen"]}, follow=True)
    recall = Recall.objects.get()
    assert answer.redirect_chain == [(recall.get_absolute_url(), 302)]
    assert (recall.number, recall.kind, recall.opened_by) == ("RC-000001", "drill", manager)
    assert depths(recall) == {"F1": 0, "D1": 1, "D2": 1, "B1": 2}


def test_recall_new_keeps_the_figures_of_law_12(manager, bakery):
    recall = opened(manager)
    kept = {
        lot.number: tuple(
            plain(to_millionths(value)) for value in (lot.came, lot.used, lot.shipped, lot.sent_back, lot.on_hand)
        )
        for lot in recall.lots.all()
    }
    assert kept == {
        "F1": ("98", "50", "0", "3", "45"),
        "D1": ("40", "40", "0", "0", "0"),
        "D2": ("30", "10", "0", "0", "20"),
        "B1": ("60", "0", "35", "0", "25"),
    }
    assert [(one.name, one.email) for one in recall.customers.all()] == [
        ("Café Blau", "info@cafe.example"),
        ("Hotel Linde", ""),
    ]
    assert opened(manager) == recall  # a double click
    assert opened(manager, title="Another").number == "RC-000002"


@pytest.mark.parametrize(
    ("lots", "sentence"),
    [
        ("", "Name at least one batch or serial number"),
        ("NOPE", "“NOPE” is no batch or serial number."),
        ("X1", "“X1” is a number of BREAD and FLOUR. Write the SKU before it"),
        ("FLOUR NOPE", "“FLOUR NOPE” is no batch or serial number."),
    ],
)
def test_recall_new_refuses_what_it_cannot_find(client, manager, bakery, lots, sentence):
    post("receipt", line("FLOUR", 1, batch="X1"), line("BREAD", 1, batch="X1"))
    client.force_login(manager)
    answer = client.post("/recalls/new/", {"lots": lots, "kind": "drill", "title": "T", "reason": "R"})
    assert answer.status_code == 422
    assert sentence in " ".join(answer.context["form"].errors["lots"])
    assert not Recall.objects.exists()


def test_recall_new_takes_numbers_with_spaces_and_more_than_one(manager, bakery):
    post("receipt", line("FLOUR", 1, batch="Lot 7 A"))
    recall = opened(manager, "flour lot 7  a\nLot 7 A\nF2\n\nB1")
    assert sorted(recall.lots.filter(depth=0).values_list("number", flat=True)) == ["B1", "F2", "Lot 7 A"]


def test_recall_new_follows_relabelling_and_leaves_reversed_shipments_out(manager, bakery):
    post("adjustment", line("BREAD", -5, batch="B1"), line("BREAD", 5, batch="B7"))
    build.reverse(post("shipment", line("BREAD", -1, batch="B7"), partner="Gone Ltd"), by=manager)
    post("shipment", line("BREAD", -2, batch="B7"))
    recall = opened(manager)
    assert depths(recall)["B7"] == 3
    assert [one.name for one in recall.customers.all()] == ["", "Café Blau", "Hotel Linde"]


# -- the case -------------------------------------------------------------------------------------------------------------


def test_recall_detail_shows_the_case(client, viewer, manager, bakery):
    recall = opened(manager)
    client.force_login(viewer)
    page = read(client, recall)
    for words in ("Glass in flour", "Open for less than a minute", "<strong>100 %</strong> accounted", "Café Blau"):
        assert words in page
    assert "info@cafe.example" in page
    assert "This trace is not complete" not in page
    assert "Nothing: no lot, shipment, return, stock or hold of it changed." in page
    assert "Hold all" not in page
    assert "Close the case" not in page
    for name in ("lots", "stock", "customers", "letters"):
        assert "RC-000001" in read(client, recall, f"{name}/")


def test_recall_list_has_open_cases_first_with_clock_and_figures(client, viewer, manager, bakery, monkeypatch):
    first, second = opened(manager), opened(manager, title="Second", kind="drill")
    close_recall(recall=second, summary="Done", by=manager)
    third = opened(manager, title="Third")
    close_recall(recall=third, summary="Done", by=manager)
    later = days.now() + timedelta(hours=3, minutes=12)
    monkeypatch.setattr(days, "now", lambda: later)
    client.force_login(viewer)
    rows = client.get("/recalls/").context["rows"]
    assert [row.recall.number for row in rows] == [first.number, third.number, second.number]
    assert (rows[0].clock, rows[0].to_notify, rows[0].customers, rows[0].percent) == (
        "open for 3 h 12 min",
        2,
        2,
        "100",
    )
    assert rows[1].clock == "closed after less than a minute"


def test_recall_detail_names_what_is_shipped_to_nobody(client, manager, bakery):
    post("shipment", line("BREAD", -5, batch="B1"), number="SO-9")
    recall = opened(manager)
    client.force_login(manager)
    page = read(client, recall)
    assert "Nobody named" in page
    assert "<strong>91.6 %</strong> accounted" in page  # 5 of 60 pcs, though the kg are complete
    assert client.get("/recalls/").context["rows"][0].to_notify == 2
    nobody = recall.customers.get(name="")
    assert "nobody can be notified" in read(client, recall, f"customers/{nobody.pk}/")
    assert client.get(f"{recall.get_absolute_url()}customers/{nobody.pk}/letter/").status_code == 404
    refused = build.refusal(record_customer, customer=nobody, state="notified", by=manager)
    assert refused.startswith("Nobody is named here")


def test_recall_detail_says_where_the_trace_cannot_go_on(client, manager, bakery):
    build.item("Crumbs", unit="kg", skus=("CRUMBS",))
    post("production", line("BREAD", -10, batch="B1"), line("CRUMBS", 4))
    recall = opened(manager)
    assert (
        recall.gaps == "Continues into 4 kg of Crumbs that were made without a number in 1 document; find them by hand."
    )
    client.force_login(manager)
    page = read(client, recall)
    assert "This trace is not complete." in page
    assert "<strong>83.3 %</strong> accounted" in page  # 10 of 60 pcs went where nothing follows them
    assert "gaps" in client.get("/recalls/").content.decode()


def test_recall_detail_keeps_the_gap_of_a_switch(client, manager, bakery):
    build.switch_off(Item.objects.get(key="dough"), manager)
    recall = opened(manager)
    assert depths(recall) == {"F1": 0}
    assert "Continues through Dough, tracking switched off on" in recall.gaps
    client.force_login(manager)
    page = read(client, recall)
    assert "This trace is not complete." in page
    assert "<strong>48.9 %</strong> accounted" in page  # the 50 of 98 kg that went into the dough are not followed


def test_recall_detail_shows_drafts_that_contain_it(client, operator, viewer, manager, bakery):
    client.force_login(operator)
    main = build.location("Main").pk
    sheet = Sheet.new(client, "shipment", sku="BREAD", quantity="3").fill(location=main).press("save")
    batch_field = next(name for name, _ in sheet.form.fields if name.startswith("number-"))
    sheet.fill(**{batch_field: "b1"}).press("save")
    Sheet.new(client, "shipment", sku="BREAD", quantity="3").fill(location=main).press("save")
    draft = Draft.objects.get(lines__batches__key="b1")
    recall = opened(manager)
    page = read(client, recall)
    assert draft.get_absolute_url() in page
    assert page.count("/documents/drafts/") == 1
    assert '<td class="long code">BREAD b1</td>' in page
    client.force_login(viewer)
    assert draft.get_absolute_url() not in read(client, recall)


@pytest.mark.parametrize("count", [1, 50])
def test_recall_pages_ask_the_same_number_of_queries(client, manager, count, django_assert_num_queries):
    build.item("Flour", "batch", unit="kg", skus=("FLOUR",))
    build.item("Bread", "batch", skus=("BREAD",))
    post("receipt", line("FLOUR", 100, batch="F1"))
    for n in range(count):
        post("production", line("FLOUR", -1, batch="F1"), line("BREAD", 10, batch=f"B{n:02}"))
        post("shipment", line("BREAD", -4, batch=f"B{n:02}"), partner=f"Customer {n:02}")
    recall = opened(manager)
    for n in range(count - 1):
        opened(manager, f"BREAD B{n:02}", title=f"Case {n}")
    client.force_login(manager)
    queries = {"": 40, "lots/": 7, "stock/": 10, "customers/": 8, "letters/": 10, "recall.csv": 34}
    for part, number in queries.items():
        with django_assert_num_queries(number):
            response = client.get(f"{recall.get_absolute_url()}{part}")
            body = b"".join(response.streaming_content) if response.streaming else response.content
        assert response.status_code == 200
        assert body
    with django_assert_num_queries(7):
        assert len(client.get("/recalls/").context["rows"]) == count
    assert len(client.get(recall.get_absolute_url()).context["customers_part"]["rows"]) == count


# -- what is done ---------------------------------------------------------------------------------------------------------


def test_recall_hold_holds_everything_here_in_one_step(client, manager, operator, bakery):
    recall = opened(manager)
    client.force_login(operator)
    assert client.post(f"{recall.get_absolute_url()}hold/").status_code == 403
    client.force_login(manager)
    assert "Hold all 3 in one step" in read(client, recall)
    post("production", line("FLOUR", -1, batch="F1"), line("DOUGH", 2, batch="D3"))  # made since
    page = client.post(f"{recall.get_absolute_url()}hold/", follow=True).content.decode()
    assert "4 lots were put on hold." in page
    held = set(Batch.objects.filter(status="held").values_list("number", "reason"))
    assert held == {(number, "RC-000001: Glass in flour") for number in ("F1", "D2", "D3", "B1")}
    assert RecordChange.objects.filter(field="status").count() == 4
    assert changes(recall)["Holds"] == ["Put on hold: BREAD B1, DOUGH D2, FLOUR F1."]
    assert "on hold" in build.refusal(post, "shipment", line("BREAD", -1, batch="B1"))
    again = client.post(f"{recall.get_absolute_url()}hold/")
    assert again.status_code == 422
    assert "is on hold already" in again.content.decode()


def test_recall_hold_of_a_drill_changes_no_stock(client, manager, bakery):
    before = build.stock()
    recall = opened(manager, kind="drill")
    client.force_login(manager)
    page = read(client, recall)
    assert "A recall would hold 3 lots now." in page
    assert "This is a drill." in page
    refused = client.post(f"{recall.get_absolute_url()}hold/")
    assert refused.status_code == 422
    assert "a drill changes no stock" in refused.content.decode()
    assert (build.stock(), Batch.objects.filter(status="held").count()) == (before, 0)


def test_recall_customer_keeps_state_note_and_what_came_back(client, manager, viewer, bakery):
    recall = opened(manager)
    cafe = recall.customers.get(name="Café Blau")
    shipment = cafe.shipments.get()
    address = f"{recall.get_absolute_url()}customers/{cafe.pk}/"
    client.force_login(viewer)
    assert "Managers work on this." in client.get(address).content.decode()
    assert client.post(address, {"state": "notified"}).status_code == 403
    client.force_login(manager)
    field = f"recovered_{shipment.pk}"
    assert client.post(address, {"state": "notified", "note": "", field: "0"}).status_code == 302
    cafe.refresh_from_db()
    assert (cafe.state, cafe.notified_by, cafe.notified_at is not None) == ("notified", manager, True)
    refused = client.post(address, {"state": "replied", "note": "Spoke to Ann", field: "20.5"})
    assert refused.status_code == 422
    assert refused.context["form"].errors[field] == [
        "20.5 pcs of B1 cannot be recovered: 20 pcs were shipped in SO-1. Give 0 to 20."
    ]
    cafe.refresh_from_db()
    assert (cafe.state, cafe.note) == ("notified", "")
    assert client.post(address, {"state": "replied", "note": "Spoke to Ann\r\ntwice", field: "12.5"}).status_code == 302
    cafe.refresh_from_db()
    shipment.refresh_from_db()
    assert (cafe.state, cafe.note, plain(to_millionths(shipment.recovered))) == (
        "replied",
        "Spoke to Ann\ntwice",
        "12.5",
    )
    assert cafe.replied_at
    assert list(recall.events.values_list("text", flat=True))[1:] == [
        "Café Blau: Notified.",
        "Café Blau: Replied. Note: Spoke to Ann\ntwice 12.5 pcs of BREAD B1 in SO-1 recovered.",
    ]
    assert "12.5" in read(client, recall, "customers/")


def test_recall_customer_changes_only_what_a_person_changed(client, manager, bakery):
    recall = opened(manager)
    cafe = recall.customers.get(name="Café Blau")
    shipment = cafe.shipments.get()
    record_customer(customer=cafe, note="From the other window", state="notified", by=manager)
    client.force_login(manager)
    stale = {
        "state": "to_notify", "initial-state": "to_notify", "note": "", "initial-note": "",
        f"recovered_{shipment.pk}": "3", f"initial-recovered_{shipment.pk}": "0",
    }  # fmt: skip
    assert client.post(f"{recall.get_absolute_url()}customers/{cafe.pk}/", stale).status_code == 302
    cafe.refresh_from_db()
    assert (cafe.state, cafe.note) == ("notified", "From the other window")
    assert plain(to_millionths(cafe.shipments.get().recovered)) == "3"


def test_recall_customer_shows_returns_as_a_hint(client, manager, bakery):
    post("customer_return", line("BREAD", 2, batch="B1"), partner="Café Blau", number="RET-1")
    recall = opened(manager)
    client.force_login(manager)
    cafe, linde = recall.customers.order_by("name")
    assert "2 had come back" in read(client, recall, f"customers/{cafe.pk}/")
    assert "2 pcs had come back" in read(client, recall, "customers/")
    assert "2 came back" in read(client, recall, "letters/")
    post("customer_return", line("BREAD", 3, batch="B1"), partner="Café Blau", number="RET-2")
    page = read(client, recall, f"customers/{cafe.pk}/")
    assert "3 pcs of it came back since in RET-2" in page
    assert "RET-1" not in page
    assert "come back" not in read(client, recall, f"customers/{linde.pk}/")


def test_recall_notify_marks_all(client, manager, bakery):
    recall = opened(manager)
    client.force_login(manager)
    page = client.post(f"{recall.get_absolute_url()}notify/", follow=True).content.decode()
    assert "2 customers were marked as notified." in page
    assert "0 of 2 to notify" in page
    assert client.post(f"{recall.get_absolute_url()}notify/").status_code == 422
    assert set(recall.customers.values_list("state", "notified_by__username")) == {("notified", "manager")}


def test_recall_customer_keeps_when_and_by_whom_it_was_told(manager, admin_user, bakery, monkeypatch):
    """An answer that somebody else writes down later does not change when the customer was notified."""
    cafe = opened(manager).customers.get(name="Café Blau")
    first = days.now()

    def record(state: str, by, hours: int) -> tuple:
        monkeypatch.setattr(days, "now", lambda: first + timedelta(hours=hours))
        found = record_customer(customer=cafe, state=state, by=by)
        return found.notified_at, found.notified_by, found.replied_at

    at = [first + timedelta(hours=hours) for hours in range(6)]
    assert record("notified", manager, 1) == (at[1], manager, None)
    assert record("replied", admin_user, 2) == (at[1], manager, at[2])
    assert record("notified", admin_user, 3) == (at[1], manager, None)
    assert record("to_notify", manager, 4) == (None, None, None)
    assert record("replied", admin_user, 5) == (at[5], admin_user, at[5])


def test_recall_customer_can_go_back(manager, bakery):
    cafe = opened(manager).customers.get(name="Café Blau")
    cafe = record_customer(customer=cafe, state="replied", by=manager)
    assert cafe.notified_at is not None
    cafe = record_customer(customer=cafe, state="to_notify", by=manager)
    assert (cafe.notified_at, cafe.notified_by, cafe.replied_at) == (None, None, None)
    assert "is no state" in build.refusal(record_customer, customer=cafe, state="asleep", by=manager)


# -- since ----------------------------------------------------------------------------------------------------------------


def test_recall_detail_tells_what_changed_since(client, manager, bakery):
    post("customer_return", line("BREAD", 1, batch="B1"), partner="Hotel Linde", number="RET-0")
    recall = opened(manager)
    assert changes(recall) == {}
    post("production", line("DOUGH", -5, batch="D2"), line("BREAD", 4, batch="B2"), number="MO-X")
    post("shipment", line("BREAD", -3, batch="B2"), partner="Späti", number="SO-3")
    post("customer_return", line("BREAD", 6, batch="B1"), partner="Hotel Linde", number="RET-1")
    build.reverse(build.Document.objects.get(number="SO-1"), by=manager)
    found = changes(recall)
    assert found["Lots"] == ["New in scope: BREAD B2, 4 pcs came in."]
    assert found["Shipments"] == [
        "SO-1 to Café Blau was reversed (BREAD B1).",
        "3 pcs of BREAD B2 left in SO-3 to Späti. Notify them too: they have no letter in this case.",
    ]
    assert "6 pcs of BREAD B1 came back from Hotel Linde in RET-1." in found["Returns"]
    assert "BREAD B1 at Main: 26 pcs then, 52 pcs now." in found["Stock"]
    assert "DOUGH D2 at Main: 20 kg then, 15 kg now." in found["Stock"]
    client.force_login(manager)
    page = read(client, recall)
    assert "SO-3 to Späti" in page
    assert "<strong>100 %</strong> accounted" in page  # the figures are those of the opening


# -- letters and CSV ------------------------------------------------------------------------------------------------------


def test_recall_letters_have_a_page_for_each_customer(client, viewer, manager, bakery):
    recall, drill = opened(manager), opened(manager, kind="drill", title="Practice")
    client.force_login(viewer)
    page = read(client, recall, "letters/")
    assert page.count("<article") == 2
    for words in ("Café Blau", "Ring 1<br>Wien", "B1", "20 pcs", "SO-1", "Stop selling", "Mill Lane 1", "+43 5 55"):
        assert words in page
    assert "DRILL" not in page
    cafe = drill.customers.get(name="Café Blau")
    page = read(client, drill, f"customers/{cafe.pk}/letter/")
    assert page.count("<article") == 1
    assert "<strong>DRILL.</strong>" in page
    assert "Stop selling" not in page
    assert client.get(f"{recall.get_absolute_url()}customers/{cafe.pk}/letter/").status_code == 404


def test_recall_letters_name_the_business_or_the_locations_as_their_sender(client, viewer, manager, bakery):
    client.force_login(viewer)
    recall = opened(manager)
    Location.objects.filter(name="Main").update(address="Back Lane 2", phone="555-0102")
    page = read(client, recall, "letters/")
    assert ("<strong>Main</strong>" in page, "Back Lane 2" in page, "555-0102" in page) == (True, True, True)
    Workspace.objects.create(pk=1, business_name="Blau Bakery", business_address="Mill Lane 1\nBlau")
    page = read(client, recall, "letters/")
    assert ("<strong>Blau Bakery</strong>" in page, "Mill Lane 1<br>Blau" in page) == (True, True)
    assert "<strong>Main</strong>" not in page


def test_recall_csv_has_everything_the_case_keeps(client, viewer, manager, bakery):
    build.rename(build.partner("Café Blau"), "=Café")
    recall = opened(manager)
    client.force_login(viewer)
    response = client.get(f"{recall.get_absolute_url()}recall.csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    count = {name: sum(row["record"] == name for row in rows) for name in {row["record"] for row in rows}}
    assert count == {"case": 1, "lot": 4, "stock": 3, "customer": 2, "shipment": 2, "event": 1}
    case = rows[0]
    assert (case["case"], case["percent_accounted"], case["by"]) == ("RC-000001", "100", "manager")
    shipment = next(row for row in rows if row["record"] == "shipment" and row["document"] == "SO-1")
    assert (shipment["customer"], shipment["number"], shipment["quantity"]) == ("'=Café", "B1", "20")
    assert response["Content-Disposition"] == 'attachment; filename="RC-000001.csv"'


# -- closing --------------------------------------------------------------------------------------------------------------


def test_recall_close_makes_it_read_only(client, manager, operator, bakery):
    recall = opened(manager)
    address = f"{recall.get_absolute_url()}close/"
    client.force_login(operator)
    assert client.get(address).status_code == 403
    client.force_login(manager)
    assert "2 of 2 customers are not notified yet" in client.get(address).content.decode()
    assert client.post(address, {"summary": " "}).status_code == 422
    page = client.post(address, {"summary": "Two pallets, all back."}, follow=True).content.decode()
    assert "Two pallets, all back." in page
    assert "Mark all as notified" not in page
    recall.refresh_from_db()
    cafe = recall.customers.get(name="Café Blau")
    for act in (
        lambda: record_customer(customer=cafe, note="Late", by=manager),
        lambda: hold_all(recall=recall, by=manager),
        lambda: close_recall(recall=recall, summary="Again", by=manager),
    ):
        assert build.refusal(act) == (
            "RC-000001 is closed, so nothing of it is changed. Open another case if there is more to do."
        )
    assert "was closed already" in client.get(address).content.decode()
    assert "nothing of it is changed" in client.get(f"{recall.get_absolute_url()}customers/{cafe.pk}/").content.decode()


@pytest.mark.parametrize("kind", ["recall", "drill"])
def test_switch_is_refused_while_a_case_is_open(manager, bakery, kind):
    recall = opened(manager, kind=kind)
    dough = Item.objects.get(key="dough")
    sentence = f"Dough is in the open {kind} RC-000001 (Glass in flour). Close it first."
    assert plan_switch(item=dough, to="none").refusal == sentence
    assert build.refusal(build.switch_off, dough, manager) == sentence
    close_recall(recall=recall, summary="Done", by=manager)
    assert plan_switch(item=dough, to="none").refusal == ""


def test_recall_detail_outlives_a_switch(client, manager, viewer, bakery):
    recall = opened(manager)
    close_recall(recall=recall, summary="Done", by=manager)
    build.switch_off(Item.objects.get(key="dough"), manager)
    client.force_login(viewer)
    page = read(client, recall)
    assert "2 of the lots are no longer in the books" in page
    assert "D1" in page
    for key in ("flour", "bread"):
        build.switch_off(Item.objects.get(key=key), manager)
    page = read(client, recall)
    assert "4 of the lots are no longer in the books" in page
    assert "<strong>100 %</strong> accounted" in page
    cafe = recall.customers.get(name="Café Blau")
    for part in ("lots/", "stock/", "letters/", f"customers/{cafe.pk}/"):
        assert "B1" in read(client, recall, part)
    assert build.broken() == {}


# -- serial numbers -------------------------------------------------------------------------------------------------------


def test_recall_of_serial_numbers(client, manager):
    build.item("Board", "batch", skus=("BOARD",))
    build.item("Oven", "serial", skus=("OVEN",))
    post("receipt", line("BOARD", 10, batch="X"))
    post("production", line("BOARD", -3, batch="X"), *[line("OVEN", 1, serial=f"S{n}") for n in (1, 2, 3)])
    post("shipment", line("OVEN", -1, serial="S1"), partner="Hotel Linde", number="SO-1")
    post("receipt", line("OVEN", 1, serial="OTHER"))
    recall = opened(manager, "X")
    assert depths(recall) == {"X": 0, "S1": 1, "S2": 1, "S3": 1}
    assert recall.customers.get().shipments.get().lot.number == "S1"
    client.force_login(manager)
    page = read(client, recall)
    assert "<strong>100 %</strong> accounted" in page
    assert f"/serials/{build.serial('S2').pk}/" in page
    client.post(f"{recall.get_absolute_url()}hold/")
    assert set(SerialNumber.objects.filter(status="held").values_list("number", flat=True)) == {"S1", "S2", "S3"}
    cafe = RecallCustomer.objects.get()
    half = {cafe.shipments.get().pk: Decimal("0.5")}
    assert "no whole unit" in build.refusal(record_customer, customer=cafe, recovered=half, by=manager)
    one = opened(manager, "oven s1", title="One oven")
    assert depths(one) == {"S1": 0}
    assert "Start recall" in client.get(build.serial("S1").get_absolute_url()).content.decode()
    assert "Start recall" in client.get(batch("X").get_absolute_url()).content.decode()


def test_recall_admin_is_read_only(admin_client, manager, bakery):
    recall = opened(manager)
    assert "RC-000001" in admin_client.get("/admin/tracking/recall/").content.decode()
    assert admin_client.get(f"/admin/tracking/recall/{recall.pk}/change/").status_code == 200
    assert admin_client.get("/admin/tracking/recall/add/").status_code == 403
