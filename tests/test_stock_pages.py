"""The stock page: what is where now and at the end of a day, its rows opened, its totals, and the same as CSV."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from items.models import Variant
from katana_trace.lib import days
from katana_trace.lib.numbers import key_of
from katana_trace.lib.quantities import plain
from katana_trace.lib.safe_csv import BOM
from tests import build
from tracking.models import Batch, LedgerLine, Location
from tracking.records.hold import hold


def ago(count: int) -> datetime:
    """Noon of the day ``count`` days before today."""
    return datetime.combine(days.today() - timedelta(days=count), datetime.min.time(), UTC) + timedelta(hours=12)


def day(count: int) -> str:
    """The day ``count`` days from today as a form has it."""
    return (days.today() + timedelta(days=count)).isoformat()


@pytest.fixture
def bakery(db, manager):
    """Salt without tracking, flour by batch, ovens by serial number, and sugar whose old stock is UNBATCHED."""
    build.item("Sea salt", unit="kg", skus=("SALT",))
    build.item("Flour", "batch", unit="kg", skus=("FLOUR",))
    build.item("Bread oven", "serial", skus=("OVEN-2", "OVEN-4"))
    sugar = build.item("Sugar", unit="kg", skus=("SUGAR",))
    Variant.objects.filter(key="flour").update(gtin="04006381333931")
    build.post("receipt", build.line("SALT", "10.000001"), build.line("SALT", 4, at="Cold room"), at=ago(30))
    build.post(
        "receipt",
        build.line("FLOUR", "100.5", batch="FL-1", expires=day(-1)),
        build.line("FLOUR", 20, batch="FL-2", expires=day(5)),
        build.line("FLOUR", 7, batch="FL-2", at="Cold room"),
        build.line("FLOUR", 3, batch="FL-3"),
        at=ago(20),
    )
    build.post("receipt", build.line("SUGAR", "8.25"), at=ago(15))
    build.post(
        "production",
        *[build.line("OVEN-4", 1, serial=f"OV-{number}") for number in (1, 2, 3)],
        build.line("OVEN-4", 4),
        build.line("OVEN-2", 2, at="Cold room"),
        at=ago(10),
    )
    build.post("adjustment", build.line("FLOUR", -3, batch="FL-3"), at=ago(5))
    build.post("shipment", build.line("OVEN-4", -1, serial="OV-1"), at=ago(4))
    build.post(
        "transfer",
        build.line("OVEN-4", -1, serial="OV-2"),
        build.line("OVEN-4", 1, serial="OV-2", at="Cold room"),
        at=ago(3),
    )
    build.switch_on(sugar, "batch", manager)
    build.post("receipt", build.line("SUGAR", 2, batch="SU-1", expires=day(400)))
    hold(records=[build.batch("FL-1"), build.serial("OV-2")], by=manager, reason="Wet")


@pytest.fixture
def page(client, viewer):
    """Asks for the stock page with these filters, as a viewer."""
    client.force_login(viewer)
    return lambda **asked: client.get("/stock/", asked)


@pytest.fixture
def rows_of_csv(client, viewer):
    """The rows of the CSV file of these filters."""
    client.force_login(viewer)

    def read(**asked) -> list[dict]:
        text = b"".join(client.get("/stock/stock.csv", asked)).decode()
        assert text.startswith(BOM)
        return list(csv.DictReader(text.removeprefix(BOM).splitlines()))

    return read


def places(response) -> dict[tuple[str, str], tuple[str, str]]:
    """(SKU, location) to (quantity, without number), in the order of the page."""
    return {
        (row.sku, row.place): (plain(row.quantity), plain(row.without))
        for variant in response.context["page"].rows
        for row in variant.rows
    }


def totals(response) -> dict[str, str]:
    return {total.unit: plain(total.quantity) for total in response.context["totals"]}


def opened(client, sku: str, at: str = "Main", **asked):
    """The contents of the row of ``sku`` at a location, by the link that works without JavaScript."""
    variant, location = Variant.objects.get(key=key_of(sku)).pk, build.location(at).pk
    response = client.get("/stock/", {**asked, "open": f"{variant}-{location}"})
    found = [row for variant in response.context["page"].rows for row in variant.rows if row.contents]
    assert [(row.sku, row.place) for row in found] == [(sku, at)]
    return response, found[0]


def adds_up(row) -> bool:
    parts = row.contents.batches + row.contents.unbatched + row.contents.serials
    bare = row.contents.without_batch + row.contents.unnumbered + row.contents.rest
    return row.quantity == sum(part.quantity for part in parts) + bare


def test_stock_list_shows_each_variant_and_place(page, bakery):
    response = page()
    assert list(places(response).items()) == [
        (("FLOUR", "Cold room"), ("7", "0")),
        (("FLOUR", "Main"), ("120.5", "0")),
        (("OVEN-2", "Cold room"), ("2", "2")),
        (("OVEN-4", "Cold room"), ("1", "0")),
        (("OVEN-4", "Main"), ("5", "4")),
        (("SALT", "Cold room"), ("4", "0")),
        (("SALT", "Main"), ("10.000001", "0")),
        (("SUGAR", "Main"), ("10.25", "8.25")),
    ]
    assert [plain(variant.total) for variant in response.context["page"].rows] == [
        "127.5",
        "2",
        "6",
        "14.000001",
        "10.25",
    ]
    assert totals(response) == {"kg": "151.750001", "pcs": "8"}
    html = response.content.decode()
    assert html.count("Total of ") == 3
    for text in (
        "Total of Flour",
        "127.5",
        "14.000001",
        "2 batches",
        "1 serial number<",
        "Not tracked",
        "As it is now.",
    ):
        assert text in html


FOUND = [
    ({"q": "ｆｌｏｕｒ"}, ["FLOUR@Cold room 7", "FLOUR@Main 120.5"]),
    ({"q": "bread"}, ["OVEN-2@Cold room 2", "OVEN-4@Cold room 1", "OVEN-4@Main 5"]),
    ({"q": "oven-2"}, ["OVEN-2@Cold room 2"]),
    ({"q": "4006381333931"}, ["FLOUR@Cold room 7", "FLOUR@Main 120.5"]),
    ({"q": "%"}, []),
    ({"q": "_"}, []),
    ({"q": "\0"}, None),
    ({"tracking": "none"}, ["SALT@Cold room 4", "SALT@Main 10.000001"]),
    ({"tracking": "serial"}, ["OVEN-2@Cold room 2", "OVEN-4@Cold room 1", "OVEN-4@Main 5"]),
    ({"expiring": "0"}, ["FLOUR@Main 100.5"]),
    ({"expiring": "5"}, ["FLOUR@Cold room 7", "FLOUR@Main 120.5"]),
    ({"expiring": "36500"}, ["FLOUR@Cold room 7", "FLOUR@Main 120.5", "SUGAR@Main 2"]),
    ({"held": "1"}, ["FLOUR@Main 100.5", "OVEN-4@Cold room 1"]),
    ({"held": "on", "expiring": "7"}, ["FLOUR@Main 100.5"]),
    ({"held": "1", "q": "oven"}, ["OVEN-4@Cold room 1"]),
    ({"without": "1"}, ["OVEN-2@Cold room 2", "OVEN-4@Main 4", "SUGAR@Main 8.25"]),
    ({"without": "1", "held": "1"}, []),
    ({"without": "1", "tracking": "batch"}, ["SUGAR@Main 8.25"]),
]


@pytest.mark.parametrize(("asked", "expected"), FOUND)
def test_stock_list_finds(page, rows_of_csv, bakery, asked, expected):
    response = page(**asked)
    found = places(response)
    if expected is not None:
        assert [f"{sku}@{place} {quantity}" for (sku, place), (quantity, _) in found.items()] == expected
    else:
        assert found == places(page())
    sums = defaultdict(Decimal)
    for row in rows_of_csv(**asked):
        sums[row["unit"]] += Decimal(row["quantity"])
    assert {unit: Decimal(total) for unit, total in totals(response).items()} == sums


def test_stock_list_of_one_location(page, bakery):
    cold = Location.objects.get(key="cold room").pk
    assert [sku for sku, _ in places(page(location=cold))] == ["FLOUR", "OVEN-2", "OVEN-4", "SALT"]
    assert totals(page(location=cold, held="1")) == {"pcs": "1"}
    assert "Total of " not in page(location=cold).content.decode()


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"as_of": "31.1.2026"}, "“31.1.2026” is not a date. Write year-month-day, such as 2026-01-31."),
        ({"as_of": "2199-01-01"}, "2199-01-01 has not come yet; the last day is today"),
        ({"location": "999999"}, "There is no such location. Choose one of the list, or All."),
        ({"location": "9" * 30}, "There is no such location."),
        ({"tracking": "pallet"}, "“pallet” is no tracking."),
        ({"expiring": "soon"}, "Give the days as a whole number"),
        ({"expiring": "-1"}, "Give 0 days or more"),
        ({"expiring": "99999999999999999999"}, "Give at most 36,500 days"),
    ],
)
@pytest.mark.parametrize("path", ["/stock/", "/stock/stock.csv", "/stock/1/1/"])
def test_stock_list_refuses_what_it_cannot_read(client, viewer, bakery, path, asked, sentence):
    client.force_login(viewer)
    for headers in ({}, {"HX-Request": "true"}):
        response = client.get(path, asked, headers=headers)
        html = response.content.decode()
        assert (response.status_code, sentence in html) == (422, True)
        assert "FLOUR" not in html
    name = next(iter(asked))
    assert f'id="id_{name}_error"' in client.get(path, asked).content.decode()


@pytest.mark.parametrize("asked", [{"open": "x"}, {"open": "1-"}, {"open": "9" * 18 + "-1"}, {"after": "WzEsMl0"}])
def test_stock_list_takes_any_place_for_none(page, bakery, asked):
    assert places(page(**asked)) == places(page())


def test_stock_list_tells_what_is_empty(client, viewer, operator):
    link = reverse("tracking:document_new", args=["receipt"])
    found = []
    for user in (viewer, operator):
        client.force_login(user)
        html = client.get("/stock/").content.decode()
        found.append(("Nothing is in stock." in html, link in html))
    assert found == [(True, False), (True, True)]
    html = client.get("/stock/?q=zz").content.decode()
    assert "No stock matches this." in html
    assert 'href="/stock/">show all stock' in html


@pytest.mark.parametrize("count", [1, 50])
def test_stock_list_asks_the_same_number_of_queries(client, viewer, count, django_assert_num_queries):
    skus = tuple(f"S{number:02}" for number in range(count))
    build.item("Flour", "batch", skus=skus)
    build.post("receipt", *[build.line(sku, 1, batch=f"B-{sku}") for sku in skus])
    build.post("receipt", *[build.line(sku, 2, batch=f"B-{sku}", at="Cold room") for sku in skus])
    client.force_login(viewer)
    first = Variant.objects.get(key="s00").pk
    main = build.location().pk
    row = f"{first}-{main}"
    for asked in ({}, {"as_of": day(0)}, {"q": "s"}, {"tracking": "batch"}):
        with django_assert_num_queries(9):  # session, user, totals, expiry, variants, rows, locations, permissions (2)
            assert len(client.get("/stock/", asked).context["page"].rows) == count
        with django_assert_num_queries(11):  # and what the row holds: its parts, the batches, permissions (2)
            assert "B-S00" in client.get("/stock/", {**asked, "open": row}).content.decode()
    with django_assert_num_queries(7):  # session, user, the row, its parts, the batches, permissions (2)
        client.get(f"/stock/{first}/{main}/", headers={"HX-Request": "true"})
    with django_assert_num_queries(5):  # session, user, permissions (2), all of it
        assert len(list(client.get("/stock/stock.csv"))) == 1


@pytest.mark.parametrize("count", [1, 50])
def test_stock_list_opened_serials_ask_the_same_number_of_queries(client, operator, count, django_assert_num_queries):
    build.item("Oven", "serial", skus=("OVEN",))
    build.post("receipt", build.line("OVEN", 2), *[build.line("OVEN", 1, serial=f"S{n:02}") for n in range(count)])
    client.force_login(operator)
    place = Variant.objects.get(key="oven").pk, build.location().pk
    with django_assert_num_queries(11):  # as above, and the permissions of the user and of the groups
        assert "S00" in client.get("/stock/", {"open": "{}-{}".format(*place)}).content.decode()


def test_stock_list_pages_variants_by_key(page):
    skus = [f"S{number:03}" for number in range(101)]
    build.item("Flour", skus=tuple(skus))
    build.post("receipt", *[build.line(sku, 1) for sku in skus], *[build.line(sku, 2, at="Cold room") for sku in skus])
    shown, after, is_first = [], "", []
    while after is not None:
        response = page(tracking="none", after=after)
        shown.append([variant.rows[0].sku for variant in response.context["page"].rows])
        is_first.append(response.context["page"].is_first)
        assert totals(response) == {"pcs": "303"}
        assert all(len(variant.rows) == 2 for variant in response.context["page"].rows)
        after = response.context["page"].next_cursor
    assert shown == [skus[:50], skus[50:100], skus[100:]]
    assert is_first == [True, False, False]


def test_stock_list_opens_batches_first_expired_first(client, page, bakery):
    page()
    response, row = opened(client, "FLOUR")
    assert [(part.batch.number, plain(part.quantity), part.words) for part in row.contents.batches] == [
        ("FL-1", "100.5", "Expired"),
        ("FL-2", "20", "5 days"),
    ]
    assert adds_up(row)
    html = response.content.decode()
    assert build.batch("FL-1").get_absolute_url() in html
    assert "On hold" in html
    assert "FL-3" not in html
    _, row = opened(client, "SUGAR")
    assert [(part.batch.number, plain(part.quantity)) for part in row.contents.batches] == [("SU-1", "2")]
    assert [(part.batch.number, plain(part.quantity)) for part in row.contents.unbatched] == [("UNBATCHED", "8.25")]
    assert adds_up(row)
    _, row = opened(client, "SUGAR", without="1")
    assert (row.contents.batches, len(row.contents.unbatched), adds_up(row)) == ((), 1, True)
    _, row = opened(client, "FLOUR", held="1")
    assert ([part.batch.number for part in row.contents.batches], adds_up(row)) == (["FL-1"], True)


def test_stock_list_opens_serial_numbers(client, page, bakery):
    page()
    response, row = opened(client, "OVEN-4")
    assert ([part.serial.number for part in row.contents.serials], plain(row.contents.unnumbered)) == (["OV-3"], "4")
    assert adds_up(row)
    assert "Without serial number" in response.content.decode()
    _, row = opened(client, "OVEN-4", at="Cold room", held="1")
    assert ([part.serial.number for part in row.contents.serials], adds_up(row)) == (["OV-2"], True)
    _, row = opened(client, "OVEN-4", without="1")
    assert row.numbers == 0
    assert (row.contents.serials, plain(row.contents.unnumbered), adds_up(row)) == ((), "4", True)


def test_stock_list_opens_the_serial_numbers_that_were_there_at_the_end_of_a_day(client, page, bakery):
    """Made ten days ago; one was shipped four days ago, one moved three days ago: each is gone at the end of its day."""
    page()
    here = {-11: None, -10: ["OV-1", "OV-2", "OV-3"], -5: ["OV-1", "OV-2", "OV-3"], -4: ["OV-2", "OV-3"],
            -3: ["OV-3"], 0: ["OV-3"]}  # fmt: skip
    there = {-10: None, -4: None, -3: ["OV-2"], 0: ["OV-2"]}
    for place, days_back in (("Main", here), ("Cold room", there)):
        for back, numbers in days_back.items():
            if numbers is None:
                assert ("OVEN-4", place) not in places(page(as_of=day(back))), back
                continue
            _, row = opened(client, "OVEN-4", at=place, as_of=day(back))
            found = [(part.serial.number, plain(part.quantity)) for part in row.contents.serials]
            assert (back, found) == (back, [(number, "1") for number in numbers])
            assert plain(row.contents.unnumbered) == ("4" if place == "Main" else "0")
            assert adds_up(row)


def test_stock_list_opened_row_is_cut_and_still_adds_up(client, viewer):
    client.force_login(viewer)
    build.item("Flour", "batch", skus=("FLOUR",))
    oven = build.item("Oven", "serial", skus=("OVEN",))
    build.post("receipt", *[build.line("FLOUR", 2, batch=f"B{number:02}") for number in range(53)])
    build.post("receipt", build.line("OVEN", 2), *[build.line("OVEN", 1, serial=f"S{n:02}") for n in range(53)])
    response, row = opened(client, "FLOUR")
    assert (len(row.contents.batches), plain(row.contents.rest), adds_up(row)) == (50, "6", True)
    assert "Other batches" in response.content.decode()
    response, row = opened(client, "OVEN")
    contents = row.contents
    assert (len(contents.serials), plain(contents.rest), plain(contents.unnumbered)) == (50, "3", "2")
    assert adds_up(row)
    assert f"/serials/?item={oven.pk}" in response.content.decode()


@pytest.mark.parametrize("asked", [{}, {"as_of": day(0)}])
def test_stock_list_unbatched_is_never_cut(client, manager, asked):
    """The row of what has no number is there, however many batches expire before."""
    client.force_login(manager)
    sugar = build.item("Sugar", skus=("SUGAR",))
    build.post("receipt", build.line("SUGAR", 5))
    build.switch_on(sugar, "batch", manager)
    build.post("receipt", *[build.line("SUGAR", 1, batch=f"B{n:02}", expires=day(n)) for n in range(60)])
    response, row = opened(client, "SUGAR", **asked)
    assert [plain(part.quantity) for part in row.contents.unbatched] == ["5"]
    assert adds_up(row)
    link = f'<a class="nb" href="/items/{sugar.pk}/assign/">Assign</a>'
    assert (link in response.content.decode()) is not bool(asked)


def test_stock_row_opens_and_closes_for_htmx_alone(client, viewer, bakery):
    client.force_login(viewer)
    flour, main = Variant.objects.get(key="flour").pk, build.location().pk
    address = f"/stock/{flour}/{main}/"
    part = client.get(address + "?expiring=0&after=x", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith(f'<tbody id="stock_row_{flour}_{main}">')
    assert ("FL-1" in part, "FL-2" in part, 'aria-expanded="true"' in part) == (True, False, True)
    assert f"{address}?expiring=0&amp;after=x&amp;closed=1" in part
    closed = client.get(address + "?expiring=0&closed=1", headers={"HX-Request": "true"}).content.decode()
    assert ("FL-1" in closed, 'aria-expanded="false"' in closed) == (False, True)
    assert f"/stock/?expiring=0&amp;open={flour}-{main}#" in closed
    whole = client.get(address + "?expiring=0&after=x")
    assert (whole.status_code, whole["Location"]) == (302, f"/stock/?expiring=0&after=x&open={flour}-{main}")
    gone = client.get(address + "?q=salt", headers={"HX-Request": "true"}).content.decode()
    assert "Nothing of this is here any more." in gone
    assert client.get(f"/stock/{10**30}/1/", headers={"HX-Request": "true"}).status_code == 404


# -- a day -----------------------------------------------------------------------------------------------------------------


def summed_by_hand(on: date) -> dict[tuple, tuple[Decimal, Decimal]]:
    """(SKU, location, batch) to (quantity, of that without number), from nothing but the ledger's lines up to ``on``."""
    found = defaultdict(lambda: [Decimal(), Decimal()])
    for line in LedgerLine.objects.select_related("document", "variant__item", "location", "batch"):
        if line.document.posted_on > on:
            continue
        level = found[line.variant.sku, line.location.name, line.batch.number if line.batch else ""]
        level[0] += line.quantity
        mode = line.variant.item.tracking_mode
        if (mode == "serial" and not line.serial_id) or (
            mode == "batch" and (line.batch is None or line.batch.is_unbatched)
        ):
            level[1] += line.quantity
    return {key: tuple(level) for key, level in found.items() if any(level)}


