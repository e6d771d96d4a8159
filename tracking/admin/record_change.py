"""What was changed on batches and serial numbers: old and new value, who, when, why."""

from django.contrib import admin

from tracking.admin.base import ReadOnlyAdmin
from tracking.models import RecordChange


@admin.register(RecordChange)
class RecordChangeAdmin(ReadOnlyAdmin):
    list_display = ["changed_at", "number", "variant", "field", "old", "new", "changed_by", "reason"]
    list_select_related = ["variant", "changed_by"]
    search_fields = ["key", "variant__key"]
    search_help_text = "Batch or serial number, or SKU"
    fields = ["variant", "number", "field", "old", "new", "reason", "changed_by", "changed_at"]
