"""Locations."""

from django.contrib import admin

from items.admin import ArchivedFilter
from tracking.admin.archiving import archive, bring_back
from tracking.admin.base import RefusingAdmin
from tracking.admin.catalogue import CatalogueDoor
from tracking.forms.location import LocationForm
from tracking.models import LedgerLine, Location
from tracking.resources.catalogue import LocationResource


@admin.register(Location)
class LocationAdmin(CatalogueDoor, RefusingAdmin):
    form = LocationForm
    resource_classes = [LocationResource]
    list_display = ["name", "archived_at"]
    list_filter = [ArchivedFilter]
    search_fields = ["key"]
    search_help_text = "Name"
    fields = ["name", "phone", "address"]
    ordering = ["key", "pk"]
    actions = [archive, bring_back]

    def why_kept(self, location):
        if location.stock_levels.exists() or LedgerLine.objects.filter(location=location).exists():
            return f"{location.name} has had stock, so it stays in the history. Archive it instead."
        return ""
