"""The log of logins: who logged in and out, which passwords were wrong, and what was refused.

It is kept for KEPT and cannot fill a disk. Repeats from the same address within an hour share one row, which counts them; the
page is the pattern of an address, the browser one of a few dozen texts. Failures and refusals have at most ROWS_AN_HOUR rows
an hour; the rest of that hour is counted in one row of each kind, without name and address. No password is ever kept: people
type passwords into the field of the name too, so only the name of an account is kept.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from katana_trace.accounts.models import LoginEvent
from katana_trace.lib.origins import address_of, browser_of

KEPT = timedelta(days=90)
USUAL = timedelta(days=30)
ROWS_AN_HOUR = 500
Kind = LoginEvent.Kind
BOUNDED = (Kind.WRONG, Kind.TOO_MANY, Kind.FORBIDDEN)

log = logging.getLogger(__name__)


def record(kind: Kind, *, user, request: HttpRequest | None) -> None:
    """Records that ``kind`` happened to ``user`` (None: no account). When it cannot be recorded, nobody is stopped by that."""
    match = getattr(request, "resolver_match", None)
    what = {
        "kind": kind,
        "username": user.get_username() if user is not None else "",
        "address": address_of(request) if request is not None else "",
        "browser": browser_of(request) if request is not None else "",
        "page": f"/{match.route}"[:200] if match else "",
    }
    try:
        keep(what, user=user)
    except DatabaseError:
        log.exception("The log of logins could not be written")


def keep(what: dict, *, user) -> None:
    now = timezone.now()
    what = what | {"hour": now.replace(minute=0, second=0, microsecond=0)}
    if counted_again(what, now):
        return
    LoginEvent.objects.filter(hour__lt=now - KEPT).delete()
    if what["kind"] in BOUNDED and rows_of_hour(what["hour"]) >= ROWS_AN_HOUR:
        user, what = None, what | dict.fromkeys(("username", "address", "browser", "page"), "")
        if counted_again(what, now):
            return
    try:
        with transaction.atomic():
            LoginEvent.objects.create(**what, user=user, first_at=now, last_at=now)
    except IntegrityError:  # somebody else wrote the first of this hour just now
        counted_again(what, now)


def counted_again(what: dict, now) -> bool:
    return bool(LoginEvent.objects.filter(**what).update(times=F("times") + 1, last_at=now))


def rows_of_hour(hour) -> int:
    return LoginEvent.objects.filter(hour=hour, kind__in=BOUNDED).count()


def is_usual(*, username: str, address: str) -> bool:
    """Whether the account ``username`` logged in from ``address`` within USUAL."""
    if not address:
        return False
    return LoginEvent.objects.filter(
        kind=Kind.LOGGED_IN,
        username=username[:150],
        address=address,
        last_at__gt=timezone.now() - USUAL,
    ).exists()


def account_called(name: str):
    """The user whose name is exactly what was typed; None where nobody has it."""
    if len(name) > 150 or "\0" in name:
        return None
    return get_user_model().objects.filter(username=name).first()
