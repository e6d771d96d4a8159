"""Forms of recall cases: opening one, working on a customer, closing."""

from __future__ import annotations

from decimal import Decimal

from django import forms

from katana_trace.lib.fields import QuantityFormField, TextValidator
from katana_trace.lib.quantities import plain, to_millionths
from tracking.models import Recall, RecallCustomer, RecallShipment
from tracking.recalls.close import LIMIT


class RecallForm(forms.Form):
    """``seen`` is what the person saw the scope of; another scope is shown before it is opened."""

    lots = forms.CharField(
        label="Batches or serial numbers",
        max_length=100_000,
        help_text="One in each line: the number, or SKU and number. What was made from them is found.",
        widget=forms.Textarea(attrs={"rows": 5, "class": "code", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Name at least one batch or serial number."},
    )
    kind = forms.ChoiceField(
        label="Kind",
        choices=[("", "Choose…"), *Recall.Kind.choices],
        help_text="A drill is an exercise: it changes no stock, and its letters say so.",
        error_messages={"required": "Choose recall or drill."},
    )
    title = forms.CharField(
        label="Title",
        max_length=120,
        validators=[TextValidator("Title", 120)],
        help_text="Such as Glass in strong white flour. It is on the letters.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Give the case a title."},
    )
    reason = forms.CharField(
        label="Reason",
        max_length=1000,
        validators=[TextValidator("Reason", 1000, True)],
        help_text="What is wrong with it, as customers should read it. It is on the letters.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say what is wrong with it; it is on the letters."},
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_reason(self) -> str:
        """Browsers end lines in their own way; kept is one."""
        return self.cleaned_data["reason"].replace("\r\n", "\n")


class RecallCustomerForm(forms.Form):
    """Each value goes along as it was shown, so that only what this person changed is changed."""

    state = forms.ChoiceField(label="State", choices=RecallCustomer.State.choices, show_hidden_initial=True)
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=1000,
        validators=[TextValidator("Note", 1000, True)],
        help_text="Whom you spoke to, what they still have.",
        widget=forms.Textarea(attrs={"rows": 3}),
        show_hidden_initial=True,
    )

    def __init__(self, *args, customer: RecallCustomer, shipments: list[RecallShipment], **kwargs):
        initial = {"state": customer.state, "note": customer.note}
        super().__init__(*args, initial=initial, **kwargs)
        if not customer.name:
            del self.fields["state"]
        self.shipments = shipments
        for one in shipments:
            self.fields[f"recovered_{one.pk}"] = QuantityFormField(
                label=f"Recovered of {one.lot.number} in {one.document}",
                initial=plain(to_millionths(one.recovered)),
                show_hidden_initial=True,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "n"}),
                error_messages={"required": "Give the quantity that came back or was destroyed, 0 for nothing."},
            )

    def clean_note(self) -> str:
        return self.cleaned_data["note"].replace("\r\n", "\n")

    def rows(self) -> list[tuple[RecallShipment, forms.BoundField]]:
        """Each shipment with its field."""
        return [(one, self[f"recovered_{one.pk}"]) for one in self.shipments]

    def is_changed(self, name: str) -> bool:
        return name in self.data and (name in self.changed_data or self.add_initial_prefix(name) not in self.data)

    def changes(self) -> dict:
        """What this person changed, as ``record_customer`` takes it."""
        found: dict = {name: self.cleaned_data[name] for name in ("state", "note") if self.is_changed(name)}
        recovered: dict[int, Decimal] = {
            one.pk: self.cleaned_data[f"recovered_{one.pk}"]
            for one in self.shipments
            if self.is_changed(f"recovered_{one.pk}")
        }
        return {**found, "recovered": recovered}


class RecallCloseForm(forms.Form):
    summary = forms.CharField(
        label="Summary",
        max_length=LIMIT,
        validators=[TextValidator("Summary", LIMIT, True)],
        help_text="What was found, what was done, what is to be done better. Kept as evidence.",
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Write what was found and done; it is kept with the case."},
    )
