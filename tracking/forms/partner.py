"""The form of partners: what may be edited."""

from __future__ import annotations

from django import forms

from items.forms import CatalogueForm, ReasonField
from tracking.models import Partner


class PartnerForm(CatalogueForm):
    class Meta:
        model = Partner
        fields = ["name", "email", "phone", "address"]
        error_messages = {
            "name": {"required": "Give the partner a name."},
            "email": {"invalid": "This is not an email address. Write it as name@example.com, or leave it empty."},
        }
        help_texts = {"name": "As it prints on documents.", "email": ""}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "email": forms.EmailInput(attrs={"autocomplete": "off"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
            "address": forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        }

    def clean_address(self) -> str:
        """Browsers end lines in their own way; kept is one."""
        return self.cleaned_data["address"].replace("\r\n", "\n")


class EditPartnerForm(PartnerForm):
    reason = ReasonField()
