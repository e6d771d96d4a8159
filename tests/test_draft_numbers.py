"""Serial numbers of a line: looked at one by one while they are typed, and picked from what is at the place."""

from __future__ import annotations

import re

import pytest

from tests import build
from tests.build import item, line, location, post, serials, stock
from tests.sheet import Sheet
from tracking.models import Draft
from tracking.records.hold import hold

HTMX = {"HX-Request": "true"}


@pytest.fixture
def at_work(client, operator):
    client.force_login(operator)
    return client


@pytest.fixture
def main(db):
    """Three ovens in Main and one in the Shop, of a variant each; pumps beside them."""
    item("Oven", "serial", skus=("OVEN", "OVEN-XL"))
    item("Pump", "serial", skus=("PUMP",))
    for number in ("A3", "A1", "A2", ""):
        post("receipt", line("OVEN", 1, serial=number))
    post(
        "receipt", line("OVEN", 1, serial="S1", at="Shop"), line("OVEN-XL", 1, serial="X1"), line("PUMP", 1, serial="P")
    )
    return location("Main")


def begun(client, kind: str, quantity: str, place, **more) -> Sheet:
    """A document with a line of ovens, saved."""
    return Sheet.new(client, kind).fill(sku_0="OVEN", quantity_0=quantity, location=place.pk, **more).press("save")


def box_of(client, page: Sheet) -> list[str]:
    """What stands under the box of the first line while somebody types: the sentence, then the numbers that do not fit."""
    response = client.post(page.form.action, page.data("refresh"), headers=HTMX)
    assert response.status_code == 200
    box = re.search(r'<div id="box_0".*?</div>', response.content.decode(), re.DOTALL)[0]
    return [
        " ".join(re.sub(r"<[^>]*>", "", part).split())
        for part in re.findall(r"<(?:p|li).*?</(?:p|li)>", box, re.DOTALL)
    ]


def offered(page: Sheet) -> list[str]:
    return [number for _, number in page.form.boxes]


# -- the box --------------------------------------------------------------------------------------------------------------


def test_draft_refresh_looks_at_each_number_in_the_box_and_saves_nothing(at_work, main):
    page = Sheet.new(at_work, "receipt").fill(sku_0="OVEN", quantity_0="5", location=main.pk).press("save")
    page = page.fill(scan_0="B1").press("serials-0").fill(scan_0="B2\nB3\tb2\nB1\nA1\nX1\nB\x07")
    assert box_of(at_work, page) == [
        "2 of 7 in the box fit; with them 3 of 5 pcs have a number.",
        "b2 Serial number b2 was given twice. Remove one of them.",
        "B1 Serial number B1 was given twice. Remove one of them.",
        "A1 Serial number A1 of OVEN is in stock already, at Main. Check the number, or transfer it.",
        "X1 Serial number X1 belongs to OVEN-XL, and the line says OVEN. Choose the other variant, or another number.",
        "B\x07 Serial number “B\\u0007” has a character that cannot be printed (\\u0007). Remove it.",
    ]
    assert Draft.objects.get().lines.get().serial_numbers == "B1"


def test_draft_refresh_looks_at_what_goes_out_too(at_work, main):
    page = begun(at_work, "shipment", "2", main).fill(scan_0="A1\nS1\nA9")
    assert box_of(at_work, page) == [
        "1 of 3 in the box fits; with it 1 of 2 pcs have a number.",
        "S1 Serial number S1 of OVEN is at Shop, not at Main. Check the number and the location.",
        "A9 Oven has no serial number “A9”. Check the number on the label.",
    ]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"scan_0": ""}, []),
        ({"scan_0": "  \n "}, []),
        ({"scan_0": "A1"}, ["0 of 1 in the box fit.", "A1 Serial number A1 of OVEN is in stock already, at Main. "
                            "Check the number, or transfer it."]),
        ({"range_0": "B1-B3"}, ["3 of 3 in the box fit; with them 3 of 5 pcs have a number."]),
        ({"range_0": "B9-B2"}, ["“B9-B2” ends below its start: 2 is below 9. Write the lower number first."]),
        ({"scan_0": "B1", "quantity_0": ""}, ["1 of 1 in the box fits; with it 1 pcs have a number."]),
    ],
)  # fmt: skip
def test_draft_refresh_says_what_would_become_of_the_box(at_work, main, typed, said):
    page = begun(at_work, "receipt", "5", main).fill(**typed)
    assert box_of(at_work, page) == said


