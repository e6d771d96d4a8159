"""The life of a number: one timeline out of the ledger, the log, downloads and switches, in the order of entry, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from items.models import Variant
from katana_trace.lib import days
from katana_trace.lib.identity import new_uuid
from katana_trace.lib.quantities import MILLION
from tests import build
from tests.build import batch, line, post, serial
from tracking.ledger import triggers
from tracking.ledger.write import LineRow, write_heads, write_lines
from tracking.models import Document
from tracking.records.edit import edit_batch
from tracking.records.hold import hold, release
from tracking.timeline import CHANGES, MOVEMENTS, timeline_of

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


class Clock:
    """The server's clock: it stands until ``tick``, so that a test says what happened in the same second."""

    def __init__(self) -> None:
        self.at = START

    def tick(self, minutes: int = 1) -> datetime:
        self.at += timedelta(minutes=minutes)
        return self.at


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(days, "now", lambda: clock.at)
    return clock


@pytest.fixture
def bakery(db) -> None:
    build.item("Flour", "batch", unit="kg", skus=("FLOUR",))
    build.item("Dough", "batch", unit="kg", skus=("DOUGH",))
    build.item("Oven", "serial", skus=("OVEN",), warranty_months=24)


@pytest.fixture
def life(bakery, clock, operator, manager, client) -> None:
    """All that can happen to a batch, an act a minute."""

    def act(kind: str, *lines, **more) -> Document:
        return post(kind, *lines, at=clock.tick(), by=operator, **more)

    act("receipt", line("FLOUR", 100, batch="F1", expires="2026-03-01"), number="PO-1", partner="Northmill")
    act("production", line("FLOUR", -30, batch="F1"), line("DOUGH", 40, batch="D1"), number="MO-1")
    act("transfer", line("FLOUR", -20, batch="F1"), line("FLOUR", 20, batch="F1", at="Cold room"), number="ST-1")
    sold = act("shipment", line("FLOUR", -5, batch="F1"), number="SO-1", partner="Café Blau")
    act("customer_return", line("FLOUR", 2, batch="F1"), number="CR-1", partner="Café Rot", note="Torn bag")
    act("supplier_return", line("FLOUR", -1, batch="F1"), number="SR-1", partner="Northmill")
    act("adjustment", line("FLOUR", -3, batch="F1"), line("FLOUR", -4, batch="F1", at="Cold room"), number="ADJ-1")
    act("stocktake", line("FLOUR", "-0.5", batch="F1"), number="SC-1", note="Yearly count")
    clock.tick()
    build.reverse(sold, by=manager, reason="Entered twice")
    clock.tick()
    hold(records=[batch("F1")], by=manager, reason="Lab result pending")
    clock.tick()
    release(records=[batch("F1")], by=manager, reason="Lab result good")
    clock.tick()
    edit_batch(batch=batch("F1"), changes={"expires_on": date(2026, 4, 1)}, by=manager, reason="Retested")
    clock.tick()
    download(client, manager)


LIFE = [  # the newest first: what, partner, quantity, where, old → new, reason, by, document
    ("Exported with the history of the item", "", "", "", "", "", "manager", ""),
    ("Expiry date changed", "", "", "", "1 Mar 2026 → 1 Apr 2026", "Retested", "manager", ""),
    ("Released", "", "", "", "", "Lab result good", "manager", ""),
    ("Put on hold", "", "", "", "", "Lab result pending", "manager", ""),
    ("Reversal: shipped to", "Café Blau", "+5", "Main", "", "Entered twice", "manager", "SO-000002"),
    ("Counted", "", "−0.5", "Main", "", "Yearly count", "operator", "SC-1"),
    ("Adjusted", "", "−7", "Cold room −4, Main −3", "", "", "operator", "ADJ-1"),
    ("Sent back to", "Northmill", "−1", "Main", "", "", "operator", "SR-1"),
    ("Returned by", "Café Rot", "+2", "Main", "", "Torn bag", "operator", "CR-1"),
    ("Shipped to", "Café Blau", "−5", "Main", "", "", "operator", "SO-1"),
    ("Moved", "", "20", "Main → Cold room", "", "", "operator", "ST-1"),
    ("Used in production", "", "−30", "Main", "", "", "operator", "MO-1"),
    ("Received from", "Northmill", "+100", "Main", "", "", "operator", "PO-1"),
]


