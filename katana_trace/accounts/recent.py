"""Whether the person at the keyboard gave the password a short while ago.

A screen left open in the hall is logged in all day. What takes numbers away or turns a document round asks for the
password again when it was last given more than WINDOW ago.
"""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils import timezone

WINDOW = timedelta(minutes=15)
SESSION_KEY = "password_given_at"


def remember(request: HttpRequest) -> None:
    """The password was given in this session, now."""
    request.session[SESSION_KEY] = int(timezone.now().timestamp())


def remember_login(sender, request, user, **kwargs) -> None:
    remember(request)


def is_recent(request: HttpRequest) -> bool:
    """True when the password was given within WINDOW; one given in the future, by a clock that was set back, asks again."""
    age = timezone.now().timestamp() - request.session.get(SESSION_KEY, 0)
    return 0 <= age <= WINDOW.total_seconds()


def sentence_of_wrong(request: HttpRequest, password: str) -> str:
    """Empty when ``password`` is that of the user of ``request``; else what to say. Each try counts in this session."""
    user = authenticate(request, username=request.user.get_username(), password=password)
    if user is not None and user.pk == request.user.pk:
        return ""
    refused = getattr(request, "too_many_attempts", None)
    return refused.sentence if refused else "This is not your password. Type the one that you log in with."
