"""Variants: what is on the shelf under one SKU. The item of one that has moved is frozen (rule 9): a trigger keeps it."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from items.models.item import Item
from items.models.keyed import Keyed
from katana_trace.lib.addresses import address_of
from katana_trace.lib.fields import TextValidator
from katana_trace.lib.numbers import check_text

GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}", re.ASCII)
LENGTHS = (8, 12, 13, 14)


def validate_gtin(value: str) -> None:
    """A GTIN of 8, 12, 13 or 14 digits with the right check digit (GS1 General Specifications, 7.9)."""
    if not GTIN.fullmatch(value):
        raise ValidationError(f"“{value[:30]}” is not a GTIN. It has 8, 12, 13 or 14 digits.")
    body, check = value[:-1], int(value[-1])
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    right = -total % 10
    if check != right:
        raise ValidationError(f"“{value}” has the check digit {check}, {right} is right. Compare it with the label.")


def gtin_key_of(gtin: str) -> str:
    """The 14 digits that tell GTINs apart: one of 8, 12 or 13 digits is the same with zeros before it. "" for no GTIN."""
    return gtin.zfill(14) if GTIN.fullmatch(gtin) else ""


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
    # Empty without a GTIN, and for one that another variant had too before GTINs were unique, until a person mends it.
    gtin_key = models.CharField(max_length=14, blank=True, default="", editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                name="variant_key_unique",
                violation_error_message="A variant of this SKU exists already.",
            ),
            models.UniqueConstraint(
                fields=["gtin_key"],
                condition=~models.Q(gtin_key=""),
                name="variant_gtin_unique",
                violation_error_message="This GTIN belongs to another variant already. Give each variant its own.",
            ),
        ]
        indexes = [models.Index(fields=["gtin_key", "gtin"], name="variant_by_gtin_key")]

    @classmethod
    def from_db(cls, db, field_names, values):
        variant = super().from_db(db, field_names, values)
        variant.remember_gtin()
        return variant

    def refresh_from_db(self, *args, **kwargs) -> None:
        super().refresh_from_db(*args, **kwargs)
        self.remember_gtin()

    def remember_gtin(self) -> None:
        """Keeps the GTIN and its key as they are stored: a save tells by them what a person changed."""
        if not self.get_deferred_fields() & {"gtin", "gtin_key"}:
            self.stored_gtin = (self.gtin, self.gtin_key)

    def set_key(self) -> None:
        super().set_key()
        key = gtin_key_of(self.gtin or "")
        is_old_twin = bool(key) and self.kept_gtin() == (self.gtin, "")
        self.gtin_key = "" if is_old_twin and self.others_of(key).exists() else key
        try:
            self.name = check_text(self.name or "", what="Variant", limit=120, required=False)
        except ValueError as error:
            raise ValidationError({"name": str(error)}) from error

    def kept_gtin(self) -> tuple[str, str]:
        """The GTIN and its key as the database has them."""
        if self._state.adding:
            return "", ""
        if not hasattr(self, "stored_gtin"):
            found = Variant.objects.filter(pk=self.pk).values_list("gtin", "gtin_key").first()
            self.stored_gtin = found or ("", "")
        return self.stored_gtin

    def others_of(self, gtin_key: str) -> models.QuerySet[Variant]:
        return Variant.objects.filter(gtin_key=gtin_key).exclude(pk=self.pk)

    def unique(self) -> models.Q:
        found = super().unique()
        return found | models.Q(gtin_key=self.gtin_key) if self.gtin_key else found

    def clash(self, twin: Variant) -> dict[str, str]:
        found = super().clash(twin)
        if self.gtin_key and twin.gtin_key == self.gtin_key:
            found["gtin"] = (
                f"The GTIN {self.gtin} belongs to {twin.sku} ({twin.item.name}) already. "
                f"Give each variant its own, or remove it from {twin.sku} first."
            )
        return found

    def validate_constraints(self, exclude=None) -> None:
        """Leaves the constraint of GTINs out where ``clean`` has already named the variant that has this one."""
        exclude = set(exclude or ())
        super().validate_constraints(exclude | ({"gtin_key"} if "gtin" in exclude else set()))

    def save(self, *args, **kwargs):
        """Refuses a malformed GTIN or another variant's, from the shell too; one that is stored already may stay."""
        gtin, old_key = self.kept_gtin()
        if self.gtin and self.gtin != gtin:
            try:
                validate_gtin(self.gtin)
            except ValidationError as error:
                raise ValidationError({"gtin": error}) from error
        fields = kwargs.get("update_fields")
        if fields is not None and "gtin" in fields:
            kwargs["update_fields"] = {*fields, "gtin_key"}
        try:
            with transaction.atomic():
                super().save(*args, **kwargs)
                if old_key and self.gtin_key != old_key and (fields is None or "gtin" in fields):
                    hand_on(old_key)
        except IntegrityError as error:
            twin = self.others_of(self.gtin_key).select_related("item").first() if self.gtin_key else None
            if twin is None or "gtin" not in str(error):
                raise
            raise ValidationError({"gtin": self.clash(twin)["gtin"]}) from error
        self.remember_gtin()

    def delete(self, *args, **kwargs):
        with transaction.atomic():
            deleted = super().delete(*args, **kwargs)
            hand_on(self.gtin_key)
        return deleted

    def get_absolute_url(self) -> str:
        return address_of("tracking:item_card", self.item_id)

    @property
    def label(self) -> str:
        """Item and variant as a person would say them."""
        return f"{self.item.name}, {self.name}" if self.name else self.item.name


def hand_on(gtin_key: str) -> None:
    """Gives the key that a variant gave up to the first of the old twins that have the same GTIN."""
    if not gtin_key:
        return
    same = [gtin_key[-length:] for length in LENGTHS if not gtin_key[:-length].strip("0")]
    twin = Variant.objects.filter(gtin_key="", gtin__in=same).order_by("pk").first()
    if twin is not None:
        Variant.objects.filter(pk=twin.pk).update(gtin_key=gtin_key)