def as_in(rows: list[dict]) -> dict[tuple, tuple[Decimal, Decimal]]:
    return {
        (row["sku"], row["location"], row["batch_number"]): (Decimal(row["quantity"]), Decimal(row["without_number"]))
        for row in rows
    }


@pytest.mark.parametrize("back", [31, 30, 20, 15, 10, 9, 5, 4, 3, 1, 0])
def test_stock_list_at_the_end_of_a_day_is_the_sum_of_the_lines(page, rows_of_csv, bakery, back):
    build.reverse(build.Document.objects.filter(kind="transfer").get())
    on = day(-back)
    expected = summed_by_hand(date.fromisoformat(on))
    assert as_in(rows_of_csv(as_of=on)) == expected
    response = page(as_of=on)
    units = {variant.sku: variant.item.unit for variant in Variant.objects.select_related("item")}
    places_expected, totals_expected = defaultdict(Decimal), defaultdict(Decimal)
    for (sku, place, _), (quantity, _) in expected.items():
        places_expected[sku, place] += quantity
        totals_expected[units[sku]] += quantity
    assert {key: Decimal(quantity) for key, (quantity, _) in places(response).items()} == places_expected
    assert {unit: Decimal(total) for unit, total in totals(response).items()} == totals_expected
    assert response.context["is_below"] is False
    for without in [{"without": "1"}]:
        bare = {key: (bare, bare) for key, (_, bare) in expected.items() if bare}
        assert as_in(rows_of_csv(as_of=on, **without)) == bare