def download(client, user) -> None:
    """Takes the history of flour as a browser does, to its last byte."""
    client.force_login(user)
    b"".join(client.get(f"/items/{batch('F1').variant.item_id}/history.csv").streaming_content)


def told(events) -> list[tuple]:
    return [
        (
            event.what,
            event.partner,
            event.amount,
            event.where,
            f"{event.old} → {event.new}" if event.new else "",
            event.reason,
            event.by,
            event.document.number if event.document else "",
        )
        for event in events
    ]


def whats(record, **options) -> list[str]:
    return [event.what for event in timeline_of(record, **options).rows]


def page_by_page(record, size: int, **options) -> list:
    """The events of all pages; each page but the last is full, and says that it is not the first."""
    page = timeline_of(record, size=size, **options)
    assert page.is_first
    events = list(page.rows)
    while page.next_cursor:
        assert len(page.rows) == size
        page = timeline_of(record, size=size, cursor=page.next_cursor, **options)
        assert not page.is_first
        assert page.rows
        events += page.rows
        assert len(events) < 1000, "the pages do not end"
    return events


# -- the story of a batch -------------------------------------------------------------------------------------------------


def test_timeline_tells_the_whole_life_of_a_batch(life):
    page = timeline_of(batch("F1"))
    assert told(page.rows) == LIFE
    assert (page.next_cursor, page.is_first) == (None, True)
    assert [event.at for event in page.rows] == [START + timedelta(minutes=m) for m in range(13, 0, -1)]


def test_timeline_says_what_it_was_used_for_and_what_reversed_it(life):
    rows = {event.document.number: event for event in timeline_of(batch("F1"), show=MOVEMENTS).rows}
    (dough,) = rows["MO-1"].products
    assert (dough.label, dough.number, dough.address, dough.amount, rows["MO-1"].more_products) == (
        "Dough",
        "D1",
        batch("D1").get_absolute_url(),
        "40 kg",
        0,
    )
    assert {number: event.mirror.number for number, event in rows.items() if event.mirror} == {"SO-1": "SO-000002"}
    assert rows["SO-000002"].document.reverses.number == "SO-1"
    (made,) = timeline_of(batch("D1"), show=MOVEMENTS).rows
    assert (made.what, made.amount, made.products) == ("Made", "+40", ())


def test_timeline_says_what_a_reversed_production_had_done(bakery, clock, manager):
    post("receipt", line("FLOUR", 9, batch="F1"), at=clock.at)
    made = post("production", line("FLOUR", -9, batch="F1"), line("DOUGH", 9, batch="D1"), at=clock.tick())
    clock.tick()
    build.reverse(made, by=manager)
    assert whats(batch("F1")) == ["Reversal: used in production", "Used in production", "Received"]
    assert whats(batch("D1")) == ["Reversal: made", "Made"]
    assert [event.products for event in timeline_of(batch("D1")).rows] == [(), ()]


def test_timeline_shows_movements_or_changes_alone(life):
    assert told(timeline_of(batch("F1"), show=MOVEMENTS).rows) == LIFE[4:]
    assert told(timeline_of(batch("F1"), show=CHANGES).rows) == LIFE[:4]
    assert told(timeline_of(batch("F1"), show="something else").rows) == LIFE


@pytest.mark.parametrize("size", [1, 2, 3, 5, 12, 13])
@pytest.mark.parametrize("show", ["", MOVEMENTS, CHANGES])
def test_timeline_goes_on_where_the_page_before_ended(life, show, size):
    whole = timeline_of(batch("F1"), show=show).rows
    assert told(page_by_page(batch("F1"), size, show=show)) == told(whole)


