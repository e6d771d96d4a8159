"""Recipes: what one run of a variant takes by default. Actual use may differ; a production only begins with it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from items.models.variant import Variant
from katana_trace.lib.addresses import address_of
from katana_trace.lib.fields import QuantityField
from katana_trace.lib.quantities import LINE_LIMIT, to_decimal

IN_BOUNDS = Q(quantity__gt=0) & Q(quantity__lte=to_decimal(LINE_LIMIT))


class Recipe(models.Model):
    """``quantity`` of ``variant`` is what the amounts of the lines make."""

    variant = models.OneToOneField(Variant, on_delete=models.CASCADE, related_name="recipe")
    quantity = QuantityField("makes")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=IN_BOUNDS,
                name="recipe_makes_something",
                violation_error_message="A recipe makes something, and at most 1,000,000,000 units.",
            ),
        ]

    def __str__(self) -> str:
        return f"Recipe of {self.variant}"

    def get_absolute_url(self) -> str:
        return address_of("items:recipe_edit", self.variant_id)


class RecipeLine(models.Model):
    recipe = models.ForeignKey(Recipe, on_delete=models.CASCADE, related_name="lines")
    ingredient = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="+")
    quantity = QuantityField("quantity")
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["recipe", "ingredient"],
                name="recipe_ingredient_once",
                violation_error_message="The recipe has this ingredient already. Give all of it in one line.",
            ),
            models.CheckConstraint(
                condition=IN_BOUNDS,
                name="recipe_line_takes_something",
                violation_error_message="An ingredient has a quantity above 0, and at most 1,000,000,000 units.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ingredient)
