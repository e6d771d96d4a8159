"""How often a password may be tried: so often for a user name, so often from an address, within a quarter of an hour.

An attempt is written down before its password is looked at, so that many at once are counted as one after the other
are; the right password takes it back. What is refused is not counted: nobody is kept out by trying on.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from katana_trace.accounts.models import LoginAttempt
from katana_trace.lib.numbers import key_of

WINDOW = timedelta(minutes=15)
NAME_LIMIT = 10
ADDRESS_LIMIT = 100  # a factory's tablets share one


class TooManyAttempts(Exception):
    """``sentence`` tells what was counted, the limit, and when it may be tried again; ``seconds`` is until then."""

    def __init__(self, sentence: str, seconds: int):
        super().__init__(sentence)
        self.sentence = sentence
        self.seconds = seconds


def begin_attempt(*, username: str, address: str) -> LoginAttempt:
    """Writes down that a password is tried for ``username`` from ``address`` ("" where it is not known).

    Raises TooManyAttempts when so many did not succeed within WINDOW already.
    """
    now = timezone.now()
    LoginAttempt.objects.filter(tried_at__lt=now - WINDOW).delete()
    attempt = LoginAttempt.objects.create(name_hash=hash_of(username), address=address, tried_at=now)
    others = LoginAttempt.objects.exclude(pk=attempt.pk)
    limits = [(f"for the user name “{username[:150]}”", NAME_LIMIT, others.filter(name_hash=attempt.name_hash))]
    if address:
        limits.append(("from your address", ADDRESS_LIMIT, others.filter(address=address)))
    for what, limit, counted in limits:
        free_at = free_again_at(counted, limit)
        if free_at is not None:
            attempt.delete()
            raise TooManyAttempts(
                f"{limit} passwords were tried {what} within {WINDOW.seconds // 60} minutes, and no more are allowed. "
                f"Try again at {timezone.localtime(free_at):%H:%M:%S}.",
                max(1, int((free_at - now).total_seconds())),
            )
    return attempt


def succeed(attempt: LoginAttempt) -> None:
    """Forgets ``attempt``, and those before it for the same user name from the same address."""
    LoginAttempt.objects.filter(
        Q(pk=attempt.pk) | Q(name_hash=attempt.name_hash, address=attempt.address, pk__lt=attempt.pk)
    ).delete()


def free_again_at(counted: QuerySet[LoginAttempt], limit: int):
    """When one of ``counted`` leaves the window so that fewer than ``limit`` stay; None where there are fewer now."""
    oldest_of_limit = counted.order_by("-tried_at").values_list("tried_at", flat=True)[limit - 1 : limit]
    return next((tried_at + WINDOW for tried_at in oldest_of_limit), None)


def hash_of(username: str) -> str:
    return hashlib.sha256(key_of(username).encode("utf-8", "replace")).hexdigest()


def address_of(request: HttpRequest) -> str:
    """The address that ``request`` comes from: behind a trusted proxy the last one of X-Forwarded-For, which the proxy
    itself wrote. Of IPv6 the network of 64 bits, which is what one customer is given."""
    found = request.META.get("REMOTE_ADDR", "")
    if settings.TRUST_PROXY and "HTTP_X_FORWARDED_FOR" in request.META:
        found = request.META["HTTP_X_FORWARDED_FOR"].rpartition(",")[2]
    try:
        address = ip_address(found.strip())
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ip_network((address, 64), strict=False))
    return str(address)
