"""How often a password may be tried: at the login page, and wherever an open session asks for it again.

At the login page wrong passwords are counted for a user name from an address, for an address over all names, and for a
name from all addresses. The last number is far higher, and does not bind an address from which this user logged in before:
else anybody could lock a user out by typing nonsense. Each open session has its own count: nobody outside can use it up, and
whoever finds the screen unlocked cannot go on guessing.

An attempt is recorded before its password is checked, so that many at once get no more tries than one after another. While it
is checked it takes a place that it may yet give back, so attempts beyond the last place wait for that: right passwords are
never refused because they came together. Refused attempts are not counted: trying on keeps nobody out for longer.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from katana_trace.accounts.events import is_usual
from katana_trace.accounts.models import LoginAttempt
from katana_trace.lib.numbers import key_of
from katana_trace.lib.origins import address_of

WINDOW, LONG_WINDOW = timedelta(minutes=15), timedelta(hours=1)
NAME_AND_ADDRESS_LIMIT = 10
SESSION_LIMIT = 10
ADDRESS_LIMIT = 100  # a factory's tablets share one
NAME_LIMIT = 100  # in LONG_WINDOW: what a name can be guessed from however many addresses

LOOKED_AT = timedelta(seconds=30)  # a password that is looked at for longer belongs to a process that died: it counts
PATIENCE = 20  # seconds to wait for the passwords before this one
PAUSE, LONGEST_PAUSE = 0.02, 0.3
LOCK = 7_041_902_266  # of PostgreSQL; a number of our own


class TooManyAttempts(Exception):
    """``sentence`` tells what was counted, the limit, and when it may be tried again; ``seconds`` is until then."""

    def __init__(self, sentence: str, seconds: int):
        super().__init__(sentence)
        self.sentence = sentence
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Door:
    """Where a password is typed. ``session`` is the key of the open session of this very user, "" on the login page;
    ``address`` is "" where it is not known."""

    username: str
    address: str
    session: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """``most`` attempts of ``counted`` within ``window``; ``what`` says in a sentence what is counted."""

    what: str
    most: int
    window: timedelta
    counted: QuerySet[LoginAttempt]


def door_of(request: HttpRequest, username: str) -> Door:
    """The door at which ``request`` brings a password for ``username``."""
    user = getattr(request, "user", None)
    is_own = user is not None and user.is_authenticated and user.get_username() == username
    return Door(username, address_of(request), (request.session.session_key or "") if is_own else "")


def begin_attempt(door: Door) -> LoginAttempt:
    """Records that a password is tried at ``door``; the caller checks it, then calls ``fail`` or ``succeed``.

    Waits while the passwords before it may still turn out right. Raises TooManyAttempts when so many were wrong already.
    """
    attempt, limits = written_down(door)
    patient_until, pause = time.monotonic() + PATIENCE, PAUSE
    while True:
        now = timezone.now()
        refused = first_refusal(limits, now)
        if refused is None and all(has_place(limit, attempt, now) for limit in limits):
            return attempt
        if refused is None and time.monotonic() > patient_until:
            refused = TooManyAttempts("Too many passwords are being tried at this moment. Try again in a minute.", 60)
        if refused:
            attempt.delete()
            raise refused
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def written_down(door: Door) -> tuple[LoginAttempt, list[Limit]]:
    """The attempt at ``door``, and what binds it. Those before it have lower ids, and are seen from here on."""
    with one_at_a_time():
        now = timezone.now()
        sweep(now)
        attempt = LoginAttempt.objects.create(
            name_hash=hash_of(key_of(door.username[:150])),
            address=door.address,
            session_hash=hash_of(door.session) if door.session else "",
            tried_at=now,
        )
    return attempt, limits_of(door, attempt)


def fail(attempt: LoginAttempt) -> None:
    """The password was wrong: it counts."""
    LoginAttempt.objects.filter(pk=attempt.pk).update(is_wrong=True)


def succeed(attempt: LoginAttempt, *, username: str) -> None:
    """Forgets ``attempt``, and the wrong ones before it of the same session or, on the login page, of the same user name
    from the same address: never those from other addresses, which may be somebody else's. Of two accounts whose names are
    counted as one, neither forgives the other: whoever has one of them would guess the other's password for ever."""
    before = LoginAttempt.objects.filter(
        name_hash=attempt.name_hash, address=attempt.address, session_hash="", is_wrong=True, pk__lt=attempt.pk
    )
    if attempt.session_hash:
        before = LoginAttempt.objects.filter(session_hash=attempt.session_hash, is_wrong=True, pk__lt=attempt.pk)
    forgives = bool(attempt.session_hash) or not has_twin(username)
    with one_at_a_time():
        if forgives:
            before.delete()
        attempt.delete()


