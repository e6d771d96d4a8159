"""Suppliers and customers; one company may be both."""

from django.db import models

from items.models import Keyed
from katana_trace.lib.fields import TextValidator


class Partner(Keyed):
    name = models.CharField("name", max_length=120, validators=[TextValidator("Name", 120)])
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
