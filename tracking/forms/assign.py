"""Forms that connect stock without a number: to a batch, or to serial numbers pasted, counted up or suggested."""

from __future__ import annotations

from django import forms

from items.models import TrackingMode
from katana_trace.lib import days
from katana_trace.lib.fields import QuantityFormField, TextValidator
from katana_trace.lib.identity import new_uuid
from katana_trace.lib.pasted import expand_range, numbers_in
from katana_trace.lib.quantities import for_people, shown, to_millionths
from katana_trace.lib.refusal import Refusal
from tracking.forms.day import DayField
from tracking.ledger.relabelling import REASON_LIMIT
from tracking.models import StockLevel
from tracking.numbering.suggest import suggest_serial_numbers
from tracking.records.assign import MOST_SERIALS, check_count


class AssignFilterForm(forms.Form):
    q = forms.CharField(
        label="Item or SKU",
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    tracking = forms.ChoiceField(
        label="Tracking",
        required=False,
        choices=[
            ("", "All"),
            (TrackingMode.BATCH, TrackingMode.BATCH.label),
            (TrackingMode.SERIAL, TrackingMode.SERIAL.label),
        ],
    )


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
    """``origin`` is the id of the document that a suggestion was taken from; ``reason`` is shown once it is asked for."""

    origin = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
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
        help_text="Usable through this day. A batch that is there already keeps its own.",
    )
    reason = forms.CharField(
        label="Why it expires later",
        required=False,
        max_length=REASON_LIMIT,
        validators=[TextValidator("Reason", REASON_LIMIT)],
        help_text="Kept with your name in the change log.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    quantity = QuantityFormField(
        help_text="A plain number with a point, such as 12 or 0.25.",
        error_messages={"required": "Give how much gets this number."},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


class NumbersField(forms.Field):
    """Text with many numbers; no CharField, which would refuse all of them for one character that cannot be stored.

    It is the form that misses them when there are none: a range or a count may still bring some.
    """

    widget = forms.Textarea(attrs={"class": "code", "rows": 10, "autocomplete": "off", "spellcheck": "false"})

    def validate(self, value: str | None) -> None:
        pass


class AssignSerialsForm(AssignForm):
    """``act`` is the button that was pressed. A range or a count adds to ``numbers``, which then are shown for review."""

    numbers = NumbersField(
        label="Serial numbers", help_text="One in each line, typed, scanned, or pasted from a spreadsheet."
    )
    number_range = forms.CharField(
        label="Range",
        required=False,
        help_text="First and last number with a dash, such as A100-A149.",
        widget=forms.TextInput(attrs={"class": "code", "autocomplete": "off"}),
    )
    count = forms.IntegerField(
        label="How many",
        required=False,
        min_value=1,
        max_value=MOST_SERIALS,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args, act: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.act = act
        self.has_added = False
        self.given: list[str] = []  # all numbers, also those that are refused

    def clean(self) -> dict:
        given = super().clean()
        numbers = self.typed(given.get("numbers") or "")
        if given.get("number_range"):
            numbers += self.ranged(given["number_range"])
        if (self.act == "generate" or given.get("count")) and given.get("level") and "count" in given:
            numbers += self.suggested(given["level"], given["count"], numbers)
        given["numbers"] = self.given = numbers
        try:
            check_count(numbers)
        except Refusal as refusal:
            if not self.errors:
                self.add_error("numbers", refusal.sentence)
        return given

    def typed(self, text: str) -> list[str]:
        try:
            return numbers_in(text)
        except ValueError as error:
            self.add_error("numbers", str(error))
            return []

    def ranged(self, text: str) -> list[str]:
        try:
            found = expand_range(text, limit=MOST_SERIALS)
        except ValueError as error:
            self.add_error("number_range", str(error))
            return []
        self.has_added = True
        return found

    def suggested(self, level: StockLevel, count: int | None, given: list[str]) -> list[str]:
        """``count`` more numbers by the item's pattern, or as many as units without number are left."""
        item = level.variant.item
        count = count or int(level.without) - len(given)
        if not item.number_pattern:
            self.add_error("count", f"{item.name} has no pattern of new numbers. Give it one, or type the numbers.")
            return []
        if count < 1:
            here = f"{for_people(to_millionths(level.without))} {item.unit}"
            self.add_error(
                "count", f"There are numbers for all {here} here already. Connect them, or give how many more."
            )
            return []
        found = suggest_serial_numbers(
            variant=level.variant, count=min(count, MOST_SERIALS), day=days.today(), avoid=given
        )
        if not found:
            self.add_error(
                "count",
                f"The pattern {shown(item.number_pattern)} gives numbers of more than 64 characters. Shorten it on the item.",
            )
        self.has_added = self.has_added or bool(found)
        return found

    def say_next(self, following: list[str]) -> None:
        """Says by what number the item's pattern goes on."""
        words = f" The next is {following[0]}." if following else ""
        self["count"].help_text = f"By the item's pattern.{words} Left empty: as many as units want one."

    def show_given(self) -> None:
        """Writes all numbers into their field, one in each line, and empties what they were made from."""
        self.data = self.data.copy()
        self.data["numbers"] = "\n".join(self.given)
        for name in ("number_range", "count"):
            if name not in self.errors:
                self.data[name] = ""
