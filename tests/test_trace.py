"""Tracing: what a lot was made from and into, who supplied and received it, and whether the sum is right (rule 13, law 12)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from items.models import Item
from katana_trace.lib import days
from katana_trace.lib.refusal import Refusal
from tests.build import broken, item, line, post, restore, reverse, switch_off, switch_on
from tests.worlds import traced
from tracking.models import Document
from tracking.trace import trace_lot

pytestmark = pytest.mark.django_db

NOTHING = {
    "opening": "0", "received": "0", "produced": "0", "used": "0", "shipped": "0", "returned": "0", "sent_back": "0",
    "adjusted": "0", "on_hand": "0",
}  # fmt: skip


@pytest.fixture
def batches():
    """Five items tracked by batch, A to E."""
    for name in "ABCDE":
        item(name, "batch", skus=(name,))


def back(sku: str, number: str) -> list[str]:
    return [" ".join(lot) for lot in traced(sku, number)["made_from"]]


def ahead(sku: str, number: str) -> list[str]:
    return [" ".join(lot) for lot in traced(sku, number)["made_into"]]


def make(*, use: str, into: str, number: str = "") -> Document:
    """A production of one unit each: ``make(use="A a1 B b1", into="C c1")``."""
    lines = []
    for text, sign in ((use, -1), (into, 1)):
        words = text.split()
        lines += [line(sku, sign, batch=lot) for sku, lot in zip(words[::2], words[1::2], strict=True)]
    return post("production", *lines, number=number)


def receive(text: str, partner: str = "") -> Document:
    words = text.split()
    return post(
        "receipt", *[line(s, 10, batch=b) for s, b in zip(words[::2], words[1::2], strict=True)], partner=partner
    )


# -- levels and cycles ----------------------------------------------------------------------------------------------------


def test_trace_goes_over_any_number_of_levels(batches):
    receive("A a1 A a2", "Northmill")
    make(use="A a1", into="B b1")
    make(use="B b1", into="C c1")
    make(use="C c1", into="D d1")
    make(use="D d1", into="E e1")
    make(use="A a2", into="B b2")
    assert ahead("A", "a1") == ["B b1", "C c1", "D d1", "E e1"]
    assert back("E", "e1") == ["A a1", "B b1", "C c1", "D d1"]
    assert (back("C", "c1"), ahead("C", "c1")) == (["A a1", "B b1"], ["D d1", "E e1"])
    assert (back("A", "a1"), ahead("E", "e1")) == ([], [])


def test_every_output_descends_from_every_ingredient(batches):
    receive("A a1 B b1")
    make(use="A a1 B b1", into="C c1 D d1")
    assert ahead("A", "a1") == ahead("B", "b1") == ["C c1", "D d1"]
    assert back("C", "c1") == back("D", "d1") == ["A a1", "B b1"]
    assert ahead("C", "c1") == []  # what is made together is not made from each other


def test_a_cycle_is_walked_once_and_a_lot_never_lists_itself(batches):
    receive("A a1")
    make(use="A a1", into="B b1")
    make(use="B b1", into="C c1")
    make(use="C c1", into="A a1")  # rework: the rest goes back into the first batch
    assert ahead("A", "a1") == ["B b1", "C c1"]
    assert back("A", "a1") == ["B b1", "C c1"]
    assert ahead("B", "b1") == ["A a1", "C c1"]
    assert broken() == {}


def test_a_serial_number_repaired_does_not_list_itself(batches):
    item("Pump", "serial", skus=("PUMP",))
    receive("A a1 B b1")
    post("production", line("A", -1, batch="a1"), line("PUMP", 1, serial="1"))
    post("production", line("PUMP", -1, serial="1"), line("B", -1, batch="b1"), line("PUMP", 1, serial="1"))
    assert traced("PUMP", "1")["made_from"] == [["A", "a1"], ["B", "b1"]]
    assert traced("PUMP", "1")["made_into"] == []
    assert ahead("B", "b1") == ["PUMP 1"]


def test_serial_numbers_and_batches_are_walked_together(batches):
    item("Pump", "serial", skus=("PUMP",))
    item("Machine", "serial", skus=("MACHINE",))
    receive("A a1", "Northmill")
    post("production", line("A", -1, batch="a1"), *[line("PUMP", 1, serial=f"P{n}") for n in range(3)])
    post("production", line("PUMP", -1, serial="P0"), line("PUMP", -1, serial="P1"), line("MACHINE", 1, serial="M1"))
    assert ahead("A", "a1") == ["MACHINE M1", "PUMP P0", "PUMP P1", "PUMP P2"]
    assert back("MACHINE", "M1") == ["A a1", "PUMP P0", "PUMP P1"]
    assert traced("MACHINE", "M1")["suppliers"] == ["Northmill"]


# -- relabelling ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["adjustment", "stocktake"])
def test_relabelling_does_not_escape_a_recall(kind, batches):
    receive("A a1", "Northmill")
    post(kind, line("A", -4, batch="a1"), line("A", 4, batch="fresh"))
    post("shipment", line("A", -1, batch="fresh"), partner="Café", number="SO-1")
    assert ahead("A", "a1") == ["A fresh"]
    assert back("A", "fresh") == ["A a1"]
    assert traced("A", "a1")["customers"] == ["Café"]
    assert traced("A", "fresh")["suppliers"] == ["Northmill"]


def test_in_an_adjustment_only_lots_of_the_same_variant_are_kin(batches):
    receive("A a1 B b1")
    post(
        "adjustment",
        line("A", -1, batch="a1"),
        line("A", 1, batch="a2"),
        line("B", -1, batch="b1"),
        line("B", 1, batch="b2"),
    )
    assert (ahead("A", "a1"), ahead("B", "b1")) == (["A a2"], ["B b2"])
    assert (back("A", "a2"), back("B", "b2")) == (["A a1"], ["B b1"])


def test_a_trace_goes_on_from_the_same_variant_of_an_adjustment_alone(batches):
    """Two variants are relabelled in one adjustment: what is made of the one is not made of the other, nor the way back."""
    receive("A a0 B b0")
    make(use="A a0", into="A a1")
    make(use="B b0", into="B b1")
    post(
        "adjustment",
        line("A", -1, batch="a1"),
        line("A", 1, batch="a2"),
        line("B", -1, batch="b1"),
        line("B", 1, batch="b2"),
    )
    make(use="A a2", into="C c1")
    make(use="B b2", into="D d1")
    assert (ahead("A", "a1"), ahead("B", "b1")) == (["A a2", "C c1"], ["B b2", "D d1"])
    assert (back("A", "a2"), back("B", "b2")) == (["A a0", "A a1"], ["B b0", "B b1"])
    assert (back("C", "c1"), back("D", "d1")) == (["A a0", "A a1", "A a2"], ["B b0", "B b1", "B b2"])
    assert (ahead("A", "a0"), ahead("B", "b0")) == (["A a1", "A a2", "C c1"], ["B b1", "B b2", "D d1"])


def test_a_transfer_makes_no_kin(batches):
    receive("A a1 A a2")
    post("transfer", line("A", -1, batch="a1"), line("A", 1, batch="a1", at="Shop"),
         line("A", -1, batch="a2", at="Main"), line("A", 1, batch="a2", at="Shop"))  # fmt: skip
    assert (ahead("A", "a1"), back("A", "a2")) == ([], [])


# -- reversals ------------------------------------------------------------------------------------------------------------


def test_a_reversed_production_makes_no_edge_and_neither_does_its_mirror(batches):
    receive("A a1", "Northmill")
    reverse(make(use="A a1", into="B b1"))
    assert (ahead("A", "a1"), back("B", "b1"), back("A", "a1"), ahead("B", "b1")) == ([], [], [], [])
    assert traced("B", "b1")["suppliers"] == []
    assert broken() == {}


def test_a_reversed_relabelling_makes_no_edge(batches):
    receive("A a1")
    reverse(post("adjustment", line("A", -1, batch="a1"), line("A", 1, batch="a2")))
    assert (ahead("A", "a1"), back("A", "a2"), ahead("A", "a2"), back("A", "a1")) == ([], [], [], [])


def test_a_reversed_shipment_has_no_customer_and_a_reversed_receipt_no_supplier(batches):
    received = receive("A a1", "Northmill")
    reverse(post("shipment", line("A", -1, batch="a1"), partner="Café"))
    assert (traced("A", "a1")["customers"], traced("A", "a1")["shipments"]) == ([], [])
    assert traced("A", "a1")["suppliers"] == ["Northmill"]
    reverse(received)
    assert traced("A", "a1")["suppliers"] == []
    assert traced("A", "a1")["balance"] == NOTHING


# -- partners and shipments -----------------------------------------------------------------------------------------------


def test_shipments_are_summed_per_lot_and_document_and_returns_are_not_subtracted(batches):
    receive("A a1")
    post("receipt", line("A", 5, batch="a1", at="Shop"))
    post("shipment", line("A", -2, batch="a1"), line("A", "-1.5", batch="a1", at="Shop"), partner="Café", number="SO-1")
    post("customer_return", line("A", "3.5", batch="a1"), partner="Café")
    assert traced("A", "a1")["shipments"] == [["A", "a1", "Café", "SO-1", "3.5"]]
    assert traced("A", "a1")["customers"] == ["Café"]  # fully returned, and still told


def test_a_shipment_without_a_partner_is_listed_with_an_empty_name(batches):
    receive("A a1")
    post("shipment", line("A", -2, batch="a1"), number="SO-1")
    assert traced("A", "a1")["shipments"] == [["A", "a1", "", "SO-1", "2"]]
    assert traced("A", "a1")["customers"] == []


def test_lists_are_sorted_as_text(batches):
    receive("A a1", "ältere Mühle")
    for partner in ("Éclair", "apple", "Zoo", "Apple Pie"):
        post("shipment", line("A", -1, batch="a1"), partner=partner)
    receive("A a1", "Zoo")
    assert traced("A", "a1")["customers"] == ["Apple Pie", "Zoo", "apple", "Éclair"]
    assert traced("A", "a1")["suppliers"] == ["Zoo", "ältere Mühle"]


# -- the balance (law 12) -------------------------------------------------------------------------------------------------


def test_each_kind_of_document_counts_in_its_column(batches):
    post("receipt", line("A", 100, batch="a1"))
    post("production", line("B", 1, batch="b1"), line("A", "20.5", batch="a1"))
    post("customer_return", line("A", 3, batch="a1"))
    post("shipment", line("A", -10, batch="a1"))
    post("production", line("A", -30, batch="a1"), line("C", 1, batch="c1"))
    post("supplier_return", line("A", -4, batch="a1"))
    post("adjustment", line("A", -5, batch="a1"))
    post("stocktake", line("A", 2, batch="a1"))
    post("transfer", line("A", -50, batch="a1"), line("A", 50, batch="a1", at="Shop"))
    assert traced("A", "a1")["balance"] == {
        "opening": "0", "received": "100", "produced": "20.5", "used": "30", "shipped": "10", "returned": "3",
        "sent_back": "4", "adjusted": "-3", "on_hand": "76.5",
    }  # fmt: skip
    assert trace_lot(sku="A", number="a1").balance.unaccounted == 0
    assert broken() == {}


def test_a_mirror_counts_in_the_column_of_what_it_reverses_with_its_own_sign(batches):
    receive("A a1")
    for made in (
        post("production", line("B", 1, batch="b1"), line("A", 2, batch="a1")),
        post("production", line("A", -2, batch="a1"), line("C", 1, batch="c1")),
        post("shipment", line("A", -1, batch="a1")),
        post("customer_return", line("A", 1, batch="a1"), partner="Spar"),
        post("supplier_return", line("A", -1, batch="a1")),
        post("adjustment", line("A", -1, batch="a1"), line("A", 1, batch="a2")),
        post("stocktake", line("A", -1, batch="a1")),
        post("transfer", line("A", -1, batch="a1"), line("A", 1, batch="a1", at="Shop")),
    ):
        reverse(made)
    assert traced("A", "a1")["balance"] == {**NOTHING, "received": "10", "on_hand": "10"}
    assert broken() == {}


def test_the_balance_of_a_serial_number_is_in_whole_numbers(batches):
    item("Pump", "serial", skus=("PUMP",))
    post("receipt", line("PUMP", 1, serial="1"))
    post("shipment", line("PUMP", -1, serial="1"), number="SO-1")
    reverse(Document.objects.get(number="SO-1"))
    post("adjustment", line("PUMP", -1, serial="1"))
    assert traced("PUMP", "1")["balance"] == {**NOTHING, "received": "1", "adjusted": "-1"}


# -- gaps -----------------------------------------------------------------------------------------------------------------


def test_a_trace_through_an_item_switched_off_ends_in_a_gap_with_the_date(batches, manager):
    receive("A a1", "Northmill")
    make(use="A a1", into="B b1")
    make(use="B b1", into="C c1")
    bread = Document.objects.last().lines.get(variant__sku="C").variant.item
    middle = Document.objects.last().lines.get(variant__sku="B").variant.item
    before = traced("A", "a1"), traced("C", "c1")
    downloaded = switch_off(middle, manager)
    today = days.today().isoformat()
    assert (traced("A", "a1")["made_into"], traced("A", "a1")["gaps"]) == ([], [["B", today]])
    assert (traced("C", "c1")["made_from"], traced("C", "c1")["gaps"]) == ([], [["B", today]])
    found = trace_lot(sku="A", number="a1")
    assert not found.is_complete
    assert [gap.sentence() for gap in found.gaps] == [
        f"Continues through B, tracking switched off on {today}; restore to follow."
    ]
    # Enabling alone does not close it; restoring does.
    switch_on(middle, "batch", manager)
    assert traced("A", "a1")["gaps"] == [["B", today]]
    restore(middle, downloaded, manager)
    assert (traced("A", "a1"), traced("C", "c1")) == before
    assert trace_lot(sku="A", number="a1").is_complete
    assert bread.tracking_mode == "batch"


@pytest.fixture
def pass_days(monkeypatch):
    """Lets days go by: the clock that the product reads stands, and then a day or more later."""
    at = days.now()

    def go(count: int = 1) -> str:
        nonlocal at
        at += timedelta(days=count)
        return days.today().isoformat()

    monkeypatch.setattr(timezone, "now", lambda: at)
    return go


def test_each_gap_has_the_day_of_the_switch_that_took_its_numbers(batches, manager, pass_days):
    """Off, on, off, on: the first archive alone is restored, so what it has is whole and what the second has is not."""
    receive("A a1 A a2")
    middle = Item.objects.get(name="B")
    make(use="A a1", into="B b1")
    first_day, first = pass_days(), switch_off(middle, manager)
    pass_days()
    switch_on(middle, "batch", manager)
    make(use="A a2", into="B b2")
    second_day = pass_days()
    switch_off(middle, manager)
    switch_on(middle, "batch", manager)
    assert (traced("A", "a1")["gaps"], traced("A", "a2")["gaps"]) == ([["B", first_day]], [["B", second_day]])
    pass_days()
    restore(middle, first, manager)
    assert (ahead("A", "a1"), traced("A", "a1")["gaps"]) == (["B b1"], [])
    assert (ahead("A", "a2"), traced("A", "a2")["gaps"]) == ([], [["B", second_day]])
    third_day = pass_days()
    switch_off(middle, manager)
    assert (traced("A", "a1")["gaps"], traced("A", "a2")["gaps"]) == ([["B", third_day]], [["B", second_day]])


def test_a_unit_that_never_had_a_number_is_no_gap_once_the_others_have_theirs_back(batches, manager, pass_days):
    """Off, on, off, on and the first archive restored: the unit without a number is as it was before it all."""
    pump = item("Pump", "serial", skus=("PUMP",))
    receive("A a1")
    post("production", line("A", -1, batch="a1"), line("PUMP", 1, serial="1"), line("PUMP", 1))
    before = traced("A", "a1")
    first = switch_off(pump, manager)
    first_day = days.today().isoformat()
    for _ in range(2):
        pass_days()
        switch_on(pump, "serial", manager)
        assert traced("A", "a1")["gaps"] == [["Pump", first_day]]
        pass_days()
        if _ == 0:
            switch_off(pump, manager)
    restore(pump, first, manager)
    assert traced("A", "a1") == before


def test_what_was_made_before_an_item_was_tracked_is_no_gap(manager, batches):
    water = item("Water", unit="l", skus=("WATER",))
    post("receipt", line("WATER", 10))
    receive("A a1")
    post("production", line("WATER", -1), line("A", -1, batch="a1"), line("B", 1, batch="b1"))
    assert traced("B", "b1")["gaps"] == []
    switch_on(water, "batch", manager)
    assert traced("B", "b1")["gaps"] == []
    switch_off(water, manager)
    assert traced("B", "b1")["gaps"] == []  # the step was made while water was not tracked
    assert traced("B", "b1")["made_from"] == [["A", "a1"]]


# -- finding --------------------------------------------------------------------------------------------------------------


def test_a_lot_is_found_by_key_and_printed_as_it_was_typed(batches):
    receive("A Lot-A")
    make(use="A lot-a", into="B ｂ1")
    assert traced(" a ", "LOT-Ａ")["made_into"] == [["B", "ｂ1"]]


@pytest.mark.parametrize(
    ("sku", "number"), [("A", "none"), ("NONE", "a1"), ("A", ""), ("A\x00", "a1"), ("A", "\udcff")]
)
def test_an_unknown_lot_is_refused(batches, sku, number):
    receive("A a1")
    with pytest.raises(Refusal, match="has no batch or serial number"):
        trace_lot(sku=sku, number=number)
