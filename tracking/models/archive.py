"""Downloads of an item's history, and the archive that every switch to No tracking leaves (rule 6)."""

from django.conf import settings
from django.db import models

from items.models import Item, TrackingMode
from katana_trace.lib.addresses import address_of
from tracking.models.switch import Switch


class HistoryDownload(models.Model):
    """This user has taken exactly the bytes with this hash, to the last chunk."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    downloaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    downloaded_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)
    row_count = models.PositiveBigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["item", "downloaded_by", "-id"], name="download_latest")]


class Archive(models.Model):
    """``content`` is the gzip of the downloaded bytes; ``sha256`` and ``size`` are of the bytes themselves."""

    switch = models.OneToOneField(Switch, on_delete=models.PROTECT, related_name="archive")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="archives")
    mode = models.CharField(max_length=8, choices=TrackingMode.choices)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    line_count = models.PositiveBigIntegerField()
    record_count = models.PositiveBigIntegerField()
    restored_at = models.DateTimeField(null=True)
    restored_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(mode="none"), name="archive_mode_tracked")]

    def __str__(self) -> str:
        return f"{self.item}, {self.get_mode_display()}"

    def get_absolute_url(self) -> str:
        return address_of("tracking:archive_detail", self.pk)
