"""How often a password may be tried, at each place where one is typed; and how passwords are kept."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import get_hasher, make_password
from django.utils import timezone

from katana_trace import settings as site
from katana_trace.accounts import throttle
from katana_trace.accounts.models import LoginAttempt, LoginEvent

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
FULL = (
    "10 passwords were tried for the user name “viewer” from your address within 15 minutes, and no more are allowed. "
    "Try again at "
)


@pytest.fixture
def clock(monkeypatch):
    """The one clock that the product reads; ``clock.forward(minutes=1)`` puts it forward."""
    begun = timezone.now()

    class Clock:
        passed = timedelta(0)

        def forward(self, **by):
            self.passed += timedelta(**by)

    made = Clock()
    monkeypatch.setattr(timezone, "now", lambda: begun + made.passed)
    return made


def log_in(client, username: str, password: str, page: str = LOGIN, **headers):
    return client.post(page, {"username": username, "password": password}, **headers)


def sentence(response) -> str:
    return " ".join(response.context["form"].non_field_errors())


def test_login_is_refused_after_ten_wrong_passwords_even_with_the_right_one(client, viewer, clock):
    assert [log_in(client, "viewer", "wrong").status_code for _ in range(10)] == [422] * 10
    refused = log_in(client, " Viewer ", "pw")  # by key: another spelling is the same name
    assert (refused.status_code, sentence(refused)[: len(FULL) - 20]) == (429, FULL.replace("viewer", "Viewer")[:-20])
    assert "_auth_user_id" not in client.session
    refused = log_in(client, "viewer", "pw")
    assert sentence(refused).startswith(FULL)
    assert refused["Retry-After"] == "900"
    clock.forward(minutes=15, seconds=1)
    assert log_in(client, "viewer", "pw").status_code == 302


def test_what_was_refused_does_not_count(client, viewer, clock):
    for _ in range(10):
        log_in(client, "viewer", "wrong")
    clock.forward(minutes=14)
    for _ in range(30):
        assert log_in(client, "viewer", "wrong").status_code == 429
    clock.forward(minutes=1, seconds=1)
    assert log_in(client, "viewer", "pw").status_code == 302


def test_the_right_password_takes_the_wrong_ones_back(client, viewer, clock):
    for _ in range(3):
        for _ in range(9):
            assert log_in(client, "viewer", "wrong").status_code == 422
        assert log_in(client, "viewer", "pw").status_code == 302
        client.logout()
    assert LoginAttempt.objects.count() == 0


def test_names_that_nobody_has_are_counted_alike(client, viewer):
    answers = [log_in(client, "nobody", "wrong") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert log_in(client, "viewer", "pw").status_code == 302


def test_an_address_may_try_a_hundred_passwords_of_whatever_names(client, viewer, operator):
    answers = [log_in(client, f"name{n}", "wrong") for n in range(101)]
    assert [answer.status_code for answer in answers] == [422] * 100 + [429]
    assert sentence(answers[-1]).startswith("100 passwords were tried from your address within 15 minutes")
    assert log_in(client, "viewer", "pw").status_code == 429
    assert log_in(client, "operator", "pw", REMOTE_ADDR="192.0.2.7").status_code == 302


@pytest.mark.parametrize(
    ("trusts", "sent", "address"),
    [
        (False, {"REMOTE_ADDR": "192.0.2.7"}, "192.0.2.7"),
        (False, {"REMOTE_ADDR": "192.0.2.7", "HTTP_X_FORWARDED_FOR": "198.51.100.1"}, "192.0.2.7"),
        (True, {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9, 198.51.100.1"}, "198.51.100.1"),
        (True, {"REMOTE_ADDR": "127.0.0.1"}, "127.0.0.1"),
        (False, {"REMOTE_ADDR": "2001:db8:1:2:3:4:5:6"}, "2001:db8:1:2::/64"),
        (False, {"REMOTE_ADDR": "::ffff:192.0.2.7"}, "192.0.2.7"),
        (False, {"REMOTE_ADDR": ""}, ""),
        (True, {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "unknown"}, ""),
        (True, {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9, 198.51.100.1:4711"}, "198.51.100.1"),
        (True, {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "[2001:db8:1:2::9]:4711"}, "2001:db8:1:2::/64"),
        (False, {"REMOTE_ADDR": "fe80::1%eth0"}, "fe80::/64"),
    ],
)
def test_address_of_a_request(rf, settings, trusts, sent, address):
    settings.TRUST_PROXY = trusts
    assert throttle.address_of(rf.get("/", **sent)) == address


def test_wrong_passwords_at_one_address_do_not_lock_the_user_out_at_another(client, viewer):
    for _ in range(11):
        log_in(client, "viewer", "wrong", REMOTE_ADDR="198.51.100.1")
    assert log_in(client, "viewer", "pw", REMOTE_ADDR="198.51.100.1").status_code == 429
    assert log_in(client, "viewer", "pw", REMOTE_ADDR="192.0.2.7").status_code == 302


def test_addresses_of_one_ipv6_network_are_one(client, viewer):
    answers = [log_in(client, "viewer", "wrong", REMOTE_ADDR=f"2001:db8:1:2::{n}") for n in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert log_in(client, "viewer", "pw", REMOTE_ADDR="2001:db8:1:3::1").status_code == 302


def test_a_right_password_forgives_its_own_address_and_no_other(client, viewer):
    for address in ("198.51.100.1", "192.0.2.7"):
        for _ in range(9):
            log_in(client, "viewer", "wrong", REMOTE_ADDR=address)
    assert log_in(client, "viewer", "pw", REMOTE_ADDR="192.0.2.7").status_code == 302
    assert [*LoginAttempt.objects.values_list("address", flat=True)] == ["198.51.100.1"] * 9
    client.logout()
    answers = [log_in(client, "viewer", "wrong", REMOTE_ADDR="198.51.100.1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [422, 429]


def test_a_right_password_forgives_no_other_name(client, viewer, operator):
    for _ in range(9):
        log_in(client, "operator", "wrong")
    assert log_in(client, "viewer", "pw").status_code == 302
    client.logout()
    assert [log_in(client, "operator", "wrong").status_code for _ in range(2)] == [422, 429]


@pytest.mark.parametrize(("name", "other"), [("viewer", "VIEWER"), ("grosse", "Große")])
def test_a_right_password_forgives_no_name_that_is_counted_with_its_own(client, name, other):
    """The page of a user in the admin lets a name be changed to one that differs in case alone."""
    for username in (name, other):
        get_user_model().objects.create_user(username, password="pw")
    for _ in range(9):
        assert log_in(client, name, "wrong").status_code == 422
    assert log_in(client, other, "pw").status_code == 302
    client.logout()
    assert [log_in(client, name, "wrong").status_code for _ in range(2)] == [422, 429]


def test_a_name_has_100_tries_an_hour_from_all_addresses_but_its_usual_ones(client, viewer, clock):
    usual = {"REMOTE_ADDR": "192.0.2.7"}
    assert log_in(client, "viewer", "pw", **usual).status_code == 302
    client.logout()
    for n in range(100):
        assert log_in(client, "viewer", "wrong", REMOTE_ADDR=f"198.51.100.{n}").status_code == 422
    refused = log_in(client, "viewer", "pw", REMOTE_ADDR="203.0.113.1")
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")
    assert sentence(refused).startswith(
        "100 passwords were tried for the user name “viewer” from all addresses within 60 minutes"
    )
    assert log_in(client, "viewer", "pw", **usual).status_code == 302
    client.logout()
    clock.forward(days=31)  # an address is usual for 30 days
    for n in range(100):
        assert log_in(client, "viewer", "wrong", REMOTE_ADDR=f"198.51.100.{n}").status_code == 422
    assert log_in(client, "viewer", "pw", **usual).status_code == 429
    clock.forward(hours=1, seconds=1)
    assert log_in(client, "viewer", "pw", **usual).status_code == 302


def test_a_password_that_is_looked_at_for_half_a_minute_counts_as_wrong(client, viewer, clock):
    """As that of a process that was killed: else killing it would be a way to guess on."""
    for _ in range(10):
        throttle.begin_attempt(throttle.Door("viewer", "127.0.0.1"))
    clock.forward(seconds=31)
    assert log_in(client, "viewer", "pw").status_code == 429
    clock.forward(minutes=15)
    assert log_in(client, "viewer", "pw").status_code == 302


def test_who_cannot_wait_any_longer_is_refused_and_not_counted(client, viewer, monkeypatch):
    monkeypatch.setattr(throttle, "PATIENCE", 0)
    for _ in range(10):
        throttle.begin_attempt(throttle.Door("viewer", "127.0.0.1"))
    refused = log_in(client, "viewer", "pw")
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert sentence(refused) == "Too many passwords are being tried at this moment. Try again in a minute."
    assert LoginAttempt.objects.count() == 10


def test_attempts_are_forgotten_after_an_hour_and_when_the_clock_is_set_back(client, viewer, clock):
    clock.forward(days=400)
    log_in(client, "viewer", "wrong")
    clock.passed = timedelta(0)
    log_in(client, "viewer", "wrong")
    assert LoginAttempt.objects.count() == 1
    clock.forward(minutes=59)
    log_in(client, "nobody", "wrong")
    assert LoginAttempt.objects.count() == 2
    clock.forward(minutes=2)
    log_in(client, "nobody", "wrong")
    assert LoginAttempt.objects.count() == 2


def test_the_admin_has_no_login_of_its_own(client, admin_user):
    answer = log_in(client, "admin", "password", "/admin/login/?next=/admin/items/item/")
    assert (answer.status_code, answer["Location"]) == (302, f"{LOGIN}?next=/admin/items/item/")
    assert "_auth_user_id" not in client.session
    answer = client.post(
        answer["Location"], {"username": "admin", "password": "password", "next": "/admin/items/item/"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/admin/items/item/")


def test_password_change_has_a_limit_of_its_own(client, viewer):
    client.force_login(viewer)
    new = {"new_password1": "oven-Rye-77", "new_password2": "oven-Rye-77"}
    answers = [client.post("/accounts/password/", {"old_password": "no", **new}) for _ in range(10)]
    assert [answer.status_code for answer in answers] == [422] * 10
    refused = client.post("/accounts/password/", {"old_password": "pw", **new})
    assert refused.status_code == 429
    assert (
        refused.context["form"]
        .errors["old_password"][0]
        .startswith(
            "10 passwords were tried in your open session within 15 minutes, and no more are allowed. Try again at "
        )
    )
    viewer.refresh_from_db()
    assert viewer.check_password("pw")


def test_no_typed_name_and_no_password_is_kept(client, db):
    log_in(client, "my-Password-1", "my-Password-2")
    (kept,) = LoginAttempt.objects.values_list("name_hash", "address")
    assert kept == (throttle.hash_of("my-password-1"), "127.0.0.1")
    # With the site's key: a copy of the database alone does not tell it by trying.
    assert kept[0] != hashlib.sha256(b"my-password-1").hexdigest()
    assert [*LoginEvent.objects.values_list("kind", "username")] == [("wrong", "")]


def test_passwords_are_hashed_with_argon2_and_those_of_before_replaced(client, settings):
    settings.PASSWORD_HASHERS = site.PASSWORD_HASHERS
    user = get_user_model().objects.create_user("anna", password="oven-Rye-77")
    assert user.password.startswith("argon2$argon2id$")
    user.password = make_password("oven-Rye-77", hasher=get_hasher("pbkdf2_sha256"))
    user.save()
    assert log_in(client, "anna", "oven-Rye-77").status_code == 302
    user.refresh_from_db()
    assert user.password.startswith("argon2$argon2id$")


def test_admin_has_no_page_of_its_own_where_an_old_password_is_tried(client, manager):
    manager.is_staff = True
    manager.save()
    client.force_login(manager)
    typed = {"old_password": "pw", "new_password1": "oven-Rye-77", "new_password2": "oven-Rye-77"}
    assert client.post("/admin/password_change/", typed)["Location"] == "/accounts/password/"
    manager.refresh_from_db()
    assert manager.check_password("pw")
