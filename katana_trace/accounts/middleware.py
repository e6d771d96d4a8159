"""What holds for every request: an account without a role reads nothing, no browser or proxy stores a page, only its owner
keeps a session open, and each refusal is recorded.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from katana_trace.accounts import events, sessions
from katana_trace.lib.short_wait import short_wait

NOBODY_MAY_STORE_IT = "no-store, private"
PATIENCE = 1000  # milliseconds to wait for another writer, to write a refusal down
# Of the admin, by the name of its address: what whoever is logged in may do with his own account.
OWN_ACCOUNT = {"logout", "password_change", "password_change_done"}

Answer = Callable[[HttpRequest], HttpResponse]


def role_not_required(view: Callable) -> Callable:
    """Marks ``view`` as open to every logged-in user, with or without a role."""
    view.role_required = False
    return view


def may_read(user) -> bool:
    """Whether ``user`` may open the pages of the site: any role with the permission to view items, whatever its name."""
    return user.has_perm(settings.READING_PERMISSION)


class StoredNowhereMiddleware:
    """Forbids browsers and proxies to store what is not open to all, so that logging out leaves nothing behind."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not getattr(request, "is_open_to_all", False):
            response.headers["Cache-Control"] = NOBODY_MAY_STORE_IT
        return response

    def process_view(self, request: HttpRequest, view_func, view_args, view_kwargs) -> None:
        request.is_open_to_all = not getattr(view_func, "login_required", True)


class OpenSessionMiddleware:
    """Postpones the end of a session in use, and ends the session of an account that is no longer active."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view_func, view_args, view_kwargs) -> None:
        if request.is_open_to_all:
            return
        if request.user.is_authenticated:
            sessions.touch(request)
        elif SESSION_KEY in request.session:
            request.session.flush()


class RefusalsMiddleware:
    """Writes each 403 into the log of logins; a page that is refused is not kept waiting for a long import."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 403:
            user = request.user if request.user.is_authenticated else None
            with short_wait(PATIENCE):
                events.record(events.Kind.FORBIDDEN, user=user, request=request)
        return response


class RoleRequiredMiddleware:
    """Refuses every page, fragment and file to an account without a role; the refusal says whom to ask."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view_func, view_args, view_kwargs) -> HttpResponse | None:
        if is_for_all(request, view_func) or not request.user.is_authenticated or has_role(request):
            return None
        return render(request, "no_role.html", {"administrators": administrators()}, status=403)


def is_for_all(request: HttpRequest, view: Callable) -> bool:
    if request.resolver_match.app_names == ["admin"] and request.resolver_match.url_name in OWN_ACCOUNT:
        return True
    return not (getattr(view, "login_required", True) and getattr(view, "role_required", True))


def has_role(request: HttpRequest) -> bool:
    """The admin checks the permission of each of its pages itself; a user without any permission has no business there."""
    if request.resolver_match.app_names == ["admin"]:
        return request.user.is_superuser or bool(request.user.get_all_permissions())
    return may_read(request.user)


def administrators() -> list[str]:
    """The names of up to five users who can give a role."""
    found = get_user_model().objects.filter(is_active=True, is_superuser=True).order_by("pk")[:5]
    return [user.get_full_name() or user.get_username() for user in found]
