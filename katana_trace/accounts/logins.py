"""Logins, and what is refused, in the log of acts and in the log of logins."""

from __future__ import annotations

from katana_trace.accounts import events
from katana_trace.lib.acts import log_act
from katana_trace.lib.origins import address_of

Kind = events.Kind


def log_login(sender, request, user, **kwargs) -> None:
    log_act("logged_in", by=user, address=address_of(request))
    events.record(Kind.LOGGED_IN, user=user, request=request)


def log_logout(sender, request, user, **kwargs) -> None:
    if user is not None:
        log_act("logged_out", by=user, address=address_of(request))
        events.record(Kind.LOGGED_OUT, user=user, request=request)


def log_failure(sender, credentials, request=None, **kwargs) -> None:
    """The typed name is told where somebody has it: people type passwords into that field too."""
    known = events.account_called(credentials.get("username") or "")
    refused = getattr(request, "too_many_attempts", None)
    log_act(
        "login_refused" if refused else "login_failed",
        by=None,
        user=known.get_username() if known else None,
        address=address_of(request) if request is not None else "",
    )
    events.record(Kind.TOO_MANY if refused else Kind.WRONG, user=known, request=request)
