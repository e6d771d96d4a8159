"""Labels scanned into documents: variant, batch, expiry, quantity or serial number at once, and nothing typed is lost."""

from __future__ import annotations

import pytest

from items.models import Variant
from tests import build
from tests.build import item, line, post, serials, stock
from tests.sheet import Sheet

pytestmark = pytest.mark.django_db

FLOUR, PUMP, BAG, CHEESE = "09506000134352", "04006381333931", "00614141123452", "00000096385074"


@pytest.fixture
def as_operator(client, operator):
    client.force_login(operator)
    item("Flour", "batch", unit="sack", skus=("FLOUR",), kind="material")
    item("Pump", "serial", skus=("PUMP",))
    item("Bag", skus=("BAG",))
    item("Cheese", "batch", unit="kg", skus=("CHEESE",))
    for sku, gtin in {"FLOUR": FLOUR, "PUMP": PUMP, "BAG": BAG, "CHEESE": CHEESE}.items():
        Variant.objects.filter(sku=sku).update(gtin=gtin)
    build.location("Main")
    return client


def content(page: Sheet):
    return [one for one in page.page.draft.content.lines if not one.is_blank]


def test_a_case_label_on_a_receipt_gives_variant_batch_expiry_and_quantity(as_operator):
    page = Sheet.new(as_operator, "receipt")
    page = page.fill(sku_0=f"01{FLOUR}1727013137" + "25\x1d10F-88").press("save")
    (first,) = content(page)
    assert (first.sku, first.quantity) == ("FLOUR", "25")
    assert [(one.number, one.expires_on, one.quantity) for one in first.batches] == [("F-88", "2027-01-31", "25")]
    page.press("post")
    assert stock() == {("FLOUR", "Main", "F-88"): "25"}
    assert build.batch("F-88").expires_on.isoformat() == "2027-01-31"


def test_a_label_is_looked_at_before_it_is_posted(as_operator):
    page = Sheet.new(as_operator, "receipt").fill(sku_0=f"(01){FLOUR}(17)270131(37)25(10)F-88").press("post")
    assert "The label was filled in as FLOUR. Look at the line, and press Post once more." in page.said()
    assert stock() == {}
    page.press("post")
    assert stock() == {("FLOUR", "Main", "F-88"): "25"}


def test_what_was_typed_stays_and_the_difference_is_told(as_operator):
    page = Sheet.new(as_operator, "receipt")
    page = page.fill(sku_0="FLOUR", quantity_0="30").press("save")
    page = page.fill(sku_0=f"(01){FLOUR}(37)25(10)F-88").press("save")
    (first,) = content(page)
    assert first.quantity == "30"
    assert first.batches[-1].number == "F-88"


def test_units_that_are_scanned_one_after_the_other_come_to_one_line(as_operator):
    page = Sheet.new(as_operator, "receipt").fill(sku_0=f"(01){PUMP}(21)000417").press("save")
    page = page.press("add-in").fill(sku_1=f"(01){PUMP}(21)000418").press("save")
    page = page.press("add-in").fill(sku_1=f"(01){PUMP}(21)000418").press("save")
    (first,) = content(page)
    assert (first.sku, first.quantity, first.serials) == ("PUMP", "2", ("000417", "000418"))
    page.press("post")
    assert serials() == {"000417": "Main", "000418": "Main"}


def test_a_shipment_takes_the_batch_and_the_unit_of_the_label(as_operator):
    post("receipt", line("FLOUR", 40, batch="F-88"), line("PUMP", 1, serial="000417"))
    page = Sheet.new(as_operator, "shipment")
    page = page.fill(sku_0=f"(01){FLOUR}(30)10(10)F-88").press("save")
    page = page.press("add-out").fill(sku_1=f"https://id.gs1.org/01/{PUMP}/21/000417").press("save")
    flour, pump = content(page)
    assert [(one.number, one.quantity, one.expires_on) for one in flour.batches if one.quantity] == [("F-88", "10", "")]
    assert (pump.sku, pump.serials) == ("PUMP", ("000417",))
    page.press("post")
    assert stock() == {("FLOUR", "Main", "F-88"): "30"}
    assert serials() == {"000417": ""}


def test_our_own_label_without_a_gtin_names_its_lot(as_operator):
    post("receipt", line("CHEESE", 4, batch="C 7/8"))
    page = Sheet.new(as_operator, "shipment")
    page = page.fill(sku_0="https://trace.example/search/?q=C%207%2F8").press("save")
    (first,) = content(page)
    assert (first.sku, first.batches[0].number) == ("CHEESE", "C 7/8")


