"""Open sessions, in a table that says whose they are, so that users can see and end their own.

A session ends after IDLE without a request. The row's own expiry keeps that. Each act of its owner postpones it, but it is
written at most every TOUCHED, so that most page views write nothing. Changing the password ends the earlier sessions, and so
does making the account inactive.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import DatabaseError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from katana_trace.lib.origins import address_of, browser_of
from katana_trace.lib.short_wait import short_wait
from katana_trace.lib.unavailable import reason_of

IDLE = timedelta(hours=12)  # settings.SESSION_COOKIE_AGE
TOUCHED = timedelta(minutes=5)
PATIENCE = 200  # milliseconds to wait for another writer, to move a session on
BEGUN, SEEN, ADDRESS, BROWSER = "begun_at", "seen_at", "address", "browser"
ENDS = {"password", "is_active"}  # fields of a user

log = logging.getLogger(__name__)


class SessionStore(DatabaseStore):
    """Django's store, which also writes what a person is shown of the session into columns of their own."""

    @classmethod
    def get_model_class(cls) -> type:
        from katana_trace.accounts.models import Session

        return Session

    def save(self, must_create: bool = False) -> None:
        """A save that only postpones the end (``touch``) is given up when the database is busy or its disk is full, so that
        reading a page waits for nobody."""
        if must_create or dict(self.items()) != getattr(self, "moved_on", None):
            super().save(must_create=must_create)
            return
        try:
            with short_wait(PATIENCE):
                super().save()
        except (DatabaseError, UpdateError) as error:
            # Django calls any error of the database here an update of what is gone; a session that was ended is gone.
            reason = reason_of(error)
            if reason is None:
                raise
            log.warning("The end of an open session was not moved on: %s", reason.name)

    def create_model_instance(self, data: dict):
        row = super().create_model_instance(data)
        begun_at = data.get(BEGUN)
        row.user_id = data.get(SESSION_KEY)
        row.begun_at = datetime.fromtimestamp(begun_at, tz=timezone.get_current_timezone()) if begun_at else None
        row.seen_at = timezone.now()
        row.address, row.browser = data.get(ADDRESS, ""), data.get(BROWSER, "")
        return row


def begin(sender, request: HttpRequest, user, **kwargs) -> None:
    """At a login: notes where the session comes from, and deletes expired sessions."""
    SessionStore.clear_expired()
    now = int(timezone.now().timestamp())
    request.session.update(
        {BEGUN: now, SEEN: now, ADDRESS: address_of(request), BROWSER: browser_of(request)},
    )


def touch(request: HttpRequest) -> None:
    """Postpones the end of the session, and notes the address and browser that its owner used last."""
    now = int(timezone.now().timestamp())
    if 0 <= now - request.session.get(SEEN, 0) < TOUCHED.total_seconds():
        return
    request.session.update({SEEN: now, ADDRESS: address_of(request), BROWSER: browser_of(request)})
    request.session.moved_on = dict(request.session.items())


def open_sessions(user) -> QuerySet:
    """Those of ``user`` that have not ended, the last seen first."""
    rows = SessionStore.get_model_class().objects.filter(user=user, expire_date__gt=timezone.now())
    return rows.order_by("-seen_at", "session_key")


def end_sessions(user, *, but: str = "") -> int:
    """Ends the sessions of ``user`` except the one with the key ``but``; returns how many."""
    rows = SessionStore.get_model_class().objects.filter(user=user).exclude(session_key=but)
    return rows.delete()[0]


def before_user_is_saved(sender, instance, raw: bool, update_fields, **kwargs) -> None:
    """Notes whether saving ``instance`` ends its sessions: another password, or no longer active."""
    instance.ends_sessions = False
    if raw or instance.pk is None or not (ENDS if update_fields is None else ENDS.intersection(update_fields)):
        return
    before = sender._default_manager.filter(pk=instance.pk).values_list("password", flat=True).first()
    instance.ends_sessions = before is not None and (before != instance.password or not instance.is_active)


def after_user_is_saved(sender, instance, **kwargs) -> None:
    if getattr(instance, "ends_sessions", False):
        end_sessions(instance)


def connect() -> None:
    """Listens to every door by which a user is saved."""
    from django.contrib.auth.signals import user_logged_in
    from django.db.models.signals import post_save, pre_save

    user_logged_in.connect(begin)
    pre_save.connect(before_user_is_saved, sender=get_user_model())
    post_save.connect(after_user_is_saved, sender=get_user_model())
