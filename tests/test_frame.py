"""The frame around every page: login, roles, navigation, the htmx settings, and errors in sentences."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from django.template.loader import render_to_string
from django.test import Client

from items.models import Item
from katana_trace.lib.paging import page_by_key, page_newest
from tests import build

PAGES = [
    "/",
    "/items/",
    "/batches/",
    "/serials/",
    "/archives/",
    "/seals/",
    "/changes/",
    "/logins/",
    "/accounts/sessions/",
    "/accounts/password/",
]


class Tags(HTMLParser):
    """All tags of a page with their attributes."""

    def __init__(self, html: str):
        super().__init__()
        self.found: list[tuple[str, dict]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict]:
        return [attrs for name, attrs in self.found if name == tag]


def tags(response) -> Tags:
    return Tags(response.content.decode())


@pytest.mark.parametrize("path", PAGES)
def test_frame_login_is_needed_everywhere(client, db, path):
    response = client.get(path)
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={path}")


def test_frame_expired_login_under_htmx_loads_the_login_page_as_a_whole(client, db):
    response = client.get("/items/", headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Redirect"]) == (200, "/accounts/login/?next=/items/")


@pytest.mark.parametrize("path", PAGES)
def test_frame_keeps_to_the_policy(client, viewer, path):
    client.force_login(viewer)
    response = client.get(path)
    page = tags(response)
    assert response["Content-Security-Policy"].startswith("default-src 'self';")
    assert [attrs for _, attrs in page.found if "style" in attrs or any(name.startswith("on") for name in attrs)] == []
    assert page.all("style") == []
    assert all(script.get("src", "").startswith("/static/") for script in page.all("script"))
    assert len(page.all("main")) == 1
    assert len(page.all("h1")) == 1
    ids = [attrs["id"] for _, attrs in page.found if "id" in attrs]
    assert sorted(ids) == sorted(set(ids))


def test_frame_has_no_dead_link(client, manager):
    build.item("Flour", "batch", skus=("FLOUR",))
    build.item("Oven", "serial", skus=("OVEN",))
    build.post("receipt", build.line("FLOUR", 5, batch="L1"), build.line("OVEN", 1, serial="S1"))
    client.force_login(manager)
    records = [build.batch("L1").get_absolute_url(), build.serial("S1").get_absolute_url()]
    edits = [f"/items/{build.Item.objects.get(key='flour').pk}/edit/", records[0] + "edit/", "/items/new/"]
    seen = {link["href"] for path in PAGES + records + edits for link in tags(client.get(path)).all("a")} - {"#main"}
    assert {address: client.get(address, follow=True).status_code for address in seen} == dict.fromkeys(seen, 200)


def test_frame_navigation_marks_where_one_is(client, viewer):
    client.force_login(viewer)
    build.item("Flour", "batch", skus=("FLOUR",))
    build.post("receipt", build.line("FLOUR", 5, batch="L1"))

    def here(path: str) -> list[tuple[str, str]]:
        links = [link for link in tags(client.get(path)).all("a") if link.get("class") != "btn"]  # a page's own filters
        return [(link["href"], link["aria-current"]) for link in links if "aria-current" in link]

    assert here("/batches/") == [("/batches/", "page")]
    assert here(build.batch("L1").get_absolute_url()) == [("/batches/", "true")]
    assert here("/accounts/password/") == []


def test_frame_htmx_swaps_a_refused_form(client, viewer):
    client.force_login(viewer)
    meta = {m["name"]: m["content"] for m in tags(client.get("/items/")).all("meta") if "name" in m}
    config = json.loads(meta["htmx-config"])
    handling = {row["code"]: row["swap"] for row in config["responseHandling"]}
    assert handling["422"] is True
    assert [config[name] for name in ("includeIndicatorStyles", "allowEval", "selfRequestsOnly")] == [
        False,
        False,
        True,
    ]


def test_frame_answers_a_part_to_htmx_alone(client, viewer):
    client.force_login(viewer)
    part = client.get("/items/", headers={"HX-Request": "true"}).content.decode()
    restored = client.get("/items/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert part.lstrip().startswith('<div id="item_table">')
    assert "<!DOCTYPE html>" not in part
    assert restored.content.decode().startswith("<!DOCTYPE html>")
    assert "HX-Request" in restored["Vary"]


def test_frame_user_menu_shows_the_administration_to_staff_alone(client, viewer, admin_client):
    client.force_login(viewer)
    assert "/admin/" not in [a["href"] for a in tags(client.get("/items/")).all("a")]
    assert "/admin/" in [a["href"] for a in tags(admin_client.get("/items/")).all("a")]


def test_frame_logs_out_by_post_alone(client, viewer):
    client.force_login(viewer)
    assert client.get("/accounts/logout/").status_code == 405
    assert client.get("/items/").status_code == 200
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"
    assert client.get("/items/").status_code == 302


def test_login_refuses_with_422_and_the_sentence(client, viewer):
    response = client.post("/accounts/login/", {"username": "viewer", "password": "wrong"})
    assert response.status_code == 422
    assert "Please enter a correct username and password." in response.content.decode()
    response = client.post("/accounts/login/", {"username": "viewer", "password": "pw", "next": "/batches/"})
    assert (response.status_code, response["Location"]) == (302, "/batches/")


def test_password_change(client, viewer):
    client.force_login(viewer)
    wrong = client.post("/accounts/password/", {"old_password": "no", "new_password1": "a", "new_password2": "b"})
    assert (wrong.status_code, sorted(wrong.context["form"].errors)) == (422, ["new_password2", "old_password"])
    new = {"old_password": "pw", "new_password1": "oven-Rye-77", "new_password2": "oven-Rye-77"}
    done = client.post("/accounts/password/", new, follow=True)
    assert "<h1>Password changed</h1>" in done.content.decode()
    viewer.refresh_from_db()
    assert viewer.check_password("oven-Rye-77")


def test_frame_banner_where_the_site_is_served_without_tls(client, viewer, settings):
    client.force_login(viewer)
    said = "This site is served without encryption"
    settings.PLAIN_HTTP = True
    assert said in client.get("/items/").content.decode()
    settings.PLAIN_HTTP = False
    assert said not in client.get("/items/").content.decode()


def test_error_pages_are_sentences_in_the_frame(client, viewer):
    client.force_login(viewer)
    missing = client.get("/batches/999999/")
    refused = client.get("/items/new/")
    assert (missing.status_code, refused.status_code) == (404, 403)
    assert "No page has the address <span" in missing.content.decode()
    assert "/batches/999999/" in missing.content.decode()
    assert "You are logged in as viewer, whose role may not do this." in refused.content.decode()
    assert [len(tags(page).all("nav")) for page in (missing, refused)] == [1, 1]


def test_error_page_of_a_form_that_is_too_old(viewer):
    client = Client(enforce_csrf_checks=True)
    client.force_login(viewer)
    response = client.post("/accounts/logout/")
    assert response.status_code == 403
    assert "This form could not be accepted" in response.content.decode()


@pytest.mark.parametrize(
    ("template", "heading"), [("500.html", "Something went wrong"), ("400.html", "The request could")]
)
def test_error_page_without_a_request(template, heading):
    """Django renders these two without any context, so they must stand without one."""
    page = render_to_string(template)
    assert f"<h1>{heading}" in page
    assert "user_menu" not in page


BAD_CURSORS = [
    "x",
    "WzEsMl0",
    "WyJhIiwxXQ",
    "WyJcdTAwMDAiLDFd",
    "WyJcdWQ4MDAiLDFd",
    "WyJhIiw5OTk5OTk5OTk5OTk5OTk5OTk5OTk5XQ",
    "W251bGwsMV0",
]


@pytest.mark.parametrize("cursor", BAD_CURSORS)
@pytest.mark.parametrize(
    "path", ["/items/", "/batches/", "/batches/?expiring=7", "/serials/", "/archives/", "/seals/", "/changes/"]
)
def test_paging_takes_any_cursor_as_a_place(client, viewer, path, cursor):
    client.force_login(viewer)
    assert client.get(path, {**({"expiring": "7"} if "?" in path else {}), "after": cursor}).status_code == 200


def test_paging_shows_every_row_once(db):
    names = [f"Item {number:03}" for number in range(7)]
    for name in names:
        build.item(name, skus=())
    found, cursor = [], ""
    while cursor is not None:
        page = page_by_key(Item.objects.all(), order=("key", "id"), cursor=cursor, size=3)
        found.append([item.name for item in page.rows])
        cursor = page.next_cursor
    assert found == [names[:3], names[3:6], names[6:]]
    first = page_newest(Item.objects.all(), cursor="", size=5)
    second = page_newest(Item.objects.all(), cursor=first.next_cursor, size=5)
    assert [[item.name for item in page.rows] for page in (first, second)] == [names[:1:-1], names[1::-1]]
    assert (first.is_first, second.is_first, second.next_cursor) == (True, False, None)