@pytest.mark.parametrize(
    "cursor", ["x", "1", "1-2-3-4", "1-2-3-4-5-6", "1--3-4-5", "-1-2-3-4-5", "9" * 19 + "-0-0-0-0", "\0", "²-0-0-0-0"]
)
def test_timeline_takes_a_cursor_that_cannot_be_read_as_the_first_page(life, cursor):
    page = timeline_of(batch("F1"), cursor=cursor)
    assert (page.is_first, told(page.rows)) == (True, LIFE)


def test_timeline_of_a_batch_goes_on_after_its_tracking_was_switched_off_and_restored(life, clock, manager):
    flour = batch("F1").variant.item
    clock.tick()
    history = build.switch_off(flour, manager)
    clock.tick()
    build.switch_on(flour, "batch", manager)
    clock.tick()
    build.restore(flour, history, manager)
    assert told(timeline_of(batch("F1")).rows) == [
        ("Restored from the archive", "", "", "", "", "", "manager", ""),
        ("Tracking switched on: Batch / lot numbers", "", "", "", "", "A customer asks for it", "manager", ""),
        ("Tracking switched off", "", "", "", "", "Too much work", "manager", ""),
        ("Exported with the history of the item", "", "", "", "", "", "manager", ""),
        *LIFE,
    ]
    (restored, enabled) = (Document.objects.get(kind=kind).number for kind in ("tracking_restored", "tracking_on"))
    assert told(timeline_of(batch("UNBATCHED")).rows) == [
        (
            "Settled when tracking was restored",
            "",
            "−63.5",
            "Main −47.5, Cold room −16",
            "",
            "Batches of Flour were restored from the archive",
            "manager",
            restored,
        ),
        (
            "Put under tracking",
            "",
            "+63.5",
            "Main +47.5, Cold room +16",
            "",
            "Batch tracking of Flour was switched on",
            "manager",
            enabled,
        ),
    ]


def test_timeline_leaves_out_what_was_before_the_number(life, clock, manager):
    """Another batch of the same number, made after a switch that was not restored, has none of the first one's life."""
    flour = batch("F1").variant.item
    clock.tick()
    build.switch_off(flour, manager)
    build.switch_on(flour, "batch", manager)
    post("receipt", line("FLOUR", 1, batch="F1"), number="PO-2", at=clock.tick())
    clock.tick()
    hold(records=[batch("F1")], by=manager, reason="Wet")
    assert whats(batch("F1")) == ["Put on hold", "Received"]


def test_timeline_leaves_out_what_another_number_and_another_item_did(life, clock, manager):
    clock.tick()
    post("receipt", line("FLOUR", 1, batch="F2"), line("DOUGH", 1, batch="F1"), number="PO-2", at=clock.at)
    hold(records=[batch("F2")], by=manager, reason="Wet")
    flour = Variant.objects.get(key="flour").batches.get(key="f1")
    assert told(timeline_of(flour).rows) == LIFE
    assert whats(batch("F2")) == ["Put on hold", "Received"]


# -- the story of a serial number -----------------------------------------------------------------------------------------


def test_timeline_tells_the_whole_life_of_a_serial_number(bakery, clock, operator, manager):
    build.item("Deck", "serial", skus=("DECK",))

    def act(kind: str, *lines, **more) -> None:
        post(kind, *lines, at=clock.tick(), by=operator, **more)

    act("receipt", line("DECK", 1, serial="K1"), number="PO-1", partner="Nordic")
    act("production", line("DECK", -1, serial="K1"), line("OVEN", 1, serial="A1"), number="MO-1")
    act("transfer", line("OVEN", -1, serial="A1"), line("OVEN", 1, serial="A1", at="Shop"), number="ST-1")
    act("shipment", line("OVEN", -1, serial="A1", at="Shop"), number="SO-1", partner="Café Blau")
    act("customer_return", line("OVEN", 1, serial="A1"), number="CR-1", partner="Café Blau")
    act("production", line("OVEN", -1, serial="A1"), line("OVEN", 1, serial="A1"), number="MO-2", note="New door")
    clock.tick()
    hold(records=[serial("A1")], by=manager, reason="Test run")
    assert told(timeline_of(serial("A1")).rows) == [
        ("Put on hold", "", "", "", "", "Test run", "manager", ""),
        ("Repaired", "", "1", "Main", "", "New door", "operator", "MO-2"),
        ("Returned by", "Café Blau", "+1", "Main", "", "", "operator", "CR-1"),
        ("Shipped to", "Café Blau", "−1", "Shop", "", "", "operator", "SO-1"),
        ("Moved", "", "1", "Main → Shop", "", "", "operator", "ST-1"),
        ("Made", "", "+1", "Main", "", "", "operator", "MO-1"),
    ]
    used, came = timeline_of(serial("K1")).rows
    assert [(one.label, one.number, one.address) for one in used.products] == [
        ("Oven", "A1", serial("A1").get_absolute_url())
    ]
    assert (used.what, came.what, came.partner) == ("Used in production", "Received from", "Nordic")


