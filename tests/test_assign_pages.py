"""Working down what has no number: the list of it, the pages that connect it, and the same by import (rules 3, 4)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from items.models import Item, Variant
from katana_trace.lib.identity import new_uuid
from tests import build
from tests.worlds import run
from tracking.models import Document, StockLevel
from tracking.numbering.serial_check import check_incoming, check_outgoing
from tracking.records.hold import hold
from tracking.records.without_number import levels_without_number, summary, with_age

pytestmark = pytest.mark.usefixtures("stopped_clock")


@pytest.fixture
def salt(db, manager) -> Item:
    """Three receipts and a production, one of the receipts reversed; then batch tracking over the 18 kg that are left."""
    item = build.item("Salt", unit="kg", skus=("S-1", "S-2"), shelf_life_days=90, number_pattern="L{yy}{mm}{dd}-{n}")
    arrive("S-1", 10, day=1, number="PO-1")
    arrive("S-1", 8, day=2, number="PO-2")
    build.reverse(arrive("S-1", 5, day=3, number="PO-3"))
    build.post("production", build.line("S-1", 6), number="MO-4", at=noon(4))
    build.post("shipment", build.line("S-1", "-6"), number="SO-5", at=noon(5))
    arrive("S-2", 3, day=6, number="PO-6")
    build.switch_on(item, "batch", manager)
    return item


@pytest.fixture
def pumps(db, manager) -> Item:
    """Five pumps without serial number in Main, two in the Shop; P1 is in stock, P9 was shipped, R1 is another variant's."""
    item = build.item("Pump", "serial", skus=("P", "R"), number_pattern="P-{n:03}")
    build.post("receipt", build.line("P", 5), build.line("P", 1, serial="P1", at="Cellar"), number="PO-11", at=noon(1))
    build.post("receipt", build.line("P", 1, serial="P9"), build.line("R", 1, serial="R1"), number="PO-12", at=noon(2))
    build.post("receipt", build.line("P", 2, at="Shop"), number="PO-13", at=noon(3))
    build.post("shipment", build.line("P", -1, serial="P9"), number="SO-14", at=noon(4))
    return item


def noon(day: int) -> datetime:
    return datetime(2026, 10, day, 12, tzinfo=UTC)


def arrive(sku: str, quantity: int, *, day: int, number: str, batch: str = "", at: str = "Main") -> Document:
    line = build.line(sku, quantity, batch=batch, at=at)
    return build.post("receipt", line, number=number, partner="Northmill", at=noon(day))


def level(sku: str, at: str = "Main", batch: str | None = "unbatched") -> StockLevel:
    return StockLevel.objects.get(variant__sku=sku, location__name=at, batch__key=batch)


def rows(response) -> list[tuple]:
    return [
        (row.level.variant.sku, row.level.location.name, row.level.without, row.since.number)
        for row in response.context["page"].rows
    ]


def assign(item: Item) -> str:
    return reverse("tracking:item_assign", args=[item.pk])


