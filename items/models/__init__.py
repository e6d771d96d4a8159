"""Tables and constraints of the catalogue, one file per noun; no verbs."""

from items.models.item import Item, TrackingMode
from items.models.keyed import Keyed
from items.models.recipe import Recipe, RecipeLine
from items.models.variant import Variant, validate_gtin

__all__ = ["Item", "Keyed", "Recipe", "RecipeLine", "TrackingMode", "Variant", "validate_gtin"]
