"""The admin as a whole: its name, and who is let in."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


def has_permission(request: HttpRequest) -> bool:
    """Staff only. Whoever is logged in without being staff is told so (403), not asked to log in again."""
    user = request.user
    if user.is_authenticated and not (user.is_active and user.is_staff):
        raise PermissionDenied("The admin is for staff. Ask an administrator.")
    return user.is_authenticated


admin.site.site_header = "Katana Trace"
admin.site.site_title = "Katana Trace"
admin.site.index_title = "Administration"
admin.site.has_permission = has_permission
