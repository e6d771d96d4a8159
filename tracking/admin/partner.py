"""Suppliers and customers."""

from django.contrib import admin

from items.admin import ArchivedFilter
from tracking.admin.archiving import archive, bring_back
from tracking.admin.base import RefusingAdmin
from tracking.admin.catalogue import CatalogueDoor
from tracking.forms.partner import PartnerForm
from tracking.models import Partner
from tracking.resources.catalogue import PartnerResource


@admin.register(Partner)
class PartnerAdmin(CatalogueDoor, RefusingAdmin):
    form = PartnerForm
    resource_classes = [PartnerResource]
    list_display = ["name", "phone", "email", "archived_at"]
    list_filter = [ArchivedFilter]
    search_fields = ["key"]
    search_help_text = "Name"
    fields = ["name", "phone", "email", "address"]
    ordering = ["key", "pk"]
    actions = [archive, bring_back]

    def why_kept(self, partner):
        if partner.documents.exists():
            return f"{partner.name} is on posted documents, so it stays in the history. Archive it instead."
        return ""
