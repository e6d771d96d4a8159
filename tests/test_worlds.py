"""Whole companies through the import, judged by an independent program's answers."""

from __future__ import annotations

import csv
import io
from collections import defaultdict

import pytest
from django.db.models import Sum

from items.models import Item
from katana_trace.lib.quantities import parse_quantity, plain
from tests.build import line, post
from tests.worlds import exported, run, traced, world
from tracking.models import Archive, Batch, LedgerLine, SerialNumber, StockLevel
from tracking.modes.restore_plan import plan_restore

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


@pytest.mark.parametrize(("seed", "rich"), WORLDS)
def test_what_moves_while_tracking_is_off_is_settled_and_every_other_trace_is_as_before(seed, rich, manager, tmp_path):
    company = world(seed=seed, rich=rich)
    company.load()
    before = sums_by_place()
    switched, moved = {}, defaultdict(int)
    for mode in ("batch", "serial"):
        item = item_in_stock(mode)
        file, switched[item.name] = str(tmp_path / f"{mode}.csv"), mode
        run("switch_tracking", item.name, "none", "--by", "manager", "--reason", "test", "--export", file)
        for variant, place, quantity in fullest_places(item):
            post("adjustment", line(variant, -1, at=place))  # what left
            post("transfer", line(variant, -1, at=place), line(variant, 1, at="Elsewhere"))
            post("receipt", line(variant, 2, at="Elsewhere"))
            assert quantity >= 2
            moved[variant, place] -= 2
            moved[variant, "Elsewhere"] += 3
        run("switch_tracking", item.name, mode, "--by", "manager", "--reason", "test")
        left = numbers_to_name(item) if mode == "serial" else []
        run("restore_tracking", item.name, file, "--by", "manager", *(["--left", *left] if left else []))
    assert sums_by_place() == {
        at: q for at in before | moved if (q := before.get(at, 0) + moved.get(at, 0) * 1_000_000)
    }
    taken = taken_by_the_settlement()
    assert taken
    for answer in company.traces:
        found = traced(answer["sku"], answer["number"])
        lots = {(answer["sku"], answer["number"]), *map(tuple, found["made_into"])}
        through = {name for name in switched if lots & set(lots_of(name))}
        assert {gap[0] for gap in found["gaps"]} <= through
        balance = dict(answer["balance"])
        for name in ("opening", "on_hand"):
            minus = taken.get((answer["sku"], answer["number"]), 0)
            balance[name] = plain(parse_quantity(balance[name]) - minus)
        wanted = {name: answer[name] for name in answer if name not in ("sku", "number", "tracking")}
        assert found == {**wanted, "balance": balance, "gaps": found["gaps"]}
        if (answer["sku"], answer["number"]) in taken:
            assert found["gaps"]
    run("verify")


def sums_by_place() -> dict[tuple[str, str], int]:
    rows = StockLevel.objects.values_list("variant__sku", "location__name").annotate(Sum("quantity"))
    return {(sku, place): int(quantity * 1_000_000) for sku, place, quantity in rows if quantity}


def item_in_stock(mode: str) -> Item:
    return next(item for item in Item.objects.filter(tracking_mode=mode).order_by("pk") if fullest_places(item))


def fullest_places(item: Item) -> list[tuple[str, str, int]]:
    """For each variant the place that has most, two units or more."""
    found = {}
    for (sku, place), quantity in sums_by_place().items():
        if item.variants.filter(sku=sku).exists() and quantity >= max(2_000_000, found.get(sku, ("", 0))[1] + 1):
            found[sku] = (place, quantity)
    return [(sku, place, quantity // 1_000_000) for sku, (place, quantity) in found.items()]


def numbers_to_name(item: Item) -> list[str]:
    """As a person would: what is missing at each place that the refusal names, taken from the front of the list."""
    plan = plan_restore(Archive.objects.get(item=item))
    return [record.number for place in plan.serial_places for record in place.numbers[: place.to_name]]


def taken_by_the_settlement() -> dict[tuple[str, str], int]:
    """Millionths that were taken from each restored lot, ``UNBATCHED`` aside."""
    found = defaultdict(int)
    for row in LedgerLine.objects.filter(document__kind="tracking_restored", quantity__lt=0).select_related(
        "variant", "batch", "serial"
    ):
        number = row.batch.number if row.batch else row.serial.number
        if number != "UNBATCHED":
            found[row.variant.sku, number] -= int(row.quantity * 1_000_000)
    return dict(found)


def lots_of(item: str) -> list[tuple[str, str]]:
    return [
        *Batch.objects.filter(variant__item__name=item).values_list("variant__sku", "number"),
        *SerialNumber.objects.filter(item__name=item).values_list("variant__sku", "number"),
    ]
