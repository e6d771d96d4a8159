"""Pages of archives: what every switch to No tracking left, to download and to restore (rules 6 and 7)."""

from __future__ import annotations

import gzip
import io

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from katana_trace.lib.days import day_of
from katana_trace.lib.htmx import render_page
from katana_trace.lib.paging import page_newest
from katana_trace.lib.refusal import Refusal
from tracking.models import Archive
from tracking.modes.restore import refuse_restoring, restore_tracking

CHUNK = 64 * 1024


def archives_without_content() -> QuerySet[Archive]:
    """Archives with what the pages say of them; the bytes stay in the database."""
    return Archive.objects.defer("content").select_related("item", "switch__switched_by", "restored_by")


@require_safe
def archive_list(request: HttpRequest) -> HttpResponse:
    context = {"page": page_newest(archives_without_content(), cursor=request.GET.get("after", ""))}
    return render_page(request, "tracking/archive_list.html", "tracking/_archive_table.html", context)


@require_safe
def archive_detail(request: HttpRequest, pk: int) -> HttpResponse:
    archive = get_object_or_404(archives_without_content(), pk=pk)
    return render(request, "tracking/archive_detail.html", {"archive": archive})


@require_safe
def archive_download(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The bytes as they were downloaded before the switch; their hash is the archive's."""
    archive = get_object_or_404(Archive.objects.select_related("item", "switch"), pk=pk)
    content = gzip.GzipFile(fileobj=io.BytesIO(archive.content))
    response = StreamingHttpResponse(iter(lambda: content.read(CHUNK), b""), content_type="text/csv; charset=utf-8")
    response["Content-Length"] = str(archive.size)
    response["Content-Disposition"] = content_disposition_header(True, filename_of(archive))
    response["Cache-Control"] = "no-store"
    return response


def obstacle(archive: Archive) -> str:
    """The sentence that restoring ``archive`` would be refused with now; "" when nothing stands in the way."""
    try:
        refuse_restoring(archive.item, archive)
    except Refusal as refusal:
        return refusal.sentence
    return ""


def filename_of(archive: Archive) -> str:
    """Such as “Country loaf batch history 2026-11-24.csv”, without what a file system does not take."""
    name = "".join(char if char.isalnum() or char in " -_.," else "_" for char in archive.item.name)
    return f"{name} {archive.mode} history {day_of(archive.switch.switched_at).isoformat()}.csv"


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("items.switch_tracking", raise_exception=True)
def archive_restore(request: HttpRequest, pk: int) -> HttpResponse:
    archive = get_object_or_404(archives_without_content(), pk=pk)
    refused = obstacle(archive)
    if request.method == "POST":
        try:
            restore_tracking(item=archive.item, content=gzip.decompress(archive.content), by=request.user)
        except Refusal as refusal:
            refused = refusal.sentence
        else:
            messages.success(request, f"{archive.get_mode_display()} of {archive.item.name} were restored.")
            return redirect("tracking:item_card", archive.item_id)
    context = {"archive": archive, "refused": refused}
    return render(request, "tracking/archive_restore.html", context, status=422 if request.method == "POST" else 200)
