"""Forms of the import page: the file, and which of its columns is which of ours."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.forms.boundfield import BoundField

from katana_trace.accounts.forms import PasswordAgainForm
from katana_trace.lib.fields import TextValidator
from tracking.imports.columns import Column, Shape
from tracking.imports.formats import DATES, DECIMALS, SIGNS
from tracking.imports.kinds import ImportKind, kinds_for
from tracking.imports.mapping import Mapping

NOT_THERE = ""
CONSTANT = "same"
EXAMPLES = 3


class UploadForm(forms.Form):
    kind = forms.ChoiceField(
        label="What the rows are", choices=[], error_messages={"required": "Choose what the rows are."}
    )
    file = forms.FileField(
        label="File",
        help_text="CSV (UTF-8) with comma, semicolon or tab, or XLSX. At most 20 MiB and 100,000 rows.",
        allow_empty_file=True,
        max_length=None,
        error_messages={"required": "Choose a file."},
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )

    def __init__(self, *arguments, user, **named):
        super().__init__(*arguments, **named)
        self.fields["kind"].choices = [("", "Choose…"), *[(kind.name, kind.title) for kind in kinds_for(user)]]


class CommitForm(PasswordAgainForm):
    """What importing asks for: the password again, where the file reverses documents, as the page of a reversal does."""

    def __init__(self, *arguments, request, reversals: int, **named):
        super().__init__(*arguments, request=request, **named)
        if not reversals:
            self.fields.pop("password", None)


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """One row of the form: a column of ours, where it comes from, and what the first rows have there."""

    column: Column
    place: BoundField
    constant: BoundField
    examples: tuple[str, ...]


class MappingForm(forms.Form):
    dates = forms.ChoiceField(label="Dates are written", choices=list(DATES.items()))
    decimals = forms.ChoiceField(label="Numbers are written", choices=list(DECIMALS.items()))
    signs = forms.ChoiceField(label="Plus and minus of the quantities are", choices=list(SIGNS.items()))

    def __init__(
        self, *arguments, kind: ImportKind, header: list[str], sample: list[list[str]], mapping: Mapping, **named
    ):
        super().__init__(*arguments, **named)
        self.kind, self.header, self.sample = kind, header, sample
        shapes = {column.shape for column in kind.columns}
        for name, needs in (
            ("dates", {Shape.DAY, Shape.INSTANT}),
            ("decimals", {Shape.QUANTITY}),
            ("signs", {Shape.INSTANT}),
        ):
            if not needs & shapes:
                del self.fields[name]
            else:
                self.fields[name].initial = getattr(mapping, name)
        places = [(str(place), name or f"Column {place + 1}") for place, name in enumerate(header)]
        for column in kind.columns:
            empty = "Choose…" if column.is_required and column.alone is None else "Not in the file"
            self.fields[f"place-{column.name}"] = forms.ChoiceField(
                label=column.name,
                required=False,
                choices=[(NOT_THERE, empty), (CONSTANT, "The same for all rows:"), *places],
                initial=self.initial_place(column, mapping),
            )
            self.fields[f"constant-{column.name}"] = forms.CharField(
                label=f"{column.name} of all rows",
                required=False,
                max_length=200,
                validators=[TextValidator(column.name, 200)],
                initial=mapping.constants.get(column.name, ""),
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )

    @staticmethod
    def initial_place(column: Column, mapping: Mapping) -> str:
        if column.name in mapping.columns:
            return str(mapping.columns[column.name])
        return CONSTANT if mapping.constants.get(column.name) else NOT_THERE

    def rows(self) -> list[MappedColumn]:
        return [
            MappedColumn(
                column, self[f"place-{column.name}"], self[f"constant-{column.name}"], self.examples_of(column)
            )
            for column in self.kind.columns
        ]

    def formats(self) -> list[BoundField]:
        return [self[name] for name in ("dates", "decimals", "signs") if name in self.fields]

    def examples_of(self, column: Column) -> tuple[str, ...]:
        place = self[f"place-{column.name}"].value() or ""
        if not place.isdigit() or int(place) >= len(self.header):
            return ()
        found = dict.fromkeys(cells[int(place)].strip() for cells in self.sample)
        return tuple(text for text in found if text)[:EXAMPLES]

    def clean(self):
        for column in self.kind.columns:
            place = self.cleaned_data.get(f"place-{column.name}")
            constant = self.cleaned_data.get(f"constant-{column.name}")
            if place == CONSTANT and not constant and column.is_required and column.alone is None:
                self.add_error(f"constant-{column.name}", f"Give the {column.name} of all rows, or choose a column.")
            if place == NOT_THERE and column.is_required and column.alone is None:
                self.add_error(
                    f"place-{column.name}",
                    f"The file needs {column.name}. Choose its column, or give one value for all rows.",
                )

    def mapping(self) -> Mapping:
        """What was chosen; the form is valid."""
        columns, constants = {}, {}
        for column in self.kind.columns:
            place = self.cleaned_data[f"place-{column.name}"]
            if place == CONSTANT:
                constants[column.name] = self.cleaned_data[f"constant-{column.name}"]
            elif place != NOT_THERE:
                columns[column.name] = int(place)
            elif column.is_required:
                constants[column.name] = column.alone
        formats = {name: self.cleaned_data[name] for name in ("dates", "decimals", "signs") if name in self.fields}
        return Mapping(columns, constants, **formats)
