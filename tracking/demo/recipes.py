"""What the sample company makes things from, as its diary does: a dough of 170 kg gives 364 small loaves or 182 large ones."""

from __future__ import annotations

from collections.abc import Mapping

from items.models import Variant
from items.recipes import Ingredient, save_recipe
from katana_trace.lib.quantities import parse_quantity

# SKU, how much of it one run makes, what the run takes
RECIPES = (
    ("ST", "24", {"FL-R": "6", "FL-W": "6"}),
    ("CD", "170", {"FL-W": "90", "FL-R": "10", "SALT": "2.1", "ST": "18"}),
    ("KD", "20", {"FL-R": "12", "SEED": "4", "SALT": "0.4"}),
    ("CL-400", "364", {"CD": "170", "BAG": "364"}),
    ("CL-800", "182", {"CD": "170", "BAG": "182"}),
    ("CL-800S", "182", {"CD": "170", "BAG": "182"}),
    ("RC-200", "90", {"KD": "20"}),
    ("OB-250", "300", {"OATS": "60", "BUTTER": "12"}),
    ("BD-60", "10", {"DS-60": "10", "HE-3K": "30", "SHEET": "10"}),
    ("SDO-2", "1", {"BD-60": "2", "OC-2": "1", "SHEET": "2"}),
    ("SDO-3", "1", {"BD-60": "3", "OC-2": "1", "SHEET": "2"}),
)


def make_recipes(variants: Mapping[str, Variant]) -> None:
    """Saves them for ``variants`` by SKU. Raises Refusal."""
    for sku, makes, takes in RECIPES:
        lines = [Ingredient(variants[taken], parse_quantity(quantity)) for taken, quantity in takes.items()]
        save_recipe(variant=variants[sku], quantity=parse_quantity(makes), lines=lines, by=None)
