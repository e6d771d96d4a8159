"""``manage.py expiry_digest``: what it prints and mails, what it refuses, and what the environment may say of mail."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError
from django.utils.formats import date_format

from katana_trace import environment
from katana_trace.lib import days
from tests import build
from tests.build import line, post
from tests.worlds import run
from tracking.ledger.seals import text_of_seal
from tracking.models import Seal
from tracking.records.hold import hold

BASE = Path(__file__).resolve().parent.parent
ADDRESSES = ("baker@example.com", "store@example.com")


def on(ahead: int) -> str:
    return (days.today() + timedelta(days=ahead)).isoformat()


def day(ahead: int, form: str = "j M Y") -> str:
    return date_format(days.today() + timedelta(days=ahead), form)


def rule(zone: str) -> str:
    return (
        f"A batch is usable through its expiry date, in the time zone {zone}. An item's notice period is set on its card; "
        "without one it is 7 days."
    )


@pytest.fixture
def shelf(db, manager) -> None:
    build.item("Flour", "batch", "kg", skus=("FLOUR",), expiry_notice_days=30)
    build.item("Bread", "batch", skus=("BREAD",))
    post("receipt", line("FLOUR", "1200.5", batch="F1", expires=on(30)), line("FLOUR", 2, batch="F2", expires=on(31)))
    post("receipt", line("BREAD", 8, batch="B1", expires=on(-1)), line("BREAD", 4, batch="B2", expires=on(0)))
    post("receipt", line("BREAD", 1, batch="B3", expires=on(1)), line("BREAD", 5, batch="B4", expires=on(8)))
    post("receipt", line("BREAD", 6, batch="B1", at="Shop"), line("BREAD", 3, batch="B0", expires=on(-12)))
    hold(records=[build.batch("B1")], by=manager, reason="Stale")


def expected(zone: str) -> str:
    return f"""\
Katana Trace: expiry on {day(0, "l j F Y")}

Expired, no longer to be shipped or used (2):
- {day(-12)} (12 days ago): B0, Bread (BREAD): 3 pcs at Main
- {day(-1)} (1 day ago): B1, Bread (BREAD): 8 pcs at Main, 6 pcs at Shop; on hold

Expires soon, within the notice period of its item (3):
- {day(0)} (last day): B2, Bread (BREAD): 4 pcs at Main
- {day(1)} (1 day): B3, Bread (BREAD): 1 pcs at Main
- {day(30)} (30 days): F1, Flour (FLOUR): 1,200.5 kg at Main

{rule(zone)}
"""


@pytest.fixture
def server(settings):
    """A mail server is named; Django's tests keep what is sent to it."""
    settings.EMAIL_HOST, settings.EMAIL_PORT = "mail.example.com", 465
    settings.DEFAULT_FROM_EMAIL = "stock@example.com"


def sealed(kept: str = "line") -> str:
    """The line about the one seal that there is."""
    seal = Seal.objects.get()
    return (
        f"Seal {seal.pk} of this ledger, made at {seal.made_at:%Y-%m-%d %H:%M} UTC: {seal.head}. Keep this {kept}: "
        "manage.py verify --seal HEAD tells later whether anything under it was changed.\n"
    )


def refused(*arguments: str) -> str:
    with pytest.raises(CommandError) as caught:
        run("expiry_digest", *arguments)
    assert caught.value.returncode == 1
    return str(caught.value)


# -- what it says ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_expiry_digest_prints_what_is_due(request, settings, zone):
    settings.TIME_ZONE = zone  # before the shelf is filled: the day may be another one there
    request.getfixturevalue("shelf")
    assert run("expiry_digest") == f"{expected(zone)}\n{sealed()}"


def test_expiry_digest_leaves_out_a_heading_without_batches(db):
    build.item("Bread", "batch", skus=("BREAD",))
    post("receipt", line("BREAD", 4, batch="B2", expires=on(2)))
    said = run("expiry_digest")
    assert "Expired" not in said
    assert "Expires soon, within the notice period of its item (1):" in said