def suggested(response) -> list[tuple]:
    return [
        (one.origin.document.number, one.origin.quantity // 1_000_000, one.batch_number, one.expires_on)
        for one in response.context["suggestions"]
    ]


def errors(response) -> dict[str, list[str]]:
    return {name: list(found) for name, found in response.context["form"].errors.items()}


def textarea(response) -> list[str]:
    return (response.context["form"]["numbers"].value() or "").split("\n")


def send(client, item: Item, **typed):
    """Posts the serial page for the pumps in Main, with a token of its own."""
    return client.post(assign(item), {"token": str(new_uuid()), "level": level("P", batch=None).pk, **typed})


# -- the list -------------------------------------------------------------------------------------------------------------


def test_assign_list_has_every_level_the_oldest_first(client, viewer, salt, pumps):
    client.force_login(viewer)
    response = client.get("/assign/")
    switched = Document.objects.get(kind="tracking_on").number
    assert rows(response) == [
        ("P", "Main", 5, "PO-11"),
        ("P", "Shop", 2, "PO-13"),
        ("S-1", "Main", 18, switched),
        ("S-2", "Main", 3, switched),
    ]
    page = response.content.decode()
    assert page.count('aria-label="Stock with numbers">2 of 9</progress>') == 2
    assert page.count('aria-label="Stock with numbers">0 of 21</progress>') == 2
    assert "2 of 9 pcs numbered" in page
    assert 'href="/items/' in page
    assert "/assign/?level=" not in page  # who may not assign is not led there


def test_assign_list_is_not_younger_for_what_came_later(client, viewer, salt, pumps):
    build.post("receipt", build.line("S-1", 1, batch="UNBATCHED"), number="PO-8")
    arrive("P", 1, day=9, number="PO-9")
    client.force_login(viewer)
    switched = Document.objects.get(kind="tracking_on").number
    assert [(row[0], row[3]) for row in rows(client.get("/assign/"))] == [
        ("P", "PO-11"),
        ("P", "PO-13"),
        ("S-1", switched),
        ("S-2", switched),
    ]


def test_assign_list_is_older_for_what_is_dated_before(client, viewer, pumps):
    """By its date, not by the order in which it was entered (rule 10)."""
    build.post("receipt", build.line("P", 1, at="Shop"), number="PO-15", at=noon(1) - timedelta(days=9))
    client.force_login(viewer)
    assert [(row[1], row[3]) for row in rows(client.get("/assign/"))] == [("Shop", "PO-15"), ("Main", "PO-11")]


def test_assign_list_leads_to_exactly_that_level(client, operator, salt, pumps):
    client.force_login(operator)
    address = f"{assign(pumps)}?level={level('P', 'Shop', None).pk}"
    assert f'href="{address}"' in client.get("/assign/").content.decode()
    assert client.get(address).context["level"] == level("P", "Shop", None)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?q=ＳＡＬＴ", ["S-1", "S-2"]),
        ("?q=s-2", ["S-2"]),
        ("?tracking=serial", ["P", "P"]),
        ("?tracking=batch&q=pump", []),
        ("?tracking=none", ["P", "P", "S-1", "S-2"]),
        ("?q=%00", ["P", "P", "S-1", "S-2"]),
        ("?item=99999999999999999999", ["P", "P", "S-1", "S-2"]),
        ("?after=nonsense", ["P", "P", "S-1", "S-2"]),
    ],
)
def test_assign_list_finds(client, viewer, salt, pumps, query, expected):
    client.force_login(viewer)
    assert [row[0] for row in rows(client.get(f"/assign/{query}"))] == expected


def test_assign_list_of_one_item(client, viewer, salt, pumps):
    client.force_login(viewer)
    assert [row[0] for row in rows(client.get(f"/assign/?item={pumps.pk}"))] == ["P", "P"]


def test_assign_list_sums_up_all_items(salt, pumps):
    found = summary()
    assert (found.items, found.unbatched_places, found.unnumbered_places, found.unnumbered_units) == (2, 2, 2, 7)


def test_assign_list_tells_what_is_empty(client, viewer, manager):
    client.force_login(viewer)
    page = client.get("/assign/").content.decode()
    assert "Everything in stock has its number. No item is tracked yet: a manager turns on" in page
    client.force_login(manager)
    assert "choose batch or serial numbers on an item" in client.get("/assign/").content.decode()
    build.item("Flour", "batch", skus=("FLOUR",))
    build.post("receipt", build.line("FLOUR", 1, batch="F1"))
    page = client.get("/assign/").content.decode()
    assert "Everything in stock has its number.</p>" in page
    assert "Nothing without a number matches this." in client.get("/assign/?q=zz").content.decode()


@pytest.mark.parametrize("query", ["", "?q=a", "?tracking=serial"])
@pytest.mark.parametrize("count", [1, 50])
def test_assign_list_asks_the_same_number_of_queries(client, viewer, count, query, django_assert_num_queries):
    for number in range(count):
        build.item(f"Lamp {number}", "serial", skus=(f"LAMP-{number:02}",))
        build.post("receipt", build.line(f"LAMP-{number:02}", 2), number=f"PO-{number}")
    client.force_login(viewer)
    # session, user, levels, documents, progress, summary, permissions of user and groups
    with django_assert_num_queries(8):
        assert len(rows(client.get(f"/assign/{query}"))) == count


def test_assign_list_pages_by_key(client, viewer):
    build.item("Lamp", "serial", skus=tuple(f"L{n:02}" for n in range(51)))
    build.post("receipt", *[build.line(f"L{n:02}", 2) for n in range(51)])
    client.force_login(viewer)
    first = client.get("/assign/?q=lamp")
    second = client.get("/assign/", {"q": "lamp", "after": first.context["page"].next_cursor})
    assert [row[0] for row in rows(first) + rows(second)] == [f"L{n:02}" for n in range(51)]
    assert second.context["page"].next_cursor is None


