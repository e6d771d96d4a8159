"""Drafts: documents that are being written. They hold typed text and no batch or serial number, so a draft survives a switch.

A draft's token is its address, and the token of the document that it becomes: whoever posts it twice finds the first posting.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse

from items.models import Variant
from katana_trace.lib.identity import new_uuid
from tracking.models.document import Kind
from tracking.models.location import Location
from tracking.models.partner import Partner

TYPED = 40  # characters of a quantity or date as it was typed


class Draft(models.Model):
    """``revision`` rises with every save: who saves over what somebody else saved meanwhile is told."""

    token = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    number = models.CharField(max_length=64, blank=True)  # empty: given at posting
    day = models.CharField(max_length=TYPED, blank=True)
    partner = models.ForeignKey(Partner, null=True, on_delete=models.PROTECT, related_name="+")
    partner_name = models.CharField(max_length=120, blank=True)  # of a partner that is made at posting
    # Where the lines are that name no place of their own; ``to_location`` is where a transfer or production puts things.
    location = models.ForeignKey(Location, null=True, on_delete=models.PROTECT, related_name="+")
    to_location = models.ForeignKey(Location, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=1000, blank=True)
    is_prefilled = models.BooleanField(
        default=False
    )  # ingredients came from the recipe once; what a person removes stays out
    revision = models.PositiveIntegerField(default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-saved_at", "token"], name="draft_by_saved")]

    def __str__(self) -> str:
        return self.number or f"{self.get_kind_display()} (draft)"

    def get_absolute_url(self) -> str:
        return reverse("tracking:draft_edit", args=[self.token])


class DraftLine(models.Model):
    """``sku`` is what was typed; ``variant`` what it was found to be. ``serial_numbers`` has one number in each line."""

    class Section(models.TextChoices):
        OUT = "out", "Taken out"
        IN = "in", "Put in"
        MOVE = "move", "Moved"
        COUNT = "count", "Counted"

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    section = models.CharField(max_length=8, choices=Section.choices)
    sku = models.CharField(max_length=120, blank=True)
    variant = models.ForeignKey(Variant, null=True, on_delete=models.SET_NULL, related_name="+")
    location = models.ForeignKey(Location, null=True, on_delete=models.PROTECT, related_name="+")
    quantity = models.CharField(max_length=TYPED, blank=True)
    expected = models.CharField(max_length=TYPED, blank=True)  # what the books had when the count was entered (rule 15)
    serial_numbers = models.TextField(blank=True)

    class Meta:
        ordering = ["position", "id"]


class DraftBatch(models.Model):
    """One batch of a line. ``seen`` is whether it was there already when the person entered it."""

    line = models.ForeignKey(DraftLine, on_delete=models.CASCADE, related_name="batches")
    position = models.PositiveIntegerField()
    number = models.CharField(max_length=64, blank=True)
    key = models.CharField(max_length=400, blank=True, db_index=True)
    expires_on = models.CharField(max_length=TYPED, blank=True)
    quantity = models.CharField(max_length=TYPED, blank=True)
    expected = models.CharField(max_length=TYPED, blank=True)
    seen = models.CharField(max_length=8, blank=True, choices=[("new", "New"), ("there", "There already")])
    why = models.CharField(max_length=200, blank=True)  # why the suggestion took it

    class Meta:
        ordering = ["position", "id"]
