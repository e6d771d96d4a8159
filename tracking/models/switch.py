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


class Never(models.Model):
    """A table without rows, kept empty by a trigger: what refers to it is refused at the commit."""


class RelinkPermit(models.Model):
    """Open only inside the transaction that switches an item's tracking or restores its history; the triggers look for it.

    It refers to ``Never``, so no commit leaves one behind, and it closes only when what it is for is done: the item has the
    epoch and mode that ``act`` leads to, with an archive where tracking was switched off, or ``archive`` is restored.
    """

    class Act(models.TextChoices):
        ON = "on", "Switched on"
        OFF = "off", "Switched off"
        RESTORE = "restore", "Restored"

    item = models.OneToOneField(Item, on_delete=models.CASCADE, related_name="+")
    act = models.CharField(max_length=8, choices=Act.choices)
    epoch = models.PositiveIntegerField()  # the item's when the permit closes
    archive = models.ForeignKey("tracking.Archive", null=True, on_delete=models.PROTECT, related_name="+")
    never = models.ForeignKey(Never, on_delete=models.PROTECT, related_name="+", default=0, db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(act__in=["on", "off", "restore"]), name="permit_act_known"),
            models.CheckConstraint(
                condition=models.Q(archive__isnull=False) ^ ~models.Q(act="restore"), name="permit_archive_fits"
            ),
        ]