def test_stock_list_at_the_end_of_today_is_the_present_one(page, rows_of_csv, bakery):
    build.post("receipt", build.line("SALT", 99), at=days.now() + timedelta(hours=23))
    tomorrow = build.Document.objects.latest("id").posted_on > days.today()
    now, today = as_in(rows_of_csv()), as_in(rows_of_csv(as_of=day(0)))
    if tomorrow:
        assert now["SALT", "Main", ""][0] - today["SALT", "Main", ""][0] == 99
    now.pop(("SALT", "Main", "")), today.pop(("SALT", "Main", ""))
    assert now == today


def test_stock_list_at_the_end_of_a_day_says_by_what_it_is_judged(client, page, bakery):
    html = page(as_of=day(-8)).content.decode()
    assert "Was there" in html
    assert "What is on hold, and how an item is tracked, is as it is today" in html
    _, row = opened(client, "FLOUR", as_of=day(-8))
    assert [(part.batch.number, part.words, plain(part.quantity)) for part in row.contents.batches] == [
        ("FL-1", "7 days", "100.5"),
        ("FL-2", "OK", "20"),
        ("FL-3", "–", "3"),
    ]
    assert places(page(as_of=day(-8), expiring="7")) == {("FLOUR", "Main"): ("100.5", "0")}
    assert places(page(as_of=day(-8), held="1")) == {
        ("FLOUR", "Main"): ("100.5", "0"),
        ("OVEN-4", "Main"): ("1", "0"),
    }
    _, row = opened(client, "OVEN-4", as_of=day(-8))
    assert [part.serial.number for part in row.contents.serials] == ["OV-1", "OV-2", "OV-3"]
    assert adds_up(row)
    _, row = opened(client, "OVEN-4", as_of=day(-8), held="1")
    assert ([part.serial.number for part in row.contents.serials], adds_up(row)) == (["OV-2"], True)
    _, row = opened(client, "SUGAR", as_of=day(-8))
    assert (plain(row.contents.without_batch), row.contents.batches, adds_up(row)) == ("8.25", (), True)
    assert "No stock matches this at the end of" in page(as_of="2001-01-01").content.decode()