def test_timeline_names_three_products_and_counts_the_rest(bakery, clock):
    post("receipt", line("FLOUR", 9, batch="F1"), at=clock.at)
    made = [line("DOUGH", n, batch=f"D{n}") for n in range(1, 4)]
    many = [line("OVEN", 1, serial=f"A{n}") for n in range(4)]
    post("production", line("FLOUR", -9, batch="F1"), *many, *made, at=clock.tick())
    (used, _) = timeline_of(batch("F1")).rows
    named = [(one.label, one.number, one.address, one.amount) for one in used.products]
    assert named == [
        ("Dough", "D1", batch("D1").get_absolute_url(), "1 kg"),
        ("Dough", "D2", batch("D2").get_absolute_url(), "2 kg"),
        ("Dough", "D3", batch("D3").get_absolute_url(), "3 kg"),
    ]
    assert used.more_products == 1  # the four ovens, which are one row


# -- the order ------------------------------------------------------------------------------------------------------------


def test_timeline_puts_what_was_noted_above_the_documents_of_the_same_second(bakery, clock, manager):
    post("receipt", line("FLOUR", 5, batch="F1"), number="PO-1", at=clock.at)
    hold(records=[batch("F1")], by=manager, reason="Wet")
    post("adjustment", line("FLOUR", -1, batch="F1"), number="ADJ-1", at=clock.at)
    release(records=[batch("F1")], by=manager, reason="Dry")
    post("adjustment", line("FLOUR", -1, batch="F1"), number="ADJ-2", at=clock.at)
    history = build.switch_off(batch("F1").variant.item, manager)
    flour = Variant.objects.get(key="flour").item
    build.switch_on(flour, "batch", manager)
    build.restore(flour, history, manager)
    expected = [
        "Restored from the archive",
        "Tracking switched on: Batch / lot numbers",
        "Tracking switched off",
        "Released",
        "Put on hold",
        "Exported with the history of the item",
        "Adjusted ADJ-2",
        "Adjusted ADJ-1",
        "Received PO-1",
    ]
    for size in (1, 2, 4, 50):
        events = page_by_page(batch("F1"), size)
        assert [f"{e.what} {e.document.number}" if e.document else e.what for e in events] == expected


def test_timeline_has_a_document_where_it_was_entered_and_says_so(bakery, clock, manager):
    """As stock is judged in posting order, so it is told; a date that does not fit the order has the instant of entry."""
    first = clock.tick()
    post("receipt", line("FLOUR", 5, batch="F1"), number="PO-1", at=first)
    clock.tick()
    hold(records=[batch("F1")], by=manager, reason="Wet")
    clock.tick()
    post("adjustment", line("FLOUR", -1, batch="F1"), number="ADJ-1", at=first - timedelta(days=2))
    post("adjustment", line("FLOUR", -1, batch="F1"), number="ADJ-2", at=clock.tick())
    rows = timeline_of(batch("F1")).rows
    assert [(e.what, e.dated_at, e.at, e.is_late) for e in rows] == [
        ("Adjusted", clock.at, clock.at, False),
        ("Adjusted", first - timedelta(days=2), first + timedelta(minutes=2), True),
        ("Put on hold", first + timedelta(minutes=1), first + timedelta(minutes=1), False),
        ("Received", first, first, False),
    ]
    assert [e.is_late for e in page_by_page(batch("F1"), 2)] == [False, True, False, False]
    post("adjustment", line("FLOUR", -1, batch="F1"), number="ADJ-3", at=clock.at + timedelta(hours=9))
    clock.tick()
    release(records=[batch("F1")], by=manager, reason="Dry")  # dated before what stands below it, and by the clock
    assert [e.is_late for e in timeline_of(batch("F1")).rows] == [False, False, False, True, False, False]


