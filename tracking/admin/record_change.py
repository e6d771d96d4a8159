"""The change log: old and new value, who, when, why."""

from django.contrib import admin

from tracking.admin.base import ReadOnlyAdmin
from tracking.models import RecordChange


@admin.register(RecordChange)
class RecordChangeAdmin(ReadOnlyAdmin):
    list_display = ["changed_at", "subject", "name", "variant", "field", "old", "new", "changed_by_name", "reason"]
    list_select_related = ["variant"]
    list_filter = ["subject"]
    search_fields = ["key", "variant__key"]
    search_help_text = "Batch, serial number, SKU or name"
    fields = [
        "subject",
        "variant",
        "name",
        "field",
        "old",
        "new",
        "reason",
        "changed_by_name",
        "changed_at",
        "is_first",
    ]
