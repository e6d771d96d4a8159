"""Items: one choice of product tracking each. The unit is frozen once it has moved (rule 9): a trigger keeps it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction

from items.models.keyed import Keyed
from items.signals import item_cleaning, item_saved, item_saving
from katana_trace.lib.addresses import address_of
from katana_trace.lib.fields import TextValidator, check_choices
from katana_trace.lib.numbers import check_text
from katana_trace.lib.patterns import check_pattern


class TrackingMode(models.TextChoices):
    NONE = "none", "No tracking"
    BATCH = "batch", "Batch / lot numbers"
    SERIAL = "serial", "Serial numbers"


class Item(Keyed):
    """A product or a material, with one choice of product tracking for all its variants (rule 1)."""

    class Kind(models.TextChoices):
        PRODUCT = "product", "Product"
        MATERIAL = "material", "Material"

    name = models.CharField("name", max_length=120, validators=[TextValidator("Name", 120)])
    kind = models.CharField(
        "type",
        max_length=10,
        choices=Kind.choices,
        default=Kind.PRODUCT,
        error_messages={"invalid_choice": "“%(value)s” is not a type of item. Use product or material."},
    )
    unit = models.CharField("unit", max_length=16, default="pcs", validators=[TextValidator("Unit", 16)])
    shelf_life_days = models.PositiveIntegerField(
        "shelf life in days",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(36500)],
        help_text="How long a new batch keeps. Optional.",
    )
    expiry_notice_days = models.PositiveIntegerField(
        "notice before expiry in days",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(36500)],
        help_text="How long before its expiry a batch is listed as expiring; 7 days where this is empty.",
    )
    warranty_months = models.PositiveIntegerField(
        "warranty in months",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
        help_text="Counted from the shipment of a serial number. Optional.",
    )
    number_pattern = models.CharField(
        "pattern of new numbers",
        max_length=64,
        blank=True,
        validators=[TextValidator("Pattern")],
        help_text="How new batch or serial numbers are suggested, such as {yy}{mm}{dd}-{n:04}. Optional.",
    )
    tracking_mode = models.CharField(
        "product tracking",
        max_length=8,
        choices=TrackingMode.choices,
        default=TrackingMode.NONE,
        error_messages={"invalid_choice": "“%(value)s” is not a product tracking choice. Use none, batch or serial."},
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
        try:
            self.number_pattern = check_pattern(self.number_pattern or "")
        except ValueError as error:
            raise ValidationError({"number_pattern": str(error)}) from error

    def clean(self) -> None:
        super().clean()
        item_cleaning.send(sender=Item, item=self)

    def save(self, *args, **kwargs):
        """Saves in a transaction of its own, or the caller's: what the receivers settle is part of it."""
        fields = kwargs.get("update_fields")
        check_choices(self, [name for name in ("kind", "tracking_mode") if fields is None or name in fields])
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
        return address_of("tracking:item_card", self.pk)

    @property
    def is_tracked(self) -> bool:
        return self.tracking_mode != TrackingMode.NONE
