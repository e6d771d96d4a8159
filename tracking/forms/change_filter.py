"""The filter of the change log. It comes from the address, so nothing in it is an error."""

from __future__ import annotations

from django import forms

from tracking.forms.document_filter import CODE, SEARCH, IdField, OneOfField, TypedField
from tracking.models import Subject


class ChangeFilterForm(forms.Form):
    """``subject`` with ``id`` is one row, from a link on its page; ``first`` shows what rows were made with as well."""

    subject = OneOfField(label="What", required=False, choices=[("", "Everything"), *Subject.choices])
    id = IdField(required=False)
    q = TypedField(label="Name, SKU or number", attrs={**CODE, "placeholder": "The whole name or number"})
    by = TypedField(label="By", attrs={**SEARCH, "placeholder": "User name"})
    first = forms.BooleanField(label="Include first values", required=False)

    def clean(self) -> dict:
        """An id alone names nothing."""
        if not self.cleaned_data.get("subject"):
            self.cleaned_data["id"] = None
        return self.cleaned_data

    @property
    def chosen(self) -> dict[str, object]:
        """What was asked for and can be read, by field."""
        return {name: "1" if value is True else value for name, value in self.cleaned_data.items() if value}
