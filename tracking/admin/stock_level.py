"""Stock levels: what the ledger's triggers keep."""

from django.contrib import admin

from katana_trace.lib.quantities import for_people, to_millionths
from tracking.admin.base import ReadOnlyAdmin
from tracking.models import StockLevel


@admin.register(StockLevel)
class StockLevelAdmin(ReadOnlyAdmin):
    list_display = ["variant", "item", "location", "batch", "in_stock", "with_number", "unit"]
    list_select_related = ["variant__item", "location", "batch"]
    search_fields = ["variant__key", "batch__key"]
    search_help_text = "SKU or batch number"
    fields = ["variant", "location", "batch", "in_stock", "with_number", "unit"]
    readonly_fields = ["in_stock", "with_number", "unit"]

    @admin.display(description="Item")
    def item(self, level):
        return level.variant.item

    @admin.display(description="In stock")
    def in_stock(self, level):
        return for_people(to_millionths(level.quantity))

    @admin.display(description="With serial number")
    def with_number(self, level):
        return for_people(to_millionths(level.numbered))

    @admin.display(description="Unit")
    def unit(self, level):
        return level.variant.item.unit
