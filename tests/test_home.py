"""The home page: what needs a person now, each block with its rows or its one sentence, and what it costs."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from katana_trace.lib import days
from katana_trace.lib.identity import new_uuid
from katana_trace.lib.quantities import plain
from tests import build
from tests.build import line, post
from tracking.demo.company import load_company
from tracking.drafts.content import DraftContent, LineContent
from tracking.drafts.save import save_draft
from tracking.expiry.windows import by_week, this_week
from tracking.models import Recall
from tracking.recalls.close import close_recall
from tracking.recalls.open import open_recall
from tracking.recalls.state import notify_all
from tracking.recalls.wanted import find_typed
from tracking.records.hold import hold, release

BLOCKS = ["home_recalls", "home_expiry", "home_numbers", "home_drafts", "home_held", "home_documents"]


def on(ahead: int) -> str:
    return (days.today() + timedelta(days=ahead)).isoformat()


class Blocks(HTMLParser):
    """The panels of the page by their id: the words in each, and its links as (address, words)."""

    def __init__(self, html: str):
        super().__init__()
        self.words: dict[str, str] = {}
        self.links: dict[str, list[list[str]]] = {}
        self.here = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "section":
            self.here = found["id"]
            self.words[self.here], self.links[self.here] = "", []
        elif self.here and tag == "a":
            self.links[self.here].append([found["href"], found.get("aria-label", "")])

    def handle_endtag(self, tag):
        if tag == "section":
            self.words[self.here] = " ".join(self.words[self.here].split())
            self.here = ""

    def handle_data(self, data):
        if self.here:
            self.words[self.here] += f" {data.strip()}"


@pytest.fixture
def home(client, manager):
    """Asks for the page in the name of a user, the manager where none is given."""

    def ask(user=manager):
        client.force_login(user)
        return client.get("/")

    return ask


def blocks(response) -> Blocks:
    assert response.status_code == 200
    return Blocks(response.content.decode())


def case(kind: str, title: str, lots: str, by):
    return open_recall(roots=find_typed(lots), kind=kind, title=title, reason="A stone was found", by=by)


@pytest.fixture
def bakery(db, manager, operator):
    """Something in each block."""
    flour = build.item("Flour", unit="kg", skus=("FLOUR",))
    build.item("Bread", "batch", skus=("BREAD",), expiry_notice_days=3)
    build.item("Oven", "serial", skus=("OVEN",))
    build.item("Bag", skus=("BAG",))
    post("receipt", line("FLOUR", 40), line("BAG", 500), partner="Northmill", number="PO-1")
    build.switch_on(flour, "batch", manager)
    post("adjustment", line("FLOUR", -30, batch="UNBATCHED"), line("FLOUR", 30, batch="F1"), number="SA-1")
    post("production", line("BREAD", 30, batch="B1", expires=on(3)), line("FLOUR", -3, batch="F1"), number="MO-1")
    post("receipt", line("BREAD", 2, batch="B0", expires=on(-1)), line("BREAD", 9, batch="B4", expires=on(4)))
    post("receipt", line("OVEN", 2), *[line("OVEN", 1, serial=f"S{number}") for number in (1, 2, 3)], number="PO-2")
    post("shipment", line("OVEN", -1, serial="S3"), line("BREAD", -4, batch="B1"), partner="Café Blau", number="SO-1")
    post("shipment", line("BREAD", -1, batch="B1"), partner="Old Mill", number="SO-2")
    build.reverse(post("shipment", line("BAG", -5), partner="Café Blau", number="SO-3"), by=manager)
    hold(records=[build.batch("B4")], by=manager, reason="Wet")
    hold(records=[build.serial("S1"), build.serial("S3")], by=manager, reason="Door does not close")
    content = DraftContent("receipt", partner="Northmill", lines=(LineContent("in", sku="FLOUR", quantity="5"),))
    save_draft(token=new_uuid(), content=content, revision=0, by=operator)
    close_recall(recall=case("drill", "Yearly drill", "F1", manager), summary="All found", by=manager)
    case("recall", "Stone in the bread", "B1", manager)


# -- where it is ----------------------------------------------------------------------------------------------------------


def test_home_is_where_the_login_leads(client, viewer):
    response = client.post("/accounts/login/", {"username": "viewer", "password": "pw"}, follow=True)
    assert response.redirect_chain == [("/", 302)]
    assert "<h1>Home</h1>" in response.content.decode()
    assert re.search(r'<a href="/" aria-current="page">.*?Home</a>', response.content.decode())
    assert client.post("/").status_code == 405


def test_home_needs_a_login(client, db):
    response = client.get("/")
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/")


def test_home_is_led_to_by_the_pages_that_say_so(client, viewer):
    client.force_login(viewer)
    for path in ("/batches/999/", "/items/new/", "/accounts/password/done/"):
        assert '<a href="/">Go to the home page</a>' in client.get(path).content.decode()


# -- with something in each block -------------------------------------------------------------------------------------------


def test_home_says_the_day_and_what_has_numbers(home, bakery):
    page = home().content.decode()
    day = date_format(days.today(), "l j F Y")
    # Batches F1, B0, B1 and B4; UNBATCHED is none. Serial numbers S1 and S2; S3 was sold.
    assert f"{day} · 3 tracked items, 4 batches and 2 serial numbers in stock" in page


def test_home_shows_what_expires(home, bakery):
    response = home()
    today = days.today()
    said = [(one.number, plain(one.quantity)) for one in response.context["due"]]
    assert said == [("B0", "2"), ("B1", "25")]  # B4 is outside the notice of its item
    found = blocks(response)
    expected = (
        "B0 Bread Expired 2 pcs B1 Bread 3 days 25 pcs A batch is usable through its expiry date, in the time zone UTC."
    )
    assert expected in found.words["home_expiry"]
    counts = {"B0": today - timedelta(days=1), "B1": today + timedelta(days=3), "B4": today + timedelta(days=4)}
    bars = [sum(window.first <= day <= window.last for day in counts.values()) for window in by_week(today)]
    assert [bar.count for bar in response.context["bars"]] == bars
    led = [[address, label] for address, label in found.links["home_expiry"] if "expiry=" in address]
    assert led == [
        [f"/batches/?expiry={window.name}", f"{window.label}: {count} batch{'es' if count > 1 else ''}"]
        for window, count in zip(by_week(today), bars, strict=True)
        if count
    ]


def test_home_draws_bars_to_one_measure(home, db):
    build.item("Bread", "batch", skus=("BREAD",))
    late = this_week(days.today()).last
    for window, count in ((0, 9), (1, 18), (2, 1)):
        day = late + timedelta(days=7 * (window - 1))
        post("receipt", *[line("BREAD", 1, batch=f"B{window}-{n}", expires=day.isoformat()) for n in range(count)])
    response = home()
    drawn = [(bar.count, bar.fill, bar.top, bar.height) for bar in response.context["bars"]]
    assert drawn == [
        *((9, "fb", 68, 40), (18, "fw", 27, 81), (1, "fa", 104, 4)),
        *((0, "fa", 108, 0), (0, "fa", 108, 0), (0, "fa", 108, 0)),
    ]
    page = response.content.decode()
    assert '<rect class="fw" x="20.83%" y="27" width="8.33%" height="81" rx="3" />' in page
    assert page.count('width="8.33%"') == 3
    assert "more are expired or expire soon." in page


def test_home_shows_stock_without_numbers(home, bakery):
    found = blocks(home())
    assert found.words["home_numbers"] == (
        "Stock without numbers 2 items to work down · All Item Numbered Left Assign"
        " Flour 27 of 37 10 of 37 kg Assign batches to Flour Oven 2 of 4 2 of 4 pcs Connect serial numbers to Oven"
    )
    flour, oven = (build.Item.objects.get(key=key).pk for key in ("flour", "oven"))
    assert [address for address, _ in found.links["home_numbers"]] == [
        "/assign/",
        *(f"/items/{flour}/", f"/items/{flour}/assign/", f"/items/{oven}/", f"/items/{oven}/assign/"),
    ]


def test_home_shows_what_is_on_hold_and_here(home, bakery, manager):
    """The hold of last comes first; S3 is on hold and was sold, so it waits for nobody."""
    held = home().context["held"]
    today = days.today()
    said = [(one.number, one.label, one.reason, plain(one.quantity), one.unit, one.by) for one in held.rows]
    assert said == [
        ("S1", "Oven", "Door does not close", "1", "pcs", "manager"),
        ("B4", "Bread", "Wet", "9", "pcs", "manager"),
    ]
    assert {days.day_of(one.since) for one in held.rows} == {today}
    assert (held.batches, held.serials) == (1, 1)
    found = blocks(home())
    assert found.words["home_held"].startswith("On hold 1 batch, 1 serial number · All")
    assert [address for address, _ in found.links["home_held"]] == [
        "/stock/?held=1",
        build.serial("S1").get_absolute_url(),
        build.batch("B4").get_absolute_url(),
    ]
    release(records=[build.serial("S1")], by=manager, reason="Mended")
    hold(records=[build.serial("S2")], by=manager, reason="Scratched")
    assert [(one.number, one.reason) for one in home().context["held"].rows] == [("S2", "Scratched"), ("B4", "Wet")]


def test_home_shows_the_latest_of_many_holds(home, db, manager):
    build.item("Bread", "batch", skus=("BREAD",))
    post("receipt", *[line("BREAD", 1, batch=f"B{number}") for number in range(8)])
    order = (3, 0, 7, 5, 1, 6, 2, 4)
    for number in order:
        hold(records=[build.batch(f"B{number}")], by=manager, reason="Wet")
    held = home().context["held"]
    assert [one.number for one in held.rows] == [f"B{number}" for number in reversed(order[2:])]
    assert (held.batches, held.serials) == (8, 0)


def test_home_adds_up_a_held_batch_over_its_places(home, db, manager):
    build.item("Sand", "batch", "kg", skus=("SAND",))
    full = 10**9
    for number in range(11):
        post("receipt", line("SAND", full, batch="X", at=f"Silo {number}"))
    hold(records=[build.batch("X")], by=manager, reason="Wet")
    assert [plain(one.quantity) for one in home().context["held"].rows] == [str(11 * full)]


def test_home_shows_the_drafts_that_wait(home, bakery):
    found = blocks(home())
    assert re.fullmatch(
        r"Drafts that wait All Draft Partner Lines Last saved Receipt Northmill 1 \d\d:\d\d operator",
        found.words["home_drafts"],
    )
    assert found.links["home_drafts"][0][0] == "/documents/?status=draft"


def test_home_shows_recent_documents_with_their_tracing(home, bakery):
    recent = home().context["recent"]
    said = [(one.document.number.partition("-")[0], one.words, one.traced.lines, one.traced.without) for one in recent]
    assert said == [
        ("SO", "Bag: 5 pcs", 0, 0),
        ("SO", "Bag: 5 pcs", 0, 0),
        ("SO", "Bread: 1 pcs", 1, 0),
        ("SO", "Bread: 4 pcs, +1 more", 2, 0),
        ("PO", "Oven: 5 pcs", 4, 1),
        ("PO", "Bread: 11 pcs", 2, 0),
    ]
    words = blocks(home()).words["home_documents"]
    assert re.search(r"SO-1 Shipment Café Blau Posted Fully traced \d\d:\d\d", words)
    assert re.search(r"SO-3 Shipment Reversed Café Blau Reversed – Not tracked", words)
    assert re.search(r"PO-2 Receipt Oven: 5 pcs Posted 1 line without a number", words)


@pytest.mark.parametrize(
    ("documents", "traced"),
    [
        ([("receipt", ("OVEN", 3, "", ""))], (1, 1)),
        ([("receipt", ("OVEN", 3, "", "")), ("adjustment", ("OVEN", -1, "", ""), ("OVEN", 1, "", "S9"))], (2, 0)),
        ([("receipt", ("OVEN", 3, "", "")), ("supplier_return", ("OVEN", -1, "", ""))], (1, 1)),
        ([("receipt", ("FLOUR", 3, "UNBATCHED", ""))], (1, 1)),
        ([("receipt", ("FLOUR", 3, "UNBATCHED", "")), ("shipment", ("FLOUR", -1, "UNBATCHED", ""))], (1, 1)),
        ([("receipt", ("FLOUR", 3, "F1", "")), ("shipment", ("FLOUR", -1, "F1", ""), ("BAG", -1, "", ""))], (1, 0)),
    ],
)
def test_home_tracing_of_a_document(home, db, documents, traced):
    for name, mode in (("Oven", "serial"), ("Flour", "batch"), ("Bag", "none")):
        build.item(name, mode, skus=(name.upper(),))
    post("receipt", line("BAG", 9))
    for kind, *lines in documents:
        post(kind, *[line(sku, quantity, batch, serial) for sku, quantity, batch, serial in lines])
    found = home().context["recent"][0].traced
    assert (found.lines, found.without) == traced


def test_home_tracing_leaves_out_what_came_before_tracking(home, db, manager):
    flour = build.item("Flour", skus=("FLOUR",))
    post("receipt", line("FLOUR", 3), number="PO-9")
    build.switch_on(flour, "batch", manager)
    switched, before = home().context["recent"]
    assert (before.traced.lines, switched.traced.lines, switched.traced.without) == (0, 1, 1)


def test_home_shows_open_recalls_first_and_the_last_drill(home, bakery, manager):
    response = home()
    found = blocks(response)
    assert next(iter(found.words)) == "home_recalls"
    case_row = found.words["home_recalls"]
    assert re.fullmatch(
        r"Open recalls All Number Title Clock Customers to notify Accounted RC-000002 Recall Stone in the bread"
        r" open for less than a minute 2 of 2 100 % Last drill: \d+ \w+ \d{4} , closed after less than a minute, 100 %"
        r" accounted\.",
        case_row,
    )
    recall = response.context["recalls"][0].recall
    notify_all(recall=recall, by=manager)
    assert "less than a minute 0 of 2 100 %" in blocks(home()).words["home_recalls"]
    close_recall(recall=recall, summary="Done", by=manager)
    found = blocks(home())
    assert list(found.words)[-1] == "home_recalls"
    assert found.words["home_recalls"].startswith("Recalls No open recalls. Last drill: ")
    drill = Recall.objects.get(kind="drill")
    assert [address for address, _ in found.links["home_recalls"]] == [drill.get_absolute_url()]


def test_home_shows_an_open_recall_behind_any_number_of_closed_ones(home, db, manager):
    build.item("Bread", "batch", skus=("BREAD",))
    post("receipt", line("BREAD", 5, batch="B1"))
    case("recall", "The open one", "B1", manager)
    for number in range(8):
        close_recall(recall=case("drill", f"Drill {number}", "B1", manager), summary="Found", by=manager)
    page = home().context
    assert [row.recall.title for row in page["recalls"]] == ["The open one"]
    assert (page["more_recalls"], page["drill"].recall.title) == (False, "Drill 7")


def test_home_links_are_alive(client, home, bakery):
    found = blocks(home())
    addresses = {address for links in found.links.values() for address, _ in links}
    addresses |= {"/documents/new/receipt/", "/documents/new/production/"}
    assert len(addresses) > 20
    assert {address: client.get(address, follow=True).status_code for address in addresses} == dict.fromkeys(
        addresses, 200
    )


# -- empty ------------------------------------------------------------------------------------------------------------------


def test_home_of_a_new_company_says_one_sentence_in_each_block(home, db):
    found = blocks(home())
    assert found.words == {
        "home_expiry": "Expiring soon Batches by week · All batches No batch in stock is expired, or expires in the next weeks.",
        "home_numbers": "Stock without numbers No item is tracked yet: choose batch or serial numbers on the card of one of"
        " the items .",
        "home_drafts": "Drafts that wait No document waits to be posted.",
        "home_held": "On hold Nothing in stock is on hold.",
        "home_documents": "Recent documents No document is posted yet: begin with a receipt of what you have.",
        "home_recalls": "Recalls No open recalls, and no drill yet: begin one .",
    }
    assert {name: len(links) <= 1 for name, links in found.links.items()} == dict.fromkeys(found.words, True)


def test_home_of_a_company_in_order(home, db):
    build.item("Flour", "batch", skus=("FLOUR",))
    post("receipt", line("FLOUR", 1, batch="F1", expires=on(400)))
    found = blocks(home())
    assert found.words["home_numbers"] == "Stock without numbers Everything in stock that is tracked has its number."
    assert "No batch in stock is expired, or expires in the next weeks." in found.words["home_expiry"]
    post("receipt", line("FLOUR", 1, batch="F2", expires=on(8)))
    words = blocks(home()).words["home_expiry"]
    assert "None is expired or within the notice period of its item." in words


# -- roles ------------------------------------------------------------------------------------------------------------------


def test_home_of_a_viewer_has_nothing_to_do(home, bakery, viewer):
    response = home(viewer)
    found = blocks(response)
    assert sorted(found.words) == sorted(set(BLOCKS) - {"home_drafts"})
    page = response.content.decode()
    assert [words for words in ("Receive goods", "New production", "/documents/new/", "drafts") if words in page] == []
    addresses = [address for links in found.links.values() for address, _ in links]
    assert [address for address in addresses if "/assign/" in address] == ["/assign/"]


def test_home_of_an_operator_has_the_two_buttons(home, bakery, operator):
    page = home(operator).content.decode()
    assert re.search(r'<a class="btn" href="/documents/new/receipt/">.*?Receive goods</a>', page)
    assert re.search(r'class="btn main"\s+href="/documents/new/production/">.*?New production</a>', page)
    assert sorted(blocks(home(operator)).words) == sorted(BLOCKS)


# -- cost -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 50])
def test_home_asks_the_same_number_of_queries(
    client, home, manager, operator, viewer, count, django_assert_num_queries
):
    """For one row and for fifty of everything: expiring, expired, without number, on hold, drafts, documents, recalls."""
    for number in range(count):
        sku = f"F{number}"
        flour = build.item(f"Flour {number}", skus=(sku,))
        build.item(f"Oven {number}", "serial", skus=(f"O{number}",))
        post("receipt", line(sku, 5), line(f"O{number}", 2), partner="Northmill")
        build.switch_on(flour, "batch", manager)
        post(
            "receipt", line(sku, 1, batch=f"N{number}", expires=on(1)), line(sku, 1, batch=f"E{number}", expires=on(-1))
        )
        post("receipt", line(f"O{number}", 1, serial=f"S{number}"), line(sku, 1, batch=f"H{number}"))
        post("shipment", line(sku, -1, batch=f"N{number}"), partner="Café Blau")
        post("receipt", line(sku, 1, batch=f"N{number}"))
        hold(records=[build.batch(f"H{number}"), build.serial(f"S{number}")], by=manager, reason="Wet")
        content = DraftContent("receipt", lines=(LineContent("in", sku=sku, quantity="5"),))
        save_draft(token=new_uuid(), content=content, revision=0, by=operator)
        close_recall(recall=case("drill", f"Drill {number}", f"N{number}", manager), summary="Found", by=manager)
        case("recall", f"Recall {number}", f"N{number}", manager)
    home()
    # session, user, permissions of the user and the groups; due, numbers, bars; items without number, their progress, how
    # many; held and since; drafts; documents, their words, their tracing; GTINs on two variants; recalls, the drill, their
    # customers, figures
    with django_assert_num_queries(21):
        page = client.get("/")
    assert len(page.context["due"]) == min(2 * count, 6)
    assert (len(page.context["without"]), page.context["without_count"]) == (min(2 * count, 6), 2 * count)
    assert (page.context["held"].batches, page.context["held"].serials) == (count, count)
    assert len(page.context["recalls"]) == len(page.context["drafts"].rows) == min(count, 6)
    home(viewer)
    with django_assert_num_queries(19):  # but for the drafts, and the GTINs
        assert client.get("/").context["drafts"] is None


# -- the sample company -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("today", ["2026-03-01", "2026-03-02"])  # a Sunday, on which the week ends, and a Monday
def test_home_of_the_sample_company_shows_something_in_each_block(monkeypatch, client, today):
    instant = days.parse_instant(f"{today}T00:00:30+00:00")
    monkeypatch.setattr(timezone, "now", lambda: instant)
    assert load_company()
    assert client.login(username="manager", password="demo")
    page = client.get("/").context
    assert [bool(bar.count) for bar in page["bars"]][:3] == [True, True, True]
    assert [len(page[block]) > 0 for block in ("due", "without", "recent", "recalls")] == [True] * 4
    assert (len(page["held"].rows), len(page["drafts"].rows)) == (3, 3)
    assert [(row.to_notify, row.customers, row.percent) for row in page["recalls"]] == [(3, 4, "100")]
    assert page["drill"].percent == "100"
