"""Items and variants. Unit of an item and item of a variant are frozen once it has moved (rule 9): a trigger keeps it."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.urls import reverse
from django.utils.text import capfirst

from items.signals import item_cleaning, item_saved, item_saving
from katana_trace.lib.fields import TextValidator
from katana_trace.lib.numbers import check_text, key_of


class TrackingMode(models.TextChoices):
    NONE = "none", "No tracking"
    BATCH = "batch", "Batch / lot numbers"
    SERIAL = "serial", "Serial numbers"


class Keyed(models.Model):
    """A row that is found by what people read: ``NAMED`` is typed and printed, ``key`` is what is unique."""

    NAMED = "name"

    key = models.CharField(max_length=400, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return getattr(self, self.NAMED)

    def set_key(self) -> None:
        """Trims the name and computes its key; every save and clean comes through here."""
        text = getattr(self, self.NAMED) or ""
        what = capfirst(self._meta.get_field(self.NAMED).verbose_name)
        try:
            text = check_text(text, what=what, limit=self._meta.get_field(self.NAMED).max_length)
        except ValueError as error:
            raise ValidationError({self.NAMED: str(error)}) from error
        setattr(self, self.NAMED, text)
        self.key = key_of(text)

    def clean(self) -> None:
        super().clean()
        self.set_key()
        others = type(self)._default_manager.filter(key=self.key).exclude(pk=self.pk)
        twin = others.first()
        if twin is not None:
            raise ValidationError(
                {
                    self.NAMED: f"“{twin}” exists already (case, width and spaces do not tell names apart). Choose another."
                }
            )

    def save(self, *args, **kwargs):
        self.set_key()
        fields = kwargs.get("update_fields")
        if fields is not None and self.NAMED in fields:
            kwargs["update_fields"] = {*fields, "key"}
        super().save(*args, **kwargs)


class Item(Keyed):
    """A product or a material, with one choice of product tracking for all its variants (rule 1)."""

    class Kind(models.TextChoices):
        PRODUCT = "product", "Product"
        MATERIAL = "material", "Material"

    name = models.CharField("name", max_length=120, validators=[TextValidator("Name", 120)])
    kind = models.CharField("type", max_length=10, choices=Kind.choices, default=Kind.PRODUCT)
    unit = models.CharField("unit", max_length=16, default="pcs", validators=[TextValidator("Unit", 16)])
    shelf_life_days = models.PositiveIntegerField(
        "shelf life in days",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(36500)],
        help_text="How long a new batch keeps. Optional.",
    )
    tracking_mode = models.CharField(
        "product tracking", max_length=8, choices=TrackingMode.choices, default=TrackingMode.NONE
    )
    tracking_epoch = models.PositiveIntegerField(default=0, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["key"]
        permissions = [("switch_tracking", "Can switch product tracking of an item")]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], name="item_key_unique", violation_error_message="An item of this name exists already."
            ),
            models.CheckConstraint(
                condition=models.Q(tracking_mode__in=TrackingMode.values),
                name="item_mode_known",
                violation_error_message="Product tracking is none, batch or serial.",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["product", "material"]),
                name="item_kind_known",
                violation_error_message="An item is a product or a material.",
            ),
        ]

    @classmethod
    def from_db(cls, db, field_names, values):
        item = super().from_db(db, field_names, values)
        item.remember_tracking()
        return item

    def remember_tracking(self) -> None:
        """Keeps the mode and epoch that were loaded: a save tells by them what a person changed and what is stale."""
        deferred = self.get_deferred_fields()
        if not deferred & {"tracking_mode", "tracking_epoch"}:
            self.loaded_tracking = (self.tracking_mode, self.tracking_epoch)

    def refresh_from_db(self, *args, **kwargs) -> None:
        super().refresh_from_db(*args, **kwargs)
        self.remember_tracking()

    def set_key(self) -> None:
        super().set_key()
        try:
            self.unit = check_text(self.unit or "", what="Unit", limit=16)
        except ValueError as error:
            raise ValidationError({"unit": str(error)}) from error

    def clean(self) -> None:
        super().clean()
        item_cleaning.send(sender=Item, item=self)

    def save(self, *args, **kwargs):
        """Saves in a transaction of its own, or the caller's: what the receivers settle is part of it."""
        fields = kwargs.get("update_fields")
        if fields is not None and "tracking_mode" in fields:
            kwargs["update_fields"] = {*fields, "tracking_epoch"}
        with transaction.atomic():
            created = self._state.adding
            if fields is None or "tracking_mode" in fields:
                item_saving.send(sender=Item, item=self)
            super().save(*args, **kwargs)
            item_saved.send(sender=Item, item=self, created=created)
            if fields is None or "tracking_mode" in fields:
                self.remember_tracking()

    def get_absolute_url(self) -> str:
        return reverse("tracking:item_card", args=[self.pk])

    @property
    def is_tracked(self) -> bool:
        return self.tracking_mode != TrackingMode.NONE


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
        return reverse("tracking:item_card", args=[self.item_id])

    @property
    def label(self) -> str:
        """Item and variant as a person would say them."""
        return f"{self.item.name}, {self.name}" if self.name else self.item.name
