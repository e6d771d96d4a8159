"""Restoring a history that was switched off: back to the byte, or refused with the reason (rule 7)."""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied

from items.models import Variant
from katana_trace.lib.days import today
from tests.build import (
    ahead,
    batch,
    broken,
    history_of,
    item,
    line,
    location,
    post,
    refusal,
    rename,
    restore,
    reverse,
    serial,
    serials,
    stock,
    switch_off,
    switch_on,
)
from tests.worlds import exported, traced
from tracking.models import Archive, Batch, Document, LedgerLine, SerialNumber, Workspace
from tracking.modes.archived_lines import ledger_of, match_lines, named
from tracking.modes.history_content import as_uuid, read_history
from tracking.picking.fefo import suggest_batches
from tracking.records.edit import edit_batch
from tracking.records.hold import hold

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def laws_hold():
    """Every test here ends with a ledger that verify finds clean."""
    yield
    assert broken() == {}


@pytest.fixture
def flour(manager):
    """Tracked by batch, with three batches that have all that a batch can have."""
    made = item("Flour", "batch", "kg", skus=("F-1", "F-25"))
    post("receipt", line("F-1", 10, batch="L1", expires=ahead(90)), line("F-25", 4, batch="L1"), partner="Northmill")
    post("transfer", line("F-1", "-2.5", batch="L1"), line("F-1", "2.5", batch="L1", at="Shop"))
    post("receipt", line("F-1", 1, batch=" Ｌ  2 "), partner="Southmill")
    post("shipment", line("F-1", -1, batch="l 2"), partner="Café")
    text = "=1+1\r\nsecond line, with “quotes” \" and ' and a comma"
    edit_batch(batch=batch("L 2"), changes={"note": text, "supplier_batch": "'-7"}, by=manager, reason="Label")
    hold(records=[batch("L 2")], by=manager, reason="Recalled by Southmill")
    return made


@pytest.fixture
def pump():
    """Tracked by serial number: one shipped and returned, one shipped, one here, two units without number."""
    made = item("Pump", "serial", skus=("P-S", "P-L"))
    post(
        "receipt",
        line("P-S", 1, serial="000417"),
        line("P-S", 1, serial="00418"),
        line("P-L", 1, serial="x"),
        line("P-S", 2),
    )
    post("shipment", line("P-S", -1, serial="000417"), line("P-S", -1, serial="00418"), partner="Dairy")
    post("customer_return", line("P-S", 1, serial="000417", at="Workshop"), partner="Dairy")
    return made


def own_rows(text: str) -> list[str]:
    return [row for row in text.splitlines() if not row.startswith("tracking_")]


def records(history: bytes) -> list[list[str]]:
    rows = csv.reader(io.StringIO(history.decode("utf-8-sig"), newline=""))
    return [row for row in rows if row[0] == "record" and "UNBATCHED" not in row]


def state() -> tuple:
    return own_rows(exported("movements")), exported("stock"), exported("serials")


# -- to the byte ----------------------------------------------------------------------------------------------------------


def test_batches_with_all_their_fields_links_and_levels_are_back(flour, manager):
    before, trace = state(), traced("F-1", "L1")
    downloaded = switch_off(flour, manager)
    assert not Batch.objects.exists()
    switch_on(flour, "batch", manager)
    archive = restore(flour, downloaded, manager)
    assert state() == before
    assert traced("F-1", "L1") == trace
    assert records(history_of(flour)) == records(downloaded)
    again = batch("L 2")
    assert (again.number, again.status, again.reason, again.supplier_batch, again.note) == (
        "Ｌ  2", "held", "Recalled by Southmill", "'-7", "=1+1\r\nsecond line, with “quotes” \" and ' and a comma",
    )  # fmt: skip
    assert (archive.restored_by, archive.restored_at is not None, archive.line_count, archive.record_count) == (
        manager,
        True,
        6,
        3,
    )


def test_serial_numbers_links_and_places_are_back(pump, manager):
    hold(records=[serial("x")], by=manager, reason="Leaks")
    SerialNumber.objects.filter(number="00418").update(note="@home")
    post("shipment", line("P-S", -1, serial="000417", at="Workshop"))
    post("adjustment", line("P-L", -1, serial="x"))  # what is on hold has left, so tracking can be switched off
    before, trace = state(), traced("P-S", "000417")
    downloaded = switch_off(pump, manager)
    assert (stock(), serials()) == ({("P-S", "Main", ""): "2"}, {})
    switch_on(pump, "serial", manager)
    restore(pump, downloaded, manager)
    assert state() == before
    assert traced("P-S", "000417") == trace
    assert records(history_of(pump)) == records(downloaded)
    assert not Document.objects.filter(kind__startswith="tracking_").exists()  # nothing had to be settled