# -- the picker -----------------------------------------------------------------------------------------------------------


def test_draft_edit_offers_the_numbers_at_the_place_and_ships_what_is_ticked(at_work, main):
    page = begun(at_work, "shipment", "2", main)
    assert offered(page) == ["A3", "A1", "A2"]  # in the order in which they came
    page = page.tick("A1").press("serials-0")
    assert offered(page) == ["A3", "A2"]
    page = page.tick("A2").press("post")  # what is ticked goes along, whatever is pressed
    assert page.address.startswith("/documents/")
    assert serials() == {"A3": "Main", "A1": "", "A2": "", "S1": "Shop", "X1": "Main", "P": "Main"}


def test_draft_edit_ticked_numbers_make_the_quantity_that_was_left_empty(at_work, main):
    page = begun(at_work, "shipment", "", main).tick("A1", "A3").press("serials-0")
    assert page.page.lines[0].line.assigned == "2 of 2 pcs"
    assert offered(page) == ["A2"]


@pytest.mark.parametrize(
    ("kind", "quantity", "expected"),
    [
        ("shipment", "3", ["A3", "A2"]),  # on hold: named, and not to be ticked
        ("supplier_return", "3", ["A3", "A1", "A2"]),
        ("receipt", "3", []),
        ("stocktake", "3", []),
    ],
)
def test_draft_edit_offers_what_the_kind_may_take(at_work, main, manager, kind, quantity, expected):
    hold(records=[build.serial("A1")], by=manager, reason="Door")
    page = begun(at_work, kind, quantity, main)
    assert offered(page) == expected
    assert ("On hold" in page.html) is (kind in ("shipment", "supplier_return"))


def test_draft_edit_offers_no_number_twice_nor_to_a_line_that_is_complete(at_work, main):
    page = begun(at_work, "shipment", "1", main).tick("A1").press("add-out")
    page = page.fill(sku_1="OVEN", quantity_1="1").press("save")
    assert page.form.boxes == [("take-1", "A3"), ("take-1", "A2")]


def test_draft_edit_ticked_number_that_somebody_shipped_meanwhile_is_told(at_work, main):
    page = begun(at_work, "shipment", "2", main)
    post("shipment", line("OVEN", -1, serial="A1"))
    refused = page.tick("A1", "A2").press("post")
    assert (refused.status, refused.value("scan-0")) == (422, "A1")
    assert "Serial number A1 of OVEN is not in stock, not at Main. Check the number and the location." in refused.html
    assert Draft.objects.get().lines.get().serial_numbers == "A2"


def test_draft_edit_keeps_what_was_ticked_beside_a_range_that_was_refused(at_work, main):
    refused = begun(at_work, "shipment", "2", main).tick("A1").fill(scan_0="A2", range_0="9-2").press("serials-0")
    assert (refused.status, refused.value("scan-0"), refused.value("range-0")) == (422, "A2\nA1", "9-2")


