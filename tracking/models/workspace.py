"""Settings of the whole workspace: plan, add-on and default tracking (rules 1 and 2), and whose it is. One row."""

from django.db import models

from items.models import TrackingMode
from katana_trace.lib.fields import TextValidator, check_choices


class Workspace(models.Model):
    class Plan(models.TextChoices):
        STANDARD = "standard", "Standard"
        PROFESSIONAL = "professional", "Professional"

    plan = models.CharField(
        max_length=20,
        choices=Plan.choices,
        default=Plan.PROFESSIONAL,
        error_messages={"invalid_choice": "“%(value)s” is not a plan. Use standard or professional."},
    )
    has_traceability_addon = models.BooleanField(
        "Full Traceability add-on", default=False, help_text="Included in the Professional plan."
    )
    default_tracking = models.CharField(
        "tracking of new items",
        max_length=8,
        choices=TrackingMode.choices,
        default=TrackingMode.NONE,
        error_messages={"invalid_choice": "“%(value)s” is not a product tracking choice. Use none, batch or serial."},
    )

    products_need_serials_on_receipt = models.BooleanField(
        "serial numbers required when products are received", default=False
    )
    materials_need_serials_on_receipt = models.BooleanField(
        "serial numbers required when materials are received",
        default=False,
        help_text="Otherwise units may be received without a number, and be connected later.",
    )

    # Who keeps these records (21 CFR 1.1310, location description); a location of another address has its own.
    business_name = models.CharField(
        "business name", max_length=120, blank=True, validators=[TextValidator("Business name", 120)]
    )
    business_phone = models.CharField(
        "business phone", max_length=40, blank=True, validators=[TextValidator("Business phone", 40)]
    )
    business_address = models.CharField(
        "business address", max_length=400, blank=True, validators=[TextValidator("Business address", 400, True)]
    )

    class Meta:
        verbose_name = verbose_name_plural = "workspace"
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="workspace_one_row"),
            models.CheckConstraint(
                condition=models.Q(plan__in=["standard", "professional"]), name="workspace_plan_known"
            ),
            models.CheckConstraint(
                condition=models.Q(default_tracking__in=TrackingMode.values), name="workspace_default_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_plan_display()} plan"

    def save(self, *args, **kwargs):
        fields = kwargs.get("update_fields")
        check_choices(self, [name for name in ("plan", "default_tracking") if fields is None or name in fields])
        super().save(*args, **kwargs)

    @property
    def can_track(self) -> bool:
        """Whether batch and serial tracking may be enabled or restored (rule 2)."""
        return self.plan == self.Plan.PROFESSIONAL or self.has_traceability_addon

    @classmethod
    def get(cls) -> "Workspace":
        """The one row; a new installation is Professional, without a row until somebody changes it."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)
