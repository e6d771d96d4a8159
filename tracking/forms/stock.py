"""What the stock page shows."""

from __future__ import annotations

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.http import urlencode

from items.models import TrackingMode
from katana_trace.lib import days
from tracking.expiry.windows import window_named
from tracking.forms.day import DayField
from tracking.models import Location
from tracking.stock.stock_filter import StockFilter

FURTHEST = 36500  # days ahead that expiry can be asked for


class PlaceField(forms.ModelChoiceField):
    """Archived places are there too: a past day can have stock in them."""

    def label_from_instance(self, location: Location) -> str:
        return f"{location.name} (archived)" if location.archived_at else location.name


class SearchField(forms.CharField):
    """Whatever is typed or scanned can be looked for, also what no name can have."""

    def to_python(self, value: str | None) -> str:
        return super().to_python((value or "").replace("\0", ""))


class StockFilterForm(forms.Form):
    q = SearchField(
        label="SKU, item or GTIN",
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    location = PlaceField(
        Location.objects.all(),
        label="Location",
        required=False,
        empty_label="All",
        error_messages={"invalid_choice": "There is no such location. Choose one of the list, or All."},
    )
    tracking = forms.ChoiceField(
        label="Tracking",
        required=False,
        choices=[("", "All"), *TrackingMode.choices],
        error_messages={"invalid_choice": "“%(value)s” is no tracking. Choose none, batch or serial, or All."},
    )
    expiring = forms.IntegerField(
        label="Expires within, days",
        required=False,
        min_value=0,
        max_value=FURTHEST,
        widget=forms.NumberInput(attrs={"placeholder": "any"}),
        error_messages={
            "invalid": "Give the days as a whole number, such as 7; 0 finds what is expired or on its last day.",
            "min_value": "Give 0 days or more; 0 finds what is expired or on its last day.",
            "max_value": f"Give at most {FURTHEST:,} days, or leave it empty for any expiry.",
        },
    )
    expiry = forms.CharField(label="Expiry", required=False, widget=forms.HiddenInput)
    as_of = DayField(label="As it was at the end of", required=False)
    held = forms.BooleanField(label="On hold", required=False)
    without = forms.BooleanField(label="Without number", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["as_of"].widget.attrs["max"] = days.today().isoformat()

    def clean_as_of(self) -> date | None:
        day, today = self.cleaned_data["as_of"], days.today()
        if day is not None and day > today:
            raise ValidationError(
                f"{day.isoformat()} has not come yet; the last day is today, {today.isoformat()}. Choose a day up to it."
            )
        return day

    def clean_expiry(self) -> str:
        name = self.cleaned_data["expiry"]
        try:
            if name:
                window_named(name, days.today())
        except ValueError as error:
            raise ValidationError(str(error)) from error
        return name

    def chosen(self) -> StockFilter:
        """What was asked for; the form is valid."""
        found = self.cleaned_data
        location = found["location"]
        return StockFilter(**{**found, "location": location.pk if location else None})

    def address(self) -> dict[str, str]:
        """The fields that ask for something, as a link has them; the form is valid."""
        asked = self.cleaned_data.items()  # 0 days of expiry ask for something
        said = {name: value for name, value in asked if value or (value == 0 and value is not False)}
        return {
            name: "1" if value is True else str(value.pk) if isinstance(value, Location) else str(value)
            for name, value in said.items()
        }

    def query(self, **more: str) -> str:
        return urlencode({name: value for name, value in {**self.address(), **more}.items() if value})
