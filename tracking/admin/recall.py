"""Recall cases and drills: shown as they are kept; their own pages work on them."""

from django.contrib import admin

from tracking.admin.base import ReadOnlyAdmin
from tracking.models import Recall


@admin.register(Recall)
class RecallAdmin(ReadOnlyAdmin):
    list_display = ["number", "kind", "title", "opened_at", "opened_by", "closed_at", "closed_by"]
    list_filter = ["kind", ("closed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["opened_by", "closed_by"]
    search_fields = ["number", "title"]
    search_help_text = "Number or title"
    fields = [
        "number", "kind", "title", "reason", "gaps", "opened_at", "opened_by", "closed_at", "closed_by", "summary",
    ]  # fmt: skip