def test_a_bar_code_of_the_sku_names_its_variant(as_operator):
    page = Sheet.new(as_operator, "receipt").fill(sku_0="]C0flour").press("save")
    assert content(page)[0].sku == "FLOUR"


UNREADABLE = (
    f"01{FLOUR}37251727013110F-88-TOO-LONG-A-NUMBER-000001",
    f"https://id.gs1.org/01/{FLOUR}/10/A?17=271300&37=25",
    "Crème fraîche",
)


@pytest.mark.parametrize("text", UNREADABLE)
def test_a_label_that_cannot_be_read_stays_on_its_line_and_stops_the_posting(as_operator, text):
    page = Sheet.new(as_operator, "receipt").fill(sku_0="BAG", quantity_0="3").press("add-in")
    page = page.fill(sku_1=text).press("post")
    assert stock() == {}
    assert [one.sku for one in content(page)] == ["BAG", text]
    assert any(text[:20] in said or "cannot be read" in said for said in page.said())


def test_a_label_of_another_item_is_not_taken_into_the_fields_of_numbers(as_operator):
    page = Sheet.new(as_operator, "receipt").fill(sku_0="CHEESE", quantity_0="5").press("save")
    page = page.fill(number_0_0=f"(01){FLOUR}(17)270131(10)F-9", quantity_0_0="5").press("post")
    wrong = "This label is of FLOUR, and the line is CHEESE: its number was not taken. Scan the right label."
    assert wrong in page.said()
    page = Sheet.new(as_operator, "receipt").fill(sku_0="PUMP", quantity_0="1").press("save")
    page = page.fill(scan_0=f"(01){FLOUR}(21)A1").press("post")
    assert (
        "This label is of FLOUR, and the line is PUMP: its number was not taken. Scan the right label." in page.said()
    )
    page = page.fill(scan_0=f"(01){PUMP}(10)AB").press("post")
    assert any("has no serial number. Scan another label, or type the number." in said for said in page.said())
    assert (stock(), serials()) == ({}, {})


def test_a_long_link_fits_into_the_field_of_a_batch(as_operator):
    link = f"https://trace.northmill.example.com/01/{FLOUR}/10/LOT-2026-000123?17=270131"
    page = Sheet.new(as_operator, "receipt").fill(sku_0="FLOUR", quantity_0="5").press("save")
    assert 'maxlength="64"' not in page.html.split('name="number-0-0"')[1].split(">")[0]
    page = page.fill(number_0_0=link).press("save")
    assert [(one.number, one.expires_on) for one in content(page)[0].batches] == [("LOT-2026-000123", "2027-01-31")]


def test_a_count_says_nothing_of_what_is_kept_by_weight(as_operator):
    page = Sheet.new(as_operator, "receipt").fill(sku_0=f"(01){CHEESE}(37)24(10)Q").press("save")
    (first,) = content(page)
    assert (first.quantity, first.batches[0].quantity) == ("", "")
    assert "The label says a count of 24, and CHEESE is kept in kg. Give the quantity." in page.html
    page = Sheet.new(as_operator, "receipt").fill(sku_0=f"(01){BAG}(3103)001250(30)12").press("save")
    assert content(page)[0].quantity == "12"


def test_a_sku_that_can_be_read_as_a_code_stays_a_sku(as_operator):
    item("Odd", skus=("0120250100000019",))
    page = Sheet.new(as_operator, "receipt").fill(sku_0="0120250100000019", quantity_0="1").press("save")
    assert content(page)[0].sku == "0120250100000019"
    page.press("post")
    assert stock() == {("0120250100000019", "Main", ""): "1"}


def test_a_net_weight_fills_the_quantity_of_what_is_kept_by_weight(as_operator):
    page = Sheet.new(as_operator, "receipt").fill(sku_0=f"(01){CHEESE}(3103)001250(10)C1").press("save")
    (first,) = content(page)
    assert (first.quantity, first.batches[0].quantity) == ("1.25", "1.25")
    page = Sheet.new(as_operator, "receipt").fill(sku_0=f"(01){BAG}(3103)001250").press("save")
    (first,) = content(page)
    assert (first.sku, first.quantity) == ("BAG", "")
    assert "The label says 1.25 kg, and BAG is kept in pcs. Give the quantity." in page.html


def test_a_label_in_the_fields_of_numbers_gives_its_number(as_operator):
    page = Sheet.new(as_operator, "receipt").fill(sku_0="FLOUR", quantity_0="5").press("save")
    page = page.fill(number_0_0=f"(01){FLOUR}(17)270131(10)F-9").press("save")
    assert content(page)[0].batches[0].number == "F-9"
    page = Sheet.new(as_operator, "receipt").fill(sku_0="PUMP", quantity_0="2").press("save")
    page = page.fill(scan_0=f"(01){PUMP}(21)A1\n01{PUMP}21A2").press("save")
    assert content(page)[0].serials == ("A1", "A2")


