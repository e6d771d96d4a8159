"""Pages of holding and releasing: what is shown before it is done, who may, and where a hold is seen afterwards."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages

from items.models import Item
from tests import build
from tests.build import batch, item, line, location, post, serial
from tracking.holds.acts import hold_lot
from tracking.models import Batch, SerialNumber
from tracking.records.hold import hold, release

pytestmark = pytest.mark.django_db


@pytest.fixture
def bakery(db):
    """Flour F1 (and a little F2) in dough D1, which is bread B1 at two places and shipped to a café; ovens S1 and S2."""
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    item("Dough", "batch", unit="kg", skus=("DOUGH",))
    item("Bread", "batch", skus=("BREAD",))
    item("Oven", "serial", skus=("OVEN",))
    item("Crumbs", unit="kg", skus=("CRUMBS",))
    post("receipt", line("FLOUR", 100, batch="F1"), line("FLOUR", 20, batch="F2"), number="PO-1", partner="Northmill")
    post("production", line("FLOUR", -30, batch="F1"), line("FLOUR", -1, batch="F2"), line("DOUGH", 50, batch="D1"))
    post("production", line("DOUGH", -50, batch="D1"), line("BREAD", 60, batch="B1"))
    post("production", line("FLOUR", -1, batch="F1"), line("OVEN", 1, serial="S1"), line("OVEN", 1, serial="S2"))
    post("transfer", line("BREAD", -15, batch="B1"), line("BREAD", 15, batch="B1", at="Shop"))


@pytest.fixture
def boss(client, manager):
    client.force_login(manager)
    return client


def page_of(record) -> str:
    return f"{record.get_absolute_url()}hold/"


def send(client, record, do: str, **typed):
    return client.post(page_of(record), {"do": do, **typed})


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def errors(response) -> dict[str, list[str]]:
    return {name: list(found) for name, found in response.context["form"].errors.items()}


def rows(response) -> list[tuple[str, bool, str]]:
    return [(row.lot.facts.number, row.lot.facts.is_held, row.why) for row in response.context["rows"]]


def on_hold() -> list[str]:
    held = [model.objects.filter(status="held").values_list("number", flat=True) for model in (Batch, SerialNumber)]
    return sorted(number for numbers in held for number in numbers)


# -- who may --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_batch_hold_and_serial_hold_take_a_manager(client, request, bakery, role):
    client.force_login(request.getfixturevalue(role))
    item_page = Item.objects.get(key="flour").get_absolute_url()
    for record in (batch("F1"), serial("S1")):
        assert client.get(page_of(record)).status_code == 403
        for do in ("hold", "release"):
            assert send(client, record, do, reason="Weevils").status_code == 403
    for address in (batch("F1").get_absolute_url(), serial("S1").get_absolute_url(), item_page):
        assert "/hold/" not in client.get(address).content.decode()
    assert on_hold() == []


def test_batch_hold_needs_a_login_and_a_batch(client, boss, bakery):
    assert boss.get("/batches/999999/hold/").status_code == 404
    assert boss.get("/serials/999999/hold/").status_code == 404
    assert boss.put(page_of(batch("F1"))).status_code == 405
    boss.logout()
    assert client.get(page_of(batch("F1"))).status_code == 302


def test_button_leads_to_the_hold_of_each_record(boss, bakery):
    """On its page, on the card of its item and in the rows of the stock page; and it says what it will do."""
    flour, oven = batch("F1"), serial("S1")
    main = location().pk
    for record in (flour, oven):
        card = record.variant.item.get_absolute_url()
        row = f"/stock/{record.variant_id}/{main}/"
        for address in (record.get_absolute_url(), card, row):
            page = boss.get(address, headers={"HX-Request": "true"} if "stock" in address else {}).content.decode()
            assert f'href="{page_of(record)}"' in page
            assert "Put on hold" in page
        hold(records=[record], by=None, reason="Wet")
        assert "Release or extend hold" in boss.get(record.get_absolute_url()).content.decode()
        assert f'">Release<span class="vh"> {record.number}' in boss.get(card).content.decode()


# -- holding --------------------------------------------------------------------------------------------------------------


def test_batch_hold_shows_what_it_would_reach_before_it_is_done(boss, bakery):
    post("production", line("BREAD", -4, batch="B1", at="Shop"), line("CRUMBS", 2))
    post("shipment", line("BREAD", -5, batch="B1"), partner="Café Blau")
    hold(records=[serial("S2")], by=None, reason="Cracked")
    page = boss.get(page_of(batch("F1")))
    assert rows(page) == [("B1", False, ""), ("S1", False, ""), ("S2", True, ""), ("D1", False, "")]
    html = page.content.decode()
    for words in (
        'Put batch <span class="code">F1</span> on hold',
        "69 kg on hand",
        "4 lots · 3 not on hold, 2 of them in stock",
        "40 at Main, 11 at Shop",
        "Not in stock",
        "Shipped already in 1 document, to 1 customer.",
        f'href="/recalls/new/?batch={batch("F1").pk}"',
        "Continues into 2 kg of Crumbs that were made without a number in 1 document; find them by hand.",
        "Also hold what was made from it</b><small>3 lots, 2 in stock</small>",
    ):
        assert words in html
    assert 'name="extend" id="id_hold_extend" checked' in html
    assert on_hold() == ["S2"]


def test_batch_hold_holds_it_alone(boss, manager, bakery):
    answer = send(boss, batch("F1"), "hold", reason="Weevils")
    assert (answer.status_code, answer["Location"]) == (302, batch("F1").get_absolute_url())
    assert said(answer) == ["Batch F1 is on hold."]
    assert (on_hold(), batch("F1").reason) == (["F1"], "Weevils")
    page = boss.get(batch("F1").get_absolute_url()).content.decode()
    assert "Batch F1 is on hold:</strong> Weevils" in page


def test_batch_hold_holds_what_was_made_from_it(boss, bakery):
    answer = send(boss, batch("F1"), "hold", reason="Weevils", extend="on")
    assert said(answer) == ["Batch F1 is on hold, with 4 lots made from it."]
    assert on_hold() == ["B1", "D1", "F1", "S1", "S2"]
    page = boss.get(serial("S1").get_absolute_url()).content.decode()
    assert "Made from batch F1 of FLOUR: Weevils" in page


def test_batch_hold_of_something_that_nothing_was_made_from(boss, bakery):
    page = boss.get(page_of(batch("B1"))).content.decode()
    assert "Nothing was made from it." in page
    assert 'name="extend"' not in page
    assert "does not reach everything" not in page
    # A box that was ticked before the page was drawn anew does no harm.
    assert said(send(boss, batch("B1"), "hold", reason="Burnt", extend="on")) == ["Batch B1 is on hold."]


def test_batch_hold_without_a_reason_keeps_what_was_chosen(boss, bakery):
    for typed, extends in (({"extend": "on"}, True), ({}, False)):
        answer = send(boss, batch("F1"), "hold", reason=" ", **typed)
        assert answer.status_code == 422
        assert errors(answer) == {"reason": ["Say why. It is kept in the log with your name."]}
        assert ('id="id_hold_extend" checked' in answer.content.decode()) is extends
    answer = send(boss, batch("F1"), "hold", reason="a\x07b")
    assert (answer.status_code, list(errors(answer))) == (422, ["reason"])
    assert send(boss, batch("F1"), "hold", reason="x" * 201).status_code == 422
    assert send(boss, batch("F1"), "nothing", reason="Weevils").status_code == 422
    assert on_hold() == []


def test_batch_hold_pressed_twice_says_that_it_is_on_hold(boss, bakery):
    send(boss, batch("F1"), "hold", reason="Weevils")
    again = send(boss, batch("F1"), "hold", reason="Weevils")
    assert (again.status_code, errors(again)) == (
        422,
        {"__all__": ["Batch F1 of Flour is on hold already: Weevils. Leave it out."]},
    )
    assert "Hold of batch" in again.content.decode()  # the page as it is now


def test_batch_hold_extends_a_hold_that_is_there(boss, bakery):
    hold(records=[batch("F1")], by=None, reason="Weevils")
    page = boss.get(page_of(batch("F1")))
    html = page.content.decode()
    assert "4 lots made from it are not on hold, of these 3 in stock." in html
    assert "Hold 4 lots</button>" in html
    answer = send(boss, batch("F1"), "hold", reason="Glass", extend="on")
    assert said(answer) == ["4 lots made from F1 are on hold."]
    assert (batch("F1").reason, batch("B1").reason) == ("Weevils", "Made from batch F1 of FLOUR: Glass")
    assert "Hold what was made from it" not in boss.get(page_of(batch("F1"))).content.decode()


# -- releasing ------------------------------------------------------------------------------------------------------------


def release_sheet(client, record) -> dict:
    """The fields of the release as they are on the page."""
    return {"seen": client.get(page_of(record)).context["held_with"].seen}


def test_batch_hold_releases_it_alone(boss, bakery):
    hold_lot(record=batch("F1"), by=None, reason="Weevils", extend=True)
    seen = release_sheet(boss, batch("F1"))
    answer = send(boss, batch("F1"), "release", reason="Clean", **seen)
    assert said(answer) == ["Batch F1 was released."]
    assert on_hold() == ["B1", "D1", "S1", "S2"]


def test_batch_hold_releases_what_was_held_with_it(boss, bakery):
    hold(records=[serial("S2")], by=None, reason="Cracked")
    hold_lot(record=batch("F1"), by=None, reason="Weevils", extend=True)
    hold(records=[batch("F2")], by=None, reason="Wet")
    page = boss.get(page_of(batch("F1")))
    kept = "something else on hold is in it"
    assert rows(page) == [
        ("B1", True, kept),
        ("S1", True, "with it"),
        ("S2", True, ""),
        ("D1", True, kept),
    ]
    html = page.content.decode()
    assert "1 lot; 2 others stay on hold, because something else on hold is in them" in html
    assert 'id="id_release_extend" checked' not in html
    answer = send(boss, batch("F1"), "release", reason="Clean", extend="on", **release_sheet(boss, batch("F1")))
    assert said(answer) == ["Batch F1 was released, with 1 lot held because of it."]
    assert on_hold() == ["B1", "D1", "F2", "S2"]


def test_batch_hold_releases_nothing_that_was_not_shown(boss, bakery):
    """Two managers: one has the page open while the other finds something else and holds it."""
    hold_lot(record=batch("F1"), by=None, reason="Weevils", extend=True)
    seen = release_sheet(boss, batch("F1"))
    release(records=[batch("F1")], by=None, reason="Clean")
    hold(records=[batch("F1")], by=None, reason="Glass")
    for typed in ({"extend": "on", **seen}, seen, {}):
        answer = send(boss, batch("F1"), "release", reason="Clean", **typed)
        assert answer.status_code == 422
        assert errors(answer) == {
            "__all__": [
                "What is on hold because of F1 is not what was shown to you: somebody held or released something meanwhile. "
                "Look at it again, and press once more."
            ]
        }
    assert "F1" in on_hold()
    # Pressing once more releases what the answer has shown.
    again = send(boss, batch("F1"), "release", reason="Clean", seen=answer.context["held_with"].seen)
    assert said(again)[-1] == "Batch F1 was released."


def test_batch_hold_release_needs_a_reason_and_a_hold(boss, bakery):
    hold(records=[batch("F1")], by=None, reason="Weevils")
    answer = send(boss, batch("F1"), "release", reason="", **release_sheet(boss, batch("F1")))
    assert (answer.status_code, list(errors(answer))) == (422, ["reason"])
    release(records=[batch("F1")], by=None, reason="Clean")
    answer = send(boss, batch("F1"), "release", reason="Clean")
    assert errors(answer) == {
        "__all__": ["Batch F1 of Flour is not on hold, so it cannot be released. Leave it out."],
    }


def test_serial_hold_holds_and_releases(boss, bakery):
    item("Line", "serial", skus=("LINE",))
    post("production", line("OVEN", -1, serial="S1"), line("LINE", 1, serial="L1"))
    page = boss.get(page_of(serial("S1")))
    assert rows(page) == [("L1", False, "")]
    assert 'Put serial number <span class="code">S1</span> on hold' in page.content.decode()
    assert said(send(boss, serial("S1"), "hold", reason="Cracked", extend="on")) == [
        "Serial number S1 is on hold, with 1 lot made from it."
    ]
    assert on_hold() == ["L1", "S1"]
    typed = {"reason": "Mended", "extend": "on", **release_sheet(boss, serial("S1"))}
    assert said(send(boss, serial("S1"), "release", **typed))[-1] == (
        "Serial number S1 was released, with 1 lot held because of it."
    )
    assert on_hold() == []


# -- many, and everywhere -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 50])
def test_batch_hold_asks_the_same_number_of_queries(boss, bakery, count, django_assert_num_queries):
    for number in range(count):
        post("production", line("BREAD", "-0.1", batch="B1"), line("DOUGH", 1, batch=f"N{number:02}"))
    address = page_of(batch("F1"))
    with django_assert_num_queries(16):  # session, user, permissions (2), batch; made from it (9), held (2)
        assert boss.get(address).context["count"] == count + 4
    hold_lot(record=batch("F1"), by=None, reason="Weevils", extend=True)
    with django_assert_num_queries(22):  # and who held it; what is held because of it (4), what else went into that (1)
        assert boss.get(address).context["count"] == count + 4


def test_batch_hold_lists_the_first_and_then_all(boss, bakery):
    for number in range(60):
        post("production", line("BREAD", "-0.1", batch="B1"), line("DOUGH", 1, batch=f"N{number:02}"))
    page = boss.get(page_of(batch("B1")))
    assert (len(page.context["rows"]), page.context["count"]) == (50, 60)
    html = page.content.decode()
    assert "The first 50 of 60, what is in stock first" in html
    assert 'href="?all=1"' in html
    assert "60 lots, 60 in stock" in html
    whole = boss.get(page_of(batch("B1")), {"all": "1"})
    assert len(whole.context["rows"]) == 60
    assert "Show all" not in whole.content.decode()
    assert said(send(boss, batch("B1"), "hold", reason="Burnt", extend="on")) == [
        "Batch B1 is on hold, with 60 lots made from it."
    ]


def test_what_is_on_hold_shows_everywhere(client, viewer, bakery):
    hold_lot(record=batch("F1"), by=None, reason="Weevils", extend=True)
    client.force_login(viewer)
    badge = 'badge hold">'
    flour, oven, main = (
        Item.objects.get(key="flour").get_absolute_url(),
        Item.objects.get(key="oven").get_absolute_url(),
        location().pk,
    )
    receipt = batch("F1").ledger_lines.earliest("pk").document
    for address, count in (
        ("/batches/", 3),
        ("/batches/?status=held", 3),
        ("/serials/", 2),
        ("/serials/?status=held", 2),
        (f"/stock/{batch('F1').variant_id}/{main}/", 1),
        (f"/stock/{serial('S1').variant_id}/{main}/", 2),
        (flour, 1),
        (oven, 2),
        (receipt.get_absolute_url(), 1),
        (batch("F1").get_absolute_url(), 2),
        (serial("S1").get_absolute_url(), 2),
    ):
        headers = {"HX-Request": "true"} if "/stock/" in address else {}
        assert client.get(address, headers=headers).content.decode().count(badge) == count, address
    assert "Weevils" in client.get(flour).content.decode()
    assert "?item=" in client.get(oven).content.decode()
    held = client.get("/stock/", {"held": "on"}).context["page"].rows
    assert sorted((row.sku, row.place) for variant in held for row in variant.rows) == [
        ("BREAD", "Main"),
        ("BREAD", "Shop"),
        ("FLOUR", "Main"),
        ("OVEN", "Main"),
    ]


def test_item_card_shows_stock_without_a_batch_on_hold(client, operator, manager, bakery):
    crumbs = Item.objects.get(key="crumbs")
    post("receipt", line("CRUMBS", 5))
    build.switch_on(crumbs, "batch", manager)
    client.force_login(operator)
    assert "/assign/" in client.get(crumbs.get_absolute_url()).content.decode()
    hold(records=[batch("UNBATCHED")], by=manager, reason="Wet")
    page = client.get(crumbs.get_absolute_url()).content.decode()
    assert 'badge hold">' in page
    assert f'{crumbs.pk}&amp;status=held">All on hold' in page


@pytest.mark.parametrize(("query", "expected"), [("?status=held", ["S1"]), ("?status=other", ["S1", "S2"])])
def test_serial_list_finds_what_is_on_hold(client, viewer, bakery, query, expected):
    hold(records=[serial("S1")], by=None, reason="Cracked")
    client.force_login(viewer)
    assert [one.number for one in client.get(f"/serials/{query}").context["page"].rows] == expected
