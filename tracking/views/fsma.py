"""Records sorted for a 21 CFR 1.1455 request: the page that shows what they are and what they lack, and the two files."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from katana_trace.lib import days
from katana_trace.lib.one_moment import shows_one_moment
from katana_trace.lib.refusal import Refusal
from tracking.forms.fsma import FsmaForm
from tracking.fsma.asked import Asked, read_asked
from tracking.fsma.columns import TITLE
from tracking.fsma.missing import Gap
from tracking.fsma.sheet import preview_of
from tracking.fsma.sheet_csv import write_csv
from tracking.fsma.sheet_xlsx import write_xlsx

SHOWN = 50  # records, and gaps, on the page; the files have all
FIELDS = {"lot": "q", "item": "item", "with_chain": "chain"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@shows_one_moment
def fsma_sheet(request: HttpRequest) -> HttpResponse:
    form = FsmaForm(request.GET)
    asked = asked_in(form)
    if asked is None:
        return refused(request, form)
    context = {"form": form, "title": TITLE}
    if not asked.is_nothing:
        preview = preview_of(asked, size=SHOWN)
        gaps = [(gap, may_mend(request, gap)) for gap in preview.gaps[:SHOWN]]
        more = len(preview.gaps) - len(gaps)
        context |= {"asked": asked, "preview": preview, "gaps": gaps, "more_gaps": more, "query": form.query()}
    return render(request, "tracking/fsma_sheet.html", context)


def asked_in(form: FsmaForm) -> Asked | None:
    """What the form asks for; None when it cannot be read, and then the form says why."""
    if not form.is_valid():
        return None
    try:
        return read_asked(**form.asked())
    except Refusal as refusal:
        form.add_error(FIELDS.get(refusal.field or ""), refusal.sentence)
    return None


def refused(request: HttpRequest, form: FsmaForm) -> HttpResponse:
    return render(request, "tracking/fsma_sheet.html", {"form": form, "title": TITLE}, status=422)


def may_mend(request: HttpRequest, gap: Gap) -> bool:
    return not gap.right or request.user.has_perm(gap.right)


def named_in(form: FsmaForm) -> Asked | None:
    """What a file is asked for; it is not made of the whole ledger."""
    asked = asked_in(form)
    if asked is not None and asked.is_nothing:
        form.add_error(None, "Name a batch or serial number, an item, or a first or last day.")
        return None
    return asked


@require_safe
@shows_one_moment
def fsma_csv(request: HttpRequest) -> HttpResponse:
    form = FsmaForm(request.GET)
    asked = named_in(form)
    if asked is None:
        return refused(request, form)
    response = StreamingHttpResponse(write_csv(asked), content_type="text/csv; charset=utf-8")
    return kept_nowhere(response, "csv")


@require_safe
@shows_one_moment
def fsma_xlsx(request: HttpRequest) -> HttpResponse:
    form = FsmaForm(request.GET)
    asked = named_in(form)
    if asked is None:
        return refused(request, form)
    said = [*form.said(), ("Made on", days.instant_text(days.now()))]
    try:
        file = write_xlsx(asked, said=said, site=f"{request.scheme}://{request.get_host()}")
    except Refusal as refusal:
        form.add_error(None, refusal.sentence)
        return refused(request, form)
    return kept_nowhere(FileResponse(file, content_type=XLSX), "xlsx")


def kept_nowhere(response: HttpResponse, ending: str) -> HttpResponse:
    name = f"records for 21 CFR 1.1455 {days.today().isoformat()}.{ending}"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
