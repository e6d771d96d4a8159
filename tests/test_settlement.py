"""Restoring after goods moved while tracking was off: settled visibly, per variant and location (rule 7)."""

from __future__ import annotations

from datetime import date

import pytest

from katana_trace.lib.days import today
from katana_trace.lib.quantities import MILLION, plain
from tests.build import (
    ahead,
    batch,
    broken,
    history_of,
    item,
    line,
    post,
    refusal,
    restore,
    reverse,
    serials,
    stock,
    switch_off,
    switch_on,
)
from tracking.models import Archive, Batch, Document, LedgerLine, SerialNumber
from tracking.modes.restore import CHANGED, restore_archive
from tracking.modes.restore_plan import plan_restore
from tracking.modes.settlement import RestoredLevel, settle_place
from tracking.recalls.scope import scope_of
from tracking.trace.read_graph import graph_of
from tracking.trace.trace import trace_lot

# -- the rule by itself ---------------------------------------------------------------------------------------------------


def level(number: str, quantity: int, expires: str = "", held: bool = False, order: int = 0) -> RestoredLevel:
    day = date.fromisoformat(expires) if expires else None
    return RestoredLevel(("sku", number.lower()), number, day, held, order, quantity)


def taken(levels: list[RestoredLevel], unbatched: int) -> list[tuple[str, int]]:
    return [(part.number, part.quantity) for part in settle_place(levels, unbatched=unbatched)]


@pytest.mark.parametrize(
    ("unbatched", "wanted"),
    [
        (10, [("UNBATCHED", 10)]),
        (6, [("UNBATCHED", 6), ("L1", 4)]),  # 4 left while off
        (13, [("UNBATCHED", 10)]),  # 3 arrived
        (0, [("L1", 10)]),
    ],
)
def test_the_worked_examples_of_the_rule(unbatched, wanted):
    assert taken([level("L1", 10)], unbatched) == wanted


def test_first_expired_first_without_expiry_by_age_and_held_ones_last():
    levels = [
        level("HELD", 1, "2026-01-01", held=True, order=0),
        level("YOUNG", 1, order=4),
        level("OLD", 1, order=1),
        level("LATE", 1, "2027-01-01", order=2),
        level("SOON-2", 1, "2026-06-01", order=5),
        level("SOON", 1, "2026-06-01", order=3),
    ]
    order = ["SOON", "SOON-2", "LATE", "OLD", "YOUNG", "HELD"]
    assert taken(levels, 0) == [(name, 1) for name in order]
    for left in range(1, 6):
        assert taken(levels, 6 - left) == [("UNBATCHED", 6 - left), *[(name, 1) for name in order[:left]]]


def test_a_restored_unbatched_joins_the_present_one():
    assert taken([level("UNBATCHED", 6), level("L1", 4)], 6) == [("UNBATCHED", 10)]
    assert taken([level("UNBATCHED", 6), level("L1", 4)], 1) == [("UNBATCHED", 7), ("L1", 3)]


@pytest.mark.parametrize(("levels", "unbatched"), [([level("L1", -1)], 5), ([level("L1", 5)], -1)])
def test_what_would_be_below_zero_is_refused(levels, unbatched):
    with pytest.raises(ValueError, match="below zero"):
        settle_place(levels, unbatched=unbatched)


# -- batches --------------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def laws_hold(db):
    """Every test here ends with a ledger that verify finds clean."""
    yield
    assert broken() == {}


@pytest.fixture
def flour():
    made = item("Flour", "batch", "kg", skus=("F-1", "F-25"))
    post("receipt", line("F-1", 10, batch="L1"))
    return made


def off_and_on(made, manager, *acts) -> bytes:
    """The history of ``made``, which was off while ``acts`` were done, and is on again."""
    mode = made.tracking_mode
    content = switch_off(made, manager)
    for act in acts:
        act()
    switch_on(made, mode, manager)
    return content


def settled() -> dict[tuple[str, str, str], str]:
    """The lines of the one document that settled: (SKU, location, number) to quantity."""
    document = Document.objects.get(kind="tracking_restored")
    return {
        (
            found.variant.sku,
            found.location.name,
            found.batch.number if found.batch else found.serial.number if found.serial else "",
        ): plain(int(found.quantity * MILLION))
        for found in LedgerLine.objects.filter(document=document).select_related(
            "variant", "location", "batch", "serial"
        )
    }