def test_stock_list_shows_a_day_below_zero_as_it_is(client, page, rows_of_csv):
    """Stock is judged in posting order, so a later posting may be dated before what it takes from."""
    page()
    build.item("Flour", "batch", unit="kg", skus=("FLOUR",))
    build.item("Oven", "serial", skus=("OVEN",))
    build.post("receipt", build.line("FLOUR", 10, batch="B1"), build.line("FLOUR", 2, batch="B2"), at=ago(5))
    build.post("receipt", build.line("OVEN", 1, serial="S1"), build.line("OVEN", 2), at=ago(5))
    build.post("shipment", build.line("FLOUR", "-4.5", batch="B1"), at=ago(8))
    build.post("shipment", build.line("OVEN", -1, serial="S1"), at=ago(8))
    response = page(as_of=day(-7))
    assert places(response) == {("FLOUR", "Main"): ("-4.5", "0"), ("OVEN", "Main"): ("-1", "0")}
    assert totals(response) == {"kg": "-4.5", "pcs": "-1"}
    html = response.content.decode()
    assert (html.count("Below zero"), "Some of this is below zero on that day" in html) == (2, True)
    assert "−4.5" in html
    assert as_in(rows_of_csv(as_of=day(-7))) == summed_by_hand(date.fromisoformat(day(-7)))
    _, row = opened(client, "OVEN", as_of=day(-7))
    assert ([(p.serial.number, plain(p.quantity)) for p in row.contents.serials], adds_up(row)) == (
        [("S1", "-1")],
        True,
    )
    for asked in ({}, {"as_of": day(-5)}):
        response = page(**asked)
        assert places(response) == {("FLOUR", "Main"): ("7.5", "0"), ("OVEN", "Main"): ("2", "2")}
        assert "Below zero" not in response.content.decode()