def test_assign_list_reads_levels_by_index(salt, pumps):
    """Asked for with OR, SQLite would read every level of the company."""
    if connection.vendor != "sqlite":
        pytest.skip("the plan of SQLite; PostgreSQL reads small tables whole")
    plan = with_age(levels_without_number()).order_by("since_at", "id").explain()
    assert "SCAN tracking_stocklevel" not in plan
    assert "SCAN U0" not in plan


# -- batches --------------------------------------------------------------------------------------------------------------


def test_item_assign_suggests_what_the_stock_came_with(client, operator, salt):
    client.force_login(operator)
    response = client.get(f"{assign(salt)}?level={level('S-1').pk}")
    assert suggested(response) == [
        ("MO-4", 6, "L261004-1", date(2027, 1, 2)),
        ("PO-2", 8, "L261002-1", date(2026, 12, 31)),
        ("PO-1", 4, "L261001-1", date(2026, 12, 30)),  # 6 of its 10 kg went out first
    ]
    assert response.context["rest"] == 0
    page = response.content.decode()
    for text in ("PO-2", "Northmill", "2 Oct 2026", "L261002-1", "31 Dec 2026"):
        assert text in page


def test_item_assign_fills_the_form_by_one_press_and_suggests_the_next_then(client, operator, salt):
    client.force_login(operator)
    document = Document.objects.get(number="PO-2")
    address = f"{assign(salt)}?level={level('S-1').pk}&origin={document.pk}"
    assert address.replace("&", "&amp;") in client.get(assign(salt)).content.decode()
    form = client.get(address).context["form"]
    filled = {name: form[name].value() for name in ("level", "origin", "batch_number", "expires_on", "quantity")}
    assert filled == {
        "level": level("S-1").pk,
        "origin": document.pk,
        "batch_number": "L261002-1",
        "expires_on": date(2026, 12, 31),
        "quantity": "8",
    }
    typed = {**filled, "expires_on": "2026-12-31", "quantity": "5", "token": str(form["token"].value())}
    response = client.post(assign(salt), typed)
    assert (response.status_code, response["Location"]) == (302, f"{assign(salt)}?level={level('S-1').pk}")
    assert build.stock() == {("S-1", "Main", "UNBATCHED"): "13", ("S-1", "Main", "L261002-1"): "5", **S_2}
    assert Document.objects.latest("pk").note == "Batch L261002-1 assigned, came with receipt PO-2"
    # Of what is left, 3 kg came with PO-2; the same batch may take them.
    assert suggested(client.get(assign(salt))) == [
        ("MO-4", 6, "L261004-1", date(2027, 1, 2)),
        ("PO-2", 3, "L261002-2", date(2026, 12, 31)),
        ("PO-1", 4, "L261001-1", date(2026, 12, 30)),
    ]


S_2 = {("S-2", "Main", "UNBATCHED"): "3"}


def test_item_assign_takes_a_reversed_assignment_as_not_made(client, operator, salt):
    client.force_login(operator)
    given = {"level": level("S-1").pk, "origin": Document.objects.get(number="MO-4").pk, "batch_number": "X"}
    client.post(assign(salt), {**given, "quantity": "6", "token": str(new_uuid())})
    assert [one[0] for one in suggested(client.get(assign(salt)))] == ["PO-2", "PO-1"]
    build.reverse(Document.objects.latest("pk"))
    assert [one[:2] for one in suggested(client.get(assign(salt)))] == [("MO-4", 6), ("PO-2", 8), ("PO-1", 4)]


def test_item_assign_suggests_what_came_into_unbatched_since_and_by_place(client, operator, salt):
    arrive("S-1", 2, day=7, number="PO-7", batch="UNBATCHED")
    moved = (build.line("S-1", -4, batch="UNBATCHED"), build.line("S-1", 4, batch="UNBATCHED", at="Shop"))
    build.post("transfer", *moved, number="ST-8", at=noon(8))
    client.force_login(operator)
    here = client.get(f"{assign(salt)}?level={level('S-1').pk}")
    assert [one[:2] for one in suggested(here)] == [("PO-7", 2), ("MO-4", 6), ("PO-2", 8)]
    # A transfer does not say when the goods were made, so it says nothing about their expiry.
    shop = client.get(f"{assign(salt)}?level={level('S-1', 'Shop').pk}")
    assert suggested(shop) == [("ST-8", 4, "L261008-1", None)]


