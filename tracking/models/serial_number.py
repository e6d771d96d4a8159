"""Serial numbers: unique within the item (rule 9), each in at most one place. The ledger's trigger keeps the place."""

from django.db import models

from items.models import Item, Variant
from katana_trace.lib.addresses import address_of
from katana_trace.lib.fields import TextValidator
from katana_trace.lib.identity import new_uuid
from tracking.models.batch import RecordStatus
from tracking.models.location import Location


class SerialNumber(models.Model):
    """``uuid`` is what the change log knows the serial number by; a restored history brings it back (rule 25)."""

    uuid = models.UUIDField(unique=True, default=new_uuid, editable=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="serial_numbers", db_index=False)
    number = models.CharField("serial number", max_length=64, validators=[TextValidator("Serial number")])
    key = models.CharField(max_length=400, editable=False)
    location = models.ForeignKey(
        Location, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    # As that of a batch.
    first_at = models.DateTimeField(null=True, blank=True, editable=False)
    status = models.CharField(max_length=10, choices=RecordStatus.choices, default=RecordStatus.AVAILABLE)
    reason = models.CharField("reason of the hold", max_length=200, blank=True)
    note = models.CharField("note", max_length=1000, blank=True, validators=[TextValidator("Note", 1000, True)])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "key"],
                name="serial_number_unique",
                violation_error_message="This item has a serial number like this already.",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=RecordStatus.values),
                name="serial_status_known",
                violation_error_message="A serial number is available or on hold.",
            ),
        ]
        indexes = [
            models.Index(fields=["key", "id"], name="serial_by_key"),
            models.Index(fields=["variant", "location", "first_at", "id"], name="serial_by_age"),
            models.Index(fields=["id"], name="serial_held", condition=models.Q(status=RecordStatus.HELD)),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return address_of("tracking:serial_detail", self.pk)

    def get_hold_url(self) -> str:
        return address_of("tracking:serial_hold", self.pk)

    @property
    def is_held(self) -> bool:
        return self.status == RecordStatus.HELD