def test_a_label_that_nobody_knows_stays_on_the_line_and_says_why(as_operator):
    page = Sheet.new(as_operator, "receipt").fill(sku_0="01070320698049881727013110L-1").press("save")
    (first,) = content(page)
    assert first.sku == "(01)07032069804988(17)270131(10)L-1"
    assert "No variant in use has the GTIN 07032069804988." in page.html
    Variant.objects.filter(sku="BAG").update(gtin="07032069804988")
    page = page.press("save")
    assert content(page)[0].sku == "BAG"
    assert "Bag has No tracking, so the number on the label was not taken." in page.html


def test_a_label_while_it_is_typed_shows_what_it_means(as_operator):
    page = Sheet.new(as_operator, "receipt").fill(sku_0=f"(01){FLOUR}(17)270131(10)F-88")
    answer = as_operator.post(page.form.action, page.data("refresh"), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    html = answer.content.decode()
    assert "Flour" in html
    assert 'value="F-88"' in html


def test_of_labels_in_one_box_the_good_ones_are_taken_and_the_others_stay_with_their_reasons(as_operator):
    good = [f"(01){PUMP}(21)00{number}" for number in range(1, 6)]
    page = Sheet.new(as_operator, "receipt").fill(sku_0="PUMP", quantity_0="7").press("save")
    strange = f"(01){CHEESE}(10)C-1"
    page = page.fill(scan_0="\n".join([*good[:2], strange, *good[2:], "]C110"])).press("serials-0")
    (line,) = content(page)
    assert line.serials == ("001", "002", "003", "004", "005")
    assert page.value("scan-0") == f"{strange}\n]C110"
    for sentence in (
        "This label is of CHEESE, and the line is PUMP: its number was not taken. Scan the right label.",
        "cannot be read as a GS1 code to its end. Scan it again, or type its number.",
        "5 of 7 serial numbers were taken. The others are below, each with the reason.",
    ):
        assert sentence in page.html


def test_a_box_with_nothing_but_wrong_labels_keeps_them_and_stops_the_posting(as_operator):
    page = Sheet.new(as_operator, "receipt").fill(sku_0="PUMP", quantity_0="1").press("save")
    page = page.fill(scan_0=f"(01){CHEESE}(10)C-1\n(01){CHEESE}(10)C-2").press("post")
    assert "0 of 2 serial numbers were taken. The others are below, each with the reason." in page.said()
    assert page.value("scan-0") == f"(01){CHEESE}(10)C-1\n(01){CHEESE}(10)C-2"
    assert serials() == {}


def test_a_box_with_more_than_a_person_pastes_is_refused_before_it_is_looked_at(as_operator):
    page = Sheet.new(as_operator, "receipt").fill(sku_0="PUMP", quantity_0="1").press("save")
    page = page.fill(scan_0=f"(01){PUMP}(21)1\n" * 10_001).press("serials-0")
    assert "The line would have 10,001 serial numbers, the limit is 10,000." in page.html
    page = page.fill(scan_0="A\n" * 600_000).press("serials-0")
    assert "characters, the limit is 1,000,000 at once. Enter it in parts." in page.html
    assert [one.serials for one in content(page)] == [()]


@pytest.mark.parametrize("field", ["sku_0", "number_0_0"])
def test_a_label_with_two_batch_numbers_is_not_taken_for_either(as_operator, field):
    page = Sheet.new(as_operator, "receipt").fill(sku_0="FLOUR", quantity_0="5").press("save")
    page = page.fill(**{field: f"01{FLOUR}10A\x1d10B"}).press("post")
    said = "The code has different batch numbers, A and B, but GS1 allows only one. Scan the right label, or type what it says."
    assert said in page.said()
    assert [one.number for line in content(page) for one in line.batches if one.number] == []
    assert stock() == {}


def test_a_label_with_two_serial_numbers_stays_in_the_box(as_operator):
    page = Sheet.new(as_operator, "receipt").fill(sku_0="PUMP", quantity_0="2").press("save")
    page = page.fill(scan_0=f"(01){PUMP}(21)A\n(01){PUMP}(21)B(21)C").press("serials-0")
    assert content(page)[0].serials == ("A",)
    assert page.value("scan-0") == f"(01){PUMP}(21)B(21)C"
    assert "The code has different serial numbers, B and C," in page.html