def test_draft_edit_lists_the_oldest_and_leads_to_all_that_are_there(at_work, main):
    numbers = [f"P{number:02}" for number in range(60)]
    post("receipt", *[line("PUMP", 1, serial=f"S{number}", at="Shop") for number in range(60)])
    post("receipt", line("PUMP", 1, serial="Z"))
    post("receipt", *[line("PUMP", 1, serial=number) for number in numbers])
    page = Sheet.new(at_work, "shipment").fill(sku_0="PUMP", quantity_0="3", location=main.pk)
    page = page.press("add-out").fill(sku_1="OVEN", quantity_1="1").press("save")
    assert [number for name, number in page.form.boxes if name == "take-0"] == ["P", "Z", *numbers[:18]]
    assert [button for button in page.form.buttons if button.startswith("pick")] == ["pick-0"]
    lines = page.tick("P03").press("pick-0")
    assert lines.address == f"{page.address}lines/{Draft.objects.get().lines.get(sku='PUMP').pk}/"
    assert "1 of 3 pcs have a number" in lines.html
    shelf = lines.response.context["shelf"]
    assert [number.number for number in shelf.rows] == ["P", *numbers[:49]]
    more = at_work.get(lines.address, {"shelf": shelf.next_cursor}).context["shelf"]
    assert [number.number for number in more.rows] == [*numbers[49:], "Z"]


def test_document_new_saves_before_it_leads_to_all_that_are_there(at_work, main):
    """The button that comes while somebody types; the empty line before it is not stored."""
    page = Sheet.new(at_work, "production").fill(sku_1="OVEN", quantity_1="1", location=main.pk).send("pick-1")
    stored = Draft.objects.get()
    assert page.address == f"{stored.get_absolute_url()}lines/{stored.lines.get().pk}/"
    assert offered_on(page) == ["A1", "A2", "A3"]


def offered_on(lines: Sheet) -> list[str]:
    return re.findall(r'name="take" value="(\w+)"', lines.html)


def test_draft_serials_adds_what_is_ticked_and_finds_by_a_part_of_the_number(at_work, main, manager):
    hold(records=[build.serial("A2")], by=manager, reason="Door")
    page = begun(at_work, "shipment", "2", main).tick("A3").press("serials-0")
    address = f"{page.address}lines/{Draft.objects.get().lines.get().pk}/"
    lines = Sheet(at_work, at_work.get(address), address)
    assert offered_on(lines) == ["A1"]  # A3 is on the line, A2 on hold
    assert [lines.html.count(said) for said in ("On this line", "On hold")] == [1, 1]
    found = at_work.get(address, {"q": "a1"}).context["shelf"]
    assert [number.number for number in found.rows] == ["A1"]
    assert "No serial number here has “Z” in it." in at_work.get(address, {"q": "Z"}).content.decode()
    answer = at_work.post(f"{address}?q=a1", {"do": "serials", "scan": "", "range": "", "take": ["A1"]})
    assert answer["Location"] == f"{address}?q=a1"
    assert Draft.objects.get().lines.get().serial_numbers == "A3\nA1"


def test_draft_serials_of_what_comes_in_has_nothing_to_pick_from(at_work, main):
    page = begun(at_work, "receipt", "2", main)
    answer = at_work.get(f"{page.address}lines/{Draft.objects.get().lines.get().pk}/")
    assert answer.context["shelf"] is None
    assert 'name="take"' not in answer.content.decode()


def test_draft_edit_offers_numbers_by_the_same_queries_for_1_and_for_50_lines(at_work, main, django_assert_num_queries):
    for number in range(50):
        item(f"Motor {number}", "serial", skus=(f"M{number}",))
        post("receipt", line(f"M{number}", 1, serial="1"))
    for count in (1, 50):
        page = Sheet.new(at_work, "shipment").fill(location=main.pk)
        for number in range(count):
            if number:
                page.form.fields += [["line", str(number)], [f"section-{number}", "out"]]
                page.form.fields += [[f"sku-{number}", ""], [f"quantity-{number}", ""]]
            page.fill(**{f"sku_{number}": f"M{number}", f"quantity_{number}": "1"})
        page = page.press("save")
        assert page.form.boxes == [(f"take-{number}", "1") for number in range(count)]
        with django_assert_num_queries(15):
            at_work.get(page.address)
    assert stock()["M0", "Main", ""] == "1"
