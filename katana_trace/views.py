"""Pages of the site as a whole."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from katana_trace.home import shown_to
from katana_trace.lib.one_moment import shows_one_moment


@require_safe
@shows_one_moment
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "home.html", shown_to(request.user))


@login_not_required
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it by this name on pages that name no icon, such as those of the admin."""
    return redirect(static("icon.svg"))


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """For load balancers: 200 when the database answers, no migration is missing and the triggers that keep the ledger are
    there, else 503 with a sentence for each."""
    from tracking.upkeep.health import faults

    found = faults()
    return HttpResponse("\n".join([*(found or ["ok"]), ""]), status=503 if found else 200, content_type="text/plain")
