"""Archive and bring back: what has moved is not deleted, it leaves the pickers and stays readable (rule 9)."""

from __future__ import annotations

from django.contrib import admin, messages

from items.catalogue import set_archived
from katana_trace.lib.refusal import Refusal
from tracking.models import Location
from tracking.records.places import archive_location

MOST_TOLD = 5  # refusals told one by one


@admin.action(description="Archive: hide from pickers", permissions=["change"])
def archive(modeladmin, request, queryset):
    archived, refused = 0, []
    for row in list(queryset.filter(archived_at__isnull=True)):
        try:
            archive_row(row, by=request.user)
        except Refusal as refusal:
            refused.append(refusal.sentence)
        else:
            modeladmin.log_change(request, row, "Archived")
            archived += 1
    for sentence in refused[:MOST_TOLD]:
        messages.error(request, sentence)
    if len(refused) > MOST_TOLD:
        messages.error(request, f"{len(refused) - MOST_TOLD:,} more were not archived for the same reason.")
    if archived or not refused:
        messages.success(request, f"{archived:,} archived.")


def archive_row(row, *, by) -> None:
    """A location has a rule of its own: it is archived empty. Raises Refusal."""
    if isinstance(row, Location):
        archive_location(location=row, by=by)
    else:
        set_archived(row=row, archived=True, by=by)


@admin.action(description="Bring back from the archive", permissions=["change"])
def bring_back(modeladmin, request, queryset):
    rows = list(queryset.filter(archived_at__isnull=False))
    for row in rows:
        set_archived(row=row, archived=False, by=request.user)
        modeladmin.log_change(request, row, "Brought back")
    messages.success(request, f"{len(rows):,} brought back.")
