"""Whole companies through the import, judged by an independent program's answers."""

from __future__ import annotations

import csv
import io

import pytest

from items.models import Item
from tests.worlds import exported, run, traced, world

pytestmark = pytest.mark.django_db
WORLDS = [(seed, rich) for seed in range(1, 6) for rich in (False, True)]


def judge(company) -> None:
    for name in ("stock", "serials"):
        answer = list(csv.reader(io.StringIO(company.answer(f"{name}.csv"))))
        assert list(csv.reader(io.StringIO(exported(name)))) == answer
    for answer in company.traces:
        wanted = {name: answer[name] for name in answer if name not in ("sku", "number", "tracking")}
        assert traced(answer["sku"], answer["number"]) == {**wanted, "gaps": []}


@pytest.mark.parametrize(("seed", "rich"), WORLDS)
def test_import_of_a_world_gives_the_judges_answers(seed, rich):
    company = world(seed=seed, rich=rich)
    company.load()
    judge(company)
    before = exported("movements")
    assert "Nothing changed" in run("import_csv", "movements", company.path("movements.csv"))
    assert exported("movements") == before
    run("verify")


@pytest.mark.parametrize(("seed", "rich"), WORLDS)
def test_switching_every_tracked_item_off_and_on_with_restore_changes_nothing(seed, rich, manager, tmp_path):
    company = world(seed=seed, rich=rich)
    company.load()
    before = own_movements(), exported("stock"), exported("serials")
    for number, item in enumerate(Item.objects.exclude(tracking_mode="none")):
        file, mode = str(tmp_path / f"{number}.csv"), item.tracking_mode
        run("switch_tracking", item.name, "none", "--by", "manager", "--reason", "test", "--export", file)
        run("switch_tracking", item.name, mode, "--by", "manager", "--reason", "test")
        run("restore_tracking", item.name, file, "--by", "manager")
    assert (own_movements(), exported("stock"), exported("serials")) == before
    judge(company)
    run("verify")


def own_movements() -> list[str]:
    """The exported movements, rows of the system's documents aside."""
    return [row for row in exported("movements").splitlines() if not row.startswith("tracking_")]
