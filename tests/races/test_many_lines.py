"""Sixteen writers with documents of 30 lines over 200 levels, in any order, while imports run (DESIGN 3, Locks)."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from items.models import Variant
from katana_trace.lib.quantities import MILLION
from tests.build import item, line, post
from tests.races.starting_line import Entry
from tests.races.verdict import assert_laws_hold, moved, on_hand, posted, refused
from tracking.documents.rule import NewLine
from tracking.models import Location
from tracking.resources.movement_rows import REQUIRED

pytestmark = pytest.mark.race

WRITERS, LINES, BATCHES, PLACES = 16, 30, 20, 10
LEVELS = BATCHES * PLACES


def two_hundred_levels(each: int) -> list[NewLine]:
    """200 levels of ``each`` units (20 batches of two variants at 10 locations), and a line that takes one from each."""
    item("Flour", "batch", unit="kg", skus=("F-1", "F-25"))
    places = [f"Place {place}" for place in range(PLACES)]
    goods = [("F-1" if batch % 2 else "F-25", f"L{batch}", place) for batch in range(BATCHES) for place in places]
    post("receipt", *[line(sku, each, batch=batch, at=place) for sku, batch, place in goods])
    return [line(sku, -1, batch=batch, at=place) for sku, batch, place in goods]


def write_import(file: Path, levels: list[NewLine], name: str) -> None:
    """Level by level, backwards: two documents that receive a unit, and one that ships it again.

    They are so many that the import writes them in two goes: in the second it needs levels that come before those which it
    holds since the first.
    """
    skus = dict(Variant.objects.values_list("pk", "sku"))
    places = dict(Location.objects.values_list("pk", "name"))
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(REQUIRED)
        for number, level in enumerate(reversed(levels)):
            for turn, kind, quantity in (("a", "receipt", 1), ("b", "receipt", 1), ("c", "shipment", -1)):
                writer.writerow([kind, f"{name}-{turn}-{number}", "2025-01-06T08:00:00+00:00", "", places[level.location],
                                 skus[level.variant], level.batch_number, "", "", quantity, ""])  # fmt: skip


def test_16_writers_of_30_lines_over_200_levels_while_imports_run(course, tmp_path, record_figures):
    each = max(1, WRITERS * course.length * LINES * 3 // 4 // LEVELS)
    levels = two_hundred_levels(each)
    files = [tmp_path / f"{number}.csv" for number in range(max(4, course.length // 10))]
    for file in files:
        write_import(file, levels, file.stem)
    shippers = [Entry("ship_many_lines", {"levels": levels, "lines": LINES, "times": course.length})] * WRITERS
    finish = course.run(*shippers, Entry("import_files", {"files": [str(file) for file in files]}))
    *shipped, imported = finish.answers
    assert imported == {"posted": len(files), "refused": []}
    assert [sentence for sentence in refused(shipped) if "kg of batch L" not in sentence] == []
    assert posted(shipped) + len(refused(shipped)) == WRITERS * course.length
    assert posted(shipped) > 0
    assert moved("receipt") == LEVELS * (each + 2 * len(files)) * MILLION
    assert moved("shipment") == -(posted(shipped) * LINES + LEVELS * len(files)) * MILLION
    assert on_hand() == moved("receipt") + moved("shipment")
    assert_laws_hold()
    record_figures(finish, postings=posted(shipped), imports=len(files))
