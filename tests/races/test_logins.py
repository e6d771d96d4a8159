"""Many passwords at once: wrong ones have no more tries than one after the other, right ones are all logins.

The passwords are hashed as on a site, so that each is really looked at for a while.
"""

from __future__ import annotations

from collections import Counter

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from katana_trace import settings as site
from katana_trace.accounts.models import LoginAttempt, LoginEvent, Session
from katana_trace.accounts.throttle import NAME_AND_ADDRESS_LIMIT, NAME_LIMIT
from tests.races.login_writers import log_in
from tests.races.starting_line import Entry

pytestmark = pytest.mark.race

RIGHT, WRONG = "oven-Rye-77", "oven-Rye-78"
IN, SENT_BACK, REFUSED = 302, 422, 429


@pytest.fixture
def anna(course, settings):
    settings.PASSWORD_HASHERS = site.PASSWORD_HASHERS
    settings.ALLOWED_HOSTS = ["localhost"]
    return get_user_model().objects.create_user("anna", password=RIGHT)


def entry(addresses: list[str], *, password: str = WRONG, times: int = 1, username: str = "anna") -> Entry:
    arguments = {"username": username, "password": password, "addresses": addresses, "times": times}
    return Entry("log_in", arguments)


def statuses(course, entries: list[Entry]) -> Counter:
    return sum(map(Counter, course.run(*entries).answers), Counter())


def test_20_right_passwords_at_once_are_20_logins(course, anna):
    assert statuses(course, [entry(["192.0.2.1"], password=RIGHT)] * 20) == {IN: 20}
    assert Session.objects.filter(user=anna).count() == 20
    assert LoginAttempt.objects.count() == 0
    assert [*LoginEvent.objects.values_list("kind", "username", "times")] == [("logged_in", "anna", 20)]


def test_16_guessers_at_one_address_have_no_more_tries_than_one(course, anna):
    let_through = NAME_AND_ADDRESS_LIMIT
    found = statuses(course, [entry(["192.0.2.1"], times=3)] * 16)
    assert found == {SENT_BACK: let_through, REFUSED: 48 - let_through}
    assert LoginAttempt.objects.count() == let_through  # what was refused is not counted


def test_a_wave_from_50_addresses_has_100_tries_and_shuts_nobody_out_at_his_usual_address(course, anna):
    assert log_in(0, username="anna", password=RIGHT, addresses=["192.0.2.1"], times=1) == {IN: 1}
    wave = [entry([f"198.51.100.{n}" for n in range(first, 50, 5)], times=6) for first in range(5)]
    found = statuses(course, [*wave, *[entry(["192.0.2.1"], password=RIGHT, times=5)] * 2])
    assert found == {SENT_BACK: NAME_LIMIT, REFUSED: 300 - NAME_LIMIT, IN: 10}
    elsewhere = Client(SERVER_NAME="localhost", REMOTE_ADDR="203.0.113.5")
    answer = elsewhere.post("/accounts/login/", {"username": "anna", "password": RIGHT})
    assert answer.status_code == REFUSED
    assert "for the user name “anna” from all addresses within 60 minutes" in answer.content.decode()
