"""Batches."""

from django.contrib import admin

from tracking.admin.record import RecordAdmin
from tracking.models import Batch


@admin.register(Batch)
class BatchAdmin(RecordAdmin):
    edit_view = "tracking:batch_detail"
    list_display = ["number", "variant", "item", "expires_on", "status", "reason"]
    list_select_related = ["variant__item"]
    search_fields = ["key", "variant__key", "variant__item__key"]
    search_help_text = "Batch number, SKU or item"
    fields = [
        "number", "variant", "expires_on", "made_on", "supplier_batch", "status", "reason", "note", "page",
    ]  # fmt: skip
    readonly_fields = ["page"]

    @admin.display(description="Item")
    def item(self, batch):
        return batch.variant.item