def test_timeline_shows_each_event_once_though_the_clock_went_back(bakery, clock, manager):
    for number, minutes in enumerate((0, 9, -3, 1, -6, 4, 6)):
        clock.tick(minutes)
        post("receipt", line("FLOUR", 1, batch="F1"), number=f"PO-{number}", at=START)
        hold(records=[batch("F1")], by=manager, reason=f"Hold {number}")
        release(records=[batch("F1")], by=manager, reason=f"Release {number}")
    whole = told(page_by_page(batch("F1"), 50))
    assert [document for *_, document in whole if document] == [f"PO-{number}" for number in reversed(range(7))]
    noted = [reason for *_, reason, _, document in whole if not document]
    assert noted == [f"{what} {number}" for number in reversed(range(7)) for what in ("Release", "Hold")]
    for size in (1, 2, 3, 7):
        assert told(page_by_page(batch("F1"), size)) == whole


def test_timeline_shows_restores_in_their_order_though_the_archives_were_made_in_another(bakery, clock, manager):
    post("receipt", line("FLOUR", 5, batch="F1"), number="PO-1", at=clock.at)
    flour = batch("F1").variant.item
    reasons, archives = [], []
    for _ in range(2):
        clock.tick()
        archives.append(build.switch_off(flour, manager))
        clock.tick()
        build.switch_on(flour, "batch", manager)
    for content in reversed(archives):
        clock.tick()
        reasons.append(build.restore(flour, content, manager).pk)
        if len(reasons) == 1:
            clock.tick()
    assert reasons == sorted(reasons, reverse=True)
    whole = page_by_page(batch("F1"), 50, show=CHANGES)
    restored = [event.at for event in whole if event.what.startswith("Restored")]
    assert restored == sorted(restored, reverse=True)
    assert len(restored) == 2
    assert all(later.at >= earlier.at for later, earlier in pairwise(whole))
    assert told(page_by_page(batch("F1"), 1, show=CHANGES)) == told(whole)


# -- many lines -----------------------------------------------------------------------------------------------------------


def test_timeline_sums_a_document_of_many_lines(bakery, clock):
    """More lines than are read at once for a page; and the page after it has the rest of the life."""
    post("receipt", *[line("FLOUR", 1, batch="F1") for _ in range(60)], number="PO-1", at=clock.at)
    pieces = [line("FLOUR", "0.5", batch="F1"), line("FLOUR", "0.25", batch="F1", at="Shop")] * 40
    post("receipt", *pieces, number="PO-2", at=clock.tick())
    post("adjustment", line("FLOUR", -1, batch="F1"), number="ADJ-1", at=clock.tick())
    expected = [
        ("ADJ-1", "−1", "Main"),
        ("PO-2", "+30", "Main +20, Shop +10"),
        ("PO-1", "+60", "Main"),
    ]
    for size in (1, 2, 50):
        events = page_by_page(batch("F1"), size, show=MOVEMENTS)
        assert [(e.document.number, e.amount, e.where) for e in events] == expected


@contextmanager
def alternating_lines() -> Iterator[None]:
    """On SQLite, which has one writer at a time, the lines of a document stand together: its guard is taken out."""
    name = "tracking_line_insert_order"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            triggers.dialect(connection).drop(cursor, name)
        yield
        if connection.vendor == "sqlite":
            triggers.dialect(connection).create(cursor, name)


