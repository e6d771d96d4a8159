"""A suggestion costs what it takes, not what is on the shelf (rule 10): on SQLite by the plan that it chooses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import CaptureQueriesContext

from items.models import Variant
from katana_trace.lib.days import today
from katana_trace.lib.quantities import MILLION
from tests.build import (
    ahead,
    batch,
    broken,
    item,
    line,
    location,
    post,
    restore,
    reverse,
    serial,
    stock,
    switch_off,
    switch_on,
)
from tests.worlds import run
from tracking.documents.rule import NewDocument
from tracking.drafts.content import DraftContent, LineContent
from tracking.drafts.facts import facts_of
from tracking.drafts.suggest import fill_open
from tracking.ledger import triggers
from tracking.ledger.mirror import mirrored_lines
from tracking.ledger.post import post as post_document
from tracking.ledger.sql import fetch
from tracking.models import Batch, Document, SerialNumber
from tracking.picking.fefo import suggest_batches, suggest_serials
from tracking.picking.numbers import first_numbers
from tracking.records.hold import hold


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL plans by what it has counted, SQLite by the words"
)
def test_each_batch_finds_its_level_by_the_index(db):
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 2, batch="L1"))
    variant, place = Batch.objects.get().variant_id, location().pk
    with CaptureQueriesContext(connection) as caught:
        found = suggest_batches(variant=variant, location=place, wanted=MILLION, day=today())
    assert [(pick.number, pick.quantity) for pick in found.picks] == [("L1", MILLION)]
    plans = [[row[3] for row in fetch(f"EXPLAIN QUERY PLAN {query['sql']}")] for query in caught.captured_queries]
    by_level = "SEARCH k USING INDEX level_unique (variant_id=? AND location_id=? AND <expr>=?)"
    assert [by_level in plan for plan in plans] == [True] * 3


# -- the oldest by its date -----------------------------------------------------------------------------------------------


def noon(day: int) -> datetime:
    return datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(days=day)


def picks(sku: str, wanted: int, at: str = "Main") -> list[str]:
    variant = Variant.objects.get(sku=sku).pk
    found = suggest_batches(variant=variant, location=location(at).pk, wanted=wanted * MILLION, day=date(2026, 6, 1))
    return [pick.number for pick in found.picks]


def first(number: str) -> datetime | None:
    return batch(number).first_at


@pytest.fixture
def flour(db):
    yield item("Flour", "batch", unit="kg", skus=("FLOUR",))
    assert broken() == {}


@pytest.fixture
def pump(db):
    yield item("Pump", "serial", skus=("PUMP",))
    assert broken() == {}


def receive(number: str, day: int, *, expires: str | None = None, at: str = "Main") -> Document:
    return post("receipt", line("FLOUR", 1, batch=number, expires=expires, at=at), at=noon(day))


def test_the_batch_that_came_first_by_its_date_is_taken_first(flour):
    receive("ENTERED-1", 9)
    receive("ENTERED-2", 3)
    receive("ENTERED-3", 5, expires="2026-09-01")
    receive("ENTERED-4", 4, expires="2026-09-01")
    receive("ENTERED-5", 1, expires="2026-10-01")
    assert picks("FLOUR", 5) == ["ENTERED-4", "ENTERED-3", "ENTERED-5", "ENTERED-2", "ENTERED-1"]


@pytest.mark.parametrize("expires", [ahead(90), None])
def test_a_draft_lists_and_takes_them_in_the_same_order(flour, expires):
    receive("LATE", 9, expires=expires)
    receive("EARLY", 3, expires=expires)
    content = DraftContent("shipment", location=location().pk, lines=(LineContent("out", sku="FLOUR", quantity="2"),))
    filled, _ = fill_open(content)
    assert [one.number for one in filled.lines[0].batches] == ["EARLY", "LATE"]
    assert [one.number for one in facts_of(content).on_hand[Variant.objects.get().pk, location().pk]] == [
        "EARLY",
        "LATE",
    ]


def test_what_is_short_says_where_more_may_be_taken(flour, pump, manager):
    """The places with most first, by name where they have as much; what expires today may be taken today, what is expired
    or on hold may not, and what is here is told already."""
    receive("HERE", 1, expires=ahead(0))
    for number, place, days_ahead in (
        ("L1", "Shop", 0), ("L2", "Attic", 9), ("L3", "Cold room", 90), ("L4", "Cold room", 90), ("L5", "Ramp", 9),
        ("L6", "Cellar", -1), ("L7", "Yard", 9),
    ):  # fmt: skip
        receive(number, 1, expires=ahead(days_ahead), at=place)
    post(
        "receipt",
        *[line("PUMP", 1, serial=f"S{n}", at=f"Place {n // 2}") for n in range(8)],
        line("PUMP", 1, serial="H"),
    )
    hold(records=[batch("L7"), serial("S7"), serial("S6")], by=manager, reason="Wet")
    content = DraftContent(
        "shipment",
        location=location().pk,
        lines=(LineContent("out", sku="FLOUR", quantity="6"), LineContent("out", sku="PUMP", quantity="3")),
    )
    filled, told = fill_open(content)
    assert ([one.number for one in filled.lines[0].batches], filled.lines[1].serials) == (["HERE"], ("H",))
    assert told == [
        "5 kg of FLOUR stay open: no more that is usable is at Main. Cold room has 2 kg. Attic has 1 kg. Ramp has 1 kg.",
        "2 pcs of PUMP stay open: Main has no more numbers that may be taken. Place 0 has 2 pcs. Place 1 has 2 pcs. "
        "Place 2 has 2 pcs.",
    ]
    # Without them, what expires today is next.
    post("shipment", line("FLOUR", -1, batch="L3", at="Cold room"), line("FLOUR", -1, batch="L4", at="Cold room"))
    assert fill_open(content)[1][0].endswith(" at Main. Attic has 1 kg. Ramp has 1 kg. Shop has 1 kg.")


@pytest.mark.parametrize("expires", ["2026-09-01", None])
def test_the_order_holds_across_chunks(flour, expires):
    """130 batches of one expiry are three chunks; they are entered in another order than they came, two on each day."""
    order = [(number * 37) % 130 for number in range(130)]
    post_all = [NewDocument(
        kind="receipt", posted_at=noon(number // 2), lines=(line("FLOUR", 1, batch=f"B{number:03}", expires=expires),)
    ) for number in order]  # fmt: skip
    for document in post_all:
        post_document(document, by=None)
    entered = {f"B{number:03}": place for place, number in enumerate(order)}
    expected = sorted(entered, key=lambda name: (int(name[1:]) // 2, entered[name]))
    assert picks("FLOUR", 130) == expected


def test_the_end_of_a_chunk_cuts_no_expiry_in_two(flour):
    """25 batches of one expiry: the first chunk ends among them, and what expires before or later stands where it does,
    whenever it came."""
    receive("SOON", 90, expires="2026-08-01")
    receive("LATER", 0, expires="2026-10-01")
    for number in range(25):
        receive(f"B{number:02}", 10 + number, expires="2026-09-01")
    receive("NEVER", 1)
    expected = ["SOON", *[f"B{number:02}" for number in range(25)], "LATER", "NEVER"]
    assert picks("FLOUR", 28) == expected
    assert picks("FLOUR", 100) == expected  # each once


@pytest.mark.parametrize("expires", ["2026-09-01", None])
def test_no_batch_is_lost_without_an_instant(flour, expires):
    """A batch on the shelf has one; whatever else were in the way, each is suggested once."""
    for number in range(60):
        receive(f"B{number:03}", number, expires=expires)
    there = dict(Batch.objects.values_list("number", "first_at"))
    names = sorted(there)
    for without in (names[:25], names[10:50], names):
        Batch.objects.filter(number__in=without).update(first_at=None)
        assert sorted(picks("FLOUR", 60)) == names
        for number, instant in there.items():
            Batch.objects.filter(number=number).update(first_at=instant)


def test_the_serial_number_that_came_first_by_its_date_is_taken_first(pump):
    for number, day in {"3": 9, "1": 2, "2": 5}.items():
        post("receipt", line("PUMP", 1, serial=number), at=noon(day))
    place = (Variant.objects.get().pk, location().pk)
    assert suggest_serials(variant=place[0], location=place[1], count=3, taken={"1"}) == ["2", "3"]
    assert suggest_serials(variant=place[0], location=place[1], count=1, taken={"1"}) == ["2"]
    assert suggest_serials(variant=place[0], location=place[1], count=2, taken={"1", "2"}) == ["3"]
    assert [one.number for one in first_numbers([place], 2)[place]] == ["1", "2"]


# -- what is kept ---------------------------------------------------------------------------------------------------------


def test_a_lot_first_came_in_with_its_earliest_receipt_or_making(flour):
    item("Bread", "batch", skus=("BREAD",))
    receive("L1", 5)
    assert first("L1") == noon(5)
    receive("L1", 7)
    receive("L1", 2, at="Shop")
    post("customer_return", line("FLOUR", 1, batch="L1"), at=noon(0))
    post("adjustment", line("FLOUR", 1, batch="L1"), at=noon(1))
    assert first("L1") == noon(2)
    post("production", line("FLOUR", -1, batch="L1"), line("BREAD", 1, batch="B1"), at=noon(8))
    assert (first("L1"), first("B1")) == (noon(2), noon(8))


def test_without_a_receipt_or_making_the_earliest_line_counts(flour, manager):
    post("adjustment", line("FLOUR", 5, batch="L1"), at=noon(5))
    post("transfer", line("FLOUR", -1, batch="L1"), line("FLOUR", 1, batch="L1", at="Shop"), at=noon(6))
    assert first("L1") == noon(5)
    post("adjustment", line("FLOUR", 1, batch="L1"), at=noon(3))
    assert first("L1") == noon(3)
    receive("L1", 8)  # the first that made or bought it, although later
    assert first("L1") == noon(8)
    post("adjustment", line("FLOUR", 1, batch="L1"), at=noon(1))
    receive("L1", 9)
    assert first("L1") == noon(8)


def test_one_document_with_several_lines_of_a_lot_counts_once(flour):
    item("Salt", "batch", skus=("SALT",))
    lines = [line("FLOUR", 1, batch="L1"), line("FLOUR", 1, batch="L1", at="Shop"), line("SALT", 1, batch="L2")]
    post("receipt", *lines, at=noon(4))
    assert (first("L1"), first("L2")) == (noon(4), noon(4))


def test_a_reversed_receipt_does_not_count(flour):
    wrong = receive("L1", 1)
    receive("L1", 5)
    receive("L2", 3)
    assert picks("FLOUR", 3) == ["L1", "L2"]
    reverse(wrong)
    assert first("L1") == noon(5)
    assert picks("FLOUR", 2) == ["L2", "L1"]


def test_a_reversed_receipt_leaves_what_stands_or_what_was(flour):
    received = receive("L1", 4)
    counted = post("adjustment", line("FLOUR", 1, batch="L1"), at=noon(6))
    reverse(received)
    assert first("L1") == noon(6)
    reverse(counted)
    assert first("L1") == noon(4)
    receive("L1", 9)
    assert first("L1") == noon(9)


def test_a_reversed_shipment_brings_nothing_in(flour):
    receive("L1", 9)
    shipped = post("shipment", line("FLOUR", -1, batch="L1"), at=noon(10))
    mirror = NewDocument(
        kind="shipment", posted_at=noon(1), lines=mirrored_lines(shipped), reverses=shipped.number
    )  # fmt: skip
    post_document(mirror, by=None)
    assert first("L1") == noon(9)


def test_a_serial_number_keeps_when_it_first_came(pump):
    post("adjustment", line("PUMP", 1, serial="7"), at=noon(4))
    assert SerialNumber.objects.get().first_at == noon(4)
    post("shipment", line("PUMP", -1, serial="7"), at=noon(5))
    wrong = post("receipt", line("PUMP", 1, serial="7"), at=noon(6))
    assert SerialNumber.objects.get().first_at == noon(6)
    reverse(wrong)
    assert SerialNumber.objects.get().first_at == noon(4)


def test_stock_of_before_batch_tracking_first_came_with_the_switch(manager):
    salt = item("Salt", skus=("SALT",))
    post("receipt", line("SALT", 5), at=noon(1))
    switch_on(salt, "batch", manager)
    assert first("UNBATCHED") == Document.objects.get(kind="tracking_on").posted_at
    assert broken() == {}


def test_a_restore_brings_the_instants_back_and_settles_by_them(flour, manager):
    receive("ENTERED-1", 9)
    receive("ENTERED-2", 3)
    reverse(receive("ENTERED-3", 1))
    before = dict(Batch.objects.values_list("number", "first_at"))
    content = switch_off(flour, manager)
    post("shipment", line("FLOUR", -1))
    flour.refresh_from_db()
    switch_on(flour, "batch", manager)
    restore(flour, content, manager)
    kept = dict(Batch.objects.exclude(key="unbatched").values_list("number", "first_at"))
    assert kept == before
    # 1 is left as UNBATCHED, which is taken first; then the older of the two, by its date.
    assert stock() == {("FLOUR", "Main", "ENTERED-1"): "1"}


def test_an_import_keeps_the_dates_of_its_file(flour, tmp_path):
    file = tmp_path / "movements.csv"
    file.write_text(
        "kind,document,posted_at,partner,location,sku,batch_number,expires_on,serial_number,quantity,note\n"
        "receipt,PO-1,2026-03-09T08:00:00+00:00,,Main,FLOUR,L1,,,1,\n"
        "receipt,PO-2,2026-03-02T08:00:00+02:00,,Main,FLOUR,L2,,,1,\n"
        "receipt,PO-3,2026-03-04T08:00:00+00:00,,Main,FLOUR,L1,,,1,\n"
    )
    run("import_csv", "movements", str(file))
    assert first("L1") == datetime(2026, 3, 4, 8, tzinfo=UTC)
    assert picks("FLOUR", 3) == ["L2", "L1"]


def test_the_law_notices_a_wrong_instant(flour):
    receive("L1", 5)
    receive("L2", 6)
    Batch.objects.filter(number="L1").update(first_at=noon(4))
    Batch.objects.filter(number="L2").update(first_at=None)
    Batch.objects.create(variant=Variant.objects.get(), number="NEW", key="new", first_at=noon(1))
    assert sorted(broken()[12]) == [
        "L1 of FLOUR first came in at 2026-03-06 12:00:00 by its documents, but the stored instant is 2026-03-05 12:00:00.",
        "L2 of FLOUR first came in at 2026-03-07 12:00:00 by its documents, but the stored instant is empty.",
        "NEW of FLOUR never came in by its documents, but the stored instant is 2026-03-02 12:00:00.",
    ]
    Batch.objects.filter(number="L1").update(first_at=noon(5))
    Batch.objects.filter(number="L2").update(first_at=noon(6))
    Batch.objects.filter(number="NEW").update(first_at=None)


def test_an_upgrade_fills_the_instants(committed_db):
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    item("Pump", "serial", skus=("PUMP",))
    reverse(receive("L1", 1))
    receive("L1", 9)
    receive("L1", 5)
    post("adjustment", line("FLOUR", 1, batch="L2"), at=noon(3))
    post("receipt", line("PUMP", 1, serial="7"), at=noon(2))
    executor = MigrationExecutor(connection)
    before = executor.loader.graph.nodes["tracking", "0009_first_at"].dependencies[0]
    triggers.drop_all(connection)
    executor.migrate([before])
    call_command("migrate", verbosity=0)  # with the digests, which begin after the migrations
    assert (first("L1"), first("L2"), SerialNumber.objects.get().first_at) == (noon(5), noon(3), noon(2))
    assert broken() == {}
