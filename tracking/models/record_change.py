"""What was changed on a batch or serial number: old value, new value, who, when, why.

It names the number as text, so it outlives a switch to No tracking and belongs again to what is restored.
"""

from django.conf import settings
from django.db import models

from items.models import Variant


class RecordChange(models.Model):
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=64)
    key = models.CharField(max_length=400)
    field = models.CharField(max_length=40)
    old = models.CharField(max_length=1000, blank=True)
    new = models.CharField(max_length=1000, blank=True)
    reason = models.CharField(max_length=200)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["variant", "key", "-id"], name="change_by_number")]

    def __str__(self) -> str:
        return f"{self.number}: {self.field}"