def has_twin(username: str) -> bool:
    """Whether another account has a name with the key of ``username``, such as “Anna” beside “anna”."""
    others = get_user_model().objects.exclude(username=username).values_list("username", flat=True)
    key = key_of(username)
    return any(key_of(other) == key for other in others.iterator())


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """A short transaction that counts and writes while nobody else does: on SQLite each that writes is alone anyway."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        yield


def sweep(now: datetime) -> None:
    """Forgets what no longer counts, and what a clock that was set back has left in the future."""
    LoginAttempt.objects.filter(Q(tried_at__lt=now - LONG_WINDOW) | Q(tried_at__gt=now + LOOKED_AT)).delete()


def limits_of(door: Door, attempt: LoginAttempt) -> list[Limit]:
    """What binds ``attempt``, the narrowest first."""
    others = LoginAttempt.objects.exclude(pk=attempt.pk)
    if attempt.session_hash:
        of_session = others.filter(session_hash=attempt.session_hash)
        return [Limit("in your open session", SESSION_LIMIT, WINDOW, of_session)]
    name, outside = f"for the user name “{door.username[:150]}”", others.filter(session_hash="")
    of_name = outside.filter(name_hash=attempt.name_hash)
    from_here = f"{name} from your address" if door.address else name
    limits = [Limit(from_here, NAME_AND_ADDRESS_LIMIT, WINDOW, of_name.filter(address=door.address))]
    if door.address:
        limits.append(Limit("from your address", ADDRESS_LIMIT, WINDOW, outside.filter(address=door.address)))
    if not is_usual(username=door.username, address=door.address):
        limits.append(Limit(f"{name} from all addresses", NAME_LIMIT, LONG_WINDOW, of_name))
    return limits


def decided(now: datetime) -> Q:
    return Q(is_wrong=True) | Q(tried_at__lt=now - LOOKED_AT)


def first_refusal(limits: list[Limit], now: datetime) -> TooManyAttempts | None:
    """The first of ``limits`` that is reached, in a sentence; None where each has room."""
    for limit in limits:
        wrong = limit.counted.filter(decided(now), tried_at__gt=now - limit.window)
        nth = wrong.order_by("-tried_at").values_list("tried_at", flat=True)[limit.most - 1 : limit.most]
        for tried_at in nth:
            free_at = tried_at + limit.window
            return TooManyAttempts(
                f"{limit.most} passwords were tried {limit.what} within {limit.window.seconds // 60} minutes, and no more "
                f"are allowed. Try again at {timezone.localtime(free_at):%H:%M:%S}.",
                max(1, int((free_at - now).total_seconds())),
            )
    return None


def has_place(limit: Limit, attempt: LoginAttempt, now: datetime) -> bool:
    """Whether there is room even if all earlier attempts that are still being checked turn out wrong.

    One query: what turns out wrong meanwhile is counted as the one or the other.
    """
    taken = limit.counted.filter(decided(now) | Q(pk__lt=attempt.pk), tried_at__gt=now - limit.window)
    return taken.count() < limit.most


def hash_of(text: str) -> str:
    """With the site's key, so that the database alone does not tell by trial what was typed."""
    return salted_hmac("katana_trace.accounts.throttle", text, algorithm="sha256").hexdigest()
