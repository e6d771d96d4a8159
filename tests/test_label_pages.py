"""The page of the labels: for batches, serial numbers and whole documents, on the paper that is chosen."""

from __future__ import annotations

import re
from datetime import date

import pytest

from items.models import Variant
from tests import build
from tests.build import ahead, item, line, post
from tests.importing import words
from tracking.labels.sizes import SIZES
from tracking.models import Document
from tracking.records.edit import edit_batch
from tracking.records.hold import hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_viewer(client, viewer):
    client.force_login(viewer)
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    item("Pump", "serial", skus=("PUMP",))
    item("Bag", skus=("BAG",))
    Variant.objects.filter(sku="FLOUR").update(gtin="4006381333931")
    return client


def labels(client, query: str, status: int = 200) -> list[str]:
    """The labels on the page, in their places; an empty place is ''."""
    answer = client.get(f"/labels/?{query}")
    assert answer.status_code == status
    found = re.findall(r'<li class="label">(.*?)</li>', answer.content.decode(), re.DOTALL)
    return [words(one) for one in found]


def text(client, query: str) -> str:
    return words(client.get(f"/labels/?{query}").content.decode().split("<main", 1)[1])


def test_labels_have_what_a_person_reads(as_viewer, manager):
    post("receipt", line("FLOUR", 12, batch="F-1", expires=ahead(90)), line("PUMP", 1, serial="000417"))
    changes = {"made_on": date(2026, 1, 31)}
    edit_batch(batch=build.batch("F-1"), changes=changes, by=manager, reason="It stands on the sack")
    found = labels(as_viewer, f"batch={build.batch('F-1').pk}&serial={build.serial('000417').pk}")
    assert found == [
        f"F-1 Use by {ahead(90)} Flour FLOUR, made 2026-01-31 GTIN 4006381333931",
        "000417 Pump PUMP",
    ]


def test_labels_of_a_document_are_of_what_it_brought_in_or_took_out(as_viewer):
    post("receipt", line("FLOUR", 12, batch="F-1"), line("FLOUR", 3, batch="F-2"), line("PUMP", 2), number="R")
    post("receipt", line("PUMP", 1, serial="A2"), line("PUMP", 1, serial="A1"), line("BAG", 5), number="S")
    post("production", line("PUMP", 1, serial="A3"), line("FLOUR", -1, batch="F-1"), number="P")
    post("shipment", line("FLOUR", -1, batch="F-2"), line("PUMP", -1, serial="A1"), number="T")
    post("receipt", line("BAG", 5), number="B")
    post("production", line("PUMP", 1), line("FLOUR", -1, batch="F-1"), number="U")
    post("transfer", line("FLOUR", -1, batch="F-1"), line("FLOUR", 1, batch="F-1", at="Shop"), number="V")
    numbers = {
        number: [one.split(" ")[0] for one in labels(as_viewer, f"document={Document.objects.get(number=number).pk}")]
        for number in "RSPTBUV"
    }
    assert numbers == {
        "R": ["F-1", "F-2"],
        "S": ["A1", "A2"],
        "P": ["A3"],
        "T": ["F-2", "A1"],
        "B": [],
        "U": [],  # what was made has no number yet, and what went in is no label of it
        "V": ["F-1"],
    }
    both = "&".join(f"document={Document.objects.get(number=number).pk}" for number in "PT")
    assert [one.split(" ")[0] for one in labels(as_viewer, both)] == ["F-2", "A1", "A3"]
    assert "There is nothing to print." in text(as_viewer, f"document={Document.objects.get(number='B').pk}")
    assert "There is nothing to print." in text(as_viewer, "batch=999&serial=x&document=99999999999999999999")


def test_labels_are_linked_from_what_they_are_of(as_viewer):
    post("receipt", line("FLOUR", 12, batch="F-1"), line("PUMP", 1, serial="A1"), number="R")
    document, batch, serial = Document.objects.get(), build.batch("F-1"), build.serial("A1")
    for one, query in ((document, "document"), (batch, "batch"), (serial, "serial")):
        assert f'href="/labels/?{query}={one.pk}"' in as_viewer.get(one.get_absolute_url()).content.decode()


def test_unbatched_stock_has_no_label(as_viewer, manager):
    sugar = item("Sugar", unit="kg", skus=("SUGAR",))
    post("receipt", line("SUGAR", 5))
    build.switch_on(sugar, "batch", manager)
    batch = build.batch("UNBATCHED")
    assert labels(as_viewer, f"batch={batch.pk}") == []
    assert "UNBATCHED is stock without a batch number, so it has no label." in text(as_viewer, f"batch={batch.pk}")
    assert "/labels/" not in as_viewer.get(batch.get_absolute_url()).content.decode()


def test_what_is_on_hold_or_no_gs1_code_is_said_beside_the_labels(as_viewer, manager):
    post("receipt", line("FLOUR", 12, batch="F 1"))
    hold(records=[build.batch("F 1")], by=manager, reason="The laboratory looks at it")
    said = text(as_viewer, f"batch={build.batch('F 1').pk}")
    assert "On hold: F 1. The label does not say so." in said
    assert "F 1 has a space in it, which a GS1 code cannot carry." in said


