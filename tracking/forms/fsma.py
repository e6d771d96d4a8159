"""What a request for records may name. It stands in the address, so a link can ask for the sheet of a batch or item."""

from __future__ import annotations

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.http import urlencode

from katana_trace.templatetags.trace_tags import day
from tracking.forms.day import DayField
from tracking.forms.stock import SearchField

TYPED = {"type": "search", "autocomplete": "off", "spellcheck": "false"}


class FsmaForm(forms.Form):
    """``q`` is the batch or serial number, with its SKU or without."""

    q = SearchField(
        label="Batch or serial number",
        required=False,
        widget=forms.TextInput(attrs={**TYPED, "class": "code", "placeholder": "Number, or SKU and number"}),
    )
    item = SearchField(label="Item, SKU or GTIN", required=False, widget=forms.TextInput(attrs=TYPED))
    since = DayField(label="From", required=False)
    until = DayField(label="To", required=False)
    chain = forms.BooleanField(label="With all it was made from and made into", required=False)

    def clean(self) -> dict:
        first, last = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if first and last and first > last:
            raise ValidationError({"until": f"{day(last)} is before {day(first)}. Give a day on or after it."})
        return self.cleaned_data

    def asked(self) -> dict[str, str | date | bool | None]:
        """The words of ``read_asked``; the form is valid."""
        given = self.cleaned_data
        return {
            "lot": given["q"],
            "item": given["item"],
            "since": given["since"],
            "until": given["until"],
            "with_chain": given["chain"],
        }

    def query(self) -> str:
        """The fields that ask for something, as a link has them."""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return urlencode({name: "1" if value is True else str(value) for name, value in given.items()})

    def said(self) -> list[tuple[str, str]]:
        """What was asked for, field by field, for the glossary of the file."""
        given = [(field.label, self.cleaned_data[field.name]) for field in self]
        return [(str(label), "yes" if value is True else str(value)) for label, value in given if value]
