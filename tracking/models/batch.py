"""Batches: each belongs to one variant, its number is unique there (rule 9). Both never change: a trigger keeps it."""

from django.db import models

from items.models import Variant
from katana_trace.lib.addresses import address_of
from katana_trace.lib.fields import TextValidator
from katana_trace.lib.identity import new_uuid
from katana_trace.lib.numbers import UNBATCHED_KEY


class RecordStatus(models.TextChoices):
    AVAILABLE = "available", "Available"
    HELD = "held", "On hold"


class Batch(models.Model):
    """``uuid`` is what the change log knows the batch by; a restored history brings it back (rule 25)."""

    uuid = models.UUIDField(unique=True, default=new_uuid, editable=False)
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="batches")
    number = models.CharField("batch number", max_length=64, validators=[TextValidator("Batch number")])
    key = models.CharField(max_length=400, editable=False)
    expires_on = models.DateField("expires on", null=True, blank=True, help_text="Usable through this day. Optional.")
    made_on = models.DateField("made on", null=True, blank=True, help_text="Optional.")
    supplier_batch = models.CharField(
        "supplier's batch number", max_length=64, blank=True, validators=[TextValidator("Supplier's batch number")]
    )
    # When it first came in: what the oldest is told by (rule 10). The ledger's triggers keep it; empty before its first line.
    first_at = models.DateTimeField(null=True, blank=True, editable=False)
    status = models.CharField(max_length=10, choices=RecordStatus.choices, default=RecordStatus.AVAILABLE)
    reason = models.CharField("reason of the hold", max_length=200, blank=True)
    note = models.CharField("note", max_length=1000, blank=True, validators=[TextValidator("Note", 1000, True)])

    class Meta:
        verbose_name_plural = "batches"
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "key"],
                name="batch_number_unique",
                violation_error_message="This variant has a batch of this number already.",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=RecordStatus.values),
                name="batch_status_known",
                violation_error_message="A batch is available or on hold.",
            ),
        ]
        indexes = [
            models.Index(fields=["key", "id"], name="batch_by_key"),
            models.Index(fields=["variant", "expires_on", "first_at", "id"], name="batch_by_age"),
            models.Index(fields=["id"], name="batch_held", condition=models.Q(status=RecordStatus.HELD)),
            models.Index(
                fields=["supplier_batch"], name="batch_by_supplier_batch", condition=~models.Q(supplier_batch="")
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return address_of("tracking:batch_detail", self.pk)

    def get_hold_url(self) -> str:
        return address_of("tracking:batch_hold", self.pk)

    @property
    def is_unbatched(self) -> bool:
        return self.key == UNBATCHED_KEY

    @property
    def is_held(self) -> bool:
        return self.status == RecordStatus.HELD
