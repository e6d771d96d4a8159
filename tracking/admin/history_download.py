"""Who has downloaded which state of an item's history."""

from django.contrib import admin

from tracking.admin.base import ReadOnlyAdmin
from tracking.models import HistoryDownload


@admin.register(HistoryDownload)
class HistoryDownloadAdmin(ReadOnlyAdmin):
    list_display = ["downloaded_at", "item", "downloaded_by", "row_count", "sha256"]
    list_select_related = ["item", "downloaded_by"]
    search_fields = ["item__key"]
    search_help_text = "Item"
    fields = ["item", "downloaded_by", "downloaded_at", "row_count", "sha256"]
