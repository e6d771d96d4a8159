"""Forms that connect stock without a number: to a batch, or to pasted serial numbers."""

from __future__ import annotations

import re

from django import forms
from django.core.exceptions import ValidationError

from katana_trace.lib.fields import QuantityFormField, TextValidator
from katana_trace.lib.identity import new_uuid
from katana_trace.lib.quantities import for_people, to_millionths
from tracking.forms.day import DayField
from tracking.models import StockLevel


class LevelField(forms.ModelChoiceField):
    """A variant at a location that has stock without a number, named with how much there is."""

    def __init__(self, *, unit: str, **kwargs):
        super().__init__(StockLevel.objects.none(), empty_label=None, **kwargs)
        self.unit = unit

    def label_from_instance(self, level: StockLevel) -> str:
        return f"{level.variant.sku} at {level.location.name}: {for_people(to_millionths(level.without))} {self.unit}"


class AssignForm(forms.Form):
    """``levels`` are the stock levels with something without a number, each with ``without``."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=new_uuid)

    def __init__(self, *args, levels, unit: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["level"] = LevelField(
            unit=unit,
            label="From",
            error_messages={
                "invalid_choice": "There is nothing without a number there any more. Choose another place."
            },
        )
        self.fields["level"].queryset = levels
        self.order_fields(["level"])


class AssignBatchForm(AssignForm):
    batch_number = forms.CharField(
        max_length=64,
        validators=[TextValidator("Batch number")],
        help_text="A new number, or one that the variant has already.",
        error_messages={"required": "Give the batch number on the label."},
        widget=forms.TextInput(attrs={"class": "code", "autocomplete": "off"}),
    )
    expires_on = DayField(
        label="Expires on",
        required=False,
        help_text="Usable through this day. For a batch that is there already: leave it empty.",
    )
    quantity = QuantityFormField(
        help_text="A plain number with a point, such as 12 or 0.25.",
        error_messages={"required": "Give how much gets this number."},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


class AssignSerialsForm(AssignForm):
    numbers = forms.CharField(
        label="Serial numbers",
        help_text="One in each line, typed, scanned, or pasted from a spreadsheet.",
        error_messages={"required": "Give at least one serial number, one in each line."},
        widget=forms.Textarea(attrs={"class": "code", "rows": 8, "autocomplete": "off", "spellcheck": "false"}),
        strip=False,
    )

    def clean_numbers(self) -> list[str]:
        """The numbers, one per line or spreadsheet cell, empty ones left out."""
        numbers = [part.strip() for part in re.split(r"[\n\r\t]+", self.cleaned_data["numbers"]) if part.strip()]
        if not numbers:
            raise ValidationError(self.fields["numbers"].error_messages["required"])
        return numbers
