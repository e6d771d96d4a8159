"""How far a hold reaches, and what a release leaves on hold (rules 10 and 13)."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from items.models import Item
from katana_trace.lib.quantities import for_people
from tests import build
from tests.build import batch, broken, item, line, post, refusal, serial
from tests.worlds import world
from tracking.holds.acts import hold_lot, release_lot
from tracking.holds.extent import Lot, held_with, made_from
from tracking.models import Batch, RecordChange, SerialNumber
from tracking.records.hold import hold, release

pytestmark = pytest.mark.django_db


@pytest.fixture
def bakery():
    """Flour F1 and F2 in dough, bread B1 of both flours, B2 of F1 alone; an oven that was painted with flour F2."""
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    item("Dough", "batch", unit="kg", skus=("DOUGH",))
    item("Bread", "batch", skus=("BREAD",))
    item("Oven", "serial", skus=("OVEN",))
    post("receipt", line("FLOUR", 100, batch="F1"), line("FLOUR", 100, batch="F2"))
    post("production", line("FLOUR", -30, batch="F1"), line("DOUGH", 50, batch="D1"))
    post("production", line("FLOUR", -30, batch="F2"), line("DOUGH", 50, batch="D2"))
    post("production", line("DOUGH", -20, batch="D1"), line("DOUGH", -5, batch="D2"), line("BREAD", 60, batch="B1"))
    post("production", line("DOUGH", -30, batch="D1"), line("BREAD", 40, batch="B2"))
    post("production", line("FLOUR", -1, batch="F2"), line("OVEN", 1, serial="S1"), line("OVEN", 1, serial="S2"))
    post("transfer", line("BREAD", -15, batch="B1"), line("BREAD", 15, batch="B1", at="Shop"))


def shown(lots: tuple[Lot, ...]) -> dict[str, str]:
    """By number what is where, in the order in which it is shown."""
    return {
        lot.facts.number: ", ".join(f"{stock.location} {for_people(stock.quantity)}" for stock in lot.stock)
        for lot in lots
    }


def on_hold() -> dict[str, str]:
    """The reason of everything that is on hold."""
    rows = [model.objects.filter(status="held").values_list("number", "reason") for model in (Batch, SerialNumber)]
    return dict(sorted(row for found in rows for row in found))


# -- what is reached ------------------------------------------------------------------------------------------------------


def test_made_from_tells_every_lot_and_where_it_is(bakery):
    found = made_from(batch("F1"))
    # What is in stock comes first: D1 is used up.
    assert list(shown(found.lots).items()) == [("B1", "Main 45, Shop 15"), ("B2", "Main 40"), ("D1", "")]
    assert (shown((found.itself,)), found.left_out, found.gaps) == ({"F1": "Main 70"}, (), ())
    assert (found.in_stock, found.customers, found.documents) == (2, 0, 0)
    assert shown(made_from(batch("F2")).lots) == {
        "B1": "Main 45, Shop 15",
        "D2": "Main 45",
        "S1": "Main 1",
        "S2": "Main 1",
    }
    assert made_from(batch("B1")).lots == ()
    assert made_from(serial("S1")).lots == ()


def test_made_from_leaves_out_what_is_on_hold_already(bakery):
    hold(records=[batch("B1")], by=None, reason="Burnt")
    found = made_from(batch("F1"))
    assert (list(shown(found.lots)), list(shown(found.left_out))) == (["B2", "D1"], ["B1"])


def test_made_from_follows_relabelling_and_not_what_was_reversed(bakery):
    post("adjustment", line("BREAD", -5, batch="B2"), line("BREAD", 5, batch="B2-B"))
    build.reverse(post("production", line("FLOUR", -1, batch="F1"), line("BREAD", 1, batch="B3")))
    assert list(shown(made_from(batch("F1")).lots)) == ["B1", "B2", "B2-B", "D1"]


def test_made_from_a_cycle_never_lists_itself(bakery):
    post("production", line("BREAD", -1, batch="B2"), line("FLOUR", 1, batch="F1"))
    assert list(shown(made_from(batch("F1")).lots)) == ["B1", "B2", "D1"]


def test_made_from_says_what_a_hold_does_not_reach(bakery, manager):
    item("Crumbs", unit="kg", skus=("CRUMBS",))
    post("production", line("BREAD", -4, batch="B2"), line("CRUMBS", 2))
    post("shipment", line("BREAD", -5, batch="B1"), line("BREAD", -5, batch="B2"), partner="Café Blau")
    post("shipment", line("BREAD", -5, batch="B1"), partner="Café Blau")
    post("shipment", line("FLOUR", -5, batch="F1"), partner="Hotel Linde")
    post("shipment", line("FLOUR", -1, batch="F1"))
    build.reverse(post("shipment", line("FLOUR", -1, batch="F1"), partner="Gone Ltd"))
    found = made_from(batch("F1"))
    assert (found.customers, found.documents) == (2, 4)
    assert found.gaps == (
        "Continues into 2 kg of Crumbs that were made without a number in 1 document; find them by hand.",
    )
    build.switch_off(Item.objects.get(key="dough"), manager)
    found = made_from(batch("F1"))
    assert found.lots == ()
    assert [gap.partition(" on ")[0] for gap in found.gaps] == ["Continues through Dough, tracking switched off"]


def test_made_from_counts_a_serial_number_that_came_back_as_here(bakery):
    post("shipment", line("OVEN", -1, serial="S1"), line("OVEN", -1, serial="S2"), partner="Café Blau", number="SO-1")
    post("customer_return", line("OVEN", 1, serial="S1"), partner="Café Blau")
    assert [(made_from(serial(number)).documents, made_from(serial(number)).in_stock) for number in ("S1", "S2")] == [
        (0, 0),
        (1, 0),
    ]
    assert made_from(batch("F2")).documents == 1


@pytest.mark.parametrize(("seed", "rich"), [(31, False), (32, True)])
def test_made_from_agrees_with_the_answers_of_a_world(seed, rich):
    company = world(seed=seed, rich=rich, documents=300)
    company.load()
    for answer in company.traces:
        where = {"variant__sku": answer["sku"], "number": answer["number"]}
        record = Batch.objects.filter(**where).first() or SerialNumber.objects.get(**where)
        lots = made_from(record).lots
        assert sorted([lot.facts.sku, lot.facts.number] for lot in lots) == answer["made_into"]


@pytest.mark.parametrize("count", [1, 50])
def test_extent_asks_the_same_number_of_queries(bakery, count, django_assert_num_queries):
    for number in range(count):
        post("production", line("DOUGH", "-0.1", batch="D2"), line("BREAD", 1, batch=f"N{number}"))
    flour = Batch.objects.select_related("variant").get(number="F2")
    with django_assert_num_queries(
        9
    ):  # the walk, its lines, restores; of batches, serial numbers facts, stock, shipments
        assert len(made_from(flour).lots) == count + 4
    hold_lot(record=flour, by=None, reason="Weevils", extend=True)
    flour.refresh_from_db(fields=["status", "reason"])
    hold(records=[batch("F1")], by=None, reason="Weevils")
    with django_assert_num_queries(
        8
    ):  # of batches and serial numbers what is held, facts, stock; the walk and its lines
        found = held_with(flour)
    assert (len(found.lots), list(shown(found.kept))) == (count + 3, ["B1"])


# -- holding --------------------------------------------------------------------------------------------------------------


def test_hold_lot_extended_holds_all_that_was_made_from_it(bakery, manager):
    hold(records=[batch("B2")], by=None, reason="Burnt")
    assert hold_lot(record=batch("F1"), by=manager, reason=" Weevils ", extend=True) == 2
    because = "Made from batch F1 of FLOUR: Weevils"
    assert on_hold() == {"B1": because, "B2": "Burnt", "D1": because, "F1": "Weevils"}
    told = RecordChange.objects.filter(changed_by=manager).order_by("key")
    assert list(told.values_list("name", "field", "old", "new", "reason")) == [
        ("B1", "status", "available", "held", because),
        ("D1", "status", "available", "held", because),
        ("F1", "status", "available", "held", "Weevils"),
    ]
    assert "is on hold" in refusal(post, "shipment", line("BREAD", -1, batch="B1"))
    assert broken() == {}


def test_hold_lot_extends_from_a_serial_number_and_to_serial_numbers(bakery):
    item("Line", "serial", skus=("LINE",))
    post("production", line("OVEN", -1, serial="S1"), line("LINE", 1, serial="L1"))
    assert hold_lot(record=serial("S1"), by=None, reason="Cracked", extend=True) == 1
    assert on_hold() == {"L1": "Made from serial number S1 of OVEN: Cracked", "S1": "Cracked"}
    assert hold_lot(record=batch("F2"), by=None, reason="Weevils", extend=True) == 3
    assert on_hold()["S2"] == "Made from batch F2 of FLOUR: Weevils"


def test_hold_lot_alone_holds_nothing_else(bakery):
    assert hold_lot(record=batch("F1"), by=None, reason="Weevils") == 0
    assert on_hold() == {"F1": "Weevils"}
    assert hold_lot(record=batch("B1"), by=None, reason="Burnt", extend=True) == 0
    assert on_hold() == {"B1": "Burnt", "F1": "Weevils"}


def test_hold_lot_extends_a_hold_that_is_there_and_refuses_when_nothing_is_left(bakery):
    hold_lot(record=batch("F1"), by=None, reason="Weevils")
    assert hold_lot(record=batch("F1"), by=None, reason="Glass", extend=True) == 3
    assert (on_hold()["F1"], on_hold()["B2"]) == ("Weevils", "Made from batch F1 of FLOUR: Glass")
    before = on_hold()
    assert refusal(hold_lot, record=batch("F1"), by=None, reason="Again", extend=True) == (
        "Batch F1 is on hold already, and so is all that was made from it. Nothing was changed."
    )
    assert refusal(hold_lot, record=batch("F1"), by=None, reason="Again").startswith("Batch F1 of Flour is on hold")
    assert on_hold() == before


def test_hold_lot_shortens_a_long_reason_where_the_origin_stands_before_it(bakery):
    hold_lot(record=batch("F1"), by=None, reason="x" * 200, extend=True)
    kept = on_hold()
    assert (kept["F1"], len(kept["B1"]), kept["B1"][-2:]) == ("x" * 200, 200, "x…")
    assert release_lot(record=batch("F1"), by=None, reason="y" * 200, extend=True) == 3


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_hold_lot_and_release_lot_take_a_manager(bakery, request, role):
    by = request.getfixturevalue(role)
    for record in (batch("F1"), serial("S1")):
        for verb in (hold_lot, release_lot):
            with pytest.raises(PermissionDenied, match="role Manager"):
                verb(record=record, by=by, reason="Weevils")
    assert on_hold() == {}


def test_hold_lot_needs_a_reason_and_a_lot_that_is_there(bakery, manager):
    assert refusal(hold_lot, record=batch("F1"), by=None, reason=" ", extend=True).startswith("Reason is empty.")
    gone = batch("D2")
    build.switch_off(Item.objects.get(key="dough"), manager)
    assert refusal(hold_lot, record=gone, by=None, reason="Wet") == (
        "Batch D2 is no longer there: tracking of its item was switched. Leave it out."
    )
    assert on_hold() == {}


# -- releasing ------------------------------------------------------------------------------------------------------------


def test_release_lot_extended_releases_what_was_held_because_of_it(bakery, manager):
    hold(records=[serial("S1")], by=None, reason="Cracked")
    hold_lot(record=batch("F1"), by=manager, reason="Weevils", extend=True)
    found = held_with(batch("F1"))
    assert (list(shown(found.lots)), found.kept) == (["B1", "B2", "D1"], ())
    assert release_lot(record=batch("F1"), by=manager, reason="Clean", extend=True, seen=found.seen) == 3
    assert on_hold() == {"S1": "Cracked"}
    last = RecordChange.objects.filter(name="B1").last()
    assert (last.new, last.reason, last.changed_by) == ("available", "Made from batch F1 of FLOUR: Clean", manager)


def test_release_lot_alone_leaves_the_others_on_hold(bakery):
    hold_lot(record=batch("F1"), by=None, reason="Weevils", extend=True)
    assert release_lot(record=batch("F1"), by=None, reason="Clean") == 0
    assert sorted(on_hold()) == ["B1", "B2", "D1"]


def test_release_lot_leaves_on_hold_what_something_else_on_hold_went_into(bakery):
    hold_lot(record=batch("F1"), by=None, reason="Weevils", extend=True)
    hold_lot(record=batch("F2"), by=None, reason="Glass", extend=True)
    found = held_with(batch("F1"))
    assert (list(shown(found.lots)), list(shown(found.kept))) == (["B2", "D1"], ["B1"])
    assert release_lot(record=batch("F1"), by=None, reason="Clean", extend=True) == 2
    assert sorted(on_hold()) == ["B1", "D2", "F2", "S1", "S2"]
    # B1 is on hold in the name of F1, so the release of F2 does not reach it: a person looks at it.
    assert release_lot(record=batch("F2"), by=None, reason="Clean", extend=True) == 3
    assert sorted(on_hold()) == ["B1"]


def test_release_lot_leaves_on_hold_what_was_held_for_another_reason(bakery):
    hold_lot(record=batch("F1"), by=None, reason="Weevils", extend=True)
    release(records=[batch("B2")], by=None, reason="Tested")
    hold(records=[batch("B2")], by=None, reason="Burnt")
    assert list(shown(held_with(batch("F1")).lots)) == ["B1", "D1"]
    release_lot(record=batch("F1"), by=None, reason="Clean", extend=True)
    assert on_hold() == {"B2": "Burnt"}


def test_release_lot_finds_what_is_no_longer_made_from_it(bakery):
    made = post("production", line("FLOUR", -1, batch="F1"), line("BREAD", 2, batch="B3"))
    hold_lot(record=batch("F1"), by=None, reason="Weevils", extend=True)
    build.reverse(made)
    assert "B3" not in shown(made_from(batch("F1")).left_out)
    assert "B3" in shown(held_with(batch("F1")).lots)


def test_release_lot_releases_nothing_that_was_not_shown(bakery):
    hold_lot(record=batch("F1"), by=None, reason="Weevils", extend=True)
    seen = held_with(batch("F1")).seen
    more = [
        lambda: hold_lot(record=batch("F1"), by=None, reason="Glass", extend=True),
        lambda: hold(records=[batch("F1")], by=None, reason="Glass"),
    ]
    release(records=[batch("B2")], by=None, reason="Tested")
    for act in more:
        act()
        assert "is not what was shown to you" in refusal(
            release_lot, record=batch("F1"), by=None, reason="Clean", extend=True, seen=seen
        )
        assert "F1" in on_hold()
        seen = held_with(batch("F1")).seen
        release_lot(record=batch("F1"), by=None, reason="Clean", seen=seen)
    assert refusal(release_lot, record=batch("B2"), by=None, reason="Clean", seen="")
