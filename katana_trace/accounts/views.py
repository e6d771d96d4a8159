"""Logging in and changing a password: Django's own views, but a form that is refused answers 422 (DESIGN 5.2), and 429
where too many passwords were tried."""

from __future__ import annotations

from django.contrib.auth import views
from django.http import HttpResponse

from katana_trace.accounts.forms import LoginForm, PasswordChangeForm


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


class PasswordChangeView(RefusedIs422, views.PasswordChangeView):
    form_class = PasswordChangeForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"request": self.request}
