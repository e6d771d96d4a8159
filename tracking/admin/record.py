"""What batches and serial numbers share: read-only here, because their own pages keep old and new value; and holds."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from tracking.admin.base import ReadOnlyAdmin
from tracking.admin.holding import hold_records, release_records


class RecordAdmin(ReadOnlyAdmin):
    actions = [hold_records, release_records]
    list_filter = ["status"]
    edit_view = ""

    def has_hold_permission(self, request):
        return request.user.has_perm(f"tracking.change_{self.opts.model_name}")

    @admin.display(description="Edit")
    def page(self, record):
        return format_html(
            '<a href="{}">Its own page</a>, which keeps old and new value.', reverse(self.edit_view, args=[record.pk])
        )
