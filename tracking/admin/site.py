"""The admin as a whole: its name, and who is let in."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse


def has_permission(request: HttpRequest) -> bool:
    """Staff only. Whoever is logged in without being staff is told so (403), not asked to log in again."""
    user = request.user
    if user.is_authenticated and not (user.is_active and user.is_staff):
        raise PermissionDenied("The admin is for staff. Ask an administrator.")
    return user.is_authenticated


@login_not_required
def login(request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
    """There is one page on which passwords are typed, the site's own."""
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


def password_change(request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
    """Wrong old passwords are counted on the site's own page."""
    return redirect("password_change")


admin.site.site_header = "Katana Trace"
admin.site.site_title = "Katana Trace"
admin.site.index_title = "Administration"
admin.site.has_permission = has_permission
admin.site.login = login
admin.site.password_change = password_change
