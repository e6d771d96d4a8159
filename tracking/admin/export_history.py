"""The history of items as CSV: the same bytes as on the item's page, but not the download that a switch-off asks for.

An export is written to a temporary file first: a half-sent query would keep writers waiting on SQLite.
"""

from __future__ import annotations

import tempfile
import zipfile
from typing import IO

from django.contrib import admin
from django.http import FileResponse

from items.models import Item
from tracking.admin.base import selected
from tracking.modes.history import history_chunks, history_filename

LIMIT = 500


@admin.action(
    description="Export history to CSV (does not count as the download before switching off)", permissions=["view"]
)
def export_history(modeladmin, request, queryset):
    items = selected(request, queryset, what="items", limit=LIMIT)
    if items is None:
        return None
    file = tempfile.TemporaryFile(prefix="katana-trace-history-")  # noqa: SIM115 the response closes it
    if len(items) == 1:
        for chunk in history_chunks(items[0]):
            file.write(chunk)
        name, kind = history_filename(items[0]), "text/csv; charset=utf-8"
    else:
        write_zip(file, items)
        name, kind = "histories.zip", "application/zip"
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=kind)


def write_zip(file: IO[bytes], items: list[Item]) -> None:
    """One CSV for each item; the names carry the item's id, so no two are the same."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for item in items:
            with archive.open(history_filename(item), "w", force_zip64=True) as entry:
                for chunk in history_chunks(item):
                    entry.write(chunk)
