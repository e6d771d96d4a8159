"""What the list of documents may be asked for. It stands in the address, so only a day that is none is an error."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from katana_trace.templatetags.trace_tags import day
from tracking.forms.day import DayField
from tracking.models import Kind

SEARCH = {"type": "search", "autocomplete": "off"}
CODE = {**SEARCH, "class": "code"}

STANDING, REVERSED, REVERSAL, DRAFT = "posted", "reversed", "reversal", "draft"
POSTED = [("", "All posted"), (STANDING, "Not reversed"), (REVERSED, "Reversed"), (REVERSAL, "Reversals")]
DRAFTS = (DRAFT, "Drafts")


class TypedField(forms.CharField):
    """Text to look for. What no name or number can have is left out later, so nothing here is an error."""

    def __init__(self, *, label: str, attrs: dict):
        super().__init__(label=label, required=False, widget=forms.TextInput(attrs=attrs))

    def clean(self, value) -> str:
        return (value or "").strip()


class OneOfField(forms.ChoiceField):
    """One of the choices; anything else is none."""

    def clean(self, value) -> str:
        return value if value and self.valid_value(value) else ""


class IdField(forms.Field):
    """The id of a row that a link names; anything else is none."""

    widget = forms.HiddenInput

    def clean(self, value) -> int | None:
        text = value or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


class DocumentFilterForm(forms.Form):
    """``item`` and ``partner`` are ids, from links; ``item_name`` and ``partner_name`` are typed."""

    q = TypedField(label="Document number", attrs=CODE)
    kind = OneOfField(required=False, choices=[("", "All kinds"), *Kind.choices])
    status = OneOfField(required=False, choices=POSTED)
    partner = IdField(required=False)
    partner_name = TypedField(label="Partner", attrs=SEARCH)
    item = IdField(required=False)
    item_name = TypedField(label="Item or SKU", attrs=SEARCH)
    number = TypedField(label="Batch or serial number", attrs={**CODE, "placeholder": "The whole number"})
    since = DayField(label="From", required=False)
    until = DayField(label="To", required=False)

    def __init__(self, data, *, with_drafts: bool):
        super().__init__(with_names(data))
        if with_drafts:
            self.fields["status"].choices = [*POSTED, DRAFTS]

    def clean(self) -> dict:
        first, last = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if first and last and first > last:
            raise ValidationError({"until": f"{day(last)} is before {day(first)}. Give a day on or after it."})
        return self.cleaned_data

    @property
    def chosen(self) -> dict[str, object]:
        """What was asked for and can be read, by field."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def is_detailed(self) -> bool:
        """Whether anything is asked for that stands behind “More filters”."""
        detailed = {"partner_name", "item_name", "number", "since", "until"}
        return bool(detailed & self.chosen.keys() or self.errors)


def with_names(data) -> dict[str, str]:
    """``data`` with a name or SKU given as ``partner`` or ``item`` moved to where those are typed."""
    given = {name: data[name] for name in data}
    for name in ("partner", "item"):
        text = given.get(name, "").strip()
        if text and not (text.isascii() and text.isdigit()):
            given.setdefault(f"{name}_name", text)
            given[name] = ""
    return given
