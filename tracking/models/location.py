"""Places where stock is."""

from django.db import models

from items.models import Keyed
from katana_trace.lib.fields import TextValidator


class Location(Keyed):
    name = models.CharField("name", max_length=120, validators=[TextValidator("Name", 120)])
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
