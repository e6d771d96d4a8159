"""What each of the eight kinds of document may do, and the whole sentence of each thing it may not (rules 8, 10, 11, 14, 15)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from items.models import Variant
from katana_trace.lib import days
from katana_trace.lib.identity import new_uuid
from katana_trace.lib.refusal import Refusal
from tests.build import batch, broken, item, line, location, post, refusal, serial, serials, stock
from tracking.documents.kinds import KINDS
from tracking.documents.rule import NewDocument, NewLine
from tracking.ledger.post import post as post_document
from tracking.models import Batch, Document, LedgerLine, SerialNumber
from tracking.records.hold import hold, release

pytestmark = pytest.mark.django_db


@pytest.fixture
def flour():
    """Tracked by batch: 10 kg of L1 in stock."""
    made = item("Flour", "batch", "kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 10, batch="L1"))
    return made


@pytest.fixture
def pump():
    """Tracked by serial number: units 1 and 2 and three without a number in stock."""
    made = item("Pump", "serial", skus=("PUMP",))
    post("receipt", line("PUMP", 1, serial="1"), line("PUMP", 1, serial="2"), line("PUMP", 3))
    return made


@pytest.fixture
def salt():
    """Not tracked: 10 kg in stock."""
    made = item("Salt", unit="kg", skus=("SALT",))
    post("receipt", line("SALT", 10))
    return made


def refused(kind: str, *lines: NewLine, **head) -> str:
    """The sentence of a refusal, after which stock, numbers and documents are as they were."""
    before = stock(), serials(), Batch.objects.count(), Document.objects.count(), LedgerLine.objects.count()
    sentence = refusal(post, kind, *lines, **head)
    after = stock(), serials(), Batch.objects.count(), Document.objects.count(), LedgerLine.objects.count()
    assert after == before
    assert broken() == {}
    return sentence


# -- what each kind may do ------------------------------------------------------------------------------------------------


def test_receipt_brings_in_and_makes_batches_and_serial_numbers(salt):
    item("Flour", "batch", "kg", skus=("FLOUR",))
    item("Pump", "serial", skus=("PUMP",))
    post(
        "receipt", line("SALT", 1), line("FLOUR", "2.5", batch=" L 1 "), line("PUMP", 1, serial="A-1"), line("PUMP", 2)
    )
    assert stock() == {("SALT", "Main", ""): "11", ("FLOUR", "Main", "L 1"): "2.5", ("PUMP", "Main", ""): "3"}
    assert serials() == {"A-1": "Main"}
    post("receipt", line("FLOUR", 1, batch="l  1"), line("PUMP", 1, serial="ａ-2"))
    assert stock()["FLOUR", "Main", "L 1"] == "3.5"
    assert serials() == {"A-1": "Main", "ａ-2": "Main"}


def test_shipment_and_supplier_return_take_out(flour, pump, salt):
    post("shipment", line("SALT", -1), line("FLOUR", -2, batch="L1"), line("PUMP", -1, serial="1"), partner="Café")
    post("supplier_return", line("SALT", -1), line("FLOUR", -3, batch="L1"), line("PUMP", -2), partner="Northmill")
    assert stock() == {("SALT", "Main", ""): "8", ("FLOUR", "Main", "L1"): "5", ("PUMP", "Main", ""): "2"}
    assert serials() == {"1": "", "2": "Main"}


def test_customer_return_brings_back_what_left_and_what_nobody_had_numbered(flour, pump):
    post("shipment", line("FLOUR", -2, batch="L1"), line("PUMP", -1, serial="1"))
    post(
        "customer_return",
        line("FLOUR", 1, batch="L1"),
        line("FLOUR", 1, batch="OLD"),
        line("PUMP", 1, serial="1"),
        line("PUMP", 1, serial="99"),
        line("PUMP", 1),
    )
    assert stock() == {("FLOUR", "Main", "L1"): "9", ("FLOUR", "Main", "OLD"): "1", ("PUMP", "Main", ""): "7"}
    assert serials() == {"1": "Main", "2": "Main", "99": "Main"}


def test_production_uses_and_makes(flour, pump):
    item("Bread", "batch", skus=("BREAD",))
    post("production", line("BREAD", 4, batch="B1"), line("FLOUR", -2, batch="L1"), line("PUMP", -1, serial="1"))
    assert stock() == {("FLOUR", "Main", "L1"): "8", ("BREAD", "Main", "B1"): "4", ("PUMP", "Main", ""): "4"}
    post("production", line("BREAD", 1, batch="B2"))  # from nothing that is kept in stock, such as water
    post("production", line("PUMP", 2), line("FLOUR", -1, batch="L1"))  # units that get their numbers later
    assert stock()["PUMP", "Main", ""] == "6"


def test_a_serial_number_may_be_ingredient_and_output_of_one_production(flour, pump):
    post(
        "production",
        line("PUMP", -1, serial="1"),
        line("FLOUR", -1, batch="L1"),
        line("PUMP", 1, serial="1", at="Shop"),
    )
    assert serials() == {"1": "Shop", "2": "Main"}


def test_adjustment_goes_both_ways_and_gives_numbers(flour, pump):
    post(
        "adjustment",
        line("FLOUR", -4, batch="L1"),
        line("FLOUR", 4, batch="L2"),
        line("PUMP", -1),
        line("PUMP", 1, serial="3"),
    )
    assert stock() == {("FLOUR", "Main", "L1"): "6", ("FLOUR", "Main", "L2"): "4", ("PUMP", "Main", ""): "5"}
    assert serials() == {"1": "Main", "2": "Main", "3": "Main"}


def test_transfer_moves_the_same_goods(flour, pump):
    post(
        "transfer",
        line("FLOUR", -4, batch="L1"),
        line("FLOUR", 3, batch="L1", at="Shop"),
        line("FLOUR", 1, batch="L1", at="Van"),
        line("PUMP", -1, serial="2"),
        line("PUMP", 1, serial="2", at="Shop"),
        line("PUMP", -3),
        line("PUMP", 3, at="Van"),
    )
    assert stock() == {
        ("FLOUR", "Main", "L1"): "6",
        ("FLOUR", "Shop", "L1"): "3",
        ("FLOUR", "Van", "L1"): "1",
        ("PUMP", "Main", ""): "1",
        ("PUMP", "Shop", ""): "1",
        ("PUMP", "Van", ""): "3",
    }
    assert serials() == {"1": "Main", "2": "Shop"}


def test_stocktake_posts_differences_or_nothing_at_all(flour):
    post("stocktake", line("FLOUR", "-0.25", batch="L1"), line("FLOUR", 1, batch="FOUND"))
    assert stock() == {("FLOUR", "Main", "L1"): "9.75", ("FLOUR", "Main", "FOUND"): "1"}
    assert post("stocktake").lines.count() == 0
    assert broken() == {}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "stocktake"])
def test_a_document_needs_lines(kind):
    assert refused(kind) == f"This {KINDS[kind].name.lower()} has no lines. Add at least one."


# -- the sign -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["receipt", "customer_return"])
def test_what_brings_in_takes_no_minus(kind, salt):
    assert refused(kind, line("SALT", -1)) == (
        f"A {KINDS[kind].name.lower()} brings goods in, and SALT has −1. Give it without the minus."
    )


@pytest.mark.parametrize("kind", ["shipment", "supplier_return"])
def test_what_takes_out_takes_no_plus(kind, salt):
    assert refused(kind, line("SALT", 1)) == (
        f"A {KINDS[kind].name.lower()} takes goods out, and SALT has +1. Give it with a minus."
    )


def test_an_unknown_kind_is_refused(salt):
    assert refused("theft", line("SALT", -1)) == (
        "“theft” is no kind of document. Use one of receipt, production, shipment, customer_return, supplier_return, "
        "adjustment, transfer, stocktake."
    )
    for kind in ("tracking_on", "tracking_restored"):
        assert refused(kind, line("SALT", -1)).startswith(f"“{kind}” is no kind of document.")


# -- the numbers that tracking wants (rules 8 and 14) ---------------------------------------------------------------------


def test_an_untracked_item_takes_no_number(salt):
    assert refused("receipt", line("SALT", 1, batch="L1")) == (
        "Salt has No tracking, and the line of SALT gives “L1”. Leave it empty, or enable tracking on the item card first."
    )
    assert refused("shipment", line("SALT", -1, serial="7")) == (
        "Salt has No tracking, and the line of SALT gives “7”. Leave it empty, or enable tracking on the item card first."
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_item_needs_a_batch_on_every_movement(kind, flour):
    sign = 1 if KINDS[kind].incoming else -1
    assert refused(kind, line("FLOUR", sign)) == (
        "Flour is tracked by batch, and the line of FLOUR has none. Give the batch number."
    )


def test_a_batch_item_takes_no_serial_number(flour):
    assert refused("receipt", line("FLOUR", 1, serial="7")) == (
        "Flour is tracked by batch, and the line of FLOUR gives the serial number “7”. Give a batch number instead."
    )


def test_a_serial_item_takes_no_batch(pump):
    assert refused("receipt", line("PUMP", 1, batch="L1")) == (
        "Pump is tracked by serial number, and the line of PUMP gives the batch “L1”. Give a serial number instead."
    )


@pytest.mark.parametrize(("kind", "act"), [("shipment", "shipped"), ("production", "used in production")])
def test_what_is_shipped_or_used_of_a_serial_item_needs_its_number(kind, act, pump):
    assert refused(kind, line("PUMP", -1)) == (
        f"Pump is tracked by serial number: what is {act} needs its number, and the line of PUMP has none. "
        "Give one line for each serial number."
    )


@pytest.mark.parametrize("kind", ["receipt", "customer_return", "production", "adjustment", "stocktake"])
def test_everything_else_may_bring_in_units_without_number(kind, pump):
    post(kind, line("PUMP", 2))
    assert stock() == {("PUMP", "Main", ""): "7"}


def test_a_serial_number_is_one_unit(pump):
    assert refused("receipt", line("PUMP", 2, serial="9")) == (
        "Serial number 9 is one unit, and the line has 2. Give one line for each unit, with 1 or −1."
    )
    assert refused("shipment", line("PUMP", "-0.5", serial="1")) == (
        "Serial number 1 is one unit, and the line has −0.5. Give one line for each unit, with 1 or −1."
    )
    assert refused("receipt", line("PUMP", "1.5")) == (
        "Pump is tracked by serial number, so it moves in whole units, and the line of PUMP has 1.5. Give a whole number."
    )


@pytest.mark.parametrize("kind", ["shipment", "supplier_return", "production", "adjustment", "stocktake"])
def test_an_unknown_batch_cannot_go_out(kind, flour):
    assert refused(kind, line("FLOUR", -1, batch="NONE")) == (
        "FLOUR has no batch “NONE”. Check the number on the label, or receive it first."
    )


def test_an_unknown_number_is_not_made_by_a_transfer(flour, pump):
    assert refused("transfer", line("FLOUR", 1, batch="NONE"), line("FLOUR", -1, batch="NONE", at="Shop")) == (
        "FLOUR has no batch “NONE”. Check the number on the label, or receive it first."
    )
    assert refused("transfer", line("PUMP", 1, serial="99"), line("PUMP", -1, serial="99", at="Shop")) == (
        "Pump has no serial number “99”. Check the number on the label."
    )


def test_a_batch_belongs_to_one_variant_and_a_serial_number_to_one_item():
    item("Flour", "batch", "kg", skus=("F-1", "F-25"))
    post("receipt", line("F-1", 1, batch="L1"), line("F-25", 2, batch="L1"))
    assert stock() == {("F-1", "Main", "L1"): "1", ("F-25", "Main", "L1"): "2"}
    item("Pump", "serial", skus=("P-S", "P-L"))
    post("receipt", line("P-S", 1, serial="1"))
    assert refused("receipt", line("P-L", 1, serial="1")) == (
        "Serial number 1 belongs to P-S, and the line says P-L. Choose the other variant, or another number."
    )
    item("Oven", "serial", skus=("OVEN",))
    post("receipt", line("OVEN", 1, serial="1"))
    assert SerialNumber.objects.filter(key="1").count() == 2


def test_the_expiry_of_a_batch_stands_on_its_first_line():
    item("Flour", "batch", "kg", skus=("FLOUR",))
    location("Annex")  # older than Main, so its lines are posted first
    post("receipt", line("FLOUR", 1, batch="L1", expires="2031-01-31"), line("FLOUR", 1, batch="L1", at="Annex"))
    assert batch("L1").expires_on.isoformat() == "2031-01-31"
    post("receipt", line("FLOUR", 1, batch="L1", expires="2031-01-31"), line("FLOUR", 1, batch="L1"))
    assert refused("receipt", line("FLOUR", 1, batch="L1", expires="2031-02-01")) == (
        "Batch L1 of FLOUR has 2031-01-31, and this line says 2031-02-01. "
        "Leave it empty, or change the date on the batch page."
    )
    post("receipt", line("FLOUR", 1, batch="L2"))
    assert refused("receipt", line("FLOUR", 1, batch="L2", expires="2031-02-01")) == (
        "Batch L2 of FLOUR has no expiry date, and this line says 2031-02-01. "
        "Leave it empty, or change the date on the batch page."
    )
    assert refused(
        "receipt",
        line("FLOUR", 1, batch="L3", at="Main"),
        line("FLOUR", 1, batch="L3", expires="2031-02-01", at="Annex"),
    ) == (
        "Batch L3 of FLOUR has no expiry date, and this line says 2031-02-01. "
        "Leave it empty, or change the date on the batch page."
    )


@pytest.mark.parametrize("number", ["A\x00B", "A\nB", "A\ud800B", "x" * 65, "x" * 2000])
def test_a_number_that_cannot_be_stored_or_printed_is_refused(number, flour, pump):
    reason = (
        f"has {len(number):,} characters, the limit is 64. Shorten it." if len(number) > 64 else "cannot be printed"
    )
    for made in (line("FLOUR", 1, batch=number), line("PUMP", 1, serial=number)):
        assert reason in refused("receipt", made)


# -- quantities -----------------------------------------------------------------------------------------------------------


def test_a_line_of_nothing_is_refused(salt):
    assert refused("receipt", line("SALT", 0)) == "The quantity of SALT is 0. Give what moved, or remove the line."


def test_a_line_above_the_limit_is_refused(salt):
    above = NewLine(variant=Variant.objects.get(sku="SALT").pk, location=location().pk, quantity=10**15 + 1)
    assert refused("receipt", above) == (
        "1,000,000,000.000001 kg of SALT is above the limit of 1,000,000,000 in one line. Split it."
    )
    with pytest.raises(ValueError, match=r"“1000000000.000001” is above the limit of 1,000,000,000 units in one line"):
        line("SALT", "1000000000.000001")
    post("receipt", line("SALT", "1000000000"))
    assert stock() == {("SALT", "Main", ""): "1000000010"}


def test_a_quantity_finer_than_a_millionth_is_refused():
    item("Salt", skus=("SALT",))
    with pytest.raises(ValueError, match=r"“0.0000001” has more than 6 places after the point. Round it to 6 places."):
        line("SALT", "0.0000001")
    post("receipt", line("SALT", "0.000001"))
    assert stock() == {("SALT", "Main", ""): "0.000001"}


def test_a_level_has_a_limit_too():
    item("Salt", unit="kg", skus=("SALT",))
    post("receipt", *[line("SALT", 10**9)] * 1000)
    assert stock() == {("SALT", "Main", ""): "1000000000000"}
    assert refused("receipt", line("SALT", "0.5")) == (
        "Main would have 1,000,000,000,000.5 kg of SALT, and the limit of one place is 1,000,000,000,000. "
        "Check the quantity, or use another location."
    )


# -- what there is (rule 11) ----------------------------------------------------------------------------------------------


def test_more_than_there_is_names_what_is_there_and_where(salt):
    assert refused("shipment", line("SALT", -11)) == (
        "Main has 10 kg of SALT, and 11 are asked. There is none elsewhere. Take less, or receive more first."
    )
    post(
        "receipt",
        line("SALT", 1, at="A"),
        line("SALT", 3, at="B"),
        line("SALT", 2, at="C"),
        line("SALT", "0.5", at="D"),
    )
    assert refused("shipment", line("SALT", -11)) == (
        "Main has 10 kg of SALT, and 11 are asked. There are 3 at B, 2 at C, 1 at A. Take less, or choose another location."
    )


def test_exactly_all_of_it_can_be_shipped_in_parts(flour):
    item("Oil", unit="l", skus=("OIL",))
    post("receipt", line("OIL", "0.3"))
    for _ in range(3):
        post("shipment", line("OIL", "-0.1"))
    assert ("OIL", "Main", "") not in stock()


def test_lines_of_one_document_are_judged_together(flour):
    assert refused("shipment", line("FLOUR", -6, batch="L1"), line("FLOUR", -5, batch="L1")) == (
        "Main has 4 kg of batch L1 of FLOUR, and 5 are asked. There is none elsewhere. Take less, or receive more first."
    )


def test_what_a_document_makes_cannot_pay_for_what_it_takes(salt):
    assert refused("adjustment", line("SALT", 5), line("SALT", -12)) == (
        "Main has 10 kg of SALT, and 12 are asked. There is none elsewhere. Take less, or receive more first."
    )


def test_a_batch_does_not_go_both_out_and_in_at_one_location(flour):
    assert refused("adjustment", line("FLOUR", -3, batch="L1"), line("FLOUR", 2, batch="l1")) == (
        "Batch L1 of FLOUR goes both out and in at one location in this document. Give the difference in one line."
    )


def test_numbered_units_do_not_leave_without_their_number(pump):
    assert refused("adjustment", line("PUMP", -4)) == (
        "Main has 3 pcs of PUMP without a serial number, and 4 are asked. Give the serial numbers of the others."
    )


def test_a_serial_number_is_in_one_place_at_most(pump):
    assert refused("receipt", line("PUMP", 1, serial="1", at="Shop")) == (
        "Serial number 1 of PUMP is in stock already, at Main. Check the number, or transfer it."
    )
    assert refused("receipt", line("PUMP", 1, serial="9"), line("PUMP", 1, serial="9")) == (
        "Serial number 9 of PUMP is in stock already, at Main. Check the number, or transfer it."
    )
    assert refused("shipment", line("PUMP", -1, serial="1", at="Shop")) == (
        "Serial number 1 of PUMP is at Main, not at Shop. Check the number and the location."
    )
    post("shipment", line("PUMP", -1, serial="1"))
    assert refused("shipment", line("PUMP", -1, serial="1")) == (
        "Serial number 1 of PUMP is not in stock, not at Main. Check the number and the location."
    )


def test_a_stocktake_that_counts_a_serial_number_elsewhere_is_refused_naming_where(pump):
    assert refused("stocktake", line("PUMP", 1, serial="2", at="Shop")) == (
        "Serial number 2 of PUMP is in stock already, at Main. Check the number, or transfer it."
    )


# -- production and transfer ----------------------------------------------------------------------------------------------


def test_a_production_makes_something(flour):
    assert refused("production", line("FLOUR", -1, batch="L1")) == (
        "A production makes something, and this one has only ingredients. Add a line with what was made."
    )


def test_a_batch_is_not_ingredient_and_output_of_one_production(flour):
    assert refused("production", line("FLOUR", -1, batch="L1"), line("FLOUR", 1, batch="ｌ1", at="Shop")) == (
        "Batch ｌ1 is both ingredient and output of this production. Give the output a batch of its own."
    )


def test_a_transfer_brings_what_it_takes(flour, pump):
    assert refused("transfer", line("FLOUR", -4, batch="L1"), line("FLOUR", 3, batch="L1", at="Shop")) == (
        "In this transfer 1 more leaves than arrives. Give the same quantity, batch and serial number out and in."
    )
    assert refused("transfer", line("FLOUR", -4, batch="L1"), line("FLOUR", 5, batch="L1", at="Shop")) == (
        "In this transfer 1 more arrives than leaves. Give the same quantity, batch and serial number out and in."
    )
    assert refused("transfer", line("PUMP", -1, serial="1"), line("PUMP", 1, at="Shop")) == (
        "In this transfer 1 more leaves than arrives. Give the same quantity, batch and serial number out and in."
    )


def test_a_transfer_goes_somewhere(salt):
    assert refused("transfer", line("SALT", -1), line("SALT", 1)) == (
        "A transfer goes from one location to another, and this line goes back to where it came from. "
        "Choose another location."
    )


# -- expiry and hold (rule 10) --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "output"), [("shipment", ()), ("production", (("BREAD", 1),))])
def test_an_expired_batch_is_neither_shipped_nor_used(kind, output):
    item("Flour", "batch", "kg", skus=("FLOUR",))
    item("Bread", skus=("BREAD",))
    post("receipt", line("FLOUR", 5, batch="L1", expires="2024-03-31"), at=datetime(2024, 3, 1, tzinfo=UTC))
    made = [line(*goods) for goods in output]
    post(kind, line("FLOUR", -1, batch="L1"), *made, at=datetime(2024, 3, 31, 23, 59, 59, tzinfo=UTC))
    assert refused(kind, line("FLOUR", -1, batch="L1"), *made, at=datetime(2024, 4, 1, tzinfo=UTC)) == (
        f"Batch L1 of FLOUR expired: it was usable through 2024-03-31, and this {kind} is dated 2024-04-01. "
        "Choose another batch, or adjust it away."
    )


def test_expiry_is_judged_on_the_day_of_the_document_in_the_time_zone_of_the_site(settings):
    settings.TIME_ZONE = "Pacific/Auckland"  # 13 hours ahead of UTC in March
    item("Flour", "batch", "kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 5, batch="L1", expires="2024-03-31"), at=datetime(2024, 3, 1, tzinfo=UTC))
    shipped = post("shipment", line("FLOUR", -1, batch="L1"), at=datetime(2024, 3, 31, 10, 59, 59, tzinfo=UTC))
    assert shipped.posted_on.isoformat() == "2024-03-31"
    assert refused("shipment", line("FLOUR", -1, batch="L1"), at=datetime(2024, 3, 31, 11, tzinfo=UTC)) == (
        "Batch L1 of FLOUR expired: it was usable through 2024-03-31, and this shipment is dated 2024-04-01. "
        "Choose another batch, or adjust it away."
    )


@pytest.mark.parametrize("kind", ["supplier_return", "adjustment", "transfer", "stocktake", "customer_return"])
def test_expired_and_held_batches_can_be_put_away(kind, manager):
    item("Flour", "batch", "kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 5, batch="L1", expires="2024-03-31"))
    hold(records=[batch("L1")], by=manager, reason="Weevils")
    if KINDS[kind].outgoing:
        post(
            kind,
            line("FLOUR", -1, batch="L1"),
            *([line("FLOUR", 1, batch="L1", at="Shop")] if kind == "transfer" else []),
        )
    if kind != "transfer" and KINDS[kind].incoming:
        post(kind, line("FLOUR", 1, batch="L1"))
    assert broken() == {}


@pytest.mark.parametrize("kind", ["shipment", "production"])
def test_what_is_on_hold_is_neither_shipped_nor_used(kind, flour, pump, manager):
    item("Bread", skus=("BREAD",))
    made = [line("BREAD", 1)] if kind == "production" else []
    hold(records=[batch("L1"), serial("1")], by=manager, reason="Laboratory")
    assert refused(kind, line("FLOUR", -1, batch="L1"), *made) == (
        "Batch L1 of FLOUR is on hold. Release it first, or choose another batch."
    )
    assert refused(kind, line("PUMP", -1, serial="1"), *made) == "Serial number 1 is on hold. Release it first."
    release(records=[batch("L1"), serial("1")], by=manager, reason="Clean")
    post(kind, line("FLOUR", -1, batch="L1"), line("PUMP", -1, serial="1"), *made)


# -- the head -------------------------------------------------------------------------------------------------------------


def test_back_dating_is_allowed_and_more_than_a_day_ahead_is_not(salt):
    post("receipt", line("SALT", 1), at=datetime(1999, 1, 1, tzinfo=UTC))
    post("receipt", line("SALT", 1), at=days.now() + timedelta(hours=23))
    ahead = days.now() + timedelta(days=1, minutes=5)
    sentence = refused("receipt", line("SALT", 1), at=ahead)
    assert sentence.startswith(f"The date {days.instant_text(ahead)} is more than a day ahead; the latest is ")
    assert sentence.endswith(". Check the date.")


def test_the_same_token_gives_the_first_posting(salt):
    new = NewDocument(kind="receipt", posted_at=days.now(), lines=(line("SALT", 1),), token=new_uuid())
    assert post_document(new, by=None) == post_document(new, by=None)
    assert stock() == {("SALT", "Main", ""): "11"}


def test_the_same_number_again_is_the_first_posting_or_refused(salt):
    at = days.now()
    post("receipt", line("SALT", 1), number="PO-77", at=at)
    assert refusal(post, "receipt", line("SALT", 2), number=" po-77", at=at) == (
        "Receipt  po-77 was posted already, and differs from this one. "
        "Posted documents are never changed: choose another number, or reverse the posted one."
    )
    post("shipment", line("SALT", -1), number="PO-77")  # numbers are unique per kind
    assert stock() == {("SALT", "Main", ""): "10"}


def test_numbers_that_are_not_given_follow_the_highest(salt):
    assert Document.objects.get().number == "PO-000001"
    post("receipt", line("SALT", 1), number="po-41")
    assert post("receipt", line("SALT", 1)).number == "PO-000042"
    assert post("receipt", line("SALT", 1), number="PO-7a").sequence is None
    assert post("receipt", line("SALT", 1)).number == "PO-000043"
    assert [
        post(kind, line("SALT", -1)).number for kind in ("shipment", "supplier_return", "adjustment", "stocktake")
    ] == [
        "SO-000001",
        "SUP-000001",
        "SA-000001",
        "SC-000001",
    ]
    assert post("customer_return", line("SALT", 1)).number == "RET-000001"
    assert post("production", line("SALT", 1)).number == "MO-000001"
    assert post("transfer", line("SALT", -1), line("SALT", 1, at="Shop")).number == "ST-000001"


def test_a_very_high_number_does_not_stop_the_counting(salt):
    post("receipt", line("SALT", 1), number="PO-999999999999999")
    assert post("receipt", line("SALT", 1)).number == "PO-1000000000000000"
    assert post("receipt", line("SALT", 1)).number == "PO-1000000000000001"


def test_a_note_above_the_limit_is_refused(salt):
    assert refused("receipt", line("SALT", 1), note="n" * 1001) == (
        f"Note “{'n' * 30}…” has 1,001 characters, the limit is 1,000. Shorten it."
    )


def test_a_refusal_says_which_line_and_field_it_is_about(salt):
    with pytest.raises(Refusal) as caught:
        post("shipment", line("SALT", -1), line("SALT", -99), line("SALT", -1))
    assert (caught.value.line, caught.value.field) == (1, "quantity")


def test_lines_are_written_minus_before_plus(flour, pump):
    made = post(
        "adjustment",
        line("PUMP", 1),
        line("FLOUR", 1, batch="L2"),
        line("PUMP", -1, serial="1"),
        line("FLOUR", -1, batch="L1"),
    )
    assert list(made.lines.order_by("id").values_list("variant__sku", "quantity")) == [
        ("FLOUR", -1),
        ("PUMP", -1),
        ("FLOUR", 1),
        ("PUMP", 1),
    ]


def test_instants_are_kept_in_whole_seconds():
    item("Salt", skus=("SALT",))
    made = post("receipt", line("SALT", 1), at=datetime(2026, 1, 5, 8, 0, 7, 654321, tzinfo=UTC))
    assert Document.objects.get(pk=made.pk).posted_at == datetime(2026, 1, 5, 8, 0, 7, tzinfo=UTC)
