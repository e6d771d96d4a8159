"""Open sessions: how long they last, whose they are, and what ends them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from katana_trace.accounts.models import Session
from tests.test_throttle import clock  # noqa: F401 a fixture

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36"
PAGE = "/accounts/sessions/"


def logged_in(username: str = "viewer", *, address: str = "192.0.2.1", agent: str = FIREFOX) -> Client:
    client = Client(REMOTE_ADDR=address, HTTP_USER_AGENT=agent)
    assert client.post("/accounts/login/", {"username": username, "password": "pw"}).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/items/").status_code == 200


def test_a_session_ends_after_12_idle_hours(viewer, clock):  # noqa: F811
    client, other = logged_in(), logged_in()
    for _ in range(3):
        clock.forward(hours=11, minutes=54)
        assert is_in(client)
    assert not is_in(other)
    clock.forward(hours=12, seconds=1)
    assert not is_in(client)
    logged_in()
    assert Session.objects.count() == 1  # those that ran out are swept


def test_a_page_that_is_read_writes_the_session_every_five_minutes(
    viewer,
    clock,  # noqa: F811
    django_assert_num_queries,
):
    client = logged_in()
    first = Session.objects.get()
    clock.forward(minutes=4, seconds=58)
    client.get(PAGE)
    assert Session.objects.get().seen_at == first.seen_at
    clock.forward(seconds=3)
    client.get(PAGE)
    assert Session.objects.get().seen_at - first.seen_at == timedelta(minutes=5, seconds=1)
    assert Session.objects.get().expire_date - first.expire_date == timedelta(minutes=5, seconds=1)


def test_sessions_page_lists_ones_own_and_marks_the_present_one(viewer, operator, clock):  # noqa: F811
    logged_in("operator")
    first = logged_in(address="2001:db8:1:2::5", agent=CHROME)
    clock.forward(hours=1)
    second = logged_in()
    rows = [
        (row.session.browser, row.session.address, row.session.begun_at, row.is_this)
        for row in second.get(PAGE).context["rows"]
    ]
    now = timezone.now().replace(microsecond=0)
    assert rows == [
        ("Firefox on Windows", "192.0.2.1", now, True),
        ("Chrome on Android", "2001:db8:1:2::/64", now - timedelta(hours=1), False),
    ]
    page = second.get(PAGE).content.decode()
    assert page.count("This one") == 1
    assert not any(key in page for key in Session.objects.values_list("session_key", flat=True))
    assert [row.is_this for row in first.get(PAGE).context["rows"]] == [True, False]


def test_log_out_all_others_leaves_this_one_and_other_people(viewer, operator):
    this, other, third, stranger = logged_in(), logged_in(), logged_in(), logged_in("operator")
    answer = this.post(f"{PAGE}end/", follow=True)
    assert "2 other sessions were logged out." in answer.content.decode()
    assert [is_in(client) for client in (this, other, third, stranger)] == [True, False, False, True]
    assert "There was no other session." in this.post(f"{PAGE}end/", follow=True).content.decode()


def test_log_out_everywhere_ends_this_one_too(viewer, operator):
    this, other, stranger = logged_in(), logged_in(), logged_in("operator")
    answer = this.post(f"{PAGE}end/", {"this": "1"})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    assert [is_in(client) for client in (this, other, stranger)] == [False, False, True]
    assert Session.objects.filter(user=viewer).count() == 0


def test_a_changed_password_ends_the_other_sessions(viewer):
    this, other = logged_in(), logged_in()
    sent = {"old_password": "pw", "new_password1": "oven-Rye-77", "new_password2": "oven-Rye-77"}
    assert this.post("/accounts/password/", sent).status_code == 302
    assert Session.objects.filter(user=viewer).count() == 1
    assert [is_in(this), is_in(other)] == [True, False]


def test_a_password_that_an_administrator_sets_ends_all_sessions(viewer, admin_client):
    client = logged_in()
    sent = {"password1": "oven-Rye-77", "password2": "oven-Rye-77", "usable_password": "true"}
    assert admin_client.post(f"/admin/auth/user/{viewer.pk}/password/", sent).status_code == 302
    assert Session.objects.filter(user=viewer).count() == 0
    assert not is_in(client)
    assert admin_client.get("/admin/").status_code == 200


def save(viewer):
    viewer.is_active = False
    viewer.save()


def update(viewer):
    get_user_model().objects.filter(pk=viewer.pk).update(is_active=False)


@pytest.mark.parametrize("deactivate", [save, update])
def test_a_user_who_is_made_inactive_is_out_and_stays_out(viewer, deactivate):
    client = logged_in()
    deactivate(viewer)
    assert not is_in(client)
    assert Session.objects.count() == 0
    get_user_model().objects.filter(pk=viewer.pk).update(is_active=True)
    assert not is_in(client)


def test_a_user_who_is_saved_otherwise_stays_logged_in(viewer):
    client = logged_in()
    viewer.refresh_from_db()
    viewer.first_name = "Vi"
    viewer.save()
    assert is_in(client)


def test_a_deleted_user_is_out(viewer, admin_client):
    client = logged_in()
    page = admin_client.get(f"/admin/auth/user/{viewer.pk}/delete/").content.decode()
    assert Session.objects.get(user=viewer).session_key not in page
    viewer.delete()
    assert not is_in(client)


@pytest.mark.parametrize("address", ["/healthz", "/accounts/login/"])
def test_a_page_that_is_open_to_all_asks_for_no_session(client, viewer, address):
    """A health check that brings a cookie is not kept waiting for a database that does not answer."""
    client.force_login(viewer)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    is_asked = any("accounts_session" in query["sql"] for query in queries.captured_queries)
    assert is_asked == (address != "/healthz")  # the login page leads on who is logged in
