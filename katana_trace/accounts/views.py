"""Logging in and changing a password: Django's own views, but a form that is refused answers 422 (DESIGN 5.2), and 429
where too many passwords were tried. One's own open sessions, and for managers the log of logins."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth import get_user_model, logout, views
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from katana_trace.accounts import events
from katana_trace.accounts.forms import LoginFilterForm, LoginForm, PasswordChangeForm
from katana_trace.accounts.middleware import role_not_required
from katana_trace.accounts.models import LoginEvent, Session
from katana_trace.accounts.sessions import IDLE, end_sessions, open_sessions
from katana_trace.lib import reserve
from katana_trace.lib.htmx import render_page
from katana_trace.lib.paging import page_newest


class RefusedIs422:
    def form_invalid(self, form) -> HttpResponse:
        refused = getattr(self.request, "too_many_attempts", None)
        response = self.render_to_response(self.get_context_data(form=form), status=429 if refused else 422)
        if refused:
            response["Retry-After"] = str(refused.seconds)
        return response


class LoginView(RefusedIs422, views.LoginView):
    form_class = LoginForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *arguments, **named) -> HttpResponse:
        reserve.make_room()
        response = super().post(request, *arguments, **named)
        reserve.keep()
        return response


class PasswordChangeView(RefusedIs422, views.PasswordChangeView):
    form_class = PasswordChangeForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"request": self.request}


@dataclass(frozen=True, slots=True)
class SessionRow:
    """``is_this``: it is the one that asks."""

    session: Session
    is_this: bool


@role_not_required
@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    """The present one first, then the last seen."""
    found = open_sessions(request.user)
    rows = [SessionRow(session, session.session_key == request.session.session_key) for session in found]
    rows.sort(key=lambda row: not row.is_this)
    hours = int(IDLE.total_seconds()) // 3600
    return render(request, "accounts/session_list.html", {"rows": rows, "hours": hours})


@role_not_required
@require_POST
def session_end(request: HttpRequest) -> HttpResponse:
    """Ends the others, or with ``this`` all of them."""
    if "this" in request.POST:
        end_sessions(request.user, but=request.session.session_key)
        logout(request)
        return redirect("login")
    count = end_sessions(request.user, but=request.session.session_key)
    words = {0: "There was no other session.", 1: "The other session was logged out."}
    messages.success(request, words.get(count, f"{count} other sessions were logged out."))
    return redirect("session_list")


@require_safe
@permission_required("accounts.view_loginevent", raise_exception=True)
def login_list(request: HttpRequest) -> HttpResponse:
    form = LoginFilterForm(request.GET)
    form.is_valid()
    rows = LoginEvent.objects.all()
    if kind := form.chosen.get("kind"):
        rows = rows.filter(kind=kind)
    if name := form.chosen.get("user"):
        rows = rows.filter(username__in=names_like(name))
    context = {
        "page": page_newest(rows, cursor=request.GET.get("after", "")),
        "filter": form,
        "filters": urlencode(form.chosen),
        "is_filtered": bool(form.chosen),
        "days": events.KEPT.days,
    }
    return render_page(request, "accounts/login_list.html", "accounts/_login_table.html", context)


def names_like(name: str) -> set[str]:
    """``name`` as it is typed, for accounts that are gone, and those that differ from it in case alone."""
    present = get_user_model().objects.filter(username__iexact=name)
    return {name, *present.values_list("username", flat=True)}
