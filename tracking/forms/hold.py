"""What holding and releasing ask for: why, and whether the act reaches further."""

from __future__ import annotations

from django import forms

from katana_trace.lib.fields import TextValidator
from tracking.records.log import REASON_LIMIT


class HoldForm(forms.Form):
    """``extend`` reaches to all that was made from the record."""

    reason = forms.CharField(
        max_length=REASON_LIMIT,
        validators=[TextValidator("Reason", REASON_LIMIT)],
        help_text="Kept in the log with your name.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Say why. It is kept in the log with your name."},
    )
    extend = forms.BooleanField(required=False)


class ReleaseForm(HoldForm):
    """``extend`` reaches to what is on hold because of the record; ``seen`` stands for what of that was shown."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
