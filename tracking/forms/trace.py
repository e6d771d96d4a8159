"""What a trace page shows: how many steps, as of which day, and whether all of it."""

from __future__ import annotations

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.http import urlencode

from katana_trace.lib import days
from tracking.forms.day import DayField

ALL, USUAL = "all", "3"


class TraceForm(forms.Form):
    steps = forms.ChoiceField(
        label="Steps each way",
        required=False,
        choices=[("1", "1"), ("2", "2"), ("3", "3"), ("5", "5"), ("10", "10"), (ALL, "All")],
        error_messages={"invalid_choice": "“%(value)s” is no number of steps of the list. Choose 1 to 10, or All."},
    )
    as_of = DayField(label="As it was at the end of", required=False)
    show = forms.ChoiceField(
        required=False,
        choices=[("", "Cut"), (ALL, "All")],
        error_messages={"invalid_choice": "Choose all, or nothing."},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["as_of"].widget.attrs["max"] = days.today().isoformat()

    def clean_steps(self) -> str:
        """The address of a CSV has none: it is never cut."""
        return self.cleaned_data["steps"] or ALL

    def clean_as_of(self) -> date | None:
        day, today = self.cleaned_data["as_of"], days.today()
        if day is not None and day > today:
            raise ValidationError(
                f"{day.isoformat()} has not come yet; the last day is today, {today.isoformat()}. Choose a day up to it."
            )
        return day

    @property
    def levels(self) -> int | None:
        """How many steps are shown; None for all. The form is valid."""
        steps = self.cleaned_data["steps"]
        return None if steps == ALL else int(steps)

    @property
    def shows_all(self) -> bool:
        return self.cleaned_data["show"] == ALL

    def query(self, **more: str) -> str:
        """What was asked for, as a link has it, with ``more`` instead of the same fields."""
        as_of = self.cleaned_data["as_of"]
        asked = {
            "steps": self.cleaned_data["steps"],
            "as_of": as_of.isoformat() if as_of else "",
            "show": self.cleaned_data["show"],
            **more,
        }
        return urlencode({name: value for name, value in asked.items() if value})