def test_item_assign_suggests_by_the_present_tracking_after_a_restore(client, operator, manager, salt):
    history = build.switch_off(salt, manager)
    build.switch_on(salt, "batch", manager)
    build.restore(salt, history, manager)
    client.force_login(operator)
    found = client.get(f"{assign(salt)}?level={level('S-1').pk}")
    assert [one[:2] for one in suggested(found)] == [("MO-4", 6), ("PO-2", 8), ("PO-1", 4)]
    assert build.broken() == {}


def test_item_assign_without_pattern_or_shelf_life_leaves_both_to_the_person(client, operator, manager):
    item = build.item("Sugar", unit="kg", skus=("SU",))
    arrive("SU", 4, day=1, number="PO-1")
    build.switch_on(item, "batch", manager)
    client.force_login(operator)
    response = client.get(assign(item))
    assert suggested(response) == [("PO-1", 4, "", None)]
    assert "Sugar has no pattern of new numbers, so batch numbers are typed." in response.content.decode()


@pytest.mark.parametrize("count", [8, 50])
def test_item_assign_asks_a_bounded_number_of_queries(client, operator, manager, count, django_assert_num_queries):
    item = build.item("Sugar", skus=("SU",), number_pattern="{yy}-{n}")
    for number in range(count):
        arrive("SU", 1, day=1 + number % 20, number=f"PO-{number}")
    build.switch_on(item, "batch", manager)
    client.force_login(operator)
    # 16 of them are for the numbers of the eight suggestions that are shown.
    with django_assert_num_queries(29):
        response = client.get(assign(item))
    assert len(response.context["suggestions"]) == 8
    assert response.context["rest"] == (count - 8) * 1_000_000


def test_item_assign_shows_the_expiry_of_a_batch_that_is_there(client, operator, salt):
    arrive("S-1", 1, day=7, number="PO-7", batch="F1")
    build.set_expiry("F1", "2026-12-24")
    client.force_login(operator)
    address = f"{assign(salt)}?level={level('S-1').pk}&batch_number=%20f1"
    page = client.get(address)
    part = client.get(address, headers={"HX-Request": "true", "HX-Target": "assign_expiry"})
    for response in (page, part):
        text = response.content.decode()
        assert "24 Dec 2026" in text
        assert "is there already, and keeps its date." in text
        assert 'name="expires_on"' not in text
    assert part.content.decode().strip().startswith('<div id="assign_expiry">')
    given = {"token": str(new_uuid()), "level": level("S-1").pk, "batch_number": "f1", "quantity": "2"}
    refused = client.post(assign(salt), {**given, "expires_on": "2027-01-01"})
    assert refused.status_code == 422
    assert errors(refused)["expires_on"][0].startswith("Batch F1 of S-1 has 2026-12-24, and this line says 2027-01-01.")
    assert client.post(assign(salt), given).status_code == 302
    assert build.stock()["S-1", "Main", "F1"] == "3"


def test_item_assign_asks_a_new_batch_for_its_expiry(client, operator, salt):
    client.force_login(operator)
    part = client.get(
        f"{assign(salt)}?batch_number=NEW&expires_on=2027-01-01",
        headers={"HX-Request": "true", "HX-Target": "assign_expiry"},
    ).content.decode()
    assert 'name="expires_on" value="2027-01-01"' in part


@pytest.mark.parametrize("batch", ["a\x00b", "a\x07b", "x" * 65])
def test_item_assign_refuses_what_cannot_be_a_number(client, operator, salt, batch):
    client.force_login(operator)
    given = {"token": str(new_uuid()), "level": level("S-1").pk, "quantity": "1", "batch_number": batch}
    refused = client.post(assign(salt), given)
    assert (refused.status_code, list(errors(refused))) == (422, ["batch_number"])
    assert client.get(assign(salt), {"batch_number": batch}).status_code == 200
    assert build.stock()["S-1", "Main", "UNBATCHED"] == "18"


