"""The page of the change log: what it finds, how it reads, and who may read it (rule 25)."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group

from items.models import Variant
from katana_trace.lib.acting import acting
from tests import build
from tests.importing import words
from tracking.ledger.changes import LOT_FIELDS
from tracking.ledger.subjects import LOGGED
from tracking.models import Partner, RecordChange, Subject
from tracking.records import places
from tracking.records.hold import hold
from tracking.views.change_words import FIELDS, value_in_words
from tracking.views.changes import row_of

pytestmark = pytest.mark.django_db
NOON = "23 Nov 2026 12:00"


@pytest.fixture
def mill(stopped_clock, manager) -> Partner:
    """A partner with two changes, by a person and by the program."""
    mill = build.partner("Mill")
    for name, phone, by, reason in (("Mill", "7", manager, "They called"), ("Weir mill", "", None, "")):
        mill.name, mill.phone = name, phone
        places.change(place=mill, fields=["name", "phone"], by=by, reason=reason)
    return mill


def rows(client, **asked) -> list[list[str]]:
    """The cells of the table, as they read; what is for phones alone left out."""
    page = client.get("/changes/", asked).content.decode()
    table = re.search(r'<table class="t changes">(.*?)</table>', page, re.DOTALL)
    if table is None:
        return []
    plain = re.sub(r'<small class="phone.*?</small>', "", table[1], flags=re.DOTALL)
    return [
        [words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", plain, re.DOTALL)[1:]
    ]


def of_mill(client, **asked) -> list[list[str]]:
    return rows(client, subject="partner", **asked)


def test_change_list_has_whole_rows_newest_first(client, viewer, mill):
    client.force_login(viewer)
    assert of_mill(client) == [
        ["Weir mill Partner", NOON, "Phone from 7 → to none", "By the program", "The program"],
        ["Weir mill Partner", NOON, "Name from Mill → to Weir mill", "By the program", "The program"],
        ["Mill Partner", NOON, "Phone from none → to 7", "They called", "manager"],
    ]


def test_change_list_leaves_first_values_out_until_asked(client, viewer, mill):
    client.force_login(viewer)
    all_of_it = of_mill(client, first="on")
    assert len(all_of_it) == 4
    assert all_of_it[-1] == ["Mill Partner", NOON, "Name at first Mill", "By the program", "The program"]


def test_change_list_finds_one_subject_by_its_link(client, manager, mill):
    other = build.partner("Lake")
    other.phone = "8"
    other.save()
    client.force_login(manager)
    page = client.get("/changes/", {"subject": "partner", "id": mill.pk})
    assert "<h1>Changes of Weir mill</h1>" in page.content.decode()
    assert [row.change.name for row in page.context["rows"]] == ["Weir mill", "Weir mill", "Mill"]
    assert f'<input type="hidden" name="id" value="{mill.pk}"' in page.content.decode()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "ＭＩＬＬ"}, ["They called"]),
        ({"q": " weir  mill"}, ["By the program", "By the program"]),
        ({"q": "weir"}, []),
        ({"by": "Manager"}, ["They called"]),
        ({"by": "The program", "subject": "partner"}, ["By the program", "By the program"]),
        ({"by": "nobody"}, []),
        ({"by": "ＭＡＮＡＧＥＲ"}, ["They called"]),
        ({"subject": "location"}, []),
        ({"subject": "nonsense", "q": "mill"}, ["They called"]),
        ({"id": "nonsense", "q": "mill"}, ["They called"]),
        ({"id": "9" * 30, "q": "mill"}, ["They called"]),
        ({"after": "nonsense", "q": "mill"}, ["They called"]),
        ({"q": "a\x00b", "by": "\x00"}, []),
    ],
)
def test_change_list_finds(client, viewer, mill, asked, found):
    client.force_login(viewer)
    assert [row.change.reason for row in client.get("/changes/", asked).context["rows"]] == found


def test_change_list_finds_a_user_by_the_name_that_its_column_shows(client, viewer, manager, mill):
    manager.username = "head"
    manager.save()
    client.force_login(viewer)
    for name in ("manager", "head"):
        page = client.get("/changes/", {"by": name, "subject": "partner"})
        assert [(row.change.reason, row.change.changed_by_name) for row in page.context["rows"]] == [
            ("They called", "manager")
        ]


def test_change_list_shows_what_was_done_in_a_recall_as_a_digest(viewer):
    row = RecordChange(subject=Subject.RECALL, field="standing", new="0" * 64)
    assert row_of(row, "").field == "What was done, digest"
    assert (row_of(row, "").has_old, row_of(row, "").is_code) == (False, True)


def test_change_list_links_what_is_still_there_and_may_be_opened(client, viewer, manager, mill):
    item = build.item("Flour", "batch", "kg", skus=("FLOUR",))
    build.item("Oven", "serial", skus=("OVEN",))
    build.post("receipt", build.line("FLOUR", 5, batch="L1"), build.line("OVEN", 1, serial="S1"))
    gone = build.partner("Gone")
    gone.delete()
    hold(records=[build.batch("L1")], by=manager, reason="Torn")
    hold(records=[build.serial("S1")], by=manager, reason="Bent")
    variant = Variant.objects.get(sku="FLOUR")
    with acting(manager, "Renamed"):
        variant.name = "25 kg"
        variant.save()
        item.shelf_life_days = 9
        item.save()

    def links(user) -> dict[str, str]:
        client.force_login(user)
        return {row.change.name: row.address for row in client.get("/changes/").context["rows"]}

    found = links(manager)
    card = item.get_absolute_url()
    assert {name: found[name] for name in ("Weir mill", "Flour", "FLOUR", "L1", "S1", "Gone")} == {
        "Weir mill": f"/partners/{mill.pk}/edit/",
        "Flour": card,
        "FLOUR": card,
        "L1": build.batch("L1").get_absolute_url(),
        "S1": build.serial("S1").get_absolute_url(),
        "Gone": "",
    }
    assert links(viewer)["Weir mill"] == ""
    assert links(viewer)["L1"] == build.batch("L1").get_absolute_url()


def test_change_list_reads_values_as_pages_write_them(client, manager, stopped_clock):
    item = build.item("Flour", unit="kg", skus=("FLOUR",))
    build.switch_on(item, "batch", manager)
    build.post("receipt", build.line("FLOUR", 5, batch="L1", expires="2027-01-31"))
    hold(records=[build.batch("L1")], by=manager, reason="Torn")
    places.archive_location(location=build.location("Attic"), by=manager)
    manager.set_password("another")
    manager.save()
    client.force_login(manager)
    found = {row[0]: row[2] for row in reversed(rows(client))}  # the last of each
    told = ("manager User", "Attic Location", "L1 Batch", "Flour Item")
    assert {name: found[name] for name in told} == {
        "manager User": "Password changed",
        "Attic Location": f"Archived from none → to {NOON}",
        "L1 Batch": "Status from Available → to On hold",
        "Flour Item": "Product tracking from No tracking → to Batch / lot numbers",
    }
    assert value_in_words("expires_on", "2027-01-31") == "31 Jan 2027"
    assert [value_in_words(*pair) for pair in (("expires_on", "soon"), ("archived_at", "x"), ("status", "x"))] == [
        "soon",
        "x",
        "x",
    ]


def test_change_list_has_words_for_every_field_that_is_logged():
    logged = {field for one in LOGGED.values() for field in one.fields} | set(LOT_FIELDS)
    assert logged - FIELDS.keys() == set()


@pytest.mark.parametrize("count", [1, 50])
def test_change_list_asks_the_same_number_of_queries(client, manager, mill, count, django_assert_num_queries):
    build.item("Flour", "batch", "kg", skus=("FLOUR",))
    build.item("Oven", "serial", skus=("OVEN",))
    for number in range(count):
        build.post("receipt", build.line("FLOUR", 5, batch=f"L{number}"), build.line("OVEN", 1, serial=f"S{number}"))
        places_of_manager(number, manager)
        hold(records=[build.batch(f"L{number}")], by=manager, reason="Torn")
        hold(records=[build.serial(f"S{number}")], by=manager, reason="Bent")
    client.force_login(manager)
    # Session, user, permissions (2), who is asked for, changes, and what is still there of partners, locations, batches and
    # serial numbers.
    with django_assert_num_queries(10):
        page = client.get("/changes/", {"by": "manager"})
    assert len(page.context["rows"]) == min(50, 4 * count + 1)


def places_of_manager(number: int, manager) -> None:
    for place in (build.partner(f"Shop {number}"), build.location(f"Barn {number}")):
        place.phone = "7"
        places.change(place=place, fields=["phone"], by=manager)


def test_change_list_is_paged(client, viewer, stopped_clock):
    mill = build.partner("Mill")
    for number in range(51):
        mill.phone = str(number)
        mill.save()
    client.force_login(viewer)
    asked = {"subject": "partner", "id": mill.pk}
    first = client.get("/changes/", asked)
    second = client.get("/changes/", {**asked, "after": first.context["page"].next_cursor})
    assert [row.new for page in (first, second) for row in page.context["rows"]] == [
        str(number) for number in reversed(range(51))
    ]
    assert f"subject=partner&amp;id={mill.pk}&amp;after=" in first.content.decode()
    part = client.get("/changes/", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="change_table">')


def test_change_list_tells_what_is_empty(client, viewer):
    client.force_login(viewer)

    def said(**asked) -> str:
        return words(client.get("/changes/", asked).content.decode())

    assert "No change matches this. Type the whole name, SKU or number" in said(q="zz")
    lake = build.partner("Lake")
    assert "Nothing has changed about Lake since it was made. Show what it was made with ." in said(
        subject="partner", id=lake.pk
    )
    assert "No change matches this." in said(subject="partner", id=10**9)


def test_pages_of_what_is_logged_lead_to_its_changes(client, manager, viewer, mill):
    item, barn = build.item("Flour", skus=("FLOUR",)), build.location("Barn")
    client.force_login(manager)
    for address, link in {
        f"/partners/{mill.pk}/edit/": f"/changes/?subject=partner&amp;id={mill.pk}",
        f"/locations/{barn.pk}/edit/": f"/changes/?subject=location&amp;id={barn.pk}",
        item.get_absolute_url(): f"/changes/?subject=item&amp;id={item.pk}",
        "/seals/": "/changes/",
        "/changes/": "/seals/",
    }.items():
        assert f'href="{link}"' in client.get(address).content.decode()
    client.force_login(viewer)
    assert "/changes/?subject=item" in client.get(item.get_absolute_url()).content.decode()
    Group.objects.get(name="Viewer").permissions.remove(
        Group.objects.get(name="Viewer").permissions.get(codename="view_recordchange")
    )
    assert "/changes/" not in client.get(item.get_absolute_url()).content.decode()
