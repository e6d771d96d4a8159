"""How items and variants look in the admin. Tracking registers them, with the doors that it adds to them."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.urls import reverse
from django.utils.html import format_html

from items.forms import CatalogueForm


class ArchivedFilter(admin.SimpleListFilter):
    title = "archived"
    parameter_name = "archived"

    def lookups(self, request, model_admin):
        return [("no", "No"), ("yes", "Yes")]

    def queryset(self, request, queryset):
        if self.value() in ("no", "yes"):
            return queryset.filter(archived_at__isnull=self.value() == "no")
        return queryset


class ItemAdmin(admin.ModelAdmin):
    list_display = ["name", "kind", "unit", "tracking_mode", "shelf_life_days", "archived_at"]
    list_filter = ["tracking_mode", "kind", ArchivedFilter]
    search_fields = ["key", "variants__key"]
    search_help_text = "Name or SKU"
    fields = [
        "name",
        "kind",
        "unit",
        "shelf_life_days",
        "expiry_notice_days",
        "warranty_months",
        "number_pattern",
        "tracking_mode",
    ]
    ordering = ["key", "pk"]

    def get_fields(self, request, obj=None):
        return [*super().get_fields(request, obj), *(["variants_link", "archived_at"] if obj else [])]

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), "variants_link", "archived_at"]

    @admin.display(description="Variants")
    def variants_link(self, item):
        return format_html(
            '<a href="{}?item__id__exact={}">Its variants</a> · <a href="{}?item={}">Add a variant</a>',
            reverse("admin:items_variant_changelist"),
            item.pk,
            reverse("admin:items_variant_add"),
            item.pk,
        )


class ItemPicker(AutocompleteSelect):
    """The picker of an item, which also draws itself after something that is no id was posted."""

    def optgroups(self, name, value, attr=None):
        return super().optgroups(name, [one for one in value if str(one).isascii() and str(one).isdigit()], attr)


class VariantAdmin(admin.ModelAdmin):
    form = CatalogueForm
    list_display = ["sku", "item", "name", "gtin", "archived_at"]
    list_filter = [ArchivedFilter]
    list_select_related = ["item"]
    search_fields = ["key", "item__key", "gtin"]
    search_help_text = "SKU, item or GTIN"
    autocomplete_fields = ["item"]
    fields = ["item", "sku", "name", "gtin"]
    ordering = ["key", "pk"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        return super().formfield_for_foreignkey(
            db_field, request, widget=ItemPicker(db_field, self.admin_site), **kwargs
        )
