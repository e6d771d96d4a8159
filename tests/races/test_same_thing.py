"""Eight people who do the same thing at the same moment: it happens once, or for each, never by halves."""

from __future__ import annotations

import pytest

from katana_trace.lib.identity import new_uuid
from tests.build import item, line, post, stock
from tests.races.starting_line import Entry
from tests.races.verdict import assert_laws_hold, posted, refused
from tracking.models import Batch, Document, SerialNumber

pytestmark = pytest.mark.race

WRITERS = 8


def test_one_form_sent_8_times_posts_one_document(course):
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    form = {"kind": "receipt", "line": line("FLOUR", 5, batch="L1"), "token": str(new_uuid())}
    finish = course.run(*[Entry("post_same", form)] * WRITERS)
    assert {answer["document"] for answer in finish.answers} == {Document.objects.get().number}
    assert stock() == {("FLOUR", "Main", "L1"): "5"}
    assert_laws_hold()


def test_a_new_batch_received_by_8_is_made_once(course):
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    finish = course.run(*[Entry("post_one", {"kind": "receipt", "line": line("FLOUR", 5, batch="L1")})] * WRITERS)
    assert (posted(finish.answers), refused(finish.answers)) == (WRITERS, [])
    assert Batch.objects.count() == 1
    assert stock() == {("FLOUR", "Main", "L1"): "40"}
    assert_laws_hold()


def test_a_serial_number_received_by_8_comes_in_once(course):
    item("Oven", "serial", skus=("OVEN",))
    finish = course.run(*[Entry("post_one", {"kind": "receipt", "line": line("OVEN", 1, serial="S1")})] * WRITERS)
    assert posted(finish.answers) == 1
    assert set(refused(finish.answers)) == {
        "Serial number S1 of OVEN is in stock already, at Main. Check the number, or transfer it."
    }
    assert_laws_hold()


def test_serial_numbers_shipped_by_8_leave_once_each(course):
    item("Oven", "serial", skus=("OVEN",))
    numbers = [f"S{number}" for number in range(12)]
    post("receipt", *[line("OVEN", 1, serial=number) for number in numbers])
    lines = [line("OVEN", -1, serial=number) for number in numbers]
    finish = course.run(*[Entry("ship_serials", {"lines": lines})] * WRITERS)
    assert posted(finish.answers) == len(numbers)
    assert {sentence.partition(" of OVEN ")[2] for sentence in refused(finish.answers)} == {
        "is not in stock, not at Main. Check the number and the location."
    }
    assert not SerialNumber.objects.filter(location__isnull=False).exists()
    assert_laws_hold()


def test_a_document_reversed_by_8_has_one_mirror(course):
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    received = post("receipt", line("FLOUR", 5, batch="L1"))
    post("receipt", line("FLOUR", 95, batch="L1"))
    finish = course.run(*[Entry("reverse", {"document": received.pk})] * WRITERS)
    assert posted(finish.answers) == 1
    assert all(received.number in sentence and "reversed" in sentence for sentence in refused(finish.answers))
    assert stock() == {("FLOUR", "Main", "L1"): "95"}
    assert_laws_hold()
