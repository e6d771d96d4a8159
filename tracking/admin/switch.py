"""Switches of tracking: one row per act, kept as evidence."""

from django.contrib import admin

from tracking.admin.base import ReadOnlyAdmin
from tracking.models import Switch


@admin.register(Switch)
class SwitchAdmin(ReadOnlyAdmin):
    list_display = ["switched_at", "item", "from_mode", "to_mode", "switched_by", "reason"]
    list_filter = ["from_mode", "to_mode"]
    list_select_related = ["item", "switched_by"]
    search_fields = ["item__key"]
    search_help_text = "Item"
    fields = [
        "item", "from_mode", "to_mode", "switched_by", "reason", "switched_at", "epoch", "line_count", "batch_count",
        "serial_count",
    ]  # fmt: skip
