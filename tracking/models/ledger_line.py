"""The uniform ledger: one signed quantity of one variant at one location. Append-only by trigger."""

from django.db import models
from django.db.models import Q

from items.models import Variant
from katana_trace.lib.fields import QuantityField
from katana_trace.lib.quantities import LINE_LIMIT, to_decimal
from tracking.models.batch import Batch
from tracking.models.document import Document
from tracking.models.location import Location
from tracking.models.serial_number import SerialNumber


class LedgerLine(models.Model):
    """``quantity`` is + into the location and − out of it; ``epoch`` is the item's tracking epoch it was made under.

    The order of ``id`` is the posting order. ``uuid`` is what a restored history is matched by (rule 7).
    """

    uuid = models.UUIDField(unique=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="lines")
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="ledger_lines", db_index=False)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+", db_index=False)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="ledger_lines", db_index=False)
    serial = models.ForeignKey(
        SerialNumber, null=True, on_delete=models.PROTECT, related_name="ledger_lines", db_index=False
    )
    quantity = QuantityField()
    epoch = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(quantity=0)
                & Q(quantity__gte=-to_decimal(LINE_LIMIT))
                & Q(quantity__lte=to_decimal(LINE_LIMIT)),
                name="line_quantity_in_bounds",
                violation_error_message="A line moves something, and at most 1,000,000,000 units.",
            ),
            models.CheckConstraint(
                condition=Q(serial__isnull=True) | Q(quantity__in=[to_decimal(1_000_000), to_decimal(-1_000_000)]),
                name="line_of_serial_moves_one",
                violation_error_message="A line with a serial number moves exactly one unit.",
            ),
            models.CheckConstraint(
                condition=Q(batch__isnull=True) | Q(serial__isnull=True),
                name="line_batch_or_serial",
                violation_error_message="A line has a batch or a serial number, not both.",
            ),
        ]
        indexes = [
            models.Index(fields=["variant", "id"], name="line_by_variant"),
            models.Index(fields=["batch", "id"], name="line_by_batch", condition=Q(batch__isnull=False)),
            models.Index(fields=["serial", "id"], name="line_by_serial", condition=Q(serial__isnull=False)),
        ]
