"""Recall cases and drills: what had to be stopped, who had it, and what was done about it.

A case keeps numbers, names and figures as text and quantities of its own, so it outlives a switch of tracking. What it found
when it was opened never changes (a trigger keeps it); what people did since is kept beside it.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from items.models import Item, Variant
from katana_trace.lib.addresses import address_of
from katana_trace.lib.fields import QuantityField, TextValidator
from tracking.models.location import Location
from tracking.models.partner import Partner


class Recall(models.Model):
    """``gaps`` are the sentences of a trace that is not complete, one in each line; ``summary`` is written at the close.

    ``last_document`` is the id of the newest document when the case was opened: every later one came after it.
    """

    class Kind(models.TextChoices):
        RECALL = "recall", "Recall"
        DRILL = "drill", "Drill"

    number = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    title = models.CharField("title", max_length=120, validators=[TextValidator("Title", 120)])
    reason = models.CharField("reason", max_length=1000, validators=[TextValidator("Reason", 1000, True)])
    gaps = models.TextField(blank=True)
    last_document = models.PositiveBigIntegerField(default=0)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    summary = models.CharField(max_length=2000, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=["recall", "drill"]), name="recall_kind_known"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return address_of("tracking:recall_detail", self.pk)

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class RecallLot(models.Model):
    """A lot in scope, with its mass balance when the case was opened. ``depth`` is 0 for what the case began with.

    The batch or serial number itself may be deleted by a switch; its variant stays, whatever its SKU becomes.
    """

    recall = models.ForeignKey(Recall, on_delete=models.PROTECT, related_name="lots")
    item = models.ForeignKey(
        Item, on_delete=models.PROTECT, related_name="+"
    )  # its tracking is not switched off meanwhile
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="+")
    item_name = models.CharField(max_length=120)
    sku = models.CharField(max_length=64)
    label = models.CharField(max_length=260)
    unit = models.CharField(max_length=16)
    number = models.CharField(max_length=64)
    key = models.CharField(max_length=400)
    is_serial = models.BooleanField()
    depth = models.PositiveIntegerField()
    expires_on = models.DateField(null=True)
    came = QuantityField()  # opening, received, produced, returned and adjusted
    used = QuantityField()
    shipped = QuantityField()
    sent_back = QuantityField()
    on_hand = QuantityField()
    was_held = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["key"], name="recall_lot_by_key")]
        ordering = ["depth", "id"]

    def __str__(self) -> str:
        return self.number


class RecallStock(models.Model):
    """What of a lot was still here, per location, when the case was opened; ``location`` is its name then."""

    lot = models.ForeignKey(RecallLot, on_delete=models.PROTECT, related_name="stock")
    place = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    location = models.CharField(max_length=120)
    quantity = QuantityField()

    class Meta:
        ordering = ["id"]


class RecallCustomer(models.Model):
    """Who received something of it, with the name and contact data of that moment, and what was done since."""

    class State(models.TextChoices):
        TO_NOTIFY = "to_notify", "To notify"
        NOTIFIED = "notified", "Notified"
        REPLIED = "replied", "Replied"

    recall = models.ForeignKey(Recall, on_delete=models.PROTECT, related_name="customers")
    partner = models.ForeignKey(Partner, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=120)  # empty: shipped without a customer
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=400, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.TO_NOTIFY)
    notified_at = models.DateTimeField(null=True)
    notified_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    replied_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=1000, blank=True, validators=[TextValidator("Note", 1000, True)])

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def name_now(self) -> str:
        return self.partner.name if self.partner else self.name


class RecallShipment(models.Model):
    """How much of a lot a customer got in a document.

    ``partner_name`` is what the document calls the customer, ``returned`` what they had sent back of it when the case was
    opened, ``recovered`` what came back or was destroyed there since.
    """

    lot = models.ForeignKey(RecallLot, on_delete=models.PROTECT, related_name="shipments")
    customer = models.ForeignKey(RecallCustomer, on_delete=models.PROTECT, related_name="shipments")
    document = models.CharField(max_length=64)
    partner_name = models.CharField(max_length=120, blank=True)
    shipped_on = models.DateField()
    quantity = QuantityField()
    returned = QuantityField(default=0)
    recovered = QuantityField(default=0)

    class Meta:
        ordering = ["shipped_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(returned__gte=0)
                & models.Q(recovered__gte=0)
                & models.Q(recovered__lte=models.F("quantity") - models.F("returned")),
                name="recall_recovered_in_bounds",
                violation_error_message="No more can be recovered than was shipped and had not come back before.",
            ),
        ]


class RecallEvent(models.Model):
    """What was done in a case, by whom and when; never changed.

    ``digest`` is of the event and the one before it in the case; the first covers the figures of the opening (law 17).
    """

    recall = models.ForeignKey(Recall, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=1000)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["id"]