def test_expiry_digest_says_when_there_is_nothing(db):
    said = f"Nothing in stock is expired or within the notice period of its item on {day(0)}."
    assert run("expiry_digest") == f"{said}\n\n{rule('UTC')}\n\n{sealed()}"


@pytest.mark.parametrize("count", [1, 50])
def test_expiry_digest_asks_the_same_number_of_queries(db, count, django_assert_num_queries):
    build.item("Bread", "batch", skus=("BREAD",))
    post("receipt", *[line("BREAD", 1, batch=f"B{n}", expires=on(n % 7)) for n in range(count)])
    # The digest; the transaction and its end; of a seal: locks, the last one, ids, digests of both, the baseline, the row.
    with django_assert_num_queries(11):
        assert f"({count}):" in run("expiry_digest")


# -- by mail --------------------------------------------------------------------------------------------------------------


def test_expiry_digest_mails_it_instead(shelf, server):
    said = f"Expiry on {day(0)}: 2 expired, 3 soon. Sent to baker@example.com, store@example.com.\n"
    assert run("expiry_digest", "--mail", *ADDRESSES) == said + sealed()
    text = f"{expected('UTC')}\n{sealed('mail')}"
    sent = [(one.subject, one.from_email, tuple(one.to), one.body) for one in mail.outbox]
    assert sent == [(f"Expiry on {day(0)}: 2 expired, 3 soon", "stock@example.com", ADDRESSES, text)]


def test_the_head_in_the_mail_is_held_by_the_ledger_that_goes_on(shelf, server):
    run("expiry_digest", "--mail", ADDRESSES[0])
    head = re.search(r"[0-9a-f]{64}", mail.outbox[0].body)[0]
    post("receipt", line("BREAD", 1, batch="B9"))
    assert f"{text_of_seal(Seal.objects.get())} is in the chain" in run("verify", "--seal", head)
    with pytest.raises(CommandError, match=r"No seal of this ledger has the head 0{64}"):
        run("verify", "--seal", "0" * 64)


def test_expiry_digest_has_the_last_seal_when_nothing_came_since(shelf):
    first = run("expiry_digest")
    assert run("expiry_digest") == first
    post("receipt", line("BREAD", 1, batch="B9"))
    run("expiry_digest")
    assert Seal.objects.count() == 2


def test_expiry_digest_mails_nothing_when_nothing_is_due(db, server):
    """It seals all the same: what came since the last one does not wait for the next thing that expires."""
    said = f"Nothing in stock is expired or within the notice period of its item on {day(0)}. No mail was sent.\n"
    assert run("expiry_digest", "--mail", ADDRESSES[0]) == said + sealed()
    assert mail.outbox == []


def test_expiry_digest_refuses_to_mail_without_a_server(shelf):
    assert refused("--mail", ADDRESSES[0]) == (
        "No mail server is set, so nothing was sent. Name one in KATANA_TRACE_EMAIL_URL, such as "
        "smtps://user:password@mail.example.com, or leave --mail out to print the digest."
    )


def test_expiry_digest_refuses_what_is_no_address(shelf, server):
    assert refused("--mail", ADDRESSES[0], "the baker") == (
        "“the baker” is no mail address. Give one such as stock@example.com. Nothing was sent."
    )
    assert mail.outbox == []