def test_item_assign_twice_with_everything_gives_the_first_result(client, operator, salt):
    client.force_login(operator)
    given = {"token": str(new_uuid()), "level": level("S-2").pk, "batch_number": "B", "quantity": "3"}
    found = [client.post(assign(salt), given).status_code for _ in range(2)]
    assert found == [302, 302]
    assert build.stock()["S-2", "Main", "B"] == "3"
    late = client.post(assign(salt), {**given, "token": str(new_uuid())})
    assert late.status_code == 422
    assert errors(late) == {"level": ["There is nothing without a number there any more. Choose another place."]}


def test_item_assign_is_for_operators(client, viewer, salt):
    client.force_login(viewer)
    found = [client.get(assign(salt)).status_code, client.post(assign(salt), {}).status_code]
    assert found == [403, 403]


def test_item_assign_has_nothing_to_do(client, operator, db):
    client.force_login(operator)
    plain, done = build.item("Bag", skus=("BAG",)), build.item("Flour", "batch", skus=("F",))
    assert "Bag has No tracking" in client.get(assign(plain)).content.decode()
    assert "Everything of Flour in stock has a number." in client.get(assign(done)).content.decode()


# -- serial numbers -------------------------------------------------------------------------------------------------------


def test_item_assign_adds_ranges_and_suggestions_for_review_and_posts_nothing(client, operator, pumps):
    client.force_login(operator)
    before = Document.objects.count()
    assert "The next is P-001." in client.get(assign(pumps)).content.decode()
    ranged = send(client, pumps, do="range", numbers="X1\r\n", number_range="A08-A10")
    assert (ranged.status_code, textarea(ranged)) == (200, ["X1", "A08", "A09", "A10"])
    assert ranged.context["form"]["number_range"].value() == ""
    made = send(client, pumps, do="generate", numbers="\n".join(textarea(ranged)))
    assert textarea(made) == ["X1", "A08", "A09", "A10", "P-001"]  # as many as are still wanted
    more = send(client, pumps, do="generate", numbers="P-002", count="2")
    assert textarea(more) == ["P-002", "P-003", "P-004"]
    assert '3 given, <span class="t-ok">all of them good</span>; 5 pcs want one' in more.content.decode()
    # A range that was not added yet is shown before it is posted, whatever button was pressed.
    hasty = send(client, pumps, do="connect", numbers="X1", number_range="A1-A2")
    assert (hasty.status_code, textarea(hasty)) == (200, ["X1", "A1", "A2"])
    assert Document.objects.count() == before


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"do": "range", "number_range": "A1"}, "number_range", "“A1” is not a range."),
        ({"do": "range", "number_range": "A1-A20000"}, "number_range", "“A1-A20000” has more than 10,000 numbers"),
        ({"do": "generate", "count": "many"}, "count", "Enter a whole number."),
        ({"do": "generate", "count": "0"}, "count", "Ensure this value is greater than or equal to 1."),
        ({"do": "generate", "numbers": "1\n2\n3\n4\n5"}, "count", "There are numbers for all 5 pcs here already."),
        ({"do": "connect", "numbers": " \r\n"}, "numbers", "Give at least one serial number, one in each line."),
        (
            {"do": "connect", "numbers": "\n".join(map(str, range(10_001)))},
            "numbers",
            "10,001 serial numbers were given",
        ),
    ],
)
def test_item_assign_refuses_on_the_field_and_keeps_what_was_typed(client, operator, pumps, typed, field, sentence):
    client.force_login(operator)
    response = send(client, pumps, **typed)
    assert response.status_code == 422
    assert list(errors(response)) == [field]
    assert errors(response)[field][0].startswith(sentence)
    assert textarea(response) == typed.get("numbers", "").strip().split("\n")
    assert response.context["form"]["number_range"].value() == typed.get("number_range", "")
    assert Document.objects.filter(kind="adjustment").count() == 0


def test_item_assign_generates_nothing_without_a_pattern(client, operator, pumps):
    Item.objects.filter(pk=pumps.pk).update(number_pattern="")
    client.force_login(operator)
    page = client.get(assign(pumps)).content.decode()
    assert "Pump has no pattern of new numbers." in page
    assert 'value="generate"' not in page
    refused = send(client, pumps, do="generate")
    assert errors(refused) == {"count": ["Pump has no pattern of new numbers. Give it one, or type the numbers."]}