def test_four_of_ten_left_while_off(flour, manager):
    content = off_and_on(flour, manager, lambda: post("shipment", line("F-1", -4)))
    restore(flour, content, manager)
    assert stock() == {("F-1", "Main", "L1"): "6"}
    assert settled() == {
        ("F-1", "Main", "UNBATCHED"): "-6",
        ("F-1", "Main", "L1"): "-4",
        ("F-1", "Main", ""): "10",
    }


def test_three_arrived_while_off_and_stay_unbatched(flour, manager):
    content = off_and_on(flour, manager, lambda: post("receipt", line("F-1", 3)))
    restore(flour, content, manager)
    assert stock() == {("F-1", "Main", "L1"): "10", ("F-1", "Main", "UNBATCHED"): "3"}
    assert settled() == {("F-1", "Main", "UNBATCHED"): "-10", ("F-1", "Main", ""): "10"}


def test_all_left_while_off(flour, manager):
    content = off_and_on(flour, manager, lambda: post("shipment", line("F-1", -10)))
    restore(flour, content, manager)
    assert stock() == {}
    assert (batch("L1").number, Batch.objects.count()) == ("L1", 1)


def test_what_was_moved_to_another_location_stays_unbatched_there(flour, manager):
    content = off_and_on(flour, manager, lambda: post("transfer", line("F-1", -4), line("F-1", 4, at="Shop")))
    restore(flour, content, manager)
    assert stock() == {("F-1", "Main", "L1"): "6", ("F-1", "Shop", "UNBATCHED"): "4"}


def test_several_variants_locations_and_batches_each_by_itself(flour, manager):
    post("receipt", line("F-1", 5, batch="L2", expires=ahead(30)), line("F-1", 7, batch="L1", at="Shop"))
    post("receipt", line("F-25", 2, batch="L1", at="Shop"))
    content = off_and_on(
        flour,
        manager,
        lambda: post("shipment", line("F-1", -6), line("F-25", -1, at="Shop")),
        lambda: post("receipt", line("F-1", 1, at="Shop"), line("F-25", 8)),
    )
    restore(flour, content, manager)
    assert stock() == {
        ("F-1", "Main", "L1"): "9",  # L2 expires, so it goes first
        ("F-1", "Shop", "L1"): "7",
        ("F-1", "Shop", "UNBATCHED"): "1",
        ("F-25", "Main", "UNBATCHED"): "8",
        ("F-25", "Shop", "L1"): "1",
    }


def test_after_it_is_on_again_receipts_shipments_counts_and_numbers_given_are_settled_too(flour, manager):
    content = off_and_on(flour, manager)
    post("receipt", line("F-1", 2, batch="N1"))
    post("shipment", line("F-1", -1, batch="UNBATCHED"))
    post("adjustment", line("F-1", -3, batch="UNBATCHED"), line("F-1", 3, batch="N2"))
    post("transfer", line("F-1", -2, batch="UNBATCHED"), line("F-1", 2, batch="UNBATCHED", at="Shop"))
    post("stocktake", line("F-1", "-0.5", batch="UNBATCHED"))
    assert stock()[("F-1", "Main", "UNBATCHED")] == "3.5"
    restore(flour, content, manager)
    assert stock() == {
        ("F-1", "Main", "L1"): "3.5",
        ("F-1", "Main", "N1"): "2",
        ("F-1", "Main", "N2"): "3",
        ("F-1", "Shop", "UNBATCHED"): "2",
    }


def test_a_reversal_of_what_was_posted_before_is_settled(flour, manager):
    shipped = post("shipment", line("F-1", -4, batch="L1"))
    content = off_and_on(flour, manager, lambda: reverse(shipped))
    restore(flour, content, manager)
    assert stock() == {("F-1", "Main", "L1"): "6", ("F-1", "Main", "UNBATCHED"): "4"}


def test_what_was_reversed_again_needs_no_settling(flour, manager):
    content = off_and_on(flour, manager, lambda: reverse(post("shipment", line("F-1", -4))))
    plan = plan_restore(Archive.objects.get())
    assert (plan.moved.count, plan.batch_places[0].from_batches) == (0, ())
    restore(flour, content, manager)
    assert stock() == {("F-1", "Main", "L1"): "10"}


