"""Forms of locations: what the list shows, and what may be edited."""

from __future__ import annotations

from django import forms

from items.forms import CatalogueForm, ReasonField
from tracking.models import Location


class PlaceFilterForm(forms.Form):
    """What the lists of locations and partners show."""

    q = forms.CharField(
        label="Name", required=False, widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"})
    )
    archived = forms.BooleanField(label="Archived", required=False)


class LocationForm(CatalogueForm):
    class Meta:
        model = Location
        fields = ["name", "phone", "address"]
        error_messages = {"name": {"required": "Give the location a name."}}
        help_texts = {
            "name": "Such as Main warehouse, Shop or Shelf B2.",
            "phone": "Where it is not that of the business.",
            "address": "Where it is not that of the business.",
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
            "address": forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        }

    def clean_address(self) -> str:
        """Browsers end lines in their own way; kept is one."""
        return self.cleaned_data["address"].replace("\r\n", "\n")


class EditLocationForm(LocationForm):
    reason = ReasonField()