def test_the_history_is_the_same_file_again_where_nothing_moved(flour, pump, manager):
    """Of batches too, the lines by which enabling and restoring moved the stock through ``UNBATCHED`` aside."""
    downloaded = switch_off(pump, manager)
    switch_on(pump, "serial", manager)
    restore(pump, downloaded, manager)
    assert history_of(pump) == downloaded
    before = history_of(flour)
    assert switch_off(flour, manager) == before
    switch_on(flour, "batch", manager)
    restore(flour, before, manager)
    after = history_of(flour).split(b"\r\n")
    assert [row for row in after if not row.startswith(b"tracking_") and b",UNBATCHED," not in row] == before.split(
        b"\r\n"
    )


def test_a_restored_batch_goes_on_as_before(flour, manager):
    downloaded = switch_off(flour, manager)
    switch_on(flour, "batch", manager)
    restore(flour, downloaded, manager)
    post("shipment", line("F-1", -7, batch="L1"))
    assert stock() == {("F-1", "Main", "L1"): "0.5", ("F-1", "Shop", "L1"): "2.5", ("F-25", "Main", "L1"): "4"}
    reverse(Document.objects.get(number="SO-000001"))


def test_an_item_without_any_stock_or_batch_is_restored_too(manager):
    salt = item("Salt", "batch", skus=("SALT",))
    downloaded = switch_off(salt, manager)
    switch_on(salt, "batch", manager)
    restore(salt, downloaded, manager)
    assert Archive.objects.get().restored_by == manager


def test_a_batch_without_lines_is_restored(manager):
    salt = item("Salt", "batch", skus=("SALT",))
    Batch.objects.create(variant=salt.variants.get(), number="Made on its page", key="made on its page")
    downloaded = switch_off(salt, manager)
    switch_on(salt, "batch", manager)
    restore(salt, downloaded, manager)
    assert records(history_of(salt)) == records(downloaded)


def test_more_than_one_line_can_take_is_restored(manager):
    sand = item("Sand", "batch", "g", skus=("SAND",))
    post("receipt", *[line("SAND", 10**9, batch="L1")] * 3)
    downloaded = switch_off(sand, manager)
    switch_on(sand, "batch", manager)
    restore(sand, downloaded, manager)
    assert stock() == {("SAND", "Main", "L1"): "3000000000"}


def test_the_bytes_of_the_archive_are_the_bytes_that_were_downloaded(flour, manager):
    downloaded = switch_off(flour, manager)
    archived = gzip.decompress(Archive.objects.get().content)
    assert archived == downloaded
    switch_on(flour, "batch", manager)
    restore(flour, archived, manager)


def test_the_sku_may_be_renamed_in_between(flour, manager):
    before = stock()
    downloaded = switch_off(flour, manager)
    variant = flour.variants.get(sku="F-1")
    variant.sku = "FLOUR-1"
    variant.save()
    switch_on(flour, "batch", manager)
    restore(flour, downloaded, manager)
    assert stock() == {(sku.replace("F-1", "FLOUR-1"), *rest): quantity for (sku, *rest), quantity in before.items()}


def test_two_skus_may_change_places_in_between(flour, manager):
    """A line belongs to its variant, whatever SKU the file has for it: each size gets its own batches back."""
    before = stock()
    downloaded = switch_off(flour, manager)
    for old, new in (("F-1", "F-X"), ("F-25", "F-1"), ("F-X", "F-25")):
        rename(Variant.objects.get(sku=old), new)
    switch_on(flour, "batch", manager)
    restore(flour, downloaded, manager)
    other = {"F-1": "F-25", "F-25": "F-1"}
    assert stock() == {(other[sku], *rest): quantity for (sku, *rest), quantity in before.items()}
    assert batch("L 2").variant.sku == "F-25"


# -- UNBATCHED ------------------------------------------------------------------------------------------------------------


def test_a_restored_unbatched_joins_the_present_one(manager):
    flour = item("Flour", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 10), line("FLOUR", 3, at="Shop"))
    switch_on(flour, "batch", manager)
    post("adjustment", line("FLOUR", -4, batch="UNBATCHED"), line("FLOUR", 4, batch="L1"))
    edit_batch(batch=batch("UNBATCHED"), changes={"note": "From before"}, by=manager, reason="Note")
    before, trace = stock(), traced("FLOUR", "UNBATCHED")
    assert before == {
        ("FLOUR", "Main", "L1"): "4",
        ("FLOUR", "Main", "UNBATCHED"): "6",
        ("FLOUR", "Shop", "UNBATCHED"): "3",
    }
    downloaded = switch_off(flour, manager)
    switch_on(flour, "batch", manager)
    restore(flour, downloaded, manager)
    assert (stock(), traced("FLOUR", "UNBATCHED")) == (before, trace)
    assert Batch.objects.filter(key="unbatched").count() == 1
    assert batch("UNBATCHED").note == "From before"


