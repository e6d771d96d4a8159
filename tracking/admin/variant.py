"""Variants, with import and export."""

from django.contrib import admin

from items.admin import VariantAdmin
from items.models import Variant
from tracking.admin.archiving import archive, bring_back
from tracking.admin.base import RefusingAdmin
from tracking.admin.catalogue import CatalogueDoor
from tracking.resources.catalogue import VariantResource


@admin.register(Variant)
class TrackedVariantAdmin(CatalogueDoor, RefusingAdmin, VariantAdmin):
    resource_classes = [VariantResource]
    actions = [archive, bring_back]

    def why_kept(self, variant):
        if variant.ledger_lines.exists() or variant.batches.exists() or variant.serial_numbers.exists():
            return f"{variant.sku} has moved or has numbers, so it stays in the history. Archive it instead."
        return ""
