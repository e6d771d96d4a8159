"""What is where now, kept by the ledger's triggers alone; the CHECKs refuse what is not there (rule 11)."""

from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.db.models.functions import Coalesce

from items.models import Variant
from katana_trace.lib.fields import QuantityField
from katana_trace.lib.quantities import LEVEL_LIMIT, to_decimal
from tracking.models.batch import Batch
from tracking.models.location import Location

# How much of a level has no serial number.
UNNUMBERED = ExpressionWrapper(F("quantity") - F("numbered"), output_field=QuantityField())


class StockLevel(models.Model):
    """``numbered`` is how much of ``quantity`` has serial numbers, in the same unit. Empty levels stay."""

    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="stock_levels", db_index=False)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="stock_levels")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="stock_levels")
    quantity = QuantityField(default=0)
    numbered = QuantityField(default=0)
    # An index over the quantity itself would change with every posting, and on PostgreSQL a level could no longer be updated
    # in its place (HOT); this changes only when the level empties or fills.
    in_stock = models.GeneratedField(expression=Q(quantity__gt=0), output_field=models.BooleanField(), db_persist=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(F("variant"), F("location"), Coalesce("batch", 0), name="level_unique"),
            models.CheckConstraint(
                condition=Q(quantity__gte=0) & Q(quantity__lte=to_decimal(LEVEL_LIMIT)),
                name="level_not_negative",
                violation_error_message="There is not enough in stock for that.",
            ),
            models.CheckConstraint(
                condition=Q(numbered__gte=0) & Q(numbered__lte=F("quantity")),
                name="level_numbered_fits",
                violation_error_message="There are not enough units without a serial number for that.",
            ),
        ]
        # Empty levels stay for ever, so what is in stock has an index of its own: a page costs what is there, not what was.
        indexes = [models.Index(fields=["variant", "batch"], name="level_in_stock", condition=Q(in_stock=True))]
