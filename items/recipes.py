"""Recipes: what a run of a variant takes by default, and what a production of so much needs.

Law: amounts are exact integers of a millionth; nothing is rounded before all outputs are summed up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from django.db import IntegrityError, transaction

from items.models import Recipe, RecipeLine, TrackingMode, Variant
from katana_trace.lib.permission import require
from katana_trace.lib.quantities import LINE_LIMIT, MILLION, plain, to_decimal, to_millionths
from katana_trace.lib.refusal import Refusal

MOST_LINES = 200
HALF = Fraction(1, 2)
MAY_WRITE = "items.change_variant"
HOW_MUCH = "Give more than 0, and at most 1,000,000,000."


@dataclass(frozen=True, slots=True)
class Ingredient:
    """``quantity`` in millionths of the variant's unit."""

    variant: Variant
    quantity: int


def save_recipe(*, variant: Variant, quantity: int, lines: Sequence[Ingredient], by) -> Recipe:
    """Makes or replaces the recipe of ``variant``: ``quantity`` (millionths) of it takes ``lines``, in their order.

    Raises Refusal with the field and line of the first thing that ``problems_of`` finds, and PermissionDenied.
    """
    require_recipe(by)
    for problem in problems_of(variant=variant, quantity=quantity, lines=lines):
        raise problem
    try:
        with transaction.atomic():
            recipe, _ = Recipe.objects.update_or_create(variant=variant, defaults={"quantity": to_decimal(quantity)})
            recipe.lines.all().delete()
            RecipeLine.objects.bulk_create(
                RecipeLine(recipe=recipe, ingredient=line.variant, quantity=to_decimal(line.quantity), position=place)
                for place, line in enumerate(lines)
            )
    except IntegrityError as error:
        raise Refusal(f"A variant in the recipe of {variant.sku} was deleted just now. Load the page again.") from error
    return recipe


def delete_recipe(*, variant: Variant, by) -> bool:
    """Deletes the recipe of ``variant``; False when it had none. Productions made by it stay as they are.

    Raises PermissionDenied.
    """
    require_recipe(by)
    return bool(Recipe.objects.filter(variant=variant).delete()[0])


def require_recipe(by) -> None:
    """Raises PermissionDenied unless ``by`` may write recipes, which who may change variants does."""
    require(by, MAY_WRITE, sentence="Writing recipes takes the role Manager. Ask a manager to do it.")


def problems_of(*, variant: Variant, quantity: int, lines: Sequence[Ingredient]) -> list[Refusal]:
    """All that keeps this from being a recipe; [] when nothing does. At most one sentence for each field of a line."""
    problems = []
    if not 0 < quantity <= LINE_LIMIT:
        problems.append(Refusal(f"A recipe cannot make {plain(quantity)}. {HOW_MUCH}", field="makes"))
    if not lines:
        problems.append(Refusal("The recipe has no ingredient yet. Give at least one, or delete the recipe."))
    if len(lines) > MOST_LINES:
        problems.append(
            Refusal(f"The recipe has {len(lines):,} ingredients, the limit is {MOST_LINES}. Leave some out.")
        )
    seen = set()
    for place, line in enumerate(lines):
        why = why_no_ingredient(line.variant, variant)
        if not why and line.variant.pk in seen:
            why = f"{line.variant.sku} stands in a line above already. Give all of it in one line."
        if why:
            problems.append(Refusal(why, field="sku", line=place))
        if not 0 < line.quantity <= LINE_LIMIT:
            sentence = f"A recipe cannot take {plain(line.quantity)}. {HOW_MUCH}"
            problems.append(Refusal(sentence, field="quantity", line=place))
        seen.add(line.variant.pk)
    return problems


def why_no_ingredient(ingredient: Variant, variant: Variant) -> str:
    if ingredient.pk == variant.pk:
        return f"{variant.sku} cannot be an ingredient of itself. Choose another variant."
    if ingredient.archived_at or ingredient.item.archived_at:
        return f"{ingredient.sku} is archived. Choose another variant, or use it again on its edit page."
    return ""


def ingredients_for(makes: Sequence[tuple[int, int]]) -> dict[int, int]:
    """What making ``makes``, pairs of a variant's id and millionths, takes by the recipes: millionths by variant id.

    Summed over all outputs, in the order of these and of their recipes' lines; rounded half up to a millionth, and for
    serial-tracked ingredients up to whole units. What has no recipe takes nothing, and what rounds to nothing is left
    out. One query.
    """
    outputs = {variant for variant, quantity in makes if quantity > 0}
    rows = RecipeLine.objects.filter(recipe__variant__in=outputs).order_by("position", "id")
    recipes: dict[int, list[RecipeLine]] = {}
    serial = set()
    for row in rows.select_related("recipe", "ingredient__item"):
        recipes.setdefault(row.recipe.variant_id, []).append(row)
        if row.ingredient.item.tracking_mode == TrackingMode.SERIAL:
            serial.add(row.ingredient_id)
    needed: dict[int, Fraction] = {}
    for variant, quantity in makes:
        for row in recipes.get(variant, []) if quantity > 0 else []:
            share = Fraction(quantity * to_millionths(row.quantity), to_millionths(row.recipe.quantity))
            needed[row.ingredient_id] = needed.get(row.ingredient_id, Fraction(0)) + share
    rounded = {
        ingredient: ceil(amount / MILLION) * MILLION if ingredient in serial else floor(amount + HALF)
        for ingredient, amount in needed.items()
    }
    return {ingredient: amount for ingredient, amount in rounded.items() if amount}
