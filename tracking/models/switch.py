"""Switches: one row per act, never changed. The row comes first; by it the trigger knows a rightful change of mode."""

from django.conf import settings
from django.db import models

from items.models import Item, TrackingMode


class Switch(models.Model):
    """``epoch`` is the item's tracking epoch from this switch on. Counts are of what the switch touched."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="switches")
    from_mode = models.CharField(max_length=8, choices=TrackingMode.choices)
    to_mode = models.CharField(max_length=8, choices=TrackingMode.choices)
    switched_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    switched_at = models.DateTimeField()
    epoch = models.PositiveIntegerField()
    line_count = models.PositiveBigIntegerField(default=0)
    batch_count = models.PositiveBigIntegerField(default=0)
    serial_count = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "switches"
        constraints = [
            models.UniqueConstraint(fields=["item", "epoch"], name="switch_epoch_unique"),
            models.CheckConstraint(
                condition=models.Q(from_mode="none") ^ models.Q(to_mode="none"), name="switch_from_or_to_none"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.get_from_mode_display()} to {self.get_to_mode_display()}"


class RelinkPermit(models.Model):
    """Open only inside the transaction that unlinks or relinks an item's history; the triggers look for it."""

    item = models.OneToOneField(Item, on_delete=models.CASCADE, related_name="+")
    to_null = models.BooleanField()
