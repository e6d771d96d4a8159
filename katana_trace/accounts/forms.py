"""Forms in which a password is typed, and the filter of the log of logins."""

from __future__ import annotations

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.forms import PasswordChangeForm as DjangoPasswordChangeForm
from django.core.exceptions import ValidationError

from katana_trace.accounts import recent
from katana_trace.accounts.models import LoginEvent


class LoginForm(AuthenticationForm):
    """With the throttle's sentence in place of “a correct username and password”."""

    def get_invalid_login_error(self) -> ValidationError:
        refused = getattr(self.request, "too_many_attempts", None)
        if refused:
            return ValidationError(refused.sentence, code="too_many_attempts")
        return super().get_invalid_login_error()


class PasswordChangeForm(DjangoPasswordChangeForm):
    """``request`` is the one that brings it; wrong old passwords count as those of a login do."""

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        typed = self.cleaned_data["old_password"]
        if sentence := recent.sentence_of_wrong(self.request, typed):
            raise ValidationError(sentence, code="password_incorrect")
        return typed


class PasswordAgainForm(forms.Form):
    """A form that asks for the password too, where it was last given too long ago. ``request`` is the one that brings it."""

    password = forms.CharField(
        label="Your password",
        strip=False,
        help_text="You gave it more than 15 minutes ago. This makes sure that it is you.",
        error_messages={"required": "Type your password: you gave it more than 15 minutes ago."},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request
        if recent.is_recent(request):
            del self.fields["password"]

    def clean_password(self) -> str:
        typed = self.cleaned_data["password"]
        if sentence := recent.sentence_of_wrong(self.request, typed):
            raise ValidationError(sentence)
        recent.remember(self.request)
        return typed

    def clean(self) -> dict:
        """Once it was right it is not asked for again, also where another field sends the form back."""
        cleaned = super().clean()
        if recent.is_recent(self.request):
            self.fields.pop("password", None)
        return cleaned


class LoginFilterForm(forms.Form):
    """It comes from the address, so nothing in it is an error: what cannot be read is not asked for."""

    kind = forms.ChoiceField(label="What", required=False, choices=[("", "Everything"), *LoginEvent.Kind.choices])
    user = forms.CharField(
        label="User",
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "placeholder": "User name"}),
    )

    @property
    def chosen(self) -> dict[str, str]:
        """What was asked for and can be read, by field."""
        return {name: value for name, value in self.cleaned_data.items() if value}
