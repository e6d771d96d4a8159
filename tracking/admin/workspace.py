"""The workspace: plan, add-on, tracking of new items, what a receipt needs, the business. One row, so its list is its form."""

from django import forms
from django.contrib import admin
from django.http import HttpResponseRedirect
from django.urls import reverse

from items.models import TrackingMode
from tracking.admin.base import RefusingAdmin
from tracking.models import Workspace


class WorkspaceForm(forms.ModelForm):
    class Meta:
        model = Workspace
        fields = [
            "plan",
            "has_traceability_addon",
            "default_tracking",
            "products_need_serials_on_receipt",
            "materials_need_serials_on_receipt",
            "business_name",
            "business_phone",
            "business_address",
        ]
        labels = {
            "products_need_serials_on_receipt": "Products need serial numbers on receipt",
            "materials_need_serials_on_receipt": "Materials need serial numbers on receipt",
        }
        help_texts = {
            "products_need_serials_on_receipt": "A receipt of products that are tracked by serial number, also an imported "
            "one, is refused until each unit has its number. Otherwise numbers can be given later.",
            "materials_need_serials_on_receipt": "The same for materials that are tracked by serial number.",
            "business_name": "As records for authorities name you, before the name of each location.",
            "business_phone": "Of every location that has no phone of its own.",
            "business_address": "Of every location that has no address of its own.",
        }
        widgets = {"business_address": forms.Textarea(attrs={"rows": 3})}

    def clean_business_address(self) -> str:
        """Browsers end lines in their own way; kept is one."""
        return self.cleaned_data["business_address"].replace("\r\n", "\n")

    def clean(self):
        cleaned = super().clean()
        wanted = Workspace(
            plan=cleaned.get("plan", ""), has_traceability_addon=cleaned.get("has_traceability_addon", False)
        )
        mode = TrackingMode(cleaned.get("default_tracking", TrackingMode.NONE))
        if mode != TrackingMode.NONE and not wanted.can_track:
            self.add_error(
                "default_tracking",
                f"New items cannot begin with {mode.label}: that belongs to the Full Traceability add-on. "
                "Choose No tracking, or tick the add-on.",
            )
        return cleaned


@admin.register(Workspace)
class WorkspaceAdmin(RefusingAdmin):
    form = WorkspaceForm
    fieldsets = [
        (None, {"fields": ["plan", "has_traceability_addon", "default_tracking"]}),
        ("Receipts", {"fields": ["products_need_serials_on_receipt", "materials_need_serials_on_receipt"]}),
        ("Business", {"fields": ["business_name", "business_phone", "business_address"]}),
    ]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def changelist_view(self, request, extra_context=None):
        return HttpResponseRedirect(reverse("admin:tracking_workspace_change", args=[1]))

    def get_object(self, request, object_id, from_field=None):
        """A new installation has no row yet; its first save makes it."""
        return Workspace.get() if object_id == "1" else None
