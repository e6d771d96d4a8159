"""htmx: a fragment for htmx, the whole page for everybody else; and a login that expired under htmx."""

from __future__ import annotations

from django.contrib.auth.middleware import LoginRequiredMiddleware as DjangoLoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect


def wants_fragment(request: HttpRequest) -> bool:
    """True for an htmx request that swaps a part: neither boosted nor the restoring of a page from history."""
    return bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request


def render_page(request: HttpRequest, page: str, fragment: str, context: dict, status: int = 200) -> HttpResponse:
    """``fragment`` to htmx, ``page`` (which includes it) to everybody else."""
    response = render(request, fragment if wants_fragment(request) else page, context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Boosted", "HX-History-Restore-Request"])
    return response


class LoginRequiredMiddleware(DjangoLoginRequiredMiddleware):
    """A login everywhere; an htmx request without one is told to load the login page as a whole."""

    def process_view(self, request: HttpRequest, view_func, view_args, view_kwargs) -> HttpResponse | None:
        """Django looks for the user first; what is open to all does not wait for the database."""
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func) -> HttpResponse:
        response = super().handle_no_permission(request, view_func)
        if getattr(request, "htmx", False) and response.status_code == 302:
            return HttpResponseClientRedirect(response["Location"])
        return response