def test_timeline_tells_each_line_once_where_two_documents_were_written_at_the_same_moment(bakery, clock):
    """On PostgreSQL the lines of two postings may alternate, of levels that they do not share. Each part is an event then,
    on whatever page it stands."""
    post("receipt", line("FLOUR", 1, batch="F1"), number="PO-0", at=clock.at)
    flour, places = batch("F1"), [build.location("Left").pk, build.location("Right").pk]
    heads = [
        Document(
            kind="receipt", number=n, key=n.lower(), posted_at=clock.at, posted_on=days.day_of(clock.at),
            recorded_at=clock.at, fingerprint=n, digest="0" * 64, token=new_uuid(),
        )
        for n in ("PO-1", "PO-2")
    ]  # fmt: skip
    write_heads(heads)
    with alternating_lines():
        for quantity, n in enumerate((0, 1, 1, 0, 1), 1):
            row = LineRow(new_uuid(), flour.variant_id, places[n], flour.pk, None, "", quantity * MILLION, 0)
            write_lines({heads[n].pk: [row]})
    parts = [("PO-2", "+5"), ("PO-1", "+4"), ("PO-2", "+5"), ("PO-1", "+1"), ("PO-0", "+1")]
    for size in (1, 2, 3, 4, 50):
        assert [(e.document.number, e.amount) for e in page_by_page(flour, size)] == parts


