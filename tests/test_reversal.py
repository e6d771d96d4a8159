"""Reversing a posted document by its mirror (rule 12)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management.base import CommandError

from katana_trace.lib.days import now
from katana_trace.lib.identity import new_uuid
from tests.build import (
    batch,
    broken,
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
from tests.worlds import exported, run
from tracking.models import Document
from tracking.records.hold import hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def flour():
    return item("Flour", "batch", "kg", skus=("FLOUR",))


@pytest.fixture
def pump():
    return item("Pump", "serial", skus=("PUMP",))


def lines_of(document: Document) -> list[tuple]:
    """SKU, location, batch, serial number and quantity of each line, in posting order."""
    return [
        (line.variant.sku, line.location.name, line.batch and line.batch.number, line.serial and line.serial.number, line.quantity)
        for line in document.lines.order_by("id").select_related("variant", "location", "batch", "serial")
    ]  # fmt: skip


def test_a_mirror_is_the_same_kind_with_opposite_signs_and_the_reason_as_its_note(flour, pump, manager):
    made = post(
        "receipt",
        line("FLOUR", "2.5", batch="L1"),
        line("PUMP", 1, serial="7", at="Shop"),
        partner="Northmill",
        note="Lorry",
    )
    mirror = reverse(made, by=manager, reason=" Wrong supplier ")
    assert (mirror.kind, mirror.partner, mirror.reverses, mirror.note, mirror.posted_by, mirror.number) == (
        "receipt", made.partner, made, "Wrong supplier", manager, "PO-000002",
    )  # fmt: skip
    assert lines_of(mirror) == [("FLOUR", "Main", "L1", None, -2.5), ("PUMP", "Shop", None, "7", -1)]
    assert (stock(), serials()) == ({}, {"7": ""})
    assert broken() == {}


def test_every_kind_is_reversed(flour, pump):
    item("Bread", "batch", skus=("BREAD",))
    post("receipt", line("FLOUR", 20, batch="L1"), line("PUMP", 1, serial="1"), line("PUMP", 4))
    before = stock(), serials()
    for kind, lines in {
        "receipt": [line("FLOUR", 1, batch="L1")],
        "production": [line("FLOUR", -2, batch="L1"), line("PUMP", -1, serial="1"), line("BREAD", 3, batch="B1")],
        "shipment": [line("FLOUR", -2, batch="L1"), line("PUMP", -1, serial="1")],
        "customer_return": [line("FLOUR", 2, batch="L1")],
        "supplier_return": [line("FLOUR", -2, batch="L1"), line("PUMP", -2)],
        "adjustment": [line("PUMP", -1), line("PUMP", 1, serial="2")],
        "transfer": [line("PUMP", -1, serial="1"), line("PUMP", 1, serial="1", at="Shop")],
        "stocktake": [line("FLOUR", "-0.5", batch="L1")],
    }.items():
        made = post(kind, *lines)
        reverse(made)
        there, places = stock(), serials()
        places.pop("2", None)
        assert (there, places) == before, kind
    assert broken() == {}
    assert run("verify")


def test_a_stocktake_without_lines_is_reversed_too(flour):
    assert reverse(post("stocktake")).lines.count() == 0
    assert broken() == {}


def test_a_document_is_not_reversed_twice(flour):
    made = post("receipt", line("FLOUR", 1, batch="L1"))
    mirror = reverse(made)
    assert refusal(reverse, made) == (
        f"Receipt PO-000001 was reversed already, by {mirror.number}. There is nothing left to reverse."
    )


def test_a_mirror_is_not_reversed(flour):
    mirror = reverse(post("receipt", line("FLOUR", 1, batch="L1")))
    assert refusal(reverse, mirror) == (
        "Receipt PO-000002 is itself a reversal, and a reversal is not reversed. Post a new receipt instead."
    )


def test_the_document_of_a_switch_is_not_reversed(manager):
    salt = item("Salt", skus=("SALT",))
    post("receipt", line("SALT", 1))
    switch_on(salt, "batch", manager)
    made = Document.objects.get(kind="tracking_on")
    assert refusal(reverse, made) == (
        f"{made.number} was made by a switch of tracking, so it is not reversed. Switch tracking again instead."
    )


def test_a_reversal_needs_a_reason(flour):
    made = post("receipt", line("FLOUR", 1, batch="L1"))
    assert refusal(reverse, made, reason=" ") == ("Say why this is reversed; the reason is kept with the document.")


def test_only_a_manager_reverses(flour, manager, operator, viewer):
    made = post("receipt", line("FLOUR", 1, batch="L1"))
    for by in (operator, viewer):
        with pytest.raises(PermissionDenied, match="Only a manager reverses documents"):
            reverse(made, by=by)
    assert stock() == {("FLOUR", "Main", "L1"): "1"}
    reverse(made, by=manager)
    assert stock() == {}


def test_goods_of_a_batch_that_are_gone_name_what_took_them(flour):
    made = post("receipt", line("FLOUR", 10, batch="L1"))
    post("shipment", line("FLOUR", -3, batch="L1"), number="SO-1")
    post("adjustment", line("FLOUR", -1, batch="L1"), number="SA-1")
    assert refusal(reverse, made) == (
        "PO-000001 cannot be reversed, its goods are gone: Main has 6 kg of batch L1 of FLOUR, and 10 are asked. "
        "There is none elsewhere. Take less, or receive more first. They were taken by SA-1, SO-1; reverse that first."
    )
    assert stock() == {("FLOUR", "Main", "L1"): "6"}
    reverse(Document.objects.get(number="SA-1"))
    reverse(Document.objects.get(number="SO-1"))
    reverse(made)
    assert stock() == {}
    assert broken() == {}


def test_what_took_goods_of_before_is_not_named_as_a_taker(flour):
    """What left before these goods came cannot have taken them: reversing it would not bring them back."""
    post("receipt", line("FLOUR", 10, batch="L1"), number="PO-1")
    post("shipment", line("FLOUR", -8, batch="L1"), number="SO-1")
    post("adjustment", line("FLOUR", -1, batch="L1"), number="SA-1")
    made = post("receipt", line("FLOUR", 5, batch="L1"), number="PO-2")
    post("shipment", line("FLOUR", -2, batch="L1"), number="SO-2")
    assert refusal(reverse, made) == (
        "PO-2 cannot be reversed, its goods are gone: Main has 4 kg of batch L1 of FLOUR, and 5 are asked. "
        "There is none elsewhere. Take less, or receive more first. They were taken by SO-2; reverse that first."
    )
    reverse(Document.objects.get(number="SO-2"))
    reverse(made)
    assert stock() == {("FLOUR", "Main", "L1"): "1"}


def test_what_was_reversed_itself_is_not_named_as_a_taker(flour):
    made = post("receipt", line("FLOUR", 10, batch="L1"))
    reverse(post("shipment", line("FLOUR", -3, batch="L1"), number="SO-1"))
    post("shipment", line("FLOUR", -4, batch="L1"), number="SO-2")
    assert refusal(reverse, made).endswith("They were taken by SO-2; reverse that first.")


def test_a_serial_number_that_is_gone_names_what_took_it(pump):
    made = post("receipt", line("PUMP", 1, serial="7"))
    post("shipment", line("PUMP", -1, serial="7"), number="SO-1")
    assert refusal(reverse, made) == (
        "PO-000001 cannot be reversed, its goods are gone: Serial number 7 of PUMP is not in stock, not at Main. "
        "Check the number and the location. They were taken by SO-1; reverse that first."
    )
    assert broken() == {}


def test_units_that_got_numbers_since_name_what_gave_them(pump):
    made = post("receipt", line("PUMP", 2))
    post("adjustment", line("PUMP", -1), line("PUMP", 1, serial="7"), number="SA-1")
    assert refusal(reverse, made) == (
        "PO-000001 cannot be reversed, its goods are gone: Main has 1 pcs of PUMP without a serial number, and 2 are asked. "
        "Give the serial numbers of the others. They were taken by SA-1; reverse that first."
    )


def test_a_shipment_whose_goods_came_back_is_not_reversed(pump):
    post("receipt", line("PUMP", 1, serial="7"))
    shipped = post("shipment", line("PUMP", -1, serial="7"))
    post("customer_return", line("PUMP", 1, serial="7", at="Shop"))
    assert refusal(reverse, shipped) == (
        "SO-000001 cannot be reversed: 1 pcs of serial number 7 of PUMP came back without a customer, "
        "and the other shipments without a customer cover 0. Reverse RET-000001 first."
    )


# -- what came back -------------------------------------------------------------------------------------------------------


def test_a_shipment_of_which_something_came_back_names_the_return(flour):
    post("receipt", line("FLOUR", 10, batch="L1"))
    shipped = post("shipment", line("FLOUR", -10, batch="L1"), partner="Café Lark")
    returned = post("customer_return", line("FLOUR", 4, batch="L1"), partner="Café Lark")
    assert refusal(reverse, shipped) == (
        "SO-000001 cannot be reversed: 4 kg of batch L1 of FLOUR came back from Café Lark, "
        "and the other shipments to Café Lark cover 0. Reverse RET-000001 first."
    )
    assert stock() == {("FLOUR", "Main", "L1"): "4"}
    reverse(returned)
    reverse(shipped)
    assert stock() == {("FLOUR", "Main", "L1"): "10"}
    assert broken() == {}


def test_what_his_other_shipments_cover_does_not_stop_a_reversal(flour):
    post("receipt", line("FLOUR", 10, batch="L1"))
    shipped = [post("shipment", line("FLOUR", -size, batch="L1"), partner="Café Lark") for size in (4, 3)]
    post("customer_return", line("FLOUR", 3, batch="L1"), partner="Café Lark")
    reverse(shipped[0])
    assert refusal(reverse, shipped[1]).endswith("cover 0. Reverse RET-000001 first.")
    post("shipment", line("FLOUR", "-2.5", batch="L1"), partner="Café Lark")
    assert refusal(reverse, shipped[1]).endswith("cover 2.5. Reverse RET-000001 first.")
    post("shipment", line("FLOUR", "-0.5", batch="L1", at="Main"), partner="Café Lark")
    reverse(shipped[1])
    assert stock() == {("FLOUR", "Main", "L1"): "10"}
    assert broken() == {}


def test_only_his_own_later_returns_of_the_same_lot_stop_a_reversal(flour):
    post("receipt", line("FLOUR", 10, batch="L1"), line("FLOUR", 10, batch="L2"))
    post("shipment", line("FLOUR", -1, batch="L1"), partner="Spar")
    post("customer_return", line("FLOUR", 2, batch="L1"), partner="Café Lark")  # posted before
    shipped = post("shipment", line("FLOUR", -5, batch="L1"), partner="Café Lark")
    post("customer_return", line("FLOUR", 1, batch="L1"), partner="Spar")
    post("customer_return", line("FLOUR", 1, batch="L1"))
    post("customer_return", line("FLOUR", 1, batch="L2"), partner="Café Lark")
    reverse(post("customer_return", line("FLOUR", 1, batch="L1"), partner="Café Lark"))
    reverse(shipped)
    assert broken() == {}


def test_a_later_return_counts_together_with_those_of_before(flour):
    post("receipt", line("FLOUR", 10, batch="L1"))
    post("shipment", line("FLOUR", -3, batch="L1"), partner="Café Lark")
    post("customer_return", line("FLOUR", 3, batch="L1"), partner="Café Lark")
    shipped = post("shipment", line("FLOUR", -5, batch="L1"), partner="Café Lark")
    for _ in range(3):
        post("customer_return", line("FLOUR", 1, batch="L1"), partner="Café Lark")
    assert refusal(reverse, shipped) == (
        "SO-000002 cannot be reversed: 6 kg of batch L1 of FLOUR came back from Café Lark, "
        "and the other shipments to Café Lark cover 3. Reverse RET-000004, RET-000003, RET-000002 first."
    )


def test_the_first_return_may_be_dated_before_the_shipment(flour):
    """Posting order counts, not the dates that people give (rule 11)."""
    post("receipt", line("FLOUR", 10, batch="L1"), at=now() - timedelta(days=9))
    shipped = post("shipment", line("FLOUR", -5, batch="L1"), partner="Café Lark")
    post("customer_return", line("FLOUR", 5, batch="L1"), partner="Café Lark", at=now() - timedelta(days=5))
    assert "Reverse RET-000001 first." in refusal(reverse, shipped)


def test_goods_without_a_number_that_came_back_name_the_return(flour):
    item("Salt", skus=("SALT",))
    post("receipt", line("SALT", 9), line("FLOUR", 5, batch="L1"))
    shipped = post("shipment", line("SALT", -9), line("FLOUR", -5, batch="L1"), partner="Café Lark")
    post("customer_return", line("SALT", 2, at="Shop"), partner="Café Lark")
    assert refusal(reverse, shipped) == (
        "SO-000001 cannot be reversed: 2 pcs of SALT came back from Café Lark, "
        "and the other shipments to Café Lark cover 0. Reverse RET-000001 first."
    )


def test_the_page_links_the_return_to_reverse_first(client, flour, manager):
    post("receipt", line("FLOUR", 10, batch="L1"))
    shipped = post("shipment", line("FLOUR", -10, batch="L1"), partner="Café Lark")
    returned = post("customer_return", line("FLOUR", 4, batch="L1"), partner="Café Lark")
    client.force_login(manager)
    page = client.post(f"/documents/{shipped.pk}/reverse/", {"reason": "Wrong", "token": new_uuid(), "password": "pw"})
    assert page.status_code == 422
    assert "Reverse RET-000001 first." in page.content.decode()
    assert page.context["taken_by"] == [(returned.pk, "RET-000001")]


def test_an_import_refuses_the_mirror_of_what_came_back(flour, tmp_path):
    post("receipt", line("FLOUR", 10, batch="L1"))
    post("shipment", line("FLOUR", -10, batch="L1"), partner="Café Lark", number="SO-1")
    file = tmp_path / "movements.csv"
    file.write_text(
        "kind,document,posted_at,partner,location,sku,batch_number,expires_on,serial_number,quantity,note,reverses\n"
        "customer_return,RET-1,2025-01-06T08:00:00+00:00,Café Lark,Main,FLOUR,L1,,,4,,\n"
        "shipment,SO-1R,2025-01-06T08:00:00+00:00,Café Lark,Main,FLOUR,L1,,,10,Wrong,SO-1\n"
    )
    with pytest.raises(CommandError, match=r"Row 3, reverses: SO-1 cannot be reversed: 4 kg .* Reverse RET-1 first\."):
        run("import_csv", "movements", str(file))
    assert stock() == {}


def test_a_receipt_of_which_something_was_sent_back_asks_only_for_the_goods(flour):
    """What is sent back goes out of stock, so the level alone tells whether the mirror has its goods."""
    made = post("receipt", line("FLOUR", 10, batch="L1"), partner="Northmill")
    post("supplier_return", line("FLOUR", -4, batch="L1"), partner="Northmill")
    assert "They were taken by" in refusal(reverse, made)
    post("receipt", line("FLOUR", 10, batch="L1"), partner="Northmill")
    reverse(made)
    assert stock() == {("FLOUR", "Main", "L1"): "6"}
    assert broken() == {}


def test_a_held_or_expired_batch_does_not_stop_a_reversal(flour, manager):
    item("Bread", "batch", skus=("BREAD",))
    post("receipt", line("FLOUR", 5, batch="L1"))
    made = post("production", line("FLOUR", -1, batch="L1"), line("BREAD", 2, batch="B1", expires="2020-01-01"))
    hold(records=[batch("B1"), batch("L1")], by=manager, reason="Laboratory")
    reverse(made, by=manager)
    assert stock() == {("FLOUR", "Main", "L1"): "5"}
    assert broken() == {}


# -- when tracking was switched in between --------------------------------------------------------------------------------


def test_what_was_posted_before_batch_tracking_no_longer_fits(manager):
    flour = item("Flour", unit="kg", skus=("FLOUR",))
    made = post("receipt", line("FLOUR", 5))
    switch_on(flour, "batch", manager)
    assert refusal(reverse, made) == "Tracking of Flour was switched since; make an adjustment."


def test_half_units_posted_before_serial_tracking_no_longer_fit(manager):
    pump = item("Pump", skus=("PUMP",))
    made = post("receipt", line("PUMP", "2.5"))
    post("receipt", line("PUMP", "0.5"))
    switch_on(pump, "serial", manager)
    assert refusal(reverse, made) == "Tracking of Pump was switched since; make an adjustment."


def test_whole_units_posted_before_serial_tracking_fit(manager):
    pump = item("Pump", skus=("PUMP",))
    made = post("receipt", line("PUMP", 2))
    shipped = post("shipment", line("PUMP", -1))
    switch_on(pump, "serial", manager)
    reverse(shipped)
    reverse(made)
    assert stock() == {}
    assert broken() == {}


def test_after_switching_off_the_lines_are_mirrored_as_they_are_now(flour, manager):
    post("receipt", line("FLOUR", 5, batch="L1"), line("FLOUR", 5, batch="L2", at="Shop"))
    moved = post("transfer", line("FLOUR", -1, batch="L1"), line("FLOUR", 1, batch="L1", at="Shop"),
                 line("FLOUR", -2, batch="L2", at="Shop"), line("FLOUR", 2, batch="L2"))  # fmt: skip
    switch_off(flour, manager)
    assert stock() == {("FLOUR", "Main", ""): "6", ("FLOUR", "Shop", ""): "4"}
    mirror = reverse(moved)
    assert sorted(lines_of(mirror)) == [
        ("FLOUR", "Main", None, None, -2), ("FLOUR", "Main", None, None, 1),
        ("FLOUR", "Shop", None, None, -1), ("FLOUR", "Shop", None, None, 2),
    ]  # fmt: skip
    assert stock() == {("FLOUR", "Main", ""): "5", ("FLOUR", "Shop", ""): "5"}
    assert broken() == {}


def test_after_a_restore_the_batches_are_there_to_be_mirrored(flour, manager):
    made = post("receipt", line("FLOUR", 5, batch="L1"))
    downloaded = switch_off(flour, manager)
    switch_on(flour, "batch", manager)
    assert refusal(reverse, made) == "Tracking of Flour was switched since; make an adjustment."
    restore(flour, downloaded, manager)
    mirror = reverse(made)
    assert lines_of(mirror) == [("FLOUR", "Main", "L1", None, -5)]
    assert mirror.lines.get().epoch == flour.__class__.objects.get(pk=flour.pk).tracking_epoch
    assert broken() == {}


# -- by import ------------------------------------------------------------------------------------------------------------


def test_a_mirror_comes_in_by_import_and_goes_out_by_export(flour, tmp_path):
    post("receipt", line("FLOUR", 5, batch="L1"), number="PO-1")
    file = tmp_path / "movements.csv"
    file.write_text(
        "kind,document,posted_at,partner,location,sku,batch_number,expires_on,serial_number,quantity,note,reverses\n"
        "receipt,PO-1R,2025-01-06T08:00:00+00:00,,Main,FLOUR,l1,,,-5,Wrong,po-1\n"
    )
    run("import_csv", "movements", str(file))
    assert stock() == {}
    assert exported("movements").splitlines()[-1].endswith(",PO-1")
    assert broken() == {}
