"""What turning tracking off asks for: the item's name, and why (rule 6)."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from items.models import Item
from katana_trace.accounts.forms import PasswordAgainForm
from katana_trace.lib.numbers import key_of


class SwitchOffForm(PasswordAgainForm):
    """``item`` is the item whose name must be typed."""

    confirm = forms.CharField(
        label="Type the item name",
        error_messages={"required": "Type the item name to confirm."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.CharField(
        max_length=200,
        help_text="Kept in the item's log with your name.",
        error_messages={
            "required": "Say why tracking is turned off.",
            "max_length": "The reason has %(show_value)d characters, the limit is %(limit_value)d. Shorten it.",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args, item: Item, **kwargs):
        super().__init__(*args, **kwargs)
        self.item = item
        self.fields["confirm"].help_text = item.name

    def clean_confirm(self) -> str:
        typed = self.cleaned_data["confirm"]
        if key_of(typed) != self.item.key:  # a page shows two spaces as one
            raise ValidationError(f"This does not match. Type {self.item.name}.")
        return typed


class SwitchOnForm(forms.Form):
    """Why tracking is turned on; optional."""

    reason = forms.CharField(
        required=False,
        max_length=200,
        help_text="Kept in the item's log with your name.",
        error_messages={
            "max_length": "The reason has %(show_value)d characters, the limit is %(limit_value)d. Shorten it."
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
