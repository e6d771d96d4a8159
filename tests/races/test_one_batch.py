"""Sixteen writers and one batch that holds three quarters of what they ask for (rule 11)."""

from __future__ import annotations

import re

import pytest

from katana_trace.lib.quantities import MILLION
from tests.build import item, line, post
from tests.races.starting_line import Entry
from tests.races.verdict import assert_laws_hold, moved, on_hand, posted, refused
from tests.races.without_guards import no_guards
from tracking.models import Document

pytestmark = pytest.mark.race

WRITERS = 16
SHORT = re.compile(r"Main has 0 kg of batch L1 of FLOUR, and 1 are asked\. There is none elsewhere\..*")


def three_quarters(course) -> int:
    """A batch of that many units; 16 writers ask for a third more, one unit at a time."""
    units = WRITERS * course.length * 3 // 4
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", units, batch="L1"))
    return units


@pytest.mark.parametrize("numbered", [True, False], ids=["own_numbers", "next_numbers"])
def test_16_writers_ship_exactly_what_one_batch_holds(course, numbered, record_figures):
    units = three_quarters(course)
    one = {"line": line("FLOUR", -1, batch="L1"), "times": course.length, "numbered": numbered}
    finish = course.run(*[Entry("ship", one)] * WRITERS)
    said = refused(finish.answers)
    assert (posted(finish.answers), len(said)) == (units, WRITERS * course.length - units)
    assert [sentence for sentence in said if not SHORT.fullmatch(sentence)] == []
    assert (moved("shipment"), on_hand()) == (-units * MILLION, 0)
    numbers = Document.objects.filter(kind="shipment").values_list("key", flat=True)
    assert len(set(numbers)) == units
    assert_laws_hold()
    record_figures(finish, postings=units)


def test_who_reads_checks_and_saves_is_stopped_by_the_database(course):
    units = three_quarters(course)
    one = {"line": line("FLOUR", -1, batch="L1"), "times": course.length, "checks": True}
    finish = course.run(*[Entry("ship_in_two_steps", one)] * WRITERS)
    assert (posted(finish.answers), moved("shipment"), on_hand()) == (units, -units * MILLION, 0)
    assert_laws_hold()


def test_the_same_race_oversells_when_the_guard_is_taken_out(course):
    units = three_quarters(course)
    one = {"line": line("FLOUR", -1, batch="L1"), "times": course.length, "checks": False}
    with no_guards():
        finish = course.run(*[Entry("ship_in_two_steps", one)] * WRITERS)
        assert posted(finish.answers) > units
        assert moved("shipment") == -posted(finish.answers) * MILLION
        assert on_hand() < 0
