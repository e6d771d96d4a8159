"""Expiry: the one rule and its boundaries, the windows that pages and filters share, and what is due in stock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from katana_trace.lib import days
from katana_trace.lib.quantities import plain
from tests import build
from tests.build import line, post, refusal
from tracking.expiry.counts import count_batches
from tracking.expiry.due import due_batches
from tracking.expiry.windows import by_week, expired, in_short, next_weeks, this_week, window_named
from tracking.models import Batch
from tracking.records.edit import edit_batch
from tracking.records.hold import hold

WEDNESDAY = date(2026, 11, 25)
A_WEEK = [WEDNESDAY + timedelta(days=ahead) for ahead in range(7)]


def on(ahead: int) -> str:
    """The day ``ahead`` days from today as a line has it."""
    return (days.today() + timedelta(days=ahead)).isoformat()


def found() -> list[tuple[str, int]]:
    """The batches that are due today, with their days left."""
    due, total = due_batches(days.today())
    assert total == len(due)
    return [(one.number, (one.expires_on - days.today()).days) for one in due]


@pytest.fixture
def clock(monkeypatch, settings):
    """Sets the server's clock and the site's time zone."""

    def set_to(local: str, zone: str) -> datetime:
        settings.TIME_ZONE = zone
        instant = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        monkeypatch.setattr(timezone, "now", lambda: instant)
        return instant

    return set_to


# -- windows --------------------------------------------------------------------------------------------------------------


def test_windows_of_a_wednesday():
    spans = [(window.name, window.label, window.first, window.last) for window in by_week(WEDNESDAY)]
    assert spans == [
        ("expired", "Expired", date.min, date(2026, 11, 24)),
        ("this-week", "This week", date(2026, 11, 25), date(2026, 11, 29)),
        ("2026-11-30", "30 Nov", date(2026, 11, 30), date(2026, 12, 6)),
        ("2026-12-07", "7 Dec", date(2026, 12, 7), date(2026, 12, 13)),
        ("2026-12-14", "14 Dec", date(2026, 12, 14), date(2026, 12, 20)),
        ("2026-12-21", "21 Dec", date(2026, 12, 21), date(2026, 12, 27)),
    ]
    later = next_weeks(WEDNESDAY)
    assert (later.label, later.first, later.last) == ("Next 4 weeks", date(2026, 11, 30), date(2026, 12, 27))
    assert [window.words for window in in_short(WEDNESDAY)] == [
        "expired by 24 Nov 2026",
        "expire from 25 Nov 2026 to 29 Nov 2026",
        "expire from 30 Nov 2026 to 27 Dec 2026",
    ]


@pytest.mark.parametrize("day", A_WEEK)
@pytest.mark.parametrize("windows_of", [by_week, in_short])
def test_windows_follow_each_other_without_a_gap_and_keep_the_one_rule(day, windows_of):
    windows = windows_of(day)
    assert all(one.last + timedelta(days=1) == other.first for one, other in pairwise(windows))
    for ahead in range(-40, 40):
        expires_on = day + timedelta(days=ahead)
        assert (expires_on <= windows[0].last) == days.is_expired(expires_on, day)
    assert (this_week(day).first, this_week(day).last.weekday()) == (day, 6)


def test_windows_have_names_for_links():
    assert [window_named(window.name, WEDNESDAY) for window in in_short(WEDNESDAY)] == list(in_short(WEDNESDAY))
    later = by_week(WEDNESDAY)[3]
    # The week of a link stays that week, whenever it is followed, and whichever of its days is named.
    assert {window_named(name, expires) for name in ("2026-12-07", "2026-12-13") for expires in A_WEEK} == {later}
    for name in ("soon", "2026-02-30", "9999-12-31", "Expired"):
        with pytest.raises(ValueError, match=f"“{name}” is no span of expiry dates. Choose expired, this-week or"):
            window_named(name, WEDNESDAY)


# -- what is due ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_due_is_what_the_one_rule_says_for_each_notice_period():
    notices = {"USUAL": None, "ONE": 1, "MONTH": 30}
    offsets = (-400, -1, 0, 1, 2, 7, 8, 30, 31, 400)
    for sku, notice in notices.items():
        build.item(f"Item {sku}", "batch", skus=(sku,), expiry_notice_days=notice)
        post("receipt", *[line(sku, 1, batch=f"{sku}{at}", expires=on(at)) for at in offsets], line(sku, 1, batch="NO"))
    today = days.today()
    expected = sorted(
        (at, sku)
        for sku, notice in notices.items()
        for at in offsets
        for day in [today + timedelta(days=at)]
        if days.is_expired(day, today) or days.is_noticed(day, today, notice)
    )
    assert sorted((left, number.removesuffix(str(left))) for number, left in found()) == expected
    assert [left for _, left in found()] == sorted(left for left, _ in expected)
    assert {number for number, left in found() if left == 30} == {"MONTH30"}
    assert {number for number, left in found() if left == 7} == {"USUAL7", "MONTH7"}


@pytest.mark.django_db
def test_due_is_in_stock_and_says_where(manager):
    build.item("Flour", "batch", "kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", "2.5", batch="A", expires=on(2)), line("FLOUR", 4, batch="A", at="Attic"))
    post("receipt", line("FLOUR", 9, batch="USED", expires=on(-1)), line("FLOUR", 3, batch="B", expires=on(-1)))
    post("adjustment", line("FLOUR", -9, batch="USED"))
    hold(records=[build.batch("B")], by=manager, reason="Mouldy")
    due, total = due_batches(days.today())
    told = [
        (
            one.number,
            one.sku,
            one.is_held,
            plain(one.quantity),
            [(at.location, plain(at.quantity)) for at in one.places],
        )
        for one in due
    ]
    assert told == [
        ("B", "FLOUR", True, "3", [("Main", "3")]),
        ("A", "FLOUR", False, "6.5", [("Attic", "4"), ("Main", "2.5")]),
    ]
    first, of = due_batches(days.today(), size=1)
    assert ([one.number for one in first], of, total) == (["B"], 2, 2)
    assert count_batches([expired(days.today())]) == [1]


@pytest.mark.django_db
def test_due_follows_an_expiry_date_that_was_edited(manager):
    build.item("Flour", "batch", "kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 1, batch="A", expires=on(8)))
    assert found() == []
    batch = build.batch("A")
    edit_batch(batch=batch, changes={"expires_on": days.today()}, by=manager, reason="Read wrongly")
    assert found() == [("A", 0)]


@pytest.mark.django_db
@pytest.mark.parametrize("size", [None, 3])
@pytest.mark.parametrize("count", [1, 50])
def test_due_and_counts_are_one_query_each(count, size, django_assert_num_queries):
    build.item("Flour", "batch", skus=("FLOUR",))
    post("receipt", *[line("FLOUR", 1, batch=f"A{at}", expires=on(at % 7)) for at in range(count)])
    with django_assert_num_queries(1):
        due, total = due_batches(days.today(), size=size)
    assert (len(due), total) == (min(count, size or count), count)
    with django_assert_num_queries(1):
        counts = count_batches(by_week(days.today()))
    assert sum(counts) == count


@pytest.mark.django_db
def test_counts_of_nothing_are_zeros():
    assert count_batches(by_week(days.today())) == [0] * 6
    assert due_batches(days.today(), size=3) == ([], 0)


# -- the boundary: the day of expiry is usable, the day after it is not, in the site's time zone -----------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["Pacific/Auckland", "UTC", "America/Los_Angeles"])
def test_expiry_turns_at_midnight_of_the_site(clock, zone, client, viewer):
    """Auckland's midnight is a noon of UTC, Los Angeles' a morning: neither of them decides."""
    clock("2031-03-09T12:00:00", zone)
    build.item("Milk", "batch", "l", skus=("MILK",))
    post("receipt", line("MILK", 10, batch="M1", expires="2031-03-10"))
    client.force_login(viewer)

    clock("2031-03-10T23:59:30", zone)
    client.force_login(viewer)  # the session of yesterday has ended
    assert days.today() == date(2031, 3, 10)
    assert found() == [("M1", 0)]
    assert windows_with_stock(client) == ["this-week"]
    assert "Last day" in client.get("/batches/").content.decode()
    post("shipment", line("MILK", -1, batch="M1"))

    clock("2031-03-11T00:00:30", zone)
    assert found() == [("M1", -1)]
    assert windows_with_stock(client) == ["expired"]
    assert "Expired" in client.get(build.batch("M1").get_absolute_url()).content.decode()
    said = refusal(post, "shipment", line("MILK", -1, batch="M1"))
    assert said.startswith(
        "Batch M1 of MILK expired: it was usable through 2031-03-10, and this shipment is dated 2031-03-11."
    )
    assert build.stock() == {("MILK", "Main", "M1"): "9"}


def windows_with_stock(client) -> list[str]:
    """The windows of expiry in which the stock page has something; following the link finds the batch alone."""
    page = client.get("/stock/").context
    names = [window.name for window, count, _ in page["expiry"] if count]
    for name in names:
        batches = client.get("/batches/", {"expiry": name}).context["page"].rows
        assert [batch.number for batch in batches] == list(Batch.objects.values_list("number", flat=True))
    return names


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/stock/", "/batches/", "item"])
def test_expiry_rule_is_said_on_the_page(client, viewer, settings, path):
    settings.TIME_ZONE = "Pacific/Auckland"
    flour = build.item("Flour", "batch", skus=("FLOUR",))
    post("receipt", line("FLOUR", 1, batch="A", expires=on(1)))
    client.force_login(viewer)
    page = client.get(flour.get_absolute_url() if path == "item" else path).content.decode()
    assert "A batch is usable through its expiry date, in the time zone Pacific/Auckland." in page


# -- the lists ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def shelf(db, manager):
    """A batch in each window, two places for one of them, one that is used up, one far away and one without a date."""
    today = days.today()
    flour = build.item("Flour", "batch", "kg", skus=("FLOUR",), expiry_notice_days=40)
    weeks = {"LATE": this_week(today).last + timedelta(days=1), "LATER": next_weeks(today).last}
    lines = [line("FLOUR", 5, batch=number, expires=day.isoformat()) for number, day in weeks.items()]
    post("receipt", *lines, line("FLOUR", 1, batch="OLD", expires=on(-1)), line("FLOUR", 2, batch="NOW", expires=on(0)))
    post("receipt", line("FLOUR", 3, batch="NOW", at="Attic"), line("FLOUR", 7, batch="YEARS", expires=on(400)))
    post("receipt", line("FLOUR", 8, batch="NEVER"), line("FLOUR", 9, batch="USED", expires=on(0)))
    post("adjustment", line("FLOUR", -9, batch="USED"))
    return flour


def asked(client, path: str, **query) -> list[str]:
    """The batches that a list shows; of the stock page, those of its CSV file."""
    if path == "/batches/":
        return [batch.number for batch in client.get(path, query).context["page"].rows]
    rows = b"".join(client.get("/stock/stock.csv", query)).decode().splitlines()[1:]
    return [row.split(",")[5] for row in rows]


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("expired", ["OLD"]),
        ("this-week", ["NOW"]),
        ("next-weeks", ["LATE", "LATER"]),
    ],
)
def test_lists_find_a_window_by_its_link(client, viewer, shelf, name, numbers):
    client.force_login(viewer)
    assert asked(client, "/batches/", expiry=name) == numbers
    assert sorted(set(asked(client, "/stock/", expiry=name))) == sorted(numbers)
    page = client.get("/stock/", {"expiry": name})
    words = window_named(name, days.today()).words
    assert f"Only batches that {words} are counted." in page.content.decode()
    assert f'<input type="hidden" name="expiry" value="{name}" id="id_expiry">' in page.content.decode()
    assert (
        f"Only batches in stock that {words} are listed." in client.get("/batches/", {"expiry": name}).content.decode()
    )


def test_lists_find_the_week_of_a_bar(client, viewer, shelf):
    client.force_login(viewer)
    bars = by_week(days.today())[2:]
    assert [asked(client, "/batches/", expiry=window.name) for window in bars] == [["LATE"], [], [], ["LATER"]]
    assert asked(client, "/stock/", expiry=bars[0].name) == ["LATE"]
    assert asked(client, "/batches/", expiry=bars[0].name, q="nothing") == []
    assert asked(client, "/batches/", expiry="expired", expiring="7") == ["OLD"]


def test_stock_list_shows_how_many_batches_expire(client, viewer, shelf):
    client.force_login(viewer)

    def tiles(**query) -> list[tuple]:
        return [(window.name, count, link) for window, count, link in client.get("/stock/", query).context["expiry"]]

    everything = [
        ("expired", 1, "expiry=expired"),
        ("this-week", 1, "expiry=this-week"),
        ("next-weeks", 2, "expiry=next-weeks"),
    ]
    assert tiles() == everything
    assert tiles(expiry="expired") == everything  # the way to the others stays
    assert tiles(expiring="0") == everything
    attic = build.location("Attic").pk
    assert tiles(location=attic) == [
        (name, int(name == "this-week"), f"location={attic}&{link}") for name, _, link in everything
    ]
    nothing = client.get("/stock/", {"tracking": "serial"}).content.decode()
    assert ('id="stock_expiry"' in nothing, "No stock matches this." in nothing) == (False, True)


def test_stock_list_counts_expiry_from_a_past_day(client, viewer, shelf):
    client.force_login(viewer)
    past = days.today() - timedelta(days=1)
    post("receipt", line("FLOUR", 1, batch="PAST", expires=on(-1)), at=days.now() - timedelta(days=1))
    page = client.get("/stock/", {"as_of": past.isoformat()}).context
    assert [(window.name, count) for window, count, _ in page["expiry"]] == [
        ("expired", 0),
        ("this-week", 1),
        ("next-weeks", 0),
    ]
    assert asked(client, "/stock/", as_of=past.isoformat(), expiry="this-week") == ["PAST"]


def test_stock_list_refuses_what_is_no_window(client, viewer, shelf):
    client.force_login(viewer)
    page = client.get("/stock/", {"expiry": "soon"})
    assert page.status_code == 422
    assert "“soon” is no span of expiry dates. Choose expired, this-week or next-weeks" in page.content.decode()
    assert client.get("/stock/stock.csv", {"expiry": "soon"}).status_code == 422
    assert client.get("/stock/", {"expiry": "a\0b"}).status_code == 422
    assert asked(client, "/batches/", expiry="soon") == asked(client, "/batches/")


def test_stock_list_says_expiry_by_the_notice_period_of_the_item(client, viewer, shelf):
    client.force_login(viewer)
    place = f"{shelf.variants.get().pk}-{build.location('Main').pk}"
    row = next(
        row
        for variant in client.get("/stock/", {"open": place}).context["page"].rows
        for row in variant.rows
        if row.contents
    )
    said = {part.batch.number: part.state for part in row.contents.batches}
    assert said == {
        "OLD": "expired",
        "NOW": "soon",
        "LATE": "soon",
        "LATER": "soon",
        "YEARS": "ok",
        "NEVER": "none",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize("expiry", ["expired", "this-week", "next-weeks"])
def test_batch_list_of_a_window_asks_the_same_number_of_queries(
    client, viewer, count, expiry, django_assert_num_queries
):
    build.item("Flour", "batch", skus=("FLOUR",))
    window = window_named(expiry, days.today())
    post("receipt", *[line("FLOUR", 1, batch=f"A{n}", expires=window.last.isoformat()) for n in range(count)])
    client.force_login(viewer)
    with django_assert_num_queries(5):  # session, user, batches, permissions (2)
        page = client.get("/batches/", {"expiry": expiry})
    assert len(page.context["page"].rows) == count
