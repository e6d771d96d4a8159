"""What reversing a document asks for: why (rule 12)."""

from __future__ import annotations

from django import forms

from katana_trace.accounts.forms import PasswordAgainForm
from katana_trace.lib.fields import TextValidator
from katana_trace.lib.identity import new_uuid
from tracking.records.log import REASON_LIMIT


class ReverseForm(PasswordAgainForm):
    """``token`` is the mirror's: who presses twice reverses once."""

    reason = forms.CharField(
        max_length=REASON_LIMIT,
        validators=[TextValidator("Reason", REASON_LIMIT)],
        help_text="Kept as the note of the reversal, with your name.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Say why this is reversed; the reason is kept with the document."},
    )
    token = forms.UUIDField(
        widget=forms.HiddenInput,
        initial=new_uuid,
        error_messages=dict.fromkeys(["required", "invalid"], "The form came back incomplete. Load the page again."),
    )
