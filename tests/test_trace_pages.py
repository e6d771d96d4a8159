"""The trace pages: finding a lot, the graph with its balance and lists, and all of it as CSV."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.db import connection
from django.urls import reverse

from katana_trace.lib import days
from tests.build import batch, item, line, post, serial, switch_off
from tests.build import reverse as reverse_document
from tracking.ledger import triggers
from tracking.ledger.sql import fetch
from tracking.models import LedgerLine

pytestmark = pytest.mark.django_db


@pytest.fixture
def bakery():
    for name, unit in (("Flour", "kg"), ("Dough", "kg"), ("Bread", "pcs")):
        item(name, "batch", unit=unit, skus=(name.upper(),))
    item("Oven", "serial", skus=("OVEN",))
    post("receipt", line("FLOUR", 100, batch="F1"), partner="Northmill", number="PO-1")
    post("production", line("FLOUR", -40, batch="F1"), line("DOUGH", 60, batch="D1"), number="MO-1")
    post(
        "production",
        line("DOUGH", -60, batch="D1"),
        line("BREAD", 50, batch="B1"),
        line("OVEN", 1, serial="O1"),
        number="MO-2",
    )
    post("shipment", line("BREAD", -30, batch="B1"), partner="Café", number="SO-1")


def trace_page(number: str) -> str:
    return reverse("tracking:trace_batch", args=[batch(number).pk])


def rows_of(response) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def outline_numbers(html: str) -> dict[str, list[str]]:
    """The lots that the list of the page names, by its three parts."""
    outline = html[html.index('id="trace_outline"') :]
    found = {}
    for part in re.split(r"<h3>", outline)[1:]:
        head, _, rest = part.partition("</h3>")
        found[head] = re.findall(r">([^<]+)</a>\s+[^<]*? on hand", rest)
    return found


# -- finding --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("q", ["B1", " b1 ", "BREAD B1", "bread  ｂ1"])
def test_trace_of_a_number_leads_to_its_page(client, viewer, bakery, q):
    client.force_login(viewer)
    response = client.get("/trace/", {"q": q})
    assert (response.status_code, response["Location"]) == (302, trace_page("B1"))


def test_trace_of_a_serial_number_leads_to_its_page(client, viewer, bakery):
    client.force_login(viewer)
    assert client.get("/trace/", {"q": "o1"})["Location"] == reverse("tracking:trace_serial", args=[serial("O1").pk])


@pytest.mark.parametrize(
    ("q", "kind", "numbers"),
    [
        ("BREAD", "variant", ["B1"]),
        ("MO-2", "document", ["B1", "D1", "O1"]),
        ("Northmill", "partner", ["F1"]),
        ("caf", "partner", ["B1"]),
        ("F", "beginning", ["F1"]),
    ],
)
def test_trace_finds_lots_by_sku_document_partner_and_how_a_number_begins(client, viewer, bakery, q, kind, numbers):
    client.force_login(viewer)
    answers = client.get("/trace/", {"q": q}).context["answers"]
    assert [(one.kind, sorted(facts.number for facts in one.lots)) for one in answers if one.kind == kind] == [
        (kind, numbers)
    ]


def test_trace_of_a_number_that_two_items_have_lists_both(client, viewer, bakery):
    post("receipt", line("FLOUR", 1, batch="B1"))
    client.force_login(viewer)
    (answer,) = client.get("/trace/", {"q": "B1"}).context["answers"]
    assert sorted(facts.line for facts in answer.lots) == ["BREAD B1", "FLOUR B1"]


@pytest.mark.parametrize("q", ["nothing", "%", "_", "!", "\x00", "�", "x" * 5000])
def test_trace_of_what_is_not_there_says_so(client, viewer, bakery, q):
    client.force_login(viewer)
    response = client.get("/trace/", {"q": q})
    assert response.status_code == 200
    assert "Nothing is called" in response.content.decode()


def test_trace_without_a_question_lists_the_newest_lots(client, viewer, bakery):
    client.force_login(viewer)
    assert [facts.number for facts in client.get("/trace/").context["newest"]] == ["B1", "D1", "F1", "O1"]


def test_trace_of_an_empty_site_says_where_lots_come_from(client, operator):
    client.force_login(operator)
    html = client.get("/trace/").content.decode()
    assert "They come with the first receipt or production of a tracked item." in html
    assert reverse("tracking:document_new", args=["receipt"]) in html


def test_trace_costs_the_same_for_one_lot_and_for_fifty(client, viewer, bakery, django_assert_num_queries):
    client.force_login(viewer)
    post("receipt", *[line("FLOUR", 1, batch=f"N{n:02}") for n in range(49)], partner="Northmill")
    post("receipt", line("DOUGH", 1, batch="X1"), partner="Other")
    for q in ("Northmill", "Other"):
        # session, user, numbers (2), variants, documents, partners, the partner's documents, lots, facts, beginnings (2),
        # permissions (2)
        with django_assert_num_queries(14):
            client.get("/trace/", {"q": q})


# -- the page of a lot ----------------------------------------------------------------------------------------------------


def test_trace_batch_shows_balance_graph_customers_suppliers_and_list(client, viewer, bakery):
    client.force_login(viewer)
    response = client.get(trace_page("D1"))
    html = response.content.decode()
    assert [(part.word, part.amount) for part in response.context["strip"].came] == [("Made", "60")]
    assert "100 % accounted" in html
    assert outline_numbers(html) == {"Made from": ["F1"], "This lot": ["D1"], "Made from it": ["B1", "O1"]}
    assert [(one.party.name, lot.facts.number) for one, lot in response.context["shipments"]] == [("Café", "B1")]
    assert [(one.party.name, lot.facts.number) for one, lot in response.context["receipts"]] == [("Northmill", "F1")]
    svg = html[html.index('<svg class="draw') : html.index("</svg>", html.index('<svg class="draw'))]
    assert re.findall(r"<title>([^<]*)</title>", svg) == [
        "Northmill, PO-1",
        "F1, Flour, 60 kg here",
        "D1, Dough, none here",
        "B1, Bread, 20 pcs here",
        "O1, Oven, 1 pcs here",
        "Café, SO-1",
    ]
    links = re.findall(r'<a class="[a-z]*" aria-label="[^"]*" href="([^"]*)"|<a aria-label="[^"]*" href="([^"]*)"', svg)
    for address in {one or other for one, other in links}:
        assert client.get(address).status_code == 200


def test_trace_serial_shows_the_same_for_a_serial_number(client, viewer, bakery):
    client.force_login(viewer)
    html = client.get(reverse("tracking:trace_serial", args=[serial("O1").pk])).content.decode()
    assert outline_numbers(html) == {"Made from": ["D1", "F1"], "This lot": ["O1"], "Made from it": []}


def test_trace_batch_never_calls_itself_complete_over_a_gap(client, manager, bakery):
    switch_off(batch("D1").variant.item, manager)
    client.force_login(manager)
    html = client.get(trace_page("F1")).content.decode()
    assert "This trace is not complete." in html
    assert f"Continues through Dough, tracking switched off on {days.today().isoformat()}; restore to follow." in html
    assert "Customers reached" in html


def test_trace_batch_shows_what_is_not_accounted_for(client, viewer, bakery):
    """Only bare SQL without triggers can lose a line; the levels stay as they are."""
    triggers.drop_all(connection)
    lost = LedgerLine.objects.get(document__number="SO-1")
    fetch("DELETE FROM tracking_ledgerline WHERE id = %s RETURNING id", [lost.pk])
    client.force_login(viewer)
    html = client.get(trace_page("B1")).content.decode()
    assert "40 % accounted" in html
    assert re.search(r'class="t-bad">\s*<svg.*?not accounted for <strong>30</strong>', html, re.S)


def test_trace_batch_cuts_the_graph_but_never_the_customers(client, viewer, bakery):
    client.force_login(viewer)
    response = client.get(trace_page("F1"), {"steps": "1"})
    html = response.content.decode()
    assert outline_numbers(html)["Made from it"] == ["D1"]
    assert "2 more lots further on." in html
    assert [one.party.name for one, _ in response.context["shipments"]] == ["Café"]


def dated(day: str):
    return days.parse_instant(f"{day}T12:00:00+00:00")


def balance_words(response) -> str:
    text = response.content.decode()
    panel = re.search(r'id="trace_balance".*?</section>', text, re.DOTALL)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", panel.partition('class="strip"')[2].partition("</svg>")[2]).split())


@pytest.fixture
def cancelling(db):
    """Lots of which all that was dated by 5 May 2025 comes to 0."""
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    item("Bread", "batch", skus=("BREAD",))
    post("receipt", line("FLOUR", 10, batch="USED"), at=dated("2025-05-09"))
    made = line("BREAD", 4, batch="B")
    post("production", line("FLOUR", -10, batch="USED"), made, at=dated("2025-05-05"))
    reverse_document(post("production", line("FLOUR", 3, batch="MADE"), at=dated("2025-05-01")))
    post("receipt", line("FLOUR", 5, batch="SOLD"), at=dated("2025-05-09"))
    post("shipment", line("FLOUR", -5, batch="SOLD"), partner="Spar", at=dated("2025-05-02"))
    post("adjustment", line("FLOUR", 2, batch="COUNTED"), at=dated("2025-05-02"))
    post("adjustment", line("FLOUR", -2, batch="COUNTED"), at=dated("2025-05-03"))
    post("receipt", line("FLOUR", 6, batch="MOVED"), at=dated("2025-05-09"))
    moves = line("FLOUR", -6, batch="MOVED"), line("FLOUR", 6, batch="MOVED", at="Shop")
    post("transfer", *moves, at=dated("2025-05-04"))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("USED", "Nothing came in = equals on hand −10 + plus used 10"),
        ("SOLD", "Nothing came in = equals on hand −5 + plus shipped 5"),
        ("COUNTED", "Its movements add up to 0"),
        ("MOVED", "Its movements add up to 0"),
    ],
)
def test_trace_as_of_a_day_says_what_happened_where_it_comes_to_nothing(client, viewer, cancelling, number, words):
    client.force_login(viewer)
    response = client.get(trace_page(number), {"as_of": "2025-05-05"})
    assert response.status_code == 200
    assert "was posted up to" not in response.content.decode()
    assert balance_words(response).startswith(words)
    assert client.get(trace_page(number), {"as_of": "2025-05-01"}).status_code == 422


def test_trace_of_what_was_reversed_says_that_it_comes_to_nothing(client, viewer, cancelling):
    client.force_login(viewer)
    for day in ({}, {"as_of": days.today().isoformat()}):
        assert balance_words(client.get(trace_page("MADE"), day)) == "Its movements add up to 0"


def test_trace_as_of_a_day_shows_where_that_went(client, viewer, cancelling):
    client.force_login(viewer)
    page = client.get(trace_page("SOLD"), {"as_of": "2025-05-05"})
    assert [one.party.name for one, _ in page.context["shipments"]] == ["Spar"]
    page = client.get(trace_page("USED"), {"as_of": "2025-05-05"})
    assert page.context["made_into"] == 1


def test_trace_batch_as_of_a_day_before_it_was_posted_is_refused_with_the_day(client, viewer, bakery):
    client.force_login(viewer)
    response = client.get(trace_page("F1"), {"as_of": "2001-01-01"})
    assert response.status_code == 422
    assert "Nothing of F1 was posted up to 2001-01-01. Choose a later day." in response.content.decode()


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"steps": "77"}, "“77” is no number of steps of the list."),
        ({"as_of": "2199-01-01"}, "2199-01-01 has not come yet"),
        ({"as_of": "yesterday"}, "yesterday"),
    ],
)
def test_trace_batch_refuses_what_it_cannot_read(client, viewer, bakery, asked, sentence):
    client.force_login(viewer)
    response = client.get(trace_page("F1"), asked)
    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_trace_batch_of_nothing_is_404(client, viewer, bakery):
    client.force_login(viewer)
    for address in (
        "/trace/batch/99999/",
        "/trace/serial/99999/",
        f"/trace/batch/{2**70}/",
        "/trace/batch/99999/trace.csv",
    ):
        assert client.get(address).status_code == 404


def test_trace_batch_offers_a_recall_to_who_may_open_one(client, viewer, manager, bakery):
    client.force_login(viewer)
    assert "Start recall" not in client.get(trace_page("F1")).content.decode()
    client.force_login(manager)
    assert f"{reverse('tracking:recall_new')}?batch={batch('F1').pk}" in client.get(trace_page("F1")).content.decode()


def test_trace_batch_costs_the_same_for_one_lot_and_for_fifty(client, viewer, bakery, django_assert_num_queries):
    client.force_login(viewer)
    address = trace_page("F1")
    with django_assert_num_queries(11):  # session, user, permissions (2), and the seven of the graph
        client.get(address)
    for n in range(50):
        post("production", line("FLOUR", "-0.1", batch="F1"), line("BREAD", 1, batch=f"X{n:02}"))
        post("shipment", line("BREAD", -1, batch=f"X{n:02}"), partner=f"Customer {n:02}")
    with django_assert_num_queries(11):
        response = client.get(address)
    assert response.context["made_into"] == 53


def test_trace_batch_shows_fifty_customers_and_all_when_asked(client, viewer, bakery):
    for n in range(60):
        post("shipment", line("BREAD", "-0.1", batch="B1"), partner=f"Customer {n:02}")
    client.force_login(viewer)
    cut = client.get(trace_page("B1"))
    assert (len(cut.context["shipments"]), cut.context["more"]["shipments"]) == (50, 11)
    assert "11 more rows:" in cut.content.decode()
    whole = client.get(f"{trace_page('B1')}?{cut.context['query_all']}")
    assert (len(whole.context["shipments"]), whole.context["more"]["shipments"]) == (61, 0)


# -- CSV ------------------------------------------------------------------------------------------------------------------


def test_trace_batch_csv_has_every_lot_step_and_handover(client, viewer, bakery):
    client.force_login(viewer)
    response = client.get(reverse("tracking:trace_batch_csv", args=[batch("D1").pk]))
    assert response["Content-Disposition"] == 'attachment; filename="trace DOUGH D1.csv"'
    assert response["Cache-Control"] == "no-store, private"
    rows = rows_of(response)
    today = days.today().isoformat()
    assert [(row["row"], row["kind"], row["quantity"]) for row in rows if row["row"] == "balance"] == [
        ("balance", name, quantity)
        for name, quantity in [
            ("opening", "0"), ("received", "0"), ("produced", "60"), ("used", "60"), ("shipped", "0"), ("returned", "0"),
            ("sent_back", "0"), ("adjusted", "0"), ("on_hand", "0"), ("not_accounted", "0"),
        ]
    ]  # fmt: skip
    assert [
        tuple(
            row[name]
            for name in ("row", "steps", "sku", "number", "document", "posted_on", "quantity", "unit", "partner")
        )
        for row in rows
        if row["row"] != "balance"
    ] == [
        ("made_from", "-1", "FLOUR", "F1", "", "", "60", "kg", ""),
        ("lot", "0", "DOUGH", "D1", "", "", "0", "kg", ""),
        ("made_into", "1", "BREAD", "B1", "", "", "20", "pcs", ""),
        ("made_into", "1", "OVEN", "O1", "", "", "1", "pcs", ""),
        ("used", "", "FLOUR", "F1", "MO-1", today, "40", "kg", ""),
        ("made", "", "DOUGH", "D1", "MO-1", today, "60", "kg", ""),
        ("used", "", "DOUGH", "D1", "MO-2", today, "60", "kg", ""),
        ("made", "", "BREAD", "B1", "MO-2", today, "50", "pcs", ""),
        ("made", "", "OVEN", "O1", "MO-2", today, "1", "pcs", ""),
        ("received", "", "FLOUR", "F1", "PO-1", today, "100", "kg", "Northmill"),
        ("shipped", "", "BREAD", "B1", "SO-1", today, "30", "pcs", "Café"),
    ]


def test_trace_batch_csv_has_no_formula(client, viewer):
    item("=Flour", "batch", skus=("+F",))
    post("receipt", line("+F", 1, batch="@1"), partner="-Mill", number="=1+1")
    client.force_login(viewer)
    response = client.get(reverse("tracking:trace_batch_csv", args=[batch("@1").pk]))
    for row in rows_of(response):
        assert [cell for cell in row.values() if cell[:1] in ("=", "+", "@")] == []
        assert not row["partner"].startswith("-")


def test_trace_serial_csv_of_a_past_day_has_that_days_trace(client, viewer, bakery):
    client.force_login(viewer)
    response = client.get(
        reverse("tracking:trace_serial_csv", args=[serial("O1").pk]), {"as_of": days.today().isoformat()}
    )
    assert {row["as_of"] for row in rows_of(response)} == {days.today().isoformat()}