def test_expiry_digest_says_when_the_server_does_not_answer(shelf, settings):
    """A port of this machine where nobody listens, by Django's own SMTP."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    said = refused("--mail", ADDRESSES[0])
    assert said.startswith("The mail server 127.0.0.1:1 did not take the mail: [Errno 111]")
    assert said.endswith(". Check KATANA_TRACE_EMAIL_URL and run the command again.")


# -- the environment ------------------------------------------------------------------------------------------------------


def mail_of(monkeypatch, url: str, sender: str = "Stock <stock@example.com>") -> environment.Mail:
    monkeypatch.setenv("KATANA_TRACE_EMAIL_URL", url)
    monkeypatch.setenv("KATANA_TRACE_EMAIL_FROM", sender)
    return environment.mail()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("smtps://me:pass@mail.example.com", ("mail.example.com", 465, "me", "pass", False, True)),
        (
            "smtp+starttls://me%40x.org:p%3A%2Fs@mail.example.com/",
            ("mail.example.com", 587, "me@x.org", "p:/s", True, False),
        ),
        ("smtp://localhost:2525", ("localhost", 2525, "", "", False, False)),
        ("smtp://me:pass@localhost", ("localhost", 25, "me", "pass", False, False)),
        ("smtp://relay.example.com", ("relay.example.com", 25, "", "", False, False)),
    ],
)
def test_environment_reads_the_mail_server(monkeypatch, url, told):
    found = mail_of(monkeypatch, url)
    assert (found.host, found.port, found.user, found.password, found.starts_tls, found.is_tls) == told
    assert found.sender == "Stock <stock@example.com>"


def test_environment_without_a_mail_server(monkeypatch):
    assert mail_of(monkeypatch, "", "nobody") == environment.Mail()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mail.example.com", "is no address of a mail server. Write it as smtps://user:password@mail.example.com"),
        ("imap://me:Secret9@mail.example.com", "is no address of a mail server."),
        ("smtps://", "is no address of a mail server."),
        ("smtps://me:Secret9@mail.example.com/inbox", "is no address of a mail server."),
        ("smtps://me:Secret9@mail.example.com?tls=1", "is no address of a mail server."),
        ("smtps://me:Secret9@mail.example.com:99999", "cannot be read. Write it as"),
        ("smtps://me:Secret9@[::1", "cannot be read. Write it as"),
        ("smtps://me@mail.example.com", "has a user or a password alone. Give both"),
        ("smtps://:Secret9@mail.example.com", "has a user or a password alone."),
        ("smtp://me:Secret9@mail.example.com", "would send the password to mail.example.com unencrypted. Use smtps://"),
    ],
)
def test_environment_refuses_a_bad_mail_server_without_saying_its_password(monkeypatch, url, sentence):
    with pytest.raises(ImproperlyConfigured) as caught:
        mail_of(monkeypatch, url)
    assert str(caught.value).startswith(f"KATANA_TRACE_EMAIL_URL {sentence}")
    assert "Secret9" not in str(caught.value)


@pytest.mark.parametrize("sender", ["", "stock", "Stock <stock>"])
def test_environment_refuses_mail_without_a_sender(monkeypatch, sender):
    with pytest.raises(ImproperlyConfigured) as caught:
        mail_of(monkeypatch, "smtp://localhost", sender)
    assert str(caught.value) == (
        f"KATANA_TRACE_EMAIL_FROM is “{sender}”, and mail needs a sender. Give an address, such as stock@example.com."
    )


def started(tmp_path, **more: str) -> subprocess.CompletedProcess:
    """The settings of a site with this environment, read in a process of their own; it prints what Django would use."""
    said = "from django.conf import settings as s; from django.core.mail import get_connection as c; b = c();"
    return subprocess.run(
        [
            sys.executable,
            "-c",
            f"{said} print(b.host, b.port, b.username, b.password, b.use_tls, b.use_ssl, b.timeout)",
        ],
        cwd=BASE,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "katana_trace.settings",
            "KATANA_TRACE_DATA": str(tmp_path),
            "KATANA_TRACE_SECRET_KEY": "k" * 50,
            **more,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_settings_lead_django_to_the_mail_server(tmp_path):
    url = {"KATANA_TRACE_EMAIL_URL": "smtps://me:pass@mail.example.com", "KATANA_TRACE_EMAIL_FROM": "stock@example.com"}
    assert started(tmp_path, **url).stdout == "mail.example.com 465 me pass False True 30\n"
    bad = started(tmp_path, KATANA_TRACE_EMAIL_URL="smtps://me:Secret9@mail.example.com/in")
    assert bad.returncode == 1
    assert "KATANA_TRACE_EMAIL_URL is no address of a mail server." in bad.stderr
