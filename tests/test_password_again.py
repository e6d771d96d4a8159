"""Grave acts ask for the password again when it was last given more than 15 minutes ago: switching tracking off,
restoring, reversing. The same person, the same page, 15 minutes later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from items.models import Item
from katana_trace.accounts.models import LoginAttempt
from katana_trace.lib.identity import new_uuid
from tests import build
from tracking.models import Archive, Document

pytestmark = pytest.mark.django_db

ASKED = "Type your password: you gave it more than 15 minutes ago."


@dataclass(frozen=True)
class Act:
    """A page, what is sent to it, and whether it was done."""

    page: str
    sent: dict
    is_done: Callable[[], bool]


def switch_off(manager, client) -> Act:
    flour = build.item("Flour", "batch", skus=("FLOUR",))
    build.post("receipt", build.line("FLOUR", 5, batch="L1"))
    b"".join(client.get(f"/items/{flour.pk}/history.csv").streaming_content)
    return Act(
        f"/items/{flour.pk}/tracking/?to=none",
        {"tracking_mode": "none", "confirm": "Flour", "reason": "Not needed"},
        lambda: Item.objects.get(pk=flour.pk).tracking_mode == "none",
    )


def restore(manager, client) -> Act:
    flour = build.item("Flour", "batch", skus=("FLOUR",))
    build.post("receipt", build.line("FLOUR", 5, batch="L1"))
    build.switch_off(flour, manager)
    build.switch_on(flour, "batch", manager)
    page = f"/archives/{Archive.objects.get().pk}/restore/"
    seen = client.get(page).context["plan"].digest
    return Act(page, {"seen": seen}, lambda: Archive.objects.get().restored_at is not None)


def reverse(manager, client) -> Act:
    build.item("Flour", "batch", skus=("FLOUR",))
    receipt = build.post("receipt", build.line("FLOUR", 5, batch="L1"))
    page = f"/documents/{receipt.pk}/reverse/"
    token = new_uuid()
    return Act(
        page,
        {"reason": "Entered twice", "token": str(token)},
        lambda: Document.objects.filter(reverses=receipt).exists(),
    )


@pytest.fixture(params=[switch_off, restore, reverse], ids=lambda act: act.__name__)
def act(request, client, manager, settings) -> Act:
    settings.SESSION_COOKIE_AGE = 7 * 24 * 3600
    client.force_login(manager)
    return request.param(manager, client)


@pytest.fixture
def later(monkeypatch):
    """Puts the one clock that the product reads forward."""

    def forward(**by):
        at = timezone.now() + timedelta(**by)
        monkeypatch.setattr(timezone, "now", lambda: at)

    return forward


def asks(response) -> bool:
    return 'name="password"' in response.content.decode()


def test_a_password_that_was_given_in_the_future_is_asked_for_again(client, act, later):
    """A clock was set back since: nobody knows how long ago that was."""
    later(minutes=-2)
    assert asks(client.get(act.page))
    assert client.post(act.page, act.sent).status_code == 422
    assert not act.is_done()
    assert client.post(act.page, {**act.sent, "password": "pw"}).status_code == 302
    assert act.is_done()


def test_a_recent_login_is_not_asked(client, act, later):
    later(minutes=14, seconds=50)
    assert not asks(client.get(act.page))
    assert client.post(act.page, act.sent).status_code == 302
    assert act.is_done()


def test_an_older_login_is_asked_and_refused_without_the_password(client, act, later):
    later(minutes=15, seconds=10)
    assert asks(client.get(act.page))
    for sent, said in (
        ({}, ASKED),
        ({"password": "wrong"}, "This is not your password. Type the one that you log in with."),
    ):
        refused = client.post(act.page, act.sent | sent)
        assert (refused.status_code, asks(refused), act.is_done()) == (422, True, False)
        assert refused.context["form"].errors == {"password": [said]}
    assert client.post(act.page, act.sent | {"password": "pw"}).status_code == 302
    assert act.is_done()


def test_another_persons_password_is_refused(client, act, later, operator):
    operator.set_password("other")
    operator.save()
    later(minutes=16)
    refused = client.post(act.page, act.sent | {"password": "other"})
    assert (refused.status_code, act.is_done()) == (422, False)


def test_once_given_it_is_not_asked_again_for_15_minutes(client, act, later):
    later(hours=2)
    refused = client.post(act.page, act.sent | {"password": "pw", "confirm": "x", "seen": "x", "reason": ""})
    assert (refused.status_code, asks(refused), act.is_done()) == (422, False, False)
    assert client.post(act.page, act.sent).status_code == 302
    assert act.is_done()


def test_ten_wrong_passwords_are_the_most_in_an_open_session(client, act, later):
    later(minutes=16)
    for _ in range(10):
        assert client.post(act.page, act.sent | {"password": "wrong"}).status_code == 422
    refused = client.post(act.page, act.sent | {"password": "pw"})
    assert (
        refused.context["form"]
        .errors["password"][0]
        .startswith(
            "10 passwords were tried in your open session within 15 minutes, and no more are allowed. Try again at "
        )
    )
    assert not act.is_done()
    later(minutes=16)
    assert client.post(act.page, act.sent | {"password": "pw"}).status_code == 302
    assert act.is_done()


def test_nobody_outside_an_open_session_shuts_it(client, act, later, manager):
    later(minutes=16)
    outside = Client()
    for n in range(101):
        sent = {"username": "manager", "password": "wrong"}
        outside.post("/accounts/login/", sent, REMOTE_ADDR=f"198.51.100.{n // 10}")
    for _ in range(11):
        outside.post("/accounts/login/", {"username": "manager", "password": "wrong"})
    assert outside.post("/accounts/login/", {"username": "manager", "password": "pw"}).status_code == 429
    assert client.post(act.page, act.sent | {"password": "pw"}).status_code == 302
    assert act.is_done()


def test_wrong_passwords_in_an_open_session_shut_neither_another_one_nor_the_login_page(client, act, later, manager):
    later(minutes=16)
    other = Client()
    other.force_login(manager)
    for _ in range(11):
        client.post(act.page, act.sent | {"password": "wrong"})
    later(minutes=16)
    for _ in range(11):
        client.post(act.page, act.sent | {"password": "wrong"})
    assert Client().post("/accounts/login/", {"username": "manager", "password": "pw"}).status_code == 302
    assert client.post(act.page, act.sent | {"password": "pw"}).status_code == 422
    answer = other.post(act.page, act.sent | {"password": "pw"})
    assert "password" not in (answer.context["form"].errors if answer.status_code == 422 else {})


def test_a_right_password_in_an_open_session_forgives_the_wrong_ones_of_it(client, act, later):
    later(minutes=16)
    for _ in range(9):
        client.post(act.page, act.sent | {"password": "wrong"})
    given = client.post(act.page, act.sent | {"password": "pw", "confirm": "x", "seen": "x", "reason": ""})
    assert given.status_code == 422
    assert LoginAttempt.objects.count() == 0


@pytest.mark.parametrize("ahead", [timedelta(seconds=1), timedelta(hours=3)])
def test_a_password_given_in_the_future_is_asked_again(client, act, later, ahead):
    """As after a clock that was set back."""
    later(seconds=-ahead.total_seconds() - 1)
    assert asks(client.get(act.page))
    assert client.post(act.page, act.sent).status_code == 422
    assert not act.is_done()
