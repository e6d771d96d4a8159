"""A day typed by a person: one notation, the years that the ledger knows, and a sentence for everything else."""

from __future__ import annotations

from datetime import date

from django import forms
from django.core.exceptions import ValidationError

from katana_trace.lib.days import FIRST_YEAR, LAST_YEAR, parse_day


class DayInput(forms.DateInput):
    """The browser's own date field; it sends 2026-01-31 whatever it shows."""

    input_type = "date"

    def __init__(self, attrs: dict | None = None):
        limits = {"min": f"{FIRST_YEAR}-01-01", "max": f"{LAST_YEAR}-12-31"}
        super().__init__(attrs={**limits, **(attrs or {})}, format="%Y-%m-%d")


class DayField(forms.DateField):
    """``2026-01-31`` and nothing else: a slash would be read in another order by somebody else."""

    widget = DayInput

    def to_python(self, value: str | date | None) -> date | None:
        if not isinstance(value, str):
            return value
        text = value.strip()
        if not text:
            return None
        try:
            return parse_day(text)
        except ValueError as error:
            raise ValidationError(str(error)) from error