def test_timeline_reads_lines_by_the_index_that_has_them_in_order(bakery, clock):
    """A batch of many lines, none of which is among the last of the ledger: what is read follows the page."""
    post("receipt", line("FLOUR", 1, batch="F1"), line("FLOUR", 1, batch="F2"), at=clock.at)
    (document,) = Document.objects.all()
    lots = [batch(number) for number in ("F1", "F2")]
    main = build.location().pk
    write_lines(
        {
            document.pk: [
                LineRow(new_uuid(), lot.variant_id, main, lot.pk, None, "", MILLION, 0)
                for lot in lots
                for _ in range(600)
            ]
        }
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        with CaptureQueriesContext(connection) as captured:
            timeline_of(batch("F1"), size=2)
        plans = []
        for query in captured.captured_queries:
            if "FROM tracking_ledgerline m" in query["sql"] or 'ORDER BY "tracking_ledgerline"' in query["sql"]:
                cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{query['sql']}")
                plans.append("\n".join(str(row) for row in cursor.fetchall()))
    assert len(plans) == 4  # the first line, and three readings of the one document's lines, each longer than the last
    for plan in plans:
        assert "line_by_batch" in plan
        assert "SCAN m" not in plan
        assert "Seq Scan on tracking_ledgerline" not in plan
    if connection.vendor == "sqlite":
        assert all("line_by_batch (batch_id=? AND id<?)" in plan for plan in plans[1:])


# -- the pages ------------------------------------------------------------------------------------------------------------


def eventful(clock, count: int, manager) -> None:
    """A batch and a serial number that were used (and repaired), moved and held ``count`` times each."""
    post("receipt", line("FLOUR", 1000, batch="F1"), line("OVEN", 1, serial="A1"), at=clock.at, by=manager)
    for number in range(count):
        made = [line("FLOUR", -1, batch="F1"), line("DOUGH", 1, batch=f"D{number}")]
        post("production", *made, at=clock.tick(), by=manager, note="Night shift")
        reverted = post("adjustment", line("FLOUR", -1, batch="F1"), at=clock.tick(), by=manager)
        build.reverse(reverted, by=manager)
        post("shipment", line("OVEN", -1, serial="A1"), at=clock.tick(), by=manager, partner="Café Blau")
        post("customer_return", line("OVEN", 1, serial="A1"), at=clock.tick(), by=manager, partner="Café Blau")
        hold(records=[batch("F1"), serial("A1")], by=manager, reason="Lab")
        release(records=[batch("F1"), serial("A1")], by=manager, reason="Good")
    post("shipment", line("OVEN", -1, serial="A1"), at=clock.tick(), by=manager, partner="Café Blau")


@pytest.mark.parametrize("count", [1, 20])
def test_pages_ask_the_same_number_of_queries_for_one_event_and_for_many(
    bakery, clock, count, viewer, manager, client, django_assert_num_queries
):
    eventful(clock, count, manager)
    client.force_login(viewer)
    flour, oven = batch("F1").get_absolute_url(), serial("A1").get_absolute_url()
    # Session, user, permissions (2), the record; the first line, lines, documents, mirrors, products, downloads, changes,
    # switches, restores; stock, cases.
    with django_assert_num_queries(16):
        of_batch = client.get(flour)
    # Nothing was made of it, and it has no stock; what it went by, and its warranty's shipment.
    with django_assert_num_queries(16):
        of_serial = client.get(oven)
    # Neither stock nor cases: what is around the timeline stays on the page.
    with django_assert_num_queries(14):
        client.get(flour, headers={"HX-Request": "true"})
    shown = min(50, 1 + 5 * count), min(50, 2 + 4 * count)
    assert (len(of_batch.context["page"].rows), len(of_serial.context["page"].rows)) == shown


def test_batch_detail_pages_its_timeline_with_and_without_htmx(bakery, clock, viewer, manager, client):
    eventful(clock, 20, manager)
    client.force_login(viewer)
    address = batch("F1").get_absolute_url()
    whole = [(event.what, event.at) for event in page_by_page(batch("F1"), 200)]
    found, cursor = [], ""
    while cursor is not None:
        page = client.get(address, {"after": cursor} if cursor else {})
        part = client.get(address, {"after": cursor} if cursor else {}, headers={"HX-Request": "true"})
        for answer in (page, part):
            assert answer.status_code == 200
            assert answer.content.decode().count('id="timeline"') == 1
        assert part.content.decode().lstrip().startswith("<section")
        assert "<html" in page.content.decode()
        assert [e.place for e in page.context["page"].rows] == [e.place for e in part.context["page"].rows]
        found += [(event.what, event.at) for event in page.context["page"].rows]
        cursor = page.context["page"].next_cursor
        if cursor:
            assert f'href="{address}?after={cursor}"' in page.content.decode()
    assert found == whole
    assert len(whole) == 101


def test_batch_detail_keeps_the_filter_of_its_timeline(life, viewer, client):
    client.force_login(viewer)
    address = batch("F1").get_absolute_url()
    chosen = {show: client.get(address, {"show": show}) for show in ("", MOVEMENTS, CHANGES, "zz\0")}
    assert [len(page.context["page"].rows) for page in chosen.values()] == [13, 9, 4, 13]
    marked = [f'id="timeline_{name}"' for name in ("all", "movements", "changes")]
    for page, current in zip(chosen.values(), (0, 1, 2, 0), strict=True):
        parts = page.content.decode().split("<a ")
        assert ["aria-current" in part for part in parts if any(name in part for name in marked)] == [
            place == current for place in range(3)
        ]
    assert chosen[CHANGES].context["filters"] == "show=changes"


def test_batch_detail_says_all_of_an_event(life, viewer, client):
    client.force_login(viewer)
    page = " ".join(client.get(batch("F1").get_absolute_url()).content.decode().split())
    for text in (
        "Received from Northmill",
        "Used in production",
        f'into Dough <a class="code" href="{batch("D1").get_absolute_url()}">D1</a>',
        "Main → Cold room",
        "Returned by Café Rot",
        "Torn bag",
        '<span class="vh">from </span>1 Mar 2026 → <span class="vh">to </span>1 Apr 2026',
        "Reversed by <a",
        "Lab result pending",
        "+100",
        "−0.5",
    ):
        assert text in page


def test_pages_of_a_number_on_which_nothing_was_noted(bakery, clock, viewer, client):
    post("receipt", line("FLOUR", 5, batch="F1"), at=clock.at)
    client.force_login(viewer)
    address = batch("F1").get_absolute_url()
    assert "Nothing of it was changed, held or exported yet." in client.get(f"{address}?show=changes").content.decode()