BAD = {
    "a1": "Serial number a1 was given twice. Remove one of them.",
    "P1": "Serial number P1 of P is in stock already, at Cellar. Check the number, or transfer it.",
    "R1": "Serial number R1 belongs to R, and the line says P. Choose the other variant, or another number.",
    "B\\u0007": "Serial number “B\\u0007” has a character that cannot be printed (\\u0007). Remove it.",
}
MIXED = "A1\na1\nP1\nR1\nB\x07\nP9\nA2"


@pytest.mark.parametrize(("act", "status"), [("check", 200), ("connect", 422)])
def test_item_assign_tells_why_each_bad_number_is_bad(client, operator, pumps, act, status):
    client.force_login(operator)
    response = send(client, pumps, do=act, numbers=MIXED)
    assert response.status_code == status
    assert dict(response.context["review"].faults) == BAD
    assert textarea(response) == MIXED.split("\n")
    page = response.content.decode()
    assert "4 numbers do not fit" in page
    assert "Connect the 3 good ones" in page
    assert Document.objects.filter(kind="adjustment").count() == 0


def test_item_assign_connects_the_good_ones_and_keeps_the_bad(client, operator, pumps):
    client.force_login(operator)
    token = str(new_uuid())
    response = send(client, pumps, do="good", numbers=MIXED, token=token)
    assert response.status_code == 200
    assert textarea(response) == ["a1", "P1", "R1", "B\x07"]
    assert [number for number, _ in response.context["review"].faults] == list(BAD)
    page = response.content.decode()
    assert "Assigned by SA-000001." in page
    assert "good ones" not in page
    here = {number for number, place in build.serials().items() if place == "Main"}
    assert here == {"A1", "A2", "P9", "R1"}
    assert str(response.context["form"]["token"].value()) != token
    assert send(client, pumps, do="good", numbers=MIXED, token=token).status_code == 302  # a double click
    assert Document.objects.filter(kind="adjustment").count() == 1
    assert build.broken() == {}
    none_good = send(client, pumps, do="good", numbers="A1\nP1")
    assert errors(none_good)["numbers"][0].startswith("2 of 2 do not fit.")


def test_item_assign_keeps_the_bad_ones_when_every_unit_has_its_number(client, operator, pumps):
    client.force_login(operator)
    shop = level("P", "Shop", None).pk
    send(client, pumps, level=shop, numbers="S1\nS2")
    response = send(client, pumps, do="good", numbers="1\n2\n3\n4\n5\nP1")
    assert "Everything of Pump in stock has a number." in response.content.decode()
    assert BAD["P1"] in response.content.decode()


def test_item_assign_offers_no_more_good_ones_than_there_are_units(client, operator, pumps):
    client.force_login(operator)
    page = send(client, pumps, do="check", numbers="1\n2\n3\n4\n5\n6\n7\nP1").content.decode()
    assert "7 are good, and 5 pcs are without a number: remove 2." in page
    assert 'value="good"' not in page


def test_item_assign_twice_gives_the_first_result(client, operator, pumps):
    client.force_login(operator)
    token = str(new_uuid())
    found = [send(client, pumps, numbers="A1\nA2", token=token) for _ in range(2)]
    assert [response.status_code for response in found] == [302, 302]
    assert Document.objects.filter(kind="adjustment").count() == 1


def test_item_assign_takes_ten_thousand_numbers(client, operator, manager):
    item = build.item("Chip", skus=("P",), number_pattern="C{yy}{mm}{dd}-{n:05}")
    build.post("receipt", build.line("P", 12_000))
    build.switch_on(item, "serial", manager)
    client.force_login(operator)
    made = send(client, item, do="generate", count="10000")
    numbers = textarea(made)
    assert (len(numbers), len(made.content) < 250_000) == (10_000, True)
    bad = send(client, item, numbers="\n".join([*numbers[:9_000], *numbers[:1_000]]))
    assert bad.status_code == 422
    assert (bad.context["review"].more_faults, len(bad.context["review"].faults)) == (800, 200)
    assert (bad.content.count(b"was given twice"), len(bad.content) < 250_000) == (200, True)
    assert b"And 800 more." in bad.content
    with CaptureQueriesContext(connection) as asked:
        assert send(client, item, numbers="\n".join(numbers)).status_code == 302
    # On SQLite the new numbers are written 2,000 at a time and the lines are one call, which is counted for each line.
    assert len([query for query in asked if "INSERT INTO tracking_ledgerline" not in query["sql"]]) <= 40
    assert level("P", batch=None).numbered == 10_000


