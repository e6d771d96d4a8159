"""Posted documents with the first of their lines; a document may have ten thousand."""

from dataclasses import dataclass

from django.contrib import admin
from django.template.loader import render_to_string
from django.urls import reverse

from katana_trace.lib.quantities import for_people, to_millionths
from tracking.admin.base import ReadOnlyAdmin
from tracking.models import Document, LedgerLine


@dataclass(frozen=True, slots=True)
class ShownLine:
    line: LedgerLine
    quantity: str


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    SHOWN = 100

    list_display = ["number", "kind", "posted_at", "partner_name", "posted_by_name", "reverses"]
    list_filter = ["kind"]
    list_select_related = ["reverses"]
    search_fields = ["key", "partner__key", "partner_name"]
    search_help_text = "Number or partner"
    fields = [
        "number", "kind", "posted_at", "partner_name", "partner_address", "partner", "note", "posted_by_name", "posted_by",
        "recorded_at", "reverses", "lines",
    ]  # fmt: skip
    readonly_fields = ["lines"]

    @admin.display(description="Lines")
    def lines(self, document):
        found = document.lines.select_related("variant__item", "location", "batch", "serial").order_by("pk")
        rows = [
            ShownLine(line, for_people(to_millionths(line.quantity), signed=True)) for line in found[: self.SHOWN + 1]
        ]
        every = f"{reverse('admin:tracking_ledgerline_changelist')}?document__id__exact={document.pk}"
        context = {"rows": rows[: self.SHOWN], "is_cut": len(rows) > self.SHOWN, "shown": self.SHOWN, "every": every}
        return render_to_string("admin/tracking/_document_lines.html", context)