def test_stock_list_shows_parts_that_cancel_out_on_a_day(page, rows_of_csv):
    """Ten in and ten out of another batch are no empty place, though they sum to nothing."""
    build.item("Flour", "batch", unit="kg", skus=("FLOUR",))
    build.post("receipt", build.line("FLOUR", 10, batch="B1"), at=ago(9))
    build.post("receipt", build.line("FLOUR", 10, batch="B2"), at=ago(5))
    build.post("shipment", build.line("FLOUR", -10, batch="B2"), at=ago(8))
    response = page(as_of=day(-7))
    assert places(response) == {("FLOUR", "Main"): ("0", "0")}
    assert response.context["is_below"] is True
    assert [row["quantity"] for row in rows_of_csv(as_of=day(-7))] == ["10", "-10"]


def test_stock_list_goes_by_days_of_the_site_time_zone(page, settings):
    settings.TIME_ZONE = "Pacific/Auckland"
    build.item("Flour", skus=("FLOUR",))
    build.post("receipt", build.line("FLOUR", 5), at=datetime(2026, 3, 1, 20, tzinfo=UTC))  # 2 March there
    assert places(page(as_of="2026-03-01")) == {}
    assert places(page(as_of="2026-03-02")) == {("FLOUR", "Main"): ("5", "0")}


