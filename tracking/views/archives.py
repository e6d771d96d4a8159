"""Pages of archives: what every switch to No tracking left, to look at and to download (rules 6 and 7)."""

from __future__ import annotations

import gzip
import io

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from katana_trace.lib.days import day_of
from katana_trace.lib.htmx import render_page
from katana_trace.lib.one_moment import shows_one_moment
from katana_trace.lib.paging import page_newest
from tracking.models import Archive
from tracking.modes.archive_state import states_of

CHUNK = 64 * 1024


def archives_without_content() -> QuerySet[Archive]:
    """Archives with what the pages say of them; the bytes stay in the database."""
    return Archive.objects.defer("content").select_related("item", "switch__switched_by", "restored_by")


@require_safe
@shows_one_moment
def archive_list(request: HttpRequest) -> HttpResponse:
    page = page_newest(archives_without_content(), cursor=request.GET.get("after", ""))
    context = {"page": page, "states": states_of(page.rows)}
    return render_page(request, "tracking/archive_list.html", "tracking/_archive_table.html", context)


@require_safe
@shows_one_moment
def archive_detail(request: HttpRequest, pk: int) -> HttpResponse:
    archive = get_object_or_404(archives_without_content(), pk=pk)
    return render(request, "tracking/archive_detail.html", {"archive": archive, "state": states_of([archive])[0]})


@require_safe
def archive_download(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The bytes as they were downloaded before the switch; their hash is the archive's."""
    archive = get_object_or_404(Archive.objects.select_related("item", "switch"), pk=pk)
    content = gzip.GzipFile(fileobj=io.BytesIO(archive.content))
    response = StreamingHttpResponse(iter(lambda: content.read(CHUNK), b""), content_type="text/csv; charset=utf-8")
    response["Content-Length"] = str(archive.size)
    response["Content-Disposition"] = content_disposition_header(True, filename_of(archive))
    return response


def filename_of(archive: Archive) -> str:
    """Such as “Country loaf batch history 2026-11-24.csv”, without what a file system does not take."""
    name = "".join(char if char.isalnum() or char in " -_.," else "_" for char in archive.item.name)
    return f"{name} {archive.mode} history {day_of(archive.switch.switched_at).isoformat()}.csv"
