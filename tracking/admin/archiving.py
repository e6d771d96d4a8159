"""Archive and bring back: what has moved is not deleted, it leaves the pickers and stays readable (rule 9)."""

from __future__ import annotations

from django.contrib import admin, messages

from items.catalogue import set_archived


@admin.action(description="Archive: hide from pickers", permissions=["change"])
def archive(modeladmin, request, queryset):
    rows = list(queryset.filter(archived_at__isnull=True))
    for row in rows:
        set_archived(row=row, archived=True)
        modeladmin.log_change(request, row, "Archived")
    messages.success(request, f"{len(rows):,} archived.")


@admin.action(description="Bring back from the archive", permissions=["change"])
def bring_back(modeladmin, request, queryset):
    rows = list(queryset.filter(archived_at__isnull=False))
    for row in rows:
        set_archived(row=row, archived=False)
        modeladmin.log_change(request, row, "Brought back")
    messages.success(request, f"{len(rows):,} brought back.")