def test_stock_list_after_tracking_was_switched_off_and_restored(page, rows_of_csv, manager):
    flour = build.item("Flour", "batch", skus=("FLOUR",))
    build.post("receipt", build.line("FLOUR", 10, batch="B1"), at=ago(9))
    history = build.switch_off(flour, manager)
    assert as_in(rows_of_csv(as_of=day(-9))) == {("FLOUR", "Main", ""): (10, 0)}
    taken = build.post("adjustment", build.line("FLOUR", -4), at=ago(3))
    build.reverse(taken)
    build.switch_on(flour, "batch", manager)
    build.restore(flour, history, manager)
    for back in (10, 9, 3, 1, 0):
        assert as_in(rows_of_csv(as_of=day(-back))) == summed_by_hand(date.fromisoformat(day(-back)))
    response = page(as_of=day(-1))
    assert (places(response), response.context["is_below"]) == ({("FLOUR", "Main"): ("6", "-4")}, True)
    assert places(page()) == {("FLOUR", "Main"): ("10", "0")}


# -- the file --------------------------------------------------------------------------------------------------------------


def test_stock_csv_has_what_the_page_shows(client, viewer, bakery):
    client.force_login(viewer)
    response = client.get("/stock/stock.csv", {"q": "flour"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="stock {day(0)}.csv"'
    assert response["Cache-Control"] == "no-store, private"
    text = b"".join(response).decode()
    as_of = text.rstrip().rpartition(",")[2]
    assert days.now() - days.parse_instant(as_of) < timedelta(minutes=1)
    assert text == BOM + "".join(
        line + "\r\n"
        for line in (
            "sku,item,variant,location,tracking,batch_number,expires_on,status,quantity,without_number,unit,as_of",
            f"FLOUR,Flour,,Cold room,batch,FL-2,{day(5)},available,7,0,kg,{as_of}",
            f"FLOUR,Flour,,Main,batch,FL-1,{day(-1)},held,100.5,0,kg,{as_of}",
            f"FLOUR,Flour,,Main,batch,FL-2,{day(5)},available,20,0,kg,{as_of}",
        )
    )


def test_stock_csv_of_a_day_of_holds_and_of_what_has_no_number(client, rows_of_csv, bakery):
    response = client.get("/stock/stock.csv", {"as_of": day(-8)})
    assert response["Content-Disposition"] == f'attachment; filename="stock at the end of {day(-8)}.csv"'

    def told(**asked) -> list[tuple]:
        return [
            (row["sku"], row["batch_number"], row["status"], row["quantity"], row["without_number"], row["as_of"][:10])
            for row in rows_of_csv(**asked)
        ]

    assert told(held="1", as_of=day(-2)) == [
        ("FLOUR", "FL-1", "held", "100.5", "0", day(-2)),
        ("OVEN-4", "", "held", "1", "0", day(-2)),
    ]
    assert told(without="1") == [
        ("OVEN-2", "", "", "2", "2", day(0)),
        ("OVEN-4", "", "", "4", "4", day(0)),
        ("SUGAR", "UNBATCHED", "available", "8.25", "8.25", day(0)),
    ]


def test_stock_csv_has_all_rows_and_guards_formulas(rows_of_csv):
    skus = tuple(f"S{number:03}" for number in range(120))
    build.item("=1+1", skus=skus, unit="@kg")
    build.post("receipt", *[build.line(sku, "0.000001", at="-Main") for sku in skus])
    rows = rows_of_csv()
    assert [row["sku"] for row in rows] == list(skus)
    assert {(row["item"], row["location"], row["unit"], row["quantity"]) for row in rows} == {
        ("'=1+1", "'-Main", "'@kg", "0.000001")
    }


def test_stock_totals_hold_more_than_one_column_of_the_database(page):
    """Ten full levels are more millionths than 64 bits hold."""
    build.item("Grain", "batch", skus=("GRAIN",))
    huge = [build.line("GRAIN", 10**9, batch="B1") for _ in range(1000)]
    for place in range(10):
        build.post(
            "receipt",
            *[line.__class__(**{**as_fields(line), "location": build.location(f"L{place}").pk}) for line in huge],
        )
    response = page()
    assert totals(response) == {"pcs": str(10**13)}
    assert plain(response.context["page"].rows[0].total) == str(10**13)


def as_fields(line) -> dict:
    return {name: getattr(line, name) for name in line.__dataclass_fields__}


def test_stock_list_shows_archived_places_and_batches_of_others_apart(page, bakery):
    """A batch of the same number of another variant is another batch."""
    build.item("Rye", "batch", unit="kg", skus=("RYE",))
    build.post("receipt", build.line("RYE", 1, batch="FL-1"))
    assert Batch.objects.filter(key="fl-1").count() == 2
    assert places(page(held="1")) == {("FLOUR", "Main"): ("100.5", "0"), ("OVEN-4", "Cold room"): ("1", "0")}
    Location.objects.filter(pk=build.location("Attic").pk).update(archived_at=days.now())
    assert "Attic (archived)</option>" in page().content.decode()
