"""Pages of the site as a whole."""

from __future__ import annotations

import logging
import sys

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template import loader
from django.templatetags.static import static
from django.views import defaults
from django.views.decorators.http import require_safe

from katana_trace.home import shown_to
from katana_trace.lib.body_limit import take_rest_away
from katana_trace.lib.one_moment import shows_one_moment
from katana_trace.lib.unavailable import Unavailable, chain_of, reason_of

log = logging.getLogger(__name__)
RETRY_OF_HEALTHZ = 5  # seconds


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
    there, else 503 with a sentence for each; within two seconds, whatever the database does."""
    from tracking.upkeep.health_soon import faults_soon

    found = faults_soon()
    text = "\n".join([*(found or ["ok"]), ""])
    response = HttpResponse(text, status=503 if found else 200, content_type="text/plain; charset=utf-8")
    if found:
        response["Retry-After"] = str(RETRY_OF_HEALTHZ)
    response["Cache-Control"] = "no-store"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """What answers every request that failed, in a view, in a middleware or in the admin: 503 where the site itself is well,
    and its database or disk is not; else 500."""
    error = sys.exc_info()[1]
    return unavailable(request, error) or defaults.server_error(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django calls a session that could not be written a bad request: a full disk is none."""
    return unavailable(request, exception) or defaults.bad_request(request, exception)


def unavailable(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """The page for what ended in ``error``, which reads nothing from the database; None where the program is at fault."""
    reason = reason_of(error) or of_other_version(error)
    if reason is None:
        return None
    log.warning("%s: %s %s (%s)", reason.name, request.method, request.path, " ".join(str(error).split()))
    take_rest_away(request)
    text = loader.get_template("503.html").render({"reason": reason})
    response = HttpResponse(text, status=503)
    response["Retry-After"] = str(reason.seconds)
    response["Cache-Control"] = "no-store, private"
    response._has_been_logged = True  # in one line above; the traceback would say nothing more, at each request
    return response


def of_other_version(error: BaseException | None) -> Unavailable | None:
    """An error of the database where a migration is missing is that one: a column that is not there yet."""
    from tracking.upkeep.health import version_fault

    if not any(isinstance(one, DatabaseError) for one in chain_of(error)):
        return None
    try:
        sentence = version_fault()
    except DatabaseError:
        return None
    if not sentence:
        return None
    title = "The database is of another version"
    return Unavailable(
        "other_version", title, f"{sentence} If you do not run this site, tell whoever does. Nothing was changed.", 60
    )
