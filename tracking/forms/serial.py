"""What the list of serial numbers shows."""

from __future__ import annotations

from django import forms


class SerialFilterForm(forms.Form):
    q = forms.CharField(
        label="Serial number",
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "class": "code"}),
    )
    place = forms.ChoiceField(
        label="Place", required=False, choices=[("", "All"), ("in", "In stock"), ("out", "Not in stock")]
    )
    status = forms.ChoiceField(label="Status", required=False, choices=[("", "All"), ("held", "On hold")])
