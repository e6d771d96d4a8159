"""Forms of locations: what the list shows, and what may be edited."""

from __future__ import annotations

from django import forms

from items.forms import CatalogueForm
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
        fields = ["name"]
        error_messages = {"name": {"required": "Give the location a name."}}
        help_texts = {"name": "Such as Main warehouse, Shop or Shelf B2."}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "off"})}
