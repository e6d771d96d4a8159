"""Forms of items and variants. Tracking is chosen when an item is made; afterwards it is switched on its card."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy

from items.models import Item, TrackingMode, Variant
from items.signals import ItemDraft
from katana_trace.lib.fields import TextValidator
from katana_trace.lib.refusal import Refusal

MEANINGS = {
    TrackingMode.NONE: "Used if traceability is not required. Only quantities are kept.",
    TrackingMode.BATCH: "One number for each lot made or received, with its expiry date.",
    TrackingMode.SERIAL: "Every unit has a number of its own, followed from production to sale.",
}

PATTERN_HELP = (
    "Suggests new batch or serial numbers, such as {yy}{mm}{dd}-{n:04}. Year {yy} or {yyyy}, month {mm}, day {dd}, "
    "day of the year {jjj}, SKU {sku}, counter {n}, with zeros before it {n:04}."
)

PATTERN_LIVE = {
    "class": "code",
    "autocomplete": "off",
    "spellcheck": "false",
    "hx-get": reverse_lazy("items:pattern_preview"),
    "hx-include": "#id_sku",  # typed for a new item, else that of its first variant
    "hx-target": "#pattern_preview",
    "hx-swap": "outerHTML",
    "hx-trigger": "input changed delay:250ms, change from:#id_sku",
    "hx-sync": "this:queue last",
}


REASON_LIMIT = 200  # characters in the change log


@dataclass(frozen=True, slots=True)
class TrackingCard:
    """One choice of product tracking as the page shows it; ``closed`` is the reason why it cannot be chosen."""

    value: str
    label: str
    meaning: str
    checked: bool
    closed: str


class CatalogueForm(forms.ModelForm):
    """A form that says one thing about a field, though the field, the model's validators and its ``clean`` all look."""

    def _update_errors(self, errors: ValidationError) -> None:
        if hasattr(errors, "error_dict"):
            told = {name: found[:1] for name, found in errors.error_dict.items() if name not in self.errors}
            errors = ValidationError(told)
        super()._update_errors(errors)


class ReasonField(forms.CharField):
    """Why something is changed, for the change log (rule 25)."""

    def __init__(self):
        super().__init__(
            label="Reason of the change",
            required=False,
            max_length=REASON_LIMIT,
            validators=[TextValidator("Reason", REASON_LIMIT)],
            help_text="Kept in the change log.",
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )


class ItemForm(CatalogueForm):
    class Meta:
        model = Item
        fields = ["name", "kind", "unit", "shelf_life_days", "expiry_notice_days", "warranty_months", "number_pattern"]
        error_messages = {
            "name": {"required": "Give the item a name."},
            "unit": {"required": "Give the unit that stock is counted in, such as pcs."},
        }
        help_texts = {
            "unit": "What stock is counted in, such as pcs, kg or l. Frozen once the item has moved.",
            "shelf_life_days": "How long a new batch keeps.",
            "expiry_notice_days": "How long before its expiry a batch is listed as expiring. Without it, 7 days.",
            "warranty_months": "Counted from the shipment of a serial number.",
            "number_pattern": PATTERN_HELP,
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "unit": forms.TextInput(attrs={"autocomplete": "off"}),
            "shelf_life_days": forms.NumberInput(attrs={"min": 1, "max": 36500}),
            "expiry_notice_days": forms.NumberInput(attrs={"min": 1, "max": 36500, "placeholder": 7}),
            "warranty_months": forms.NumberInput(attrs={"min": 1, "max": 600}),
            "number_pattern": forms.TextInput(attrs=PATTERN_LIVE),
        }


class EditItemForm(ItemForm):
    reason = ReasonField()


class NewItemForm(ItemForm):
    """An item with its tracking and its first variant."""

    sku = Variant._meta.get_field("sku").formfield(
        widget=forms.TextInput(attrs={"class": "code", "autocomplete": "off"}),
        help_text="The code on the shelf. Unique among all items.",
        error_messages={"required": "Give the first variant a SKU."},
    )
    variant = Variant._meta.get_field("name").formfield(
        label="Variant name", help_text="Such as 500 g, where the item comes in several.", required=False
    )
    gtin = Variant._meta.get_field("gtin").formfield(
        help_text="The number under the bar code.",
        widget=forms.TextInput(attrs={"class": "code", "inputmode": "numeric", "autocomplete": "off"}),
    )

    class Meta(ItemForm.Meta):
        fields = [*ItemForm.Meta.fields, "tracking_mode"]

    def __init__(self, *args, draft: ItemDraft, **kwargs):
        super().__init__(*args, initial={"tracking_mode": draft.tracking_mode}, **kwargs)
        self.draft = draft

    def clean_tracking_mode(self) -> str:
        mode = self.cleaned_data["tracking_mode"]
        if mode in self.draft.closed:
            raise ValidationError(self.draft.closed[mode])
        return mode

    def _post_clean(self) -> None:
        """Also the first variant is held against its model's rules, each sentence on the field it was typed in."""
        super()._post_clean()
        typed = {name: self.cleaned_data.get(name, "") for name in ("sku", "variant", "gtin")}
        self.first_variant = Variant(sku=typed["sku"], name=typed["variant"], gtin=typed["gtin"])
        try:
            self.first_variant.full_clean(exclude=["item"], validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            for name, errors in error.error_dict.items():
                field = {"name": "variant"}.get(name, name)
                if field not in self.errors:
                    self.add_error(field, errors[:1])

    def tracking_cards(self) -> list[TrackingCard]:
        chosen = self["tracking_mode"].value()
        return [
            TrackingCard(mode.value, mode.label, MEANINGS[mode], mode.value == chosen, self.draft.closed.get(mode, ""))
            for mode in TrackingMode
        ]


class VariantForm(CatalogueForm):
    class Meta:
        model = Variant
        fields = ["sku", "name", "gtin"]
        error_messages = {"sku": {"required": "Give the variant a SKU."}}
        labels = {"name": "Variant name"}
        help_texts = {
            "sku": "The code on the shelf. Unique among all items.",
            "name": "Such as 500 g, where the item comes in several.",
            "gtin": "The number under the bar code.",
        }
        widgets = {
            "sku": forms.TextInput(attrs={"class": "code", "autocomplete": "off"}),
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "gtin": forms.TextInput(attrs={"class": "code", "inputmode": "numeric", "autocomplete": "off"}),
        }


class EditVariantForm(VariantForm):
    reason = ReasonField()


class ItemFilterForm(forms.Form):
    """What the list shows. A value that is not known is taken as none: a list is never refused."""

    q = forms.CharField(
        label="Name, SKU or GTIN",
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    tracking = forms.ChoiceField(label="Tracking", required=False, choices=[("", "All"), *TrackingMode.choices])
    archived = forms.BooleanField(label="Archived", required=False)


def refuse(form: forms.BaseForm, error: ValidationError | Refusal) -> None:
    """Puts what a verb refused on the form: on its field where the form has it, else above the form."""
    if isinstance(error, Refusal):
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
    elif not hasattr(error, "error_dict"):
        form.add_error(None, error)
    else:
        for name, errors in error.error_dict.items():
            form.add_error(name if name in form.fields else None, errors)
