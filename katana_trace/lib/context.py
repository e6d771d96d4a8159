"""What every page knows: how the site is served."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict:
    """``plain_http`` puts the banner on the pages of a site that is served without TLS; ``may_read`` the navigation."""
    user = getattr(request, "user", None)
    return {
        "plain_http": settings.PLAIN_HTTP,
        "site_time_zone": settings.TIME_ZONE,
        "may_read": user is not None and user.has_perm(settings.READING_PERMISSION),
    }