def test_what_was_done_to_the_present_unbatched_stays_when_an_old_one_joins(manager):
    """A hold of today is not lifted by a history in which there was none; a note is kept where the history has none."""
    flour = item("Flour", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 10))
    switch_on(flour, "batch", manager)
    downloaded = switch_off(flour, manager)
    switch_on(flour, "batch", manager)
    edit_batch(batch=batch("UNBATCHED"), changes={"note": "Wet sacks"}, by=manager, reason="Note")
    hold(records=[batch("UNBATCHED")], by=manager, reason="Wet")
    restore(flour, downloaded, manager)
    joined = batch("UNBATCHED")
    assert (joined.status, joined.reason, joined.note) == ("held", "Wet", "Wet sacks")
    assert "on hold" in refusal(post, "shipment", line("FLOUR", -1, batch="UNBATCHED"))


def test_an_unbatched_that_was_typed_in_other_letters_joins_too(manager):
    flour = item("Flour", "batch", "kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 10, batch="Unbatched"))
    before = state()
    downloaded = switch_off(flour, manager)
    switch_on(flour, "batch", manager)
    restore(flour, downloaded, manager)
    assert state() == before
    assert batch("UNBATCHED").number == "Unbatched"


# -- many times -----------------------------------------------------------------------------------------------------------


def test_several_cycles_of_off_on_and_restore(flour, pump, manager):
    before = state()
    for _ in range(3):
        for made, mode in ((flour, "batch"), (pump, "serial")):
            downloaded = switch_off(made, manager)
            switch_on(made, mode, manager)
            restore(made, downloaded, manager)
            assert state() == before
            assert broken() == {}
    post("shipment", line("F-1", -1, batch="L1"), line("P-S", -1, serial="000417", at="Workshop"))
    assert stock()[("F-1", "Main", "L1")] == "6.5"


def test_a_later_archive_is_restored_and_then_the_earlier_one(flour, manager):
    first = switch_off(flour, manager)
    switch_on(flour, "batch", manager)
    second = switch_off(flour, manager)  # in which all of it is UNBATCHED
    switch_on(flour, "batch", manager)
    restore(flour, second, manager)
    unbatched = {
        ("F-1", "Main", "UNBATCHED"): "7.5",
        ("F-1", "Shop", "UNBATCHED"): "2.5",
        ("F-25", "Main", "UNBATCHED"): "4",
    }
    assert stock() == unbatched
    restore(flour, first, manager)
    assert stock() == {("F-1", "Main", "L1"): "7.5", ("F-1", "Shop", "L1"): "2.5", ("F-25", "Main", "L1"): "4"}


def test_an_earlier_archive_is_restored_over_a_later_switching(flour, manager):
    before = stock()
    first = switch_off(flour, manager)
    switch_on(flour, "batch", manager)
    switch_off(flour, manager)
    switch_on(flour, "batch", manager)
    restore(flour, first, manager)
    assert stock() == before


# -- refused --------------------------------------------------------------------------------------------------------------


def refused(made, content: bytes, by) -> str:
    """The sentence of a refusal, after which nothing at all has changed."""
    before = (
        state(),
        list(LedgerLine.objects.order_by("id").values()),
        Batch.objects.count(),
        SerialNumber.objects.count(),
    )
    sentence = refusal(restore, made, content, by)
    after = (
        state(),
        list(LedgerLine.objects.order_by("id").values()),
        Batch.objects.count(),
        SerialNumber.objects.count(),
    )
    assert after == before
    return sentence


def test_a_history_is_restored_once(flour, manager):
    downloaded = switch_off(flour, manager)
    switch_on(flour, "batch", manager)
    archive = restore(flour, downloaded, manager)
    assert refused(flour, downloaded, manager) == (
        f"This history of Flour was restored already, on {archive.restored_at:%Y-%m-%d}."
    )


def test_refused_while_the_item_has_another_tracking(flour, manager):
    downloaded = switch_off(flour, manager)
    assert refused(flour, downloaded, manager) == (
        "Flour has No tracking now, and this history is of Batch / lot numbers. "
        "Enable Batch / lot numbers on the item card first, then restore."
    )
    post("adjustment", line("F-1", "-0.5"), line("F-1", "-0.5", at="Shop"))
    switch_on(flour, "serial", manager)
    assert refused(flour, downloaded, manager) == (
        "Flour has Serial numbers now, and this history is of Batch / lot numbers. "
        "Enable Batch / lot numbers on the item card first, then restore."
    )


def test_refused_without_the_addon(flour, manager):
    downloaded = switch_off(flour, manager)
    switch_on(flour, "batch", manager)
    Workspace(pk=1, plan="standard").save()
    assert refused(flour, downloaded, manager) == (
        "Batch / lot numbers and Serial numbers belong to the Full Traceability add-on, and this workspace has the Standard "
        "plan without it. Ask an administrator to add it; what is tracked already goes on."
    )
    Workspace(pk=1, plan="standard", has_traceability_addon=True).save()
    restore(flour, downloaded, manager)


def test_refused_to_whoever_may_not_switch(flour, manager, operator):
    downloaded = switch_off(flour, manager)
    switch_on(flour, "batch", manager)
    for by in (operator, None):
        with pytest.raises(PermissionDenied, match="Only a manager restores product tracking"):
            restore(flour, downloaded, by)


def test_a_number_that_was_made_again_is_refused(flour, pump, manager):
    downloaded = switch_off(flour, manager)
    switch_on(flour, "batch", manager)
    reverse(post("receipt", line("F-1", 1, batch="l1")))  # nothing of it is left, but the number is taken
    assert refused(flour, downloaded, manager) == (
        "Flour has 1 batch again that the history has too, made since tracking was switched off: l1 of F-1. Two of one "
        "number cannot be told apart, so nothing was restored. Set Flour to No tracking (that archives the present numbers), "
        "enable Batch / lot numbers again, then restore this history before any number is made."
    )
    downloaded = switch_off(pump, manager)
    switch_on(pump, "serial", manager)
    reverse(post("receipt", line("P-S", 1, serial="00418")))
    assert refused(pump, downloaded, manager).startswith(
        "Pump has 1 serial number again that the history has too, made since tracking was switched off: 00418 of P-S. "
    )


def test_a_number_that_another_item_has_too_stands_in_no_way(flour, pump, manager):
    """Serial numbers are told apart by their item, batches by their variant."""
    item("Motor", "serial", skus=("M",))
    item("Bread", "batch", skus=("BREAD",))
    held, placed = stock(), exported("serials").splitlines()
    for made, mode, twin in (
        (pump, "serial", line("M", 1, serial="000417")),
        (flour, "batch", line("BREAD", 1, batch="L1")),
    ):
        downloaded = switch_off(made, manager)
        switch_on(made, mode, manager)
        post("receipt", twin)
        restore(made, downloaded, manager)
    assert stock() == {**held, ("M", "Main", ""): "1", ("BREAD", "Main", "L1"): "1"}
    assert sorted(exported("serials").splitlines()) == sorted([*placed, "M,000417,Main"])


def test_a_variant_that_is_gone_is_named(manager):
    flour = item("Flour", "batch", skus=("F-1", "F-2"))
    Batch.objects.create(variant=flour.variants.get(sku="F-2"), number="L1", key="l1")
    downloaded = switch_off(flour, manager)
    flour.variants.get(sku="F-2").delete()
    switch_on(flour, "batch", manager)
    assert refused(flour, downloaded, manager) == (
        "Row 2: Flour has no SKU “F-2” any more. Make the variant again, then restore."
    )


def test_restore_makes_batches_in_the_order_in_which_they_first_came(manager):
    """Suggestions take the oldest first, whatever the numbers sort like."""
    flour = item("Flour", "batch", unit="kg", skus=("FLOUR",))
    for number in ("Z", "M", "A"):
        post("receipt", line("FLOUR", 5, batch=number))
    content = switch_off(flour, manager)
    flour.refresh_from_db()
    switch_on(flour, "batch", manager)
    restore(flour, content, manager)
    variant = flour.variants.get().pk
    found = suggest_batches(variant=variant, location=location().pk, wanted=15_000_000, day=today())
    assert [pick.number for pick in found.picks] == ["Z", "M", "A"]


def test_lines_that_the_ledger_does_not_have_as_archived_are_refused_naming_the_row(flour, manager):
    history = read_history(switch_off(flour, manager))
    ledger, records = ledger_of(flour), {named(row) for row in history.records}
    first = history.lines[0]
    uuid = as_uuid(first.cells["line"])
    assert len(match_lines(flour, history, ledger, records).links) == 6
    for spoilt in (
        {at: found for at, found in ledger.items() if at != uuid},
        ledger | {uuid: replace(ledger[uuid], quantity=1)},
        ledger | {uuid: replace(ledger[uuid], is_linked=True)},
    ):
        assert refusal(match_lines, flour, history, spoilt, records) == (
            f"Row {first.number} ({first.cells['document']}): the ledger of Flour has no such line to give its number back to. "
            "Nothing was restored; run manage.py verify."
        )
    assert refusal(match_lines, flour, history, ledger, set()) == (
        f"Row {first.number} ({first.cells['document']}): the file has no record of its number. Nothing was restored."
    )