def test_reversing_afterwards_keeps_rule_12(flour, manager):
    received = Document.objects.get(kind="receipt")
    shipped = []
    content = off_and_on(flour, manager, lambda: shipped.append(post("shipment", line("F-1", -4))))
    restore(flour, content, manager)
    assert refusal(reverse, shipped[0]) == "Tracking of Flour was switched since; make an adjustment."
    assert "cannot be reversed, its goods are gone" in refusal(reverse, received)
    assert "was made by a switch of tracking" in refusal(reverse, Document.objects.get(kind="tracking_restored"))


def test_a_second_archive_after_the_first(flour, manager):
    first = off_and_on(flour, manager, lambda: post("shipment", line("F-1", -1)))
    post("adjustment", line("F-1", -4, batch="UNBATCHED"), line("F-1", 4, batch="N1"))
    second = off_and_on(flour, manager, lambda: post("shipment", line("F-1", -2)))
    restore(flour, second, manager)
    assert stock() == {("F-1", "Main", "UNBATCHED"): "3", ("F-1", "Main", "N1"): "4"}
    restore(flour, first, manager)
    assert stock() == {("F-1", "Main", "L1"): "3", ("F-1", "Main", "N1"): "4"}


def test_over_tracking_by_serial_number_in_between(flour, manager):
    content = switch_off(flour, manager)
    switch_on(flour, "serial", manager)
    post("adjustment", line("F-1", -2), line("F-1", 1, serial="S1"))
    switch_off(flour, manager)
    switch_on(flour, "batch", manager)
    restore(flour, content, manager)
    assert stock() == {("F-1", "Main", "L1"): "9"}


def test_a_restored_history_is_downloaded_again_with_what_was_settled(flour, manager):
    content = off_and_on(flour, manager, lambda: post("shipment", line("F-1", -4)))
    restore(flour, content, manager)
    before = stock()
    again = switch_off(flour, manager)
    switch_on(flour, "batch", manager)
    restore(flour, again, manager)
    assert stock() == before
    assert len(history_of(flour).splitlines()) > len(content.splitlines())


# -- serial numbers -------------------------------------------------------------------------------------------------------


@pytest.fixture
def pump():
    made = item("Pump", "serial", skus=("P-S", "P-L"))
    post("receipt", *[line("P-S", 1, serial=f"A{n}") for n in range(1, 6)], line("P-S", 2))
    post("receipt", line("P-L", 1, serial="B1", at="Shop"))
    post("shipment", line("P-S", -1, serial="A5"))
    return made


def test_numbers_that_left_while_off_are_named(pump, manager):
    content = off_and_on(pump, manager, lambda: post("shipment", line("P-S", -4)))
    assert refusal(restore, pump, content, manager) == (
        "Units of Pump left while tracking was off, and only you can say which. P-S at Main: 4 serial numbers come back, "
        "2 units without a number are there, name 2 that left."
    )
    assert refusal(restore, pump, content, manager, left=["A2"]).endswith("name 1 more that left.")
    restore(pump, content, manager, left=["a2", "A4"])
    assert serials() == {"A1": "Main", "A2": "", "A3": "Main", "A4": "", "A5": "", "B1": "Shop"}
    assert stock() == {("P-S", "Main", ""): "2", ("P-L", "Shop", ""): "1"}
    assert settled() == {("P-S", "Main", "A2"): "-1", ("P-S", "Main", "A4"): "-1", ("P-S", "Main", ""): "2"}
    post("receipt", line("P-S", 1))
    post("adjustment", line("P-S", -1), line("P-S", 1, serial="A2"))  # it was found again


def test_a_range_names_many(pump, manager):
    content = off_and_on(pump, manager, lambda: post("shipment", line("P-S", -5)))
    restore(pump, content, manager, left=["A1-A3"])
    assert serials() == {"A1": "", "A2": "", "A3": "", "A4": "Main", "A5": "", "B1": "Shop"}


def test_more_numbers_than_can_have_left_are_refused(pump, manager):
    content = off_and_on(pump, manager, lambda: post("shipment", line("P-S", -3)))
    assert refusal(restore, pump, content, manager, left=["X1-X9000"] * 50) == (
        "More numbers are named than the 5 that come back into stock. Name only those that left."
    )


