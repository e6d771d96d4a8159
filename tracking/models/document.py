"""Posted documents: written once, never edited or deleted (rule 12); a trigger keeps it."""

from django.conf import settings
from django.db import models

from katana_trace.lib.addresses import address_of
from katana_trace.lib.identity import new_uuid
from tracking.models.partner import Partner


class Kind(models.TextChoices):
    RECEIPT = "receipt", "Receipt"
    PRODUCTION = "production", "Production"
    SHIPMENT = "shipment", "Shipment"
    CUSTOMER_RETURN = "customer_return", "Customer return"
    SUPPLIER_RETURN = "supplier_return", "Supplier return"
    ADJUSTMENT = "adjustment", "Adjustment"
    TRANSFER = "transfer", "Transfer"
    STOCKTAKE = "stocktake", "Stocktake"
    TRACKING_ON = "tracking_on", "Tracking switched on"
    TRACKING_RESTORED = "tracking_restored", "Tracking restored"


class Document(models.Model):
    kind = models.CharField(max_length=20, choices=Kind.choices)
    number = models.CharField(max_length=64)
    key = models.CharField(max_length=400)
    # The digits of a number that the program could have given itself (PO-000123: 123); the next one follows the highest.
    sequence = models.BigIntegerField(null=True)
    posted_at = models.DateTimeField()
    posted_on = models.DateField()  # the day of posted_at in the site's time zone, on which expiry is judged (rule 10)
    partner = models.ForeignKey(Partner, null=True, on_delete=models.PROTECT, related_name="documents")
    # As they were at posting, whatever the partner and the user are called since (rule 25).
    partner_name = models.CharField("partner as posted", max_length=120, blank=True)
    partner_address = models.CharField("address as posted", max_length=400, blank=True)
    note = models.CharField(max_length=1000, blank=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    posted_by_name = models.CharField("posted by, as posted", max_length=150, blank=True)
    recorded_at = models.DateTimeField()
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    fingerprint = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)  # of all of it, as it was posted (rule 26, law 14)
    token = models.UUIDField(default=new_uuid)  # made by the form: a double click or a retry finds the first posting

    class Meta:
        permissions = [("reverse_document", "Can reverse a posted document")]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "kind"],
                name="document_number_unique",
                violation_error_message="A document of this kind and number exists already.",
            ),
            models.UniqueConstraint(fields=["token"], name="document_token_unique"),
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="document_kind_known"),
        ]
        indexes = [
            models.Index(fields=["kind", "sequence"], name="document_by_sequence"),
            models.Index(fields=["posted_on", "id"], name="document_by_day"),
            models.Index(fields=["kind", "id"], name="document_by_kind"),
            # The names under which a partner was posted, each met once (ledger/former_names.py).
            models.Index(
                fields=["partner", "partner_name"],
                condition=models.Q(partner__isnull=False),
                name="document_by_partner_name",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return address_of("tracking:document_detail", self.pk)
