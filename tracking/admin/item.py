"""Items, with tracking: its choice in the form, its switch as an action, and the export of histories."""

from django import forms
from django.contrib import admin

from items.admin import ItemAdmin
from items.forms import PATTERN_HELP, CatalogueForm
from items.models import Item
from items.signals import ItemDraft
from katana_trace.lib.fields import TextValidator
from tracking.admin.archiving import archive, bring_back
from tracking.admin.base import RefusingAdmin
from tracking.admin.catalogue import CatalogueDoor
from tracking.admin.export_history import export_history
from tracking.admin.switch_tracking import switch_tracking
from tracking.models import LedgerLine
from tracking.modes.drafting import fill
from tracking.resources.catalogue import ItemResource


class TrackedItemForm(CatalogueForm):
    switch_reason = forms.CharField(
        label="Why tracking is switched",
        required=False,
        max_length=200,
        validators=[TextValidator("Reason", 200)],
        help_text="Kept with your name when you choose another product tracking.",
    )

    class Meta:
        model = Item
        fields = [
            "name",
            "kind",
            "unit",
            "shelf_life_days",
            "expiry_notice_days",
            "warranty_months",
            "number_pattern",
            "tracking_mode",
        ]
        help_texts = {"number_pattern": PATTERN_HELP}


@admin.register(Item)
class TrackedItemAdmin(CatalogueDoor, RefusingAdmin, ItemAdmin):
    form = TrackedItemForm
    resource_classes = [ItemResource]
    actions = [export_history, switch_tracking, archive, bring_back]

    def has_switch_tracking_permission(self, request):
        return request.user.has_perm("items.switch_tracking")

    def may_switch(self, request, item) -> bool:
        """The first choice of a new item is no switch."""
        return item is None or self.has_switch_tracking_permission(request)

    def get_fields(self, request, obj=None):
        fields = list(super().get_fields(request, obj))
        if obj and self.has_change_permission(request, obj) and self.may_switch(request, obj):
            fields.insert(fields.index("tracking_mode") + 1, "switch_reason")
        return fields

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        return fields if self.may_switch(request, obj) else [*fields, "tracking_mode"]

    def get_changeform_initial_data(self, request):
        draft = ItemDraft()
        fill(draft)
        return {"tracking_mode": draft.tracking_mode, **super().get_changeform_initial_data(request)}

    def save_model(self, request, obj, form, change):
        obj.switched_by = request.user
        obj.switch_reason = form.cleaned_data.get("switch_reason") or "Admin"
        super().save_model(request, obj, form, change)

    def why_kept(self, item):
        if item.switches.exists() or LedgerLine.objects.filter(variant__item=item).exists():
            return f"{item.name} has moved or was switched, so it stays in the history. Archive it instead."
        return ""
