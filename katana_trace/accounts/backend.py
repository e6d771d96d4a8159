"""Django's own check of passwords, behind the throttle: the login page, and each password that is asked again."""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied

from katana_trace.accounts import throttle


class ThrottledBackend(ModelBackend):
    """Where too many passwords were tried none is looked at; the request keeps why, as ``too_many_attempts``."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        if request is None or username is None or password is None:
            return super().authenticate(request, username=username, password=password, **kwargs)
        try:
            attempt = throttle.begin_attempt(throttle.door_of(request, username))
        except throttle.TooManyAttempts as refused:
            request.too_many_attempts = refused
            raise PermissionDenied(refused.sentence) from refused  # Django asks no other backend then
        user = super().authenticate(request, username=username, password=password, **kwargs)
        if user is None:
            throttle.fail(attempt)
        else:
            throttle.succeed(attempt, username=username)
        return user
