"""Places where stock is."""

from django.db import models

from items.models import Keyed
from katana_trace.lib.fields import TextValidator


class Location(Keyed):
    name = models.CharField("name", max_length=120, validators=[TextValidator("Name", 120)])
    phone = models.CharField("phone", max_length=40, blank=True, validators=[TextValidator("Phone", 40)])
    address = models.CharField("address", max_length=400, blank=True, validators=[TextValidator("Address", 400, True)])
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                name="location_key_unique",
                violation_error_message="A location of this name exists already.",
            ),
        ]
