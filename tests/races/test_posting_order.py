"""In posting order nothing is ever below zero, whoever posts beside whom, and an export of it can be imported (rule 11, law 13)."""

from __future__ import annotations

import io
import os

import pytest
from django.core.management import call_command
from django.db import connection

from tests.build import item, line, post
from tests.races.starting_line import Entry
from tests.races.verdict import assert_laws_hold, broken_numbers, posted
from tests.races.without_guards import no_order_guard
from tests.test_export import empty_the_database, export, without_own
from tracking.documents.rule import NewLine
from tracking.models import Document, StockLevel

pytestmark = pytest.mark.race

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
SECONDS = float(os.environ.get("KATANA_TRACE_RACE_SECONDS", "2"))  # 60 by hand
WRITERS = 8


def two_items() -> list[NewLine]:
    """Two levels of two items, 10 units each."""
    for name in ("A", "B"):
        item(name, "batch", skus=(name,))
    post("receipt", line("A", 10, batch="L"), line("B", 10, batch="L"))
    return [line("A", 1, batch="L"), line("B", 1, batch="L")]


def assert_export_comes_back(tmp_path) -> None:
    """The export of movements imports into an empty database and is the same again."""
    files = {what: export(what) for what in ("items", "movements")}
    for what, content in files.items():
        (tmp_path / f"{what}.csv").write_bytes(content)
    empty_the_database()
    for what in files:
        call_command("import_csv", what, str(tmp_path / f"{what}.csv"), stdout=io.StringIO())
    assert without_own(export("movements")) == without_own(files["movements"])
    assert_laws_hold()


def test_8_writers_on_two_items_are_never_below_zero_in_posting_order(course, tmp_path, record_figures):
    levels = two_items()
    finish = course.run(*[Entry("move_two_items", {"levels": levels, "seconds": SECONDS})] * WRITERS)
    assert posted(finish.answers) > 0
    assert_laws_hold()
    record_figures(finish, postings=posted(finish.answers))
    assert_export_comes_back(tmp_path)


def test_two_writers_of_400_lines_without_a_common_level(course, tmp_path):
    """Their lines may stand between each other on PostgreSQL; each document is whole in the export."""
    skus = [[f"{name}-{number}" for number in range(400)] for name in ("LEFT", "RIGHT")]
    for name, its in zip(("Left", "Right"), skus, strict=True):
        item(name, skus=tuple(its))
    entries = [Entry("receive_long", {"lines": [line(sku, 1) for sku in its], "times": 5}) for its in skus]
    finish = course.run(*entries)
    assert posted(finish.answers) == 10
    numbers = [row[1] for row in without_own(export("movements"))[1:]]
    runs = [number for place, number in enumerate(numbers) if place == 0 or numbers[place - 1] != number]
    assert sorted(runs) == sorted(Document.objects.values_list("number", flat=True))
    assert_laws_hold()
    assert_export_comes_back(tmp_path)


def waiting_for_a_level(course, *, in_order: bool) -> list[int]:
    """T2 ships of A and B and waits for A; meanwhile T3 ships all of B, and T1 receives as much: who was posted."""
    two_items()
    held = StockLevel.objects.get(variant__sku="A")
    both, ship, receive = (
        [line("A", -1, batch="L"), line("B", -10, batch="L")],
        [line("B", -10, batch="L")],
        [line("B", 10, batch="L")],
    )
    finish = course.run(
        Entry("hold_a_level", {"level": held.pk, "seconds": 1.5}),
        Entry("post_after", {"kind": "shipment", "lines": both, "name": "T2", "after": 0.3, "in_order": in_order}),
        Entry("post_after", {"kind": "shipment", "lines": ship, "name": "T3", "after": 0.6, "in_order": True}),
        Entry("post_after", {"kind": "receipt", "lines": receive, "name": "T1", "after": 0.9, "in_order": True}),
    )
    return [answer["posted"] for answer in finish.answers[1:]]


@on_postgresql
def test_who_waits_for_a_level_is_posted_after_whoever_did_not(course, tmp_path):
    assert waiting_for_a_level(course, in_order=True) == [1, 1, 1]
    assert broken_numbers() == set()
    assert_export_comes_back(tmp_path)


@on_postgresql
def test_ids_drawn_before_the_levels_are_locked_post_below_zero(course):
    """The control: without the lock, and without the guard behind it, the same race posts −10 in posting order."""
    with no_order_guard():
        assert waiting_for_a_level(course, in_order=False) == [1, 1, 1]
        assert 13 in broken_numbers()


@on_postgresql
def test_the_database_refuses_ids_drawn_before_the_levels_are_locked(course):
    """Without the lock the guard sends whoever waited to try again: nothing is posted out of order."""
    with pytest.raises(AssertionError, match="Another document moved the same stock"):
        waiting_for_a_level(course, in_order=False)
    assert broken_numbers() == set()
