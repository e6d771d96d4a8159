"""Logging in and changing a password: Django's own views, but a form that is refused answers 422 (DESIGN 5.2)."""

from __future__ import annotations

from django.contrib.auth import views
from django.http import HttpResponse


class RefusedIs422:
    def form_invalid(self, form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class LoginView(RefusedIs422, views.LoginView):
    redirect_authenticated_user = True


class PasswordChangeView(RefusedIs422, views.PasswordChangeView):
    pass
