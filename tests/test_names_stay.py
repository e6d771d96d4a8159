"""Names stay (rule 25): partners and users are renamed as people do it, and what was posted is what it was."""

from __future__ import annotations

import html
import re
from importlib import import_module

import pytest
from django.db import connection
from django.urls import reverse

from katana_trace.lib.names import then_and_now
from tests import build
from tests.build import batch, line, post, serial, switch_on
from tests.importing import words
from tests.recalls import opened, read
from tests.renaming import documents, make_bakery, rename_partner, rename_user
from tests.test_triggers import refused
from tests.worlds import run, traced
from tracking.ledger import triggers
from tracking.ledger.reverse import reverse_document
from tracking.models import Document, Partner, RecallShipment
from tracking.records.whose import whereabouts_of

MIGRATION = import_module("tracking.migrations.0008_names_as_posted")


@pytest.fixture
def bakery(client, manager):
    return make_bakery(client, manager)


def text_of(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    main = answer.content.decode()
    main = main[main.index("<main") :]
    return re.sub(r" ([,.])", r"\1", words(main))


def test_a_renaming_changes_no_byte_of_traces_and_exports(bakery, admin_client):
    def told() -> list:
        sheet = b"".join(bakery.get("/fsma/fsma.csv", {"since": "2000-01-01"}).streaming_content)
        return [
            run("trace", "FLOUR", "F1"),
            run("trace", "BREAD", "B1"),
            run("trace", "OVEN", "O1"),
            run("export_csv", "movements"),
            run("export_csv", "documents"),
            build.history_of(batch("F1").variant.item),
            sheet.replace(b"555-0202", b"555-0101"),  # a phone number is no part of a document
        ]

    Partner.objects.filter(name="Northmill").update(address="Water Row 3", phone="555-0101")
    reverse_document(Document.objects.get(number="SO-1"), by=None, reason="Not picked up")
    post("shipment", line("BREAD", -5, batch="B1"), partner="Café Lark", number="SO-3")
    before, kept = told(), documents()
    assert kept["SO-1"] == ("Café Lark", "Ring 1\nWien", "manager")
    assert kept["SO-3"] == ("Café Lark", "Ring 1\nWien", "")
    assert kept["MO-1"] == ("", "", "manager")
    assert "Café Lark" in before[1]
    assert b"Ring 1, Wien" in before[-1]
    rename_partner(bakery, "Café Lark", "Café Lark GmbH")
    rename_user(admin_client, "manager", "anna")
    assert told()[:-1] == before[:-1]
    # The receipt had no address when it was posted, so the sheet has the one that was given later.
    assert told()[-1] == before[-1]
    assert documents() == kept


def test_what_is_posted_after_a_renaming_has_the_new_names(bakery, admin_client, manager):
    rename_partner(bakery, "Café Lark", "Café Lark GmbH")
    rename_user(admin_client, "manager", "anna")
    manager.refresh_from_db()
    post("shipment", line("BREAD", -5, batch="B1"), partner="Café Lark GmbH", number="SO-3", by=manager)
    mirror = reverse_document(Document.objects.get(number="SO-1"), by=manager, reason="Not picked up")
    assert documents()["SO-3"] == documents()[mirror.number] == ("Café Lark GmbH", "Linden 4\nGraz", "anna")
    switch_on(build.item("Salt", skus=("SALT",)), "batch", manager)
    assert traced("BREAD", "B1")["customers"] == ["Café Lark GmbH"]


def test_documents_of_a_switch_keep_who_switched(bakery, admin_client, manager):
    salt = build.item("Salt", skus=("SALT",))
    post("receipt", line("SALT", 1), number="PO-2")
    switch_on(salt, "batch", manager)
    rename_user(admin_client, "manager", "anna")
    document = Document.objects.get(kind="tracking_on")
    assert document.posted_by_name == "manager"
    assert "Posted by manager, now anna" in text_of(bakery, document.get_absolute_url())


def test_pages_of_a_document_name_it_as_posted_and_now(bakery, admin_client):
    document = Document.objects.get(number="SO-1")
    page = text_of(bakery, document.get_absolute_url())
    assert "Partner Café Lark Posted by manager Recorded" in page
    rename_partner(bakery, "Café Lark", "Café Lark GmbH")
    rename_user(admin_client, "manager", "anna")
    page = text_of(bakery, document.get_absolute_url())
    assert "Shipment to Café Lark ·" in page
    assert "Partner Café Lark, now Café Lark GmbH Posted by manager, now anna Recorded" in page
    paper = text_of(bakery, reverse("tracking:document_print", args=[document.pk]))
    assert "SO-1 Café Lark, now Café Lark GmbH Ring 1 Wien Date" in paper
    assert "Posted by manager, now anna, recorded" in paper
    assert "Graz" not in paper
    for address in ("/documents/", "/", reverse("tracking:item_card", args=[batch("B1").variant.item_id])):
        page = text_of(bakery, address)
        assert ("Café Lark" in page, "GmbH" in page, "anna " in page) == (True, False, False), address
    page = text_of(admin_client, reverse("admin:tracking_document_change", args=[document.pk]))
    assert "Partner as posted: Café Lark Address as posted: Ring 1 Wien Partner: Café Lark GmbH" in page
    assert "Posted by, as posted: manager Posted by: anna" in page


def test_pages_of_a_lot_name_partners_as_posted_and_now(bakery, admin_client):
    rename_partner(bakery, "Café Lark", "Café Lark GmbH")
    rename_partner(bakery, "Northmill", "Southmill")
    rename_user(admin_client, "manager", "anna")
    page = text_of(bakery, batch("B1").get_absolute_url())
    assert "Shipped to Café Lark, now Café Lark GmbH" in page
    assert "by manager, now anna" in page
    assert "Received from Northmill, now Southmill" in text_of(bakery, batch("F1").get_absolute_url())
    assert whereabouts_of(serial("O1")).sentence == "With Café Lark, now Café Lark GmbH"
    assert "With Café Lark, now Café Lark GmbH" in text_of(bakery, serial("O1").get_absolute_url())


def test_a_customer_who_was_renamed_is_one_customer_of_a_trace(bakery):
    rename_partner(bakery, "Café Lark", "Café Lark GmbH")
    post("shipment", line("BREAD", -5, batch="B1"), partner="Café Lark GmbH", number="SO-3")
    address = reverse("tracking:trace_batch", args=[batch("F1").pk])
    page = text_of(bakery, address)
    assert "1 customer, by all lots that were made from it" in page
    assert "Café Lark, now Café Lark GmbH Bread" in page
    assert "Café Lark GmbH Bread" in page
    assert "shipped to Café Lark, now Café Lark GmbH in SO-1" in page
    assert "shipped to Café Lark GmbH in SO-3" in page
    boxes = re.findall(r'aria-label="([^"]*Lark[^"]*)"', bakery.get(address).content.decode())
    assert [html.unescape(box) for box in boxes] == ["Café Lark, now Café Lark GmbH, 2 documents"]
    rows = b"".join(bakery.get(f"{address}trace.csv").streaming_content).decode().splitlines()
    shipped = [row for row in rows if row.startswith("shipped")]
    assert [("Café Lark," in row, "Café Lark GmbH," in row) for row in shipped] == [(True, False), (False, True)]
    trace = traced("FLOUR", "F1")
    assert trace["customers"] == ["Café Lark", "Café Lark GmbH"]
    assert trace["shipments"] == [
        ["BREAD", "B1", "Café Lark", "SO-1", "20"],
        ["BREAD", "B1", "Café Lark GmbH", "SO-3", "5"],
    ]


def test_a_customer_who_was_renamed_has_one_letter_of_a_recall(bakery, manager):
    rename_partner(bakery, "Café Lark", "Café Lark GmbH")
    post("shipment", line("BREAD", -5, batch="B1"), partner="Café Lark GmbH", number="SO-3")
    preview = text_of(bakery, f"/recalls/new/?batch={batch('F1').pk}")
    assert "1 customer" in preview
    assert "Café Lark, now Café Lark GmbH 555-0202 25 pcs" in preview
    recall = opened(manager)
    customer = recall.customers.get()
    assert (customer.name, customer.address) == ("Café Lark GmbH", "Linden 4\nGraz")
    assert list(RecallShipment.objects.order_by("id").values_list("document", "partner_name")) == [
        ("SO-1", "Café Lark"), ("SO-3", "Café Lark GmbH"),
    ]  # fmt: skip
    assert "Café Lark, now Café Lark GmbH 1 lot in 2 documents" in words(read(bakery, recall))
    page = words(read(bakery, recall, f"customers/{customer.pk}/"))
    assert page.count("shipped to Café Lark") == 1
    letter = words(read(bakery, recall, "letters/"))
    assert "Café Lark GmbH Linden 4 Graz 555-0202" in letter
    assert (letter.count("SO-1 shipped to you as Café Lark"), letter.count("shipped to you as")) == (1, 1)
    rows = b"".join(bakery.get(f"{recall.get_absolute_url()}recall.csv").streaming_content).decode().splitlines()
    assert [row.rsplit(",", 1)[1] for row in rows if row.startswith("shipment")] == ["Shipped as Café Lark.", ""]


def test_a_renaming_during_a_recall_moves_the_letter_and_keeps_the_case(bakery, manager):
    recall = opened(manager)
    rename_partner(bakery, "Café Lark", "Café Lark GmbH")
    post("shipment", line("BREAD", -5, batch="B1"), partner="Café Lark GmbH", number="SO-3")
    customer = recall.customers.get()
    assert (customer.name, customer.address) == ("Café Lark", "Ring 1\nWien")
    page = words(read(bakery, recall))
    assert "Café Lark, now Café Lark GmbH 1 lot in 1 document" in page
    assert "5 pcs of BREAD B1 left in SO-3 to Café Lark GmbH. Tell them of this too" in page
    letter = words(read(bakery, recall, "letters/"))
    assert "Café Lark GmbH Linden 4 Graz 555-0202" in letter
    assert "SO-1 shipped to you as Café Lark" in letter
    reverse_document(Document.objects.get(number="SO-1"), by=manager, reason="Wrong")
    assert "SO-1 to Café Lark was reversed" in words(read(bakery, recall))


# -- the ground ----------------------------------------------------------------------------------------------------------


def test_a_posting_reads_and_writes_the_names_in_statements_that_are_there_anyway(bakery, django_assert_num_queries):
    sold = line("BREAD", -1, batch="B1")
    with django_assert_num_queries(11):
        post("shipment", sold, partner="Café Lark", number="SO-3")


def test_names_as_posted_are_never_changed(bakery, manager):
    for name in ("partner_name", "partner_address", "posted_by_name"):
        assert "A posted document is never edited" in refused(
            lambda name=name: Document.objects.update(**{name: "Other"})
        )
    opened(manager)
    sentence = refused(lambda: RecallShipment.objects.update(partner_name="Other"))
    assert (
        sentence
        == "What a recall case found when it was opened is never changed. What changed since is shown beside it."
    )


def test_documents_from_before_get_the_present_names(bakery, manager):
    recall, kept = opened(manager), documents()
    triggers.drop_all(connection)
    Document.objects.update(partner_name="", partner_address="", posted_by_name="")
    RecallShipment.objects.update(partner_name="")
    with connection.cursor() as cursor:
        cursor.execute(MIGRATION.DOCUMENTS)
        cursor.execute(MIGRATION.SHIPMENTS)
    triggers.create_all(connection)
    assert documents() == kept
    assert set(RecallShipment.objects.values_list("partner_name", flat=True)) == {"Café Lark"}
    assert recall.customers.get().name == "Café Lark"


@pytest.mark.parametrize(
    ("names", "now", "said"),
    [
        ([""], "", ""),
        (["A"], "A", "A"),
        (["A"], "B", "A, now B"),
        (["A", "B", "A"], "B", "A, now B"),
        (["A", "B"], "C", "A and B, now C"),
        (["A"], "", "A"),
        ([""], "B", "B"),
    ],
)
def test_a_name_is_said_with_the_present_one_where_that_differs(names, now, said):
    assert then_and_now(names, now) == said
