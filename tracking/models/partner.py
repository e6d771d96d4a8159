"""Suppliers and customers; one company may be both."""

from django.db import models

from items.models import Keyed
from katana_trace.lib.fields import TextValidator


class Partner(Keyed):
    name = models.CharField("name", max_length=120, validators=[TextValidator("Name", 120)])
    email = models.EmailField("email", blank=True, help_text="Optional.")
    phone = models.CharField("phone", max_length=40, blank=True, validators=[TextValidator("Phone", 40)])
    address = models.CharField("address", max_length=400, blank=True, validators=[TextValidator("Address", 400, True)])
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                name="partner_key_unique",
                violation_error_message="A partner of this name exists already.",
            ),
        ]
