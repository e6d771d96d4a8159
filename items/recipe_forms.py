"""The form of a recipe: what it makes, and a row for each ingredient, found by what a person types or scans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from django import forms
from django.http import QueryDict
from django.urls import reverse_lazy

from items.listing import resolve_variants, why_unresolved
from items.models import Recipe, Variant
from items.recipes import MOST_LINES, Ingredient, problems_of
from katana_trace.lib.fields import QuantityFormField
from katana_trace.lib.quantities import MILLION, plain, to_millionths
from katana_trace.lib.refusal import Refusal

EMPTY_ROWS = 3
LABELS = {"sku": "ingredient", "quantity": "quantity"}
DECIMAL = {"inputmode": "decimal", "autocomplete": "off"}


class RecipeForm(forms.Form):
    makes = QuantityFormField(
        label="Makes",
        widget=forms.TextInput(attrs=DECIMAL),
        error_messages={"required": "Give how much one run makes, such as 100."},
    )


class IngredientForm(forms.Form):
    """One row. All rows have the same names, so one that is taken out leaves no hole; ``place`` tells their ids apart."""

    sku = forms.CharField(
        error_messages={"required": "Give the SKU, or empty the quantity too."},
        widget=forms.TextInput(
            attrs={
                "class": "code",
                "autocomplete": "off",
                "list": "variant_options",
                "hx-get": reverse_lazy("items:variant_find"),
                "hx-trigger": "input changed delay:200ms",
                "hx-target": "#variant_options",
                "hx-sync": "this:queue last",
            }
        ),
    )
    quantity = QuantityFormField(
        widget=forms.TextInput(attrs=DECIMAL),
        error_messages={"required": "Give how much of it one run takes."},
    )

    def __init__(self, sku: str = "", quantity: str = "", *, place: int, is_checked: bool = False):
        self.place = place
        self.typed = sku.strip()
        self.is_empty = not self.typed and not quantity.strip()
        self.variant: Variant | None = None
        self.hint = ""  # why nothing is found, while the row is still being written
        typed = {"sku": sku, "quantity": quantity}
        super().__init__(typed if is_checked and not self.is_empty else None, initial=typed, auto_id=f"id_%s_{place}")
        for name, field in self.fields.items():
            field.label = f"Line {place + 1}, {LABELS[name]}"
            field.widget.attrs["aria-label"] = field.label


class RecipeSheet:
    """What the page shows: the form of what is made, and the rows, with a few empty ones after those that are filled."""

    def __init__(self, makes: RecipeForm, rows: Iterable[tuple[str, str]], *, empty: int, is_checked: bool = False):
        filled = [IngredientForm(*row, place=place, is_checked=is_checked) for place, row in enumerate(rows)]
        self.makes = makes
        self.filled = filled
        self.rows = [*filled, *(IngredientForm(place=len(filled) + place) for place in range(empty))]
        found = resolve_variants(row.typed for row in filled if row.typed)
        for row in filled:
            row.variant, candidates = found.get(row.typed, (None, []))
            if row.typed and row.variant is None:
                why = why_unresolved(row.typed, candidates)
                if row.is_bound:
                    row.add_error("sku", why)
                else:
                    row.hint = why

    def read(self, variant: Variant) -> tuple[int, list[Ingredient]] | None:
        """What was typed, in millionths; None when a sentence stands on a field of it."""
        rows = [row for row in self.filled if row.is_valid()]
        lines = [Ingredient(row.variant, to_millionths(row.cleaned_data["quantity"])) for row in rows]
        quantity = to_millionths(self.makes.cleaned_data["makes"]) if self.makes.is_valid() else MILLION
        self.show(problems_of(variant=variant, quantity=quantity, lines=lines), rows)
        return None if self.has_errors else (quantity, lines)

    def show(self, problems: Iterable[Refusal], rows: Sequence[IngredientForm]) -> None:
        """Puts each sentence on its field, that of a line on its row of ``rows``; else above the form."""
        for problem in problems:
            if problem.line is not None:
                rows[problem.line].add_error(problem.field, problem.sentence)
            elif problem.field in self.makes.fields:
                self.makes.add_error(problem.field, problem.sentence)
            elif len(rows) == len(self.filled):  # else what is missing has its sentence already
                self.makes.add_error(None, problem.sentence)

    @property
    def errors(self) -> list[tuple[forms.BoundField, str]]:
        """Each field of the rows that has a sentence, with it."""
        return [(field, " ".join(field.errors)) for row in self.filled for field in row if field.errors]

    @property
    def has_errors(self) -> bool:
        return bool(self.makes.errors or self.errors)


def sheet_of_recipe(recipe: Recipe | None) -> RecipeSheet:
    """The page of ``recipe`` (its lines with their ingredients), or of one that is still to be written."""
    if recipe is None:
        return RecipeSheet(RecipeForm(), [], empty=EMPTY_ROWS)
    rows = [(line.ingredient.sku, plain(to_millionths(line.quantity))) for line in recipe.lines.all()]
    return RecipeSheet(RecipeForm(initial={"makes": plain(to_millionths(recipe.quantity))}), rows, empty=EMPTY_ROWS)


def sheet_of_post(data: QueryDict, *, do: str) -> RecipeSheet:
    """The page as it was sent, without the empty rows between, after ``do``: ``save``, ``add``, or ``remove:3`` (from 0)."""
    rows = list(zip_longest(data.getlist("sku"), data.getlist("quantity"), fillvalue=""))
    verb, _, place = do.partition(":")
    if verb == "remove" and place in map(str, range(len(rows))):
        rows = [row for at, row in enumerate(rows) if at != int(place)]
    filled = [row for row in rows if "".join(row).strip()]
    empty = len(rows) - len(filled)
    empty = min(empty, MOST_LINES) + EMPTY_ROWS if verb == "add" else EMPTY_ROWS
    if verb == "save":
        return RecipeSheet(RecipeForm(data), filled, empty=empty, is_checked=True)
    return RecipeSheet(RecipeForm(initial={"makes": data.get("makes", "")}), filled, empty=empty)