def test_a_number_that_looks_like_a_range_is_that_number(manager):
    pump = item("Pump", "serial", skus=("P",))
    post("receipt", line("P", 1, serial="A1-A3"), line("P", 1, serial="A1"))
    content = off_and_on(pump, manager, lambda: post("shipment", line("P", -1)))
    restore(pump, content, manager, left=["A1-A3"])
    assert serials() == {"A1": "Main", "A1-A3": ""}


def test_more_may_be_named_than_are_missing(pump, manager):
    """Two came and two left: the ledger sees nothing missing, the person does."""
    content = off_and_on(
        pump, manager, lambda: post("shipment", line("P-S", -2)), lambda: post("receipt", line("P-S", 2))
    )
    restore(pump, content, manager, left=["A1", "A2"])
    assert (serials()["A1"], serials()["A2"], serials()["A3"]) == ("", "", "Main")
    assert stock()[("P-S", "Main", "")] == "6"


def test_units_that_arrived_while_off_are_and_stay_without_number(pump, manager):
    content = off_and_on(pump, manager, lambda: post("receipt", line("P-S", 3), line("P-S", 1, at="Shop")))
    restore(pump, content, manager)
    assert stock() == {("P-S", "Main", ""): "9", ("P-S", "Shop", ""): "1", ("P-L", "Shop", ""): "1"}
    assert not Document.objects.filter(kind="tracking_restored").exists()


def test_numbers_connected_after_it_is_on_again_take_units(pump, manager):
    content = off_and_on(pump, manager)
    post("adjustment", line("P-S", -3), *[line("P-S", 1, serial=f"N{n}") for n in range(3)])
    assert "4 serial numbers come back, 3 units without a number are there, name 1" in refusal(
        restore, pump, content, manager
    )
    restore(pump, content, manager, left=["A1"])
    assert serials() == {"A1": "", "A2": "Main", "A3": "Main", "A4": "Main", "A5": "", "B1": "Shop"} | dict.fromkeys(
        ["N0", "N1", "N2"], "Main"
    )


def test_units_that_moved_to_another_location_are_named_where_they_were(pump, manager):
    content = off_and_on(pump, manager, lambda: post("transfer", line("P-S", -6), line("P-S", 6, at="Shop")))
    restore(pump, content, manager, left=["A1", "A2", "A3", "A4"])
    assert stock() == {("P-S", "Shop", ""): "6", ("P-L", "Shop", ""): "1"}
    post("adjustment", line("P-S", -1, at="Shop"), line("P-S", 1, serial="A1", at="Shop"))
    assert serials()["A1"] == "Shop"


@pytest.mark.parametrize(
    ("left", "sentence"),
    [
        (["A1", "X9"], "The history of Pump has no serial number “X9”. Check the label."),
        (
            ["A1", "A5"],
            "“A5” had left stock before tracking was switched off, so it is not among what left since. Leave it out.",
        ),
        (["B1"], "P-S at Main: 4 serial numbers come back, 3 units without a number are there, name 1 that left."),
        ([f"Y{n}" for n in range(8)], "“Y0”, “Y1”, “Y2”, “Y3”, “Y4” and 3 more"),
    ],
)
def test_wrong_names_are_refused(pump, manager, left, sentence):
    content = off_and_on(pump, manager, lambda: post("shipment", line("P-S", -3)))
    before = LedgerLine.objects.count()
    assert sentence in refusal(restore, pump, content, manager, left=left)
    assert (LedgerLine.objects.count(), SerialNumber.objects.count()) == (before, 0)
    restore(pump, content, manager, left=["A1"])


# -- the plan is what is done ---------------------------------------------------------------------------------------------


