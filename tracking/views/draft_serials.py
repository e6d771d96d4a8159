"""The page of one line's serial numbers: all of them, a page at a time, where the document shows the last few."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from items.models import TrackingMode
from katana_trace.lib.numbers import key_of
from katana_trace.lib.paging import Page, page_by_key
from katana_trace.lib.refusal import Refusal
from katana_trace.lib.search import search_key
from tracking.documents.kinds import KINDS
from tracking.drafts.check import check
from tracking.drafts.checked import CheckedLine
from tracking.drafts.content import DraftContent
from tracking.drafts.save import PostedAlready, save_draft
from tracking.drafts.stored import content_of
from tracking.models import Document, Draft, SerialNumber
from tracking.views.draft_acts import Acted, act
from tracking.views.draft_answers import posted_already
from tracking.views.draft_page import page_of
from tracking.views.drafts import form_page, may_write

SHOWN = 200


@form_page
@may_write
def draft_serials(request: HttpRequest, token: UUID, line: int) -> HttpResponse:
    draft = Draft.objects.select_related("partner", "saved_by").filter(pk=token).first()
    if draft is None:
        document = Document.objects.filter(token=token).first()
        if document is not None:
            return posted_already(request, document)
        raise Http404("This draft was deleted.")
    content = content_of(draft)
    place = next((place for place, one in enumerate(content.lines) if one.id == line), None)
    if place is None:
        raise Http404("This line was removed from the draft.")
    if request.method != "POST":
        return show(request, draft, Acted(content), place)
    acted = act(content, as_of_line(request, place))
    try:
        save_draft(token=token, content=acted.content, revision=draft.revision, by=request.user)
    except PostedAlready as already:
        return posted_already(request, already.document)
    except Refusal as refusal:
        acted.refused.append((place, "serials", refusal.sentence))
    if acted.refused or acted.scans:
        return show(request, draft, acted, place, status=422)
    messages.success(request, "The numbers were saved.")
    return redirect(request.get_full_path())


def as_of_line(request: HttpRequest, place: int):
    """What was posted, with the fields and the button of this line at its place in the draft."""
    post = request.POST.copy()
    for name in ("scan", "range"):
        post[f"{name}-{place}"] = post.get(name, "")
    post.setlist(f"take-{place}", post.getlist("take"))
    verb, colon, rest = post.get("do", "").partition(":")
    post["do"] = f"{verb}-{place}{colon}{rest}"
    return post


def show(request: HttpRequest, draft: Draft, acted: Acted, place: int, status: int = 200) -> HttpResponse:
    content: DraftContent = acted.content
    page = page_of(
        check(content),
        token=draft.pk,
        revision=draft.revision,
        findings=acted.refused,
        told=acted.told,
        scans=acted.scans,
    )
    line = next(one for one in page.lines if one.line.index == place)
    only_bad = request.GET.get("bad") == "1"
    numbers = line.line.bad_serials if only_bad else line.line.serials
    after = request.GET.get("after", "")
    start = min(int(after), len(numbers)) if after.isdecimal() and len(after) < 9 else 0
    context = {
        "draft": draft,
        "page": page,
        "line": line,
        "kind_name": KINDS[content.kind].name,
        "numbers": numbers[start : start + SHOWN],
        "start": start,
        "count": len(numbers),
        "next": start + SHOWN if len(numbers) > start + SHOWN else None,
        "only_bad": only_bad,
        "shelf": shelf_of(request, line.line),
        "given": {key_of(number) for number in line.content.serials},
        "uses": KINDS[content.kind].uses and line.line.section == "out",
        "q": request.GET.get("q", "").strip(),
        "back": f"{reverse('tracking:draft_edit', args=[draft.pk])}#line_{place}",
    }
    return render(request, "tracking/draft_serials.html", context, status=status)


def shelf_of(request: HttpRequest, line: CheckedLine) -> Page | None:
    """What is at the place that the line takes from, a page at a time; None where it takes nothing."""
    if line.section not in ("out", "move") or line.mode != TrackingMode.SERIAL or not line.place:
        return None
    rows = SerialNumber.objects.filter(variant=line.variant, location=line.place)
    key = search_key(request.GET.get("q", ""))
    if key:
        rows = rows.filter(key__contains=key)
    return page_by_key(rows, order=("key", "id"), cursor=request.GET.get("shelf", ""))
