"""Archives: listed with their hash; the bytes themselves are never loaded here."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from tracking.admin.base import ReadOnlyAdmin
from tracking.models import Archive


@admin.register(Archive)
class ArchiveAdmin(ReadOnlyAdmin):
    list_display = ["item", "mode", "switched_at", "switched_by", "line_count", "record_count", "size", "restored_at"]
    list_filter = ["mode", ("restored_at", admin.EmptyFieldListFilter)]
    list_select_related = ["item", "switch__switched_by"]
    search_fields = ["item__key"]
    search_help_text = "Item"
    fields = [
        "item", "mode", "switch", "sha256", "size", "line_count", "record_count", "restored_at", "restored_by", "page",
    ]  # fmt: skip
    readonly_fields = ["page"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("content")

    @admin.display(description="Switched off at")
    def switched_at(self, archive):
        return archive.switch.switched_at

    @admin.display(description="By")
    def switched_by(self, archive):
        return archive.switch.switched_by

    @admin.display(description="Download and restore")
    def page(self, archive):
        return format_html(
            '<a href="{}">The page of this archive</a>', reverse("tracking:archive_detail", args=[archive.pk])
        )
