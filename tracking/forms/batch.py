"""Forms of batches: what the list shows, and what may be edited."""

from __future__ import annotations

from django import forms

from katana_trace.lib.fields import TextValidator
from tracking.forms.day import DayField
from tracking.models import Batch
from tracking.records.edit import DATES, TEXTS
from tracking.records.log import REASON_LIMIT, Value

SEARCH = forms.TextInput(attrs={"type": "search", "autocomplete": "off", "class": "code"})


class BatchFilterForm(forms.Form):
    q = forms.CharField(label="Batch number", required=False, widget=SEARCH)
    expiring = forms.ChoiceField(
        label="Expiry",
        required=False,
        choices=[
            ("", "Any"),
            ("0", "Expired or last day"),
            ("7", "Within 7 days"),
            ("30", "Within 30 days"),
            ("90", "Within 90 days"),
        ],
    )
    status = forms.ChoiceField(label="Status", required=False, choices=[("", "All"), ("held", "On hold")])


class BatchForm(forms.Form):
    """Each value goes along as it was shown, so that only what this person changed is changed."""

    expires_on = DayField(label="Expires on", required=False, show_hidden_initial=True)
    made_on = DayField(label="Made on", required=False, show_hidden_initial=True)
    supplier_batch = forms.CharField(
        label="Supplier's batch",
        required=False,
        max_length=64,
        validators=[TextValidator("Supplier's batch number")],
        widget=forms.TextInput(attrs={"class": "code", "autocomplete": "off"}),
        show_hidden_initial=True,
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=1000,
        validators=[TextValidator("Note", 1000, True)],
        widget=forms.Textarea(attrs={"rows": 3}),
        show_hidden_initial=True,
    )
    reason = forms.CharField(
        label="Reason of the change",
        max_length=REASON_LIMIT,
        validators=[TextValidator("Reason", REASON_LIMIT)],
        help_text="Kept in the batch's log with your name, the old and the new value.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Say why this is changed. It is kept in the batch's log."},
    )

    def __init__(self, *args, batch: Batch, site_time_zone: str, **kwargs):
        fields = [*DATES, *TEXTS]
        super().__init__(*args, initial={name: getattr(batch, name) for name in fields}, **kwargs)
        self.fields["expires_on"].help_text = f"Usable through this day, in the time zone {site_time_zone}."

    def clean_note(self) -> str:
        """Browsers end lines in their own way; kept is one."""
        return self.cleaned_data["note"].replace("\r\n", "\n")

    def changes(self) -> dict[str, Value]:
        """What this person changed, by field; what was sent without the value it was shown with counts as changed."""
        return {
            name: self.cleaned_data[name]
            for name in (*DATES, *TEXTS)
            if name in self.data and (name in self.changed_data or self.add_initial_prefix(name) not in self.data)
        }
