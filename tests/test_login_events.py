"""The log of logins: what it keeps, what it never keeps, how it is bounded, and who reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from katana_trace.accounts import events
from katana_trace.accounts.models import LoginEvent
from tests.test_throttle import clock  # noqa: F401 a fixture

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"


def log_in(client, username: str, password: str, **headers) -> int:
    return client.post(LOGIN, {"username": username, "password": password}, **headers).status_code


def kept() -> list[tuple]:
    return [*LoginEvent.objects.order_by("pk").values_list("kind", "username", "address", "page", "times")]


def test_logins_failures_and_refusals_are_kept(client, viewer, manager, stopped_clock):
    for _ in range(2):
        log_in(client, "viewer", "wrong")
    log_in(client, "viewer", "pw")
    client.get("/import/")
    client.post("/accounts/password/", {"old_password": "no", "new_password1": "a", "new_password2": "a"})
    client.post("/accounts/logout/")
    for _ in range(12):
        log_in(client, "manager", "wrong", REMOTE_ADDR="198.51.100.1")
    assert kept() == [
        ("wrong", "viewer", "127.0.0.1", "/accounts/login/", 2),
        ("logged_in", "viewer", "127.0.0.1", "/accounts/login/", 1),
        ("forbidden", "viewer", "127.0.0.1", "/import/", 1),
        ("wrong", "viewer", "127.0.0.1", "/accounts/password/", 1),
        ("logged_out", "viewer", "127.0.0.1", "/accounts/logout/", 1),
        ("wrong", "manager", "198.51.100.1", "/accounts/login/", 10),
        ("too_many", "manager", "198.51.100.1", "/accounts/login/", 2),
    ]


@pytest.mark.parametrize("typed", ["my-Password-1", "Viewer", "viewer my-Password-1", "x" * 400, "viewer "])
def test_what_is_typed_as_a_name_is_kept_only_when_it_is_an_accounts(client, viewer, typed):
    log_in(client, typed, "my-Password-2")
    events.record(events.Kind.WRONG, user=events.account_called(typed), request=None)
    names = set(LoginEvent.objects.values_list("username", flat=True))
    assert names <= {"", "viewer"}
    for row in LoginEvent.objects.values():
        assert "assword-" not in str(row)


def test_the_same_thing_is_one_row_an_hour(client, viewer, clock):  # noqa: F811
    clock.forward(seconds=3600 - timezone.now().timestamp() % 3600)
    for _ in range(5):
        log_in(client, "viewer", "wrong")
        clock.forward(minutes=1)
    clock.forward(hours=1)
    log_in(client, "viewer", "wrong")
    assert [row[-1] for row in kept()] == [5, 1]
    first = LoginEvent.objects.first()
    assert first.last_at - first.first_at == timedelta(minutes=4)


def test_what_fails_is_500_rows_an_hour_at_most(client, viewer, stopped_clock, monkeypatch):
    monkeypatch.setattr(events, "ROWS_AN_HOUR", 5)
    for n in range(9):
        log_in(client, "viewer", "wrong", REMOTE_ADDR=f"198.51.100.{n}")
    log_in(client, "viewer", "pw", REMOTE_ADDR="192.0.2.1")
    page = "/accounts/login/"
    assert kept() == [
        *[("wrong", "viewer", f"198.51.100.{n}", page, 1) for n in range(5)],
        ("wrong", "", "", "", 4),
        ("logged_in", "viewer", "192.0.2.1", page, 1),
    ]


def test_a_flood_of_refusals_under_many_addresses_and_browsers_is_few_rows(client, viewer, stopped_clock):
    client.force_login(viewer)
    for n in range(30):
        client.get(f"/items/{n}/edit/?a={n}", HTTP_USER_AGENT=f"{n} Firefox/{n}")
    assert kept()[1:] == [("forbidden", "viewer", "127.0.0.1", "/items/<int:pk>/edit/", 30)]


def test_logins_are_kept_for_90_days(client, viewer, clock):  # noqa: F811
    log_in(client, "viewer", "wrong")
    clock.forward(days=89)
    log_in(client, "viewer", "wrong")
    assert len(kept()) == 2
    clock.forward(days=2)
    log_in(client, "viewer", "wrong")
    assert len(kept()) == 2


def test_a_log_that_cannot_be_written_stops_nobody(client, viewer, monkeypatch, caplog):
    def full(*args, **kwargs):
        raise DatabaseError("database or disk is full")

    monkeypatch.setattr(events, "keep", full)
    assert log_in(client, "viewer", "pw") == 302
    assert "The log of logins could not be written" in caplog.text


def test_managers_read_the_log_of_logins_and_narrow_it(client, manager, viewer, operator):
    for username in ("viewer", "operator"):
        log_in(client, username, "wrong")
    client.force_login(manager)
    page = client.get("/logins/")
    assert [(row.kind, row.username) for row in page.context["page"].rows] == [
        ("logged_in", "manager"),
        ("wrong", "operator"),
        ("wrong", "viewer"),
    ]
    assert "kept for 90 days" in page.content.decode()
    for query, names in (
        ("user=VIEWER", ["viewer"]),
        ("kind=logged_in", ["manager"]),
        ("kind=wrong&user=operator", ["operator"]),
        ("kind=x", ["manager", "operator", "viewer"]),
        ("user=a%00b", ["manager", "operator", "viewer"]),
    ):
        rows = client.get(f"/logins/?{query}").context["page"].rows
        assert (query, [row.username for row in rows]) == (query, names)
    assert client.get("/logins/?user=nobody").content.decode().count("Nothing matches this.") == 1
    assert 'href="/logins/"' in client.get("/").content.decode()
    for user in (viewer, operator):
        client.force_login(user)
        assert client.get("/logins/").status_code == 403
        assert 'href="/logins/"' not in client.get("/").content.decode()


def test_logins_page_costs_the_same_for_1_and_for_50(manager, django_assert_num_queries):
    client = Client()
    client.force_login(manager)
    client.get("/logins/")
    for count in (1, 60):
        for n in range(count):
            events.record(events.Kind.WRONG, user=None, request=None)
            LoginEvent.objects.filter(address="").update(address=f"{count}-{n}")
        with django_assert_num_queries(5):
            client.get("/logins/")
