"""The change log: what was changed, old value, new value, who, when, why (rule 25). Rows are only ever added.

A row names its subject as text and keeps who it was by his name, so it outlives a switch to No tracking, a renaming, and a
user who is gone.
"""

from django.conf import settings
from django.db import models

from items.models import Variant


class Subject(models.TextChoices):
    BATCH = "batch", "Batch"
    SERIAL = "serial", "Serial number"
    PARTNER = "partner", "Partner"
    LOCATION = "location", "Location"
    ITEM = "item", "Item"
    VARIANT = "variant", "Variant"
    WORKSPACE = "workspace", "Workspace"
    USER = "user", "User"
    ROLE = "role", "Role"
    RECALL = "recall", "Recall"


class RecordChange(models.Model):
    """A batch or serial number is known by its ``uuid``, which a restored history brings back; others by ``subject_id``.

    ``is_first`` marks the value that the subject was made with, or that it had when the log began. ``digest`` is of the whole
    row; seals are made over it (rule 26).
    """

    subject = models.CharField(max_length=12, choices=Subject.choices)
    subject_id = models.BigIntegerField(null=True)
    uuid = models.UUIDField(null=True)
    variant = models.ForeignKey(Variant, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=150)
    key = models.CharField(max_length=400)
    field = models.CharField(max_length=40)
    old = models.CharField(max_length=1000, blank=True)
    new = models.CharField(max_length=1000, blank=True)
    is_first = models.BooleanField(default=False)
    reason = models.CharField(max_length=200)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    changed_by_name = models.CharField(max_length=150, blank=True)
    changed_at = models.DateTimeField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(subject__in=Subject.values), name="change_subject_known"),
            models.CheckConstraint(
                condition=models.Q(uuid__isnull=True) ^ models.Q(subject_id__isnull=True),
                name="change_names_its_subject",
            ),
        ]
        indexes = [
            models.Index(fields=["key", "-id"], name="change_by_key"),
            models.Index(fields=["-id"], name="change_not_first", condition=models.Q(is_first=False)),
            models.Index(fields=["uuid", "-id"], name="change_by_lot", condition=models.Q(uuid__isnull=False)),
            models.Index(
                fields=["subject", "subject_id", "-id"],
                name="change_by_subject",
                condition=models.Q(subject_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.field}"
