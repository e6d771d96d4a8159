"""Serial numbers."""

from django.contrib import admin

from tracking.admin.record import RecordAdmin
from tracking.models import SerialNumber


@admin.register(SerialNumber)
class SerialNumberAdmin(RecordAdmin):
    edit_view = "tracking:serial_detail"
    list_display = ["number", "variant", "item", "location", "status", "reason"]
    list_select_related = ["variant", "item", "location"]
    search_fields = ["key", "variant__key", "item__key"]
    search_help_text = "Serial number, SKU or item"
    fields = ["number", "variant", "item", "location", "status", "reason", "note", "page"]
    readonly_fields = ["page"]
