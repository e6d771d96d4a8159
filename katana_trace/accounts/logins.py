"""Logins in the log of acts: who came and went, and from where a password was tried that was wrong."""

from __future__ import annotations

from django.contrib.auth import get_user_model

from katana_trace.accounts.throttle import address_of
from katana_trace.lib.acts import log_act


def log_login(sender, request, user, **kwargs) -> None:
    log_act("logged_in", by=user, address=address_of(request))


def log_logout(sender, request, user, **kwargs) -> None:
    if user is not None:
        log_act("logged_out", by=user, address=address_of(request))


def log_failure(sender, credentials, request=None, **kwargs) -> None:
    """The typed name is told where somebody has it: people type passwords into that field too."""
    name = credentials.get("username") or ""
    known = get_user_model().objects.filter(username=name[:150]).first() if "\0" not in name else None
    refused = getattr(request, "too_many_attempts", None)
    log_act(
        "login_refused" if refused else "login_failed",
        by=None,
        user=known.get_username() if known else None,
        address=address_of(request) if request is not None else "",
    )