def test_every_warning_names_its_number(as_viewer):
    numbers = [f"F {number}" for number in range(7)]
    post("receipt", *[line("FLOUR", 1, batch=number) for number in numbers])
    said = text(as_viewer, f"document={Document.objects.get().pk}")
    assert [f"{number} has a space in it" in said for number in numbers] == [True] * 7
    assert said.index("F 1 has") < said.index("5 more like these") < said.index("F 2 has")


def test_a_code_too_fine_for_the_paper_is_said_beside_the_labels(as_viewer):
    post("receipt", line("PUMP", 1, serial="人" * 64))
    query = f"serial={build.serial('人' * 64).pk}"
    assert "has squares of 0.24 mm on this paper" in text(as_viewer, f"{query}&size=57x32")
    assert "on this paper" not in text(as_viewer, f"{query}&size=100x150")


def test_a_place_that_the_sheet_does_not_have_is_refused(as_viewer):
    post("receipt", line("FLOUR", 12, batch="F-1"))
    query = f"batch={build.batch('F-1').pk}&size=a4-14"
    said = "This paper has 14 labels on a sheet, so from 0 to 13 can be used already."
    assert labels(as_viewer, f"{query}&skip=13", 200)[:13] == [""] * 13
    answer = as_viewer.get(f"/labels/?{query}&skip=14")
    assert answer.status_code == 422
    assert said in words(answer.content.decode())
    assert labels(as_viewer, "skip=29&size=50x25&" + query.split("&")[0])[0].startswith("F-1")


def test_copies_and_places_used_already(as_viewer):
    post("receipt", line("FLOUR", 12, batch="F-1"), line("FLOUR", 3, batch="F-2"))
    query = "&".join(f"batch={build.batch(number).pk}" for number in ("F-1", "F-2"))
    found = labels(as_viewer, f"{query}&copies=2&skip=3&size=a4-24")
    assert [one.split(" ")[0] for one in found] == ["", "", "", "F-1", "F-1", "F-2", "F-2"]
    on_a_roll = labels(as_viewer, f"{query}&copies=2&skip=3&size=50x25")
    assert [one.split(" ")[0] for one in on_a_roll] == ["F-1", "F-1", "F-2", "F-2"]
    sheets = as_viewer.get(f"/labels/?{query}&copies=13&size=a4-24").content.decode()
    assert sheets.count('<ol class="labels sa4-24">') == 2


def test_the_paper_that_was_used_last_is_offered_first(as_viewer):
    post("receipt", line("FLOUR", 12, batch="F-1"))
    query = f"batch={build.batch('F-1').pk}"
    assert "labels s100x50" in as_viewer.get(f"/labels/?{query}").content.decode()
    as_viewer.get(f"/labels/?{query}&size=62x29")
    assert "labels s62x29" in as_viewer.get(f"/labels/?{query}").content.decode()


@pytest.mark.parametrize("query", ["copies=0", "copies=101", "copies=x", "skip=-1", "skip=30", "size=nothing"])
def test_what_cannot_be_printed_is_refused(as_viewer, query):
    post("receipt", line("FLOUR", 12, batch="F-1"))
    answer = as_viewer.get(f"/labels/?batch={build.batch('F-1').pk}&{query}")
    assert answer.status_code == 422
    assert 'id="form_errors"' in answer.content.decode()


def test_more_labels_than_a_page_has_are_refused(as_viewer):
    post("receipt", *[line("PUMP", 1, serial=f"A{number:03}") for number in range(21)])
    said = text(as_viewer, f"document={Document.objects.get().pk}&copies=50")
    assert "These are 1,050 labels, the limit of a page is 1,000." in said


def test_the_style_sheet_has_every_paper(as_viewer):
    answer = as_viewer.get("/labels/labels.css")
    assert answer["Content-Type"] == "text/css; charset=utf-8"
    sheet = answer.content.decode()
    # Asked for each time: a sheet of an older version would print beside its labels.
    assert answer["Cache-Control"] == "no-store, private"
    for size in SIZES.values():
        assert f"@page s{size.name}{{size:{size.page_width:g}mm {size.page_height:g}mm;margin:0}}" in sheet
        assert f"repeat({size.columns},{size.width:g}mm)" in sheet


def test_labels_cost_the_same_for_1_and_for_50(as_viewer, django_assert_num_queries):
    post("receipt", line("FLOUR", 1, batch="F-00"), line("PUMP", 1, serial="A00"), number="ONE")
    many = [line("FLOUR", 1, batch=f"F-{number:02}") for number in range(1, 51)]
    post("receipt", *many, *[line("PUMP", 1, serial=f"B{number:02}") for number in range(50)], number="MANY")
    for number, count in (("ONE", 2), ("MANY", 100)):
        address = f"document={Document.objects.get(number=number).pk}"
        with django_assert_num_queries(9):
            assert len(labels(as_viewer, address)) == count