# -- the check of serial numbers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 5_000])
def test_check_of_serial_numbers_asks_the_same_number_of_queries(pumps, count, django_assert_max_num_queries):
    variant = Variant.objects.get(sku="P")
    cellar, numbers = build.location("Cellar").pk, ["P1", *(f"X{n}" for n in range(count - 1))]
    with django_assert_max_num_queries(3):
        found = check_incoming(variant=variant, numbers=numbers)
    assert [checked.number for checked in found] == numbers
    assert [checked.state for checked in found if not checked.is_good] == ["elsewhere"]
    with django_assert_max_num_queries(3):
        found = check_outgoing(variant=variant, location=cellar, numbers=numbers, uses=True)
    assert [checked.number for checked in found if checked.is_good] == ["P1"]


def test_check_incoming_knows_what_the_document_does_besides(pumps):
    variant = Variant.objects.select_related("item").get(sku="P")
    found = check_incoming(variant=variant, numbers=["P1", "T1", "T2"], taken={"t1"}, leaving={"p1"})
    assert [(checked.state, checked.fault) for checked in found] == [
        ("good", ""),  # a repair: it goes out first
        ("double", "Serial number T1 is in another line already. Remove it from one of them."),
        ("good", ""),
    ]


def test_check_outgoing_tells_where_a_number_is(pumps):
    variant = Variant.objects.select_related("item").get(sku="P")
    hold(records=[build.serial("P1")], by=None, reason="Leaks")
    cellar, main = build.location("Cellar").pk, build.location("Main").pk

    def faults(location: int, *, uses: bool) -> list[tuple]:
        numbers = ["P1", "P9", "R1", "ZZ", ""]
        found = check_outgoing(variant=variant, location=location, numbers=numbers, uses=uses)
        return [(checked.state, checked.fault) for checked in found]

    assert faults(main, uses=False) == [
        ("elsewhere", "Serial number P1 of P is at Cellar, not at Main. Check the number and the location."),
        ("gone", "Serial number P9 of P is not in stock, not at Main. Check the number and the location."),
        ("other_variant", BAD["R1"]),
        ("unknown", "Pump has no serial number “ZZ”. Check the number on the label."),
        ("characters", "Serial number is empty. Give it a value that can be read."),
    ]
    assert faults(cellar, uses=False)[0] == ("good", "")
    assert faults(cellar, uses=True)[0] == ("held", "Serial number P1 is on hold. Release it first.")


# -- by import ------------------------------------------------------------------------------------------------------------

HEADER = "kind,document,posted_at,partner,location,sku,batch_number,expires_on,serial_number,quantity,note"


def import_movements(tmp_path, *rows: str) -> None:
    file = tmp_path / "movements.csv"
    file.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    run("import_csv", "movements", str(file))


def test_import_gives_unbatched_stock_its_batches(tmp_path, salt):
    import_movements(
        tmp_path,
        "adjustment,SA-1,2026-10-09T08:00:00+00:00,,Main,S-1,UNBATCHED,,,-18,Read off the sacks",
        "adjustment,SA-1,2026-10-09T08:00:00+00:00,,Main,S-1,L-1,2027-01-31,,10.5,Read off the sacks",
        "adjustment,SA-1,2026-10-09T08:00:00+00:00,,Main,S-1,L-2,,,7.5,Read off the sacks",
    )
    assert build.stock() == {("S-1", "Main", "L-1"): "10.5", ("S-1", "Main", "L-2"): "7.5", **S_2}
    assert build.batch("L-1").expires_on == date(2027, 1, 31)
    assert build.broken() == {}


def test_import_gives_unnumbered_units_their_numbers(tmp_path, pumps):
    import_movements(
        tmp_path,
        "adjustment,SA-1,2026-10-09T08:00:00+00:00,,Main,P,,,,-2,",
        "adjustment,SA-1,2026-10-09T08:00:00+00:00,,Main,P,,,A1,1,",
        "adjustment,SA-1,2026-10-09T08:00:00+00:00,,Main,P,,,A2,1,",
    )
    here = level("P", batch=None)
    assert (here.quantity, here.numbered) == (Decimal(5), Decimal(2))
    assert [build.serials()[number] for number in ("A1", "A2")] == ["Main", "Main"]
    assert build.broken() == {}