def test_the_plan_says_what_comes_back_and_how_it_is_settled(flour, manager):
    post("receipt", line("F-1", 5, batch="L2", expires=ahead(30)))
    off_and_on(flour, manager, lambda: post("shipment", line("F-1", -6), number="SO-9"))
    plan = plan_restore(Archive.objects.get())
    assert (plan.refusal, plan.clashes, len(plan.records), len(plan.links), plan.held) == ("", (), 2, 2, ())
    assert [(moved.document.number, moved.came, moved.went) for moved in plan.moved.shown] == [("SO-9", 0, 6 * MILLION)]
    (place,) = plan.batch_places
    assert (place.sku, place.place, place.restored, place.here, place.stays) == (
        "F-1", "Main", 15 * MILLION, 9 * MILLION, 0,
    )  # fmt: skip
    assert [(part.number, part.quantity // MILLION) for part in place.parts] == [
        ("UNBATCHED", 9),
        ("L2", 5),
        ("L1", 1),
    ]


def test_a_plan_that_changed_meanwhile_is_not_done(flour, manager):
    off_and_on(flour, manager)
    archive = Archive.objects.get()
    seen = plan_restore(archive).digest
    assert plan_restore(archive).digest == seen
    post("shipment", line("F-1", -1, batch="UNBATCHED"))
    assert plan_restore(archive).digest != seen
    assert refusal(restore_archive, archive=archive, by=manager, seen=seen) == CHANGED
    assert not Batch.objects.filter(key="l1").exists()
    restore_archive(archive=archive, by=manager, seen=plan_restore(archive).digest)
    assert stock() == {("F-1", "Main", "L1"): "9"}


def test_what_moved_and_came_to_nothing_changes_the_plan_too(flour, manager):
    """A shipment and a receipt of as much: the same is there, but the list of what moved is not the one that was shown."""
    off_and_on(flour, manager)
    archive = Archive.objects.get()
    seen = plan_restore(archive)
    post("shipment", line("F-1", -4, batch="UNBATCHED"), number="SO-1")
    post("receipt", line("F-1", 4, batch="UNBATCHED"), number="PO-9")
    now = plan_restore(archive)
    assert (now.batch_places, now.clashes, now.refusal) == (seen.batch_places, (), "")
    assert [moved.document.number for moved in now.moved.shown] == ["SO-1", "PO-9"]
    assert refusal(restore_archive, archive=archive, by=manager, seen=seen.digest) == CHANGED
    assert stock() == {("F-1", "Main", "UNBATCHED"): "10"}
    restore_archive(archive=archive, by=manager, seen=now.digest)
    assert stock() == {("F-1", "Main", "L1"): "10"}


def test_clashing_numbers_are_listed_up_to_twenty(manager):
    pump = item("Pump", "serial", skus=("P",))
    post("receipt", *[line("P", 1, serial=f"S{n:02}") for n in range(23)])
    content = off_and_on(pump, manager)
    post("adjustment", line("P", -23), *[line("P", 1, serial=f"s{n:02}") for n in range(23)])
    sentence = refusal(restore, pump, content, manager)
    assert sentence == (
        "Pump has 23 serial numbers again that the history has too, made since tracking was switched off: "
        f"{', '.join(f's{n:02} of P' for n in range(20))} and 3 more. Two of one number cannot be told apart, so nothing "
        "was restored. Set Pump to No tracking (that archives the present numbers), enable Serial numbers again, then "
        "restore this history before any number is made."
    )
    switch_off(pump, manager)
    switch_on(pump, "serial", manager)
    restore(pump, content, manager)
    assert set(serials()) == {f"S{n:02}" for n in range(23)}


# -- what nobody can know is told -----------------------------------------------------------------------------------------


def gaps_of(sku: str, number: str) -> list:
    return trace_lot(sku=sku, number=number).as_json()["gaps"]


def test_a_lot_of_which_something_may_have_left_is_traced_with_a_gap(flour, manager):
    item("Bread", "batch", skus=("BREAD",))
    post("receipt", line("F-25", 1, batch="K1"), line("F-1", 1, batch="OLD"))
    post("production", line("F-1", -1, batch="OLD"), line("BREAD", 1, batch="B1"))
    content = off_and_on(flour, manager, lambda: post("shipment", line("F-1", -4), partner="Café"))
    restore(flour, content, manager)
    gap = [["Flour", today().isoformat()]]
    assert gaps_of("F-1", "L1") == gap
    assert (gaps_of("F-25", "K1"), gaps_of("F-1", "OLD"), gaps_of("BREAD", "B1")) == ([], [], [])
    (sentence,) = scope_of([(False, batch("L1").pk)]).gaps
    assert sentence == (
        "May continue through Flour: goods moved without their numbers after its tracking was switched off on "
        f"{today()}. They were settled when it was restored; look through its documents since then."
    )
    graph = graph_of((False, batch("L1").pk))
    assert ([found.sentence() for found in graph.gaps], graph.is_complete) == ([sentence], False)
    assert graph_of((False, batch("OLD").pk)).is_complete


def test_what_arrived_cannot_hide_what_left(flour, manager):
    content = off_and_on(
        flour, manager, lambda: post("shipment", line("F-1", -4)), lambda: post("receipt", line("F-1", 4))
    )
    restore(flour, content, manager)
    assert stock() == {("F-1", "Main", "L1"): "10"}
    assert gaps_of("F-1", "L1") == [["Flour", today().isoformat()]]


def test_what_left_as_unbatched_before_the_restore_may_have_been_of_any_lot(flour, manager):
    """Four leave under UNBATCHED after it is on again, and four come: nothing is taken of L1, and yet it may be gone."""
    content = off_and_on(flour, manager)
    post("shipment", line("F-1", -4, batch="UNBATCHED"), partner="Café")
    post("receipt", line("F-1", 4, batch="UNBATCHED"))
    restore(flour, content, manager)
    assert stock() == {("F-1", "Main", "L1"): "10"}
    assert settled() == {("F-1", "Main", "UNBATCHED"): "-10", ("F-1", "Main", ""): "10"}
    assert gaps_of("F-1", "L1") == [["Flour", today().isoformat()]]


def test_what_left_as_unbatched_before_the_switch_was_of_no_lot(manager):
    """UNBATCHED was a batch of its own then: nothing that has a number left under it."""
    flour = item("Flour", unit="kg", skus=("F-1",))
    post("receipt", line("F-1", 6))
    switch_on(flour, "batch", manager)
    post("receipt", line("F-1", 10, batch="L1"))
    post("shipment", line("F-1", -2, batch="UNBATCHED"), partner="Café")
    restore(flour, off_and_on(flour, manager), manager)
    assert stock() == {("F-1", "Main", "UNBATCHED"): "4", ("F-1", "Main", "L1"): "10"}
    assert (gaps_of("F-1", "L1"), gaps_of("F-1", "UNBATCHED")) == ([], [])


def test_nothing_left_so_the_trace_is_whole(flour, manager):
    content = off_and_on(
        flour,
        manager,
        lambda: post("receipt", line("F-1", 4)),
        lambda: reverse(post("shipment", line("F-1", -4))),
    )
    restore(flour, content, manager)
    post("shipment", line("F-1", -1, batch="UNBATCHED"))
    assert gaps_of("F-1", "L1") == []


def test_a_batch_that_changed_place_without_its_number_has_a_gap(flour, manager):
    content = off_and_on(flour, manager, lambda: post("transfer", line("F-1", -4), line("F-1", 4, at="Shop")))
    restore(flour, content, manager)
    assert gaps_of("F-1", "L1") == [["Flour", today().isoformat()]]


def test_a_batch_that_was_moved_and_moved_back_has_no_gap(flour, manager):
    content = off_and_on(
        flour,
        manager,
        lambda: post("transfer", line("F-1", -4), line("F-1", 4, at="Shop")),
        lambda: post("transfer", line("F-1", -4, at="Shop"), line("F-1", 4)),
    )
    restore(flour, content, manager)
    assert stock() == {("F-1", "Main", "L1"): "10"}
    assert gaps_of("F-1", "L1") == []


def test_a_batch_that_was_used_up_before_has_no_gap_though_it_came_again(flour, manager):
    post("receipt", line("F-1", 2, batch="OLD"))
    post("shipment", line("F-1", -2, batch="OLD"), partner="Café")
    content = off_and_on(flour, manager, lambda: post("shipment", line("F-1", -4)))
    restore(flour, content, manager)
    post("receipt", line("F-1", 5, batch="OLD"))
    assert (gaps_of("F-1", "OLD"), gaps_of("F-1", "L1")) == ([], [["Flour", today().isoformat()]])


def test_a_serial_number_that_was_named_has_a_gap_and_the_others_none(pump, manager):
    content = off_and_on(pump, manager, lambda: post("shipment", line("P-S", -3)))
    restore(pump, content, manager, left=["A1"])
    assert gaps_of("P-S", "A1") == [["Pump", today().isoformat()]]
    assert (gaps_of("P-S", "A2"), gaps_of("P-S", "A5"), gaps_of("P-L", "B1")) == ([], [], [])
    assert trace_lot(sku="P-S", number="A1").balance.as_text() == dict.fromkeys(
        ("opening", "received", "produced", "used", "shipped", "returned", "sent_back", "adjusted", "on_hand"), "0"
    ) | {"opening": "-1", "received": "1"}
