"""Variants: what is on the shelf under one SKU. The item of one that has moved is frozen (rule 9): a trigger keeps it."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.db import models

from items.models.item import Item
from items.models.keyed import Keyed
from katana_trace.lib.addresses import address_of
from katana_trace.lib.fields import TextValidator
from katana_trace.lib.numbers import check_text

GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}", re.ASCII)


def validate_gtin(value: str) -> None:
    """A GTIN of 8, 12, 13 or 14 digits with the right check digit (GS1 General Specifications, 7.9)."""
    if not GTIN.fullmatch(value):
        raise ValidationError(f"“{value[:30]}” is not a GTIN. It has 8, 12, 13 or 14 digits.")
    body, check = value[:-1], int(value[-1])
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    right = -total % 10
    if check != right:
        raise ValidationError(f"“{value}” has the check digit {check}, {right} is right. Compare it with the label.")


class Variant(Keyed):
    """What is on the shelf under one SKU."""

    NAMED = "sku"

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="variants")
    sku = models.CharField("SKU", max_length=64, validators=[TextValidator("SKU")])
    name = models.CharField(
        "variant",
        max_length=120,
        blank=True,
        validators=[TextValidator("Variant", 120)],
        help_text="Such as 500 g. Optional.",
    )
    gtin = models.CharField(
        "GTIN",
        max_length=14,
        blank=True,
        validators=[validate_gtin],
        help_text="The number under the bar code. Optional.",
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                name="variant_key_unique",
                violation_error_message="A variant of this SKU exists already.",
            ),
        ]

    def set_key(self) -> None:
        super().set_key()
        try:
            self.name = check_text(self.name or "", what="Variant", limit=120, required=False)
        except ValueError as error:
            raise ValidationError({"name": str(error)}) from error

    def get_absolute_url(self) -> str:
        return address_of("tracking:item_card", self.item_id)

    @property
    def label(self) -> str:
        """Item and variant as a person would say them."""
        return f"{self.item.name}, {self.name}" if self.name else self.item.name
