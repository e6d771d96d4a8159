"""Files on their way in: uploaded, mapped, previewed, imported. The file itself lies in the data folder until then."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse

from katana_trace.lib.identity import new_uuid


class FileImport(models.Model):
    """``digest`` is of everything that the preview said would be done: what is committed is exactly that, or nothing."""

    class Stage(models.TextChoices):
        READING = "reading", "Being read"
        MAPPING = "mapping", "Columns to choose"
        REFUSED = "refused", "Refused"
        PREVIEWED = "previewed", "Previewed"
        COMMITTING = "committing", "Being imported"
        DONE = "done", "Imported"

    token = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    kind = models.CharField(max_length=20)
    filename = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.READING)
    sheet = models.BooleanField(default=False)  # it came as XLSX: its cells are plain text, without our guard
    header = models.JSONField(default=list)
    row_count = models.PositiveIntegerField(default=0)
    mapping = models.JSONField(null=True)  # None: the columns are our own
    sentence = models.CharField(max_length=1000, blank=True)  # why the file as a whole is refused
    counts = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    is_renewed = models.BooleanField(default=False)  # the data changed since an earlier preview
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-done_at"], name="import_latest", condition=models.Q(stage="done"))]

    def __str__(self) -> str:
        return self.filename

    def get_absolute_url(self) -> str:
        return reverse("tracking:import_detail", args=[self.token])

    @property
    def is_running(self) -> bool:
        return self.stage in (self.Stage.READING, self.Stage.COMMITTING)


class RememberedMapping(models.Model):
    """How the columns of a header were read the last time, for the next file with the same header."""

    kind = models.CharField(max_length=20)
    header_key = models.CharField(max_length=64)
    mapping = models.JSONField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "header_key"], name="mapping_header_unique")]

    def __str__(self) -> str:
        return f"{self.kind} {self.header_key[:12]}"
