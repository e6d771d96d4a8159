"""Password attempts, open sessions and login events: three tables that forget by themselves."""

from __future__ import annotations

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class LoginAttempt(models.Model):
    """One password that was tried, kept for as long as it counts (``throttle``).

    ``name_hash`` stands for the typed user name, and ``session_hash`` for the open session in which a password was asked
    again ("" on the login page): people type passwords into the field of the name too, and those are not kept. Until
    ``is_wrong`` the password is being checked.
    """

    name_hash = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    session_hash = models.CharField(max_length=64, default="")
    tried_at = models.DateTimeField()
    is_wrong = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["name_hash", "tried_at"], name="login_attempt_name"),
            models.Index(fields=["address", "tried_at"], name="login_attempt_address"),
            models.Index(fields=["session_hash", "tried_at"], name="login_attempt_session"),
            models.Index(fields=["tried_at"], name="login_attempt_tried"),
        ]


class Session(AbstractBaseSession):
    """An open session, with the details that its owner sees (``sessions``). ``user`` is None before a login."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    begun_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()
    address = models.CharField(max_length=64)
    browser = models.CharField(max_length=64)

    def __str__(self) -> str:
        """Without the key, which would give the session away."""
        return f"Session from {self.address or 'an unknown address'}"

    @classmethod
    def get_session_store_class(cls) -> type:
        from katana_trace.accounts.sessions import SessionStore

        return SessionStore


class LoginEvent(models.Model):
    """A login, logout, failure or refusal, kept for ``events.KEPT``; repeats within the hour are counted in the same row.

    ``username`` is that of an account, never what else was typed. ``page`` is the pattern of the address ("/accounts/login/").
    """

    class Kind(models.TextChoices):
        LOGGED_IN = "logged_in", "Logged in"
        LOGGED_OUT = "logged_out", "Logged out"
        WRONG = "wrong", "Wrong password"
        TOO_MANY = "too_many", "Refused: too many passwords"
        FORBIDDEN = "forbidden", "Refused: not allowed"

    kind = models.CharField(max_length=16, choices=Kind)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    username = models.CharField(max_length=150)
    address = models.CharField(max_length=64)
    browser = models.CharField(max_length=64)
    page = models.CharField(max_length=200)
    hour = models.DateTimeField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "kind", "username", "address", "browser", "page"], name="login_event_once_an_hour"
            ),
        ]
        indexes = [
            models.Index(fields=["username", "kind"], name="login_event_name"),
            models.Index(fields=["kind"], name="login_event_kind"),
        ]
