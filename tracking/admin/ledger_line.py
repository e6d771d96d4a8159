"""Ledger lines, newest first."""

from django.contrib import admin

from katana_trace.lib.quantities import for_people, to_millionths
from tracking.admin.base import ReadOnlyAdmin
from tracking.models import LedgerLine


@admin.register(LedgerLine)
class LedgerLineAdmin(ReadOnlyAdmin):
    list_display = ["id", "document", "kind", "variant", "location", "batch", "serial", "moved", "unit"]
    list_select_related = ["document", "variant__item", "location", "batch", "serial"]
    search_fields = ["document__key", "variant__key", "batch__key", "serial__key"]
    search_help_text = "Document, SKU, batch or serial number"
    fields = ["uuid", "document", "variant", "location", "batch", "serial", "moved", "unit", "epoch"]
    readonly_fields = ["moved", "unit"]

    @admin.display(description="Kind")
    def kind(self, line):
        return line.document.get_kind_display()

    @admin.display(description="Quantity")
    def moved(self, line):
        return for_people(to_millionths(line.quantity), signed=True)

    @admin.display(description="Unit")
    def unit(self, line):
        return line.variant.item.unit
