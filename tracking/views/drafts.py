"""Pages on which documents are written and posted. Every button saves what is typed; JavaScript only saves the waiting."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from katana_trace.lib import days
from katana_trace.lib.identity import new_uuid
from katana_trace.lib.one_moment import shows_one_moment
from katana_trace.lib.refusal import Refusal
from katana_trace.lib.search import search_key
from tracking.documents.kinds import KINDS
from tracking.drafts.check import check
from tracking.drafts.content import DraftContent, LineContent
from tracking.drafts.layout import LAYOUTS
from tracking.drafts.post import NotPosted, Unsaved
from tracking.drafts.save import PostedAlready, SavedByAnother, delete_draft, save_draft
from tracking.drafts.scan import with_codes
from tracking.drafts.stored import content_of
from tracking.drafts.suggest import with_new_batches
from tracking.forms.draft import read_draft
from tracking.models import Document, Draft, DraftLine, Location, Partner
from tracking.views.draft_acts import Acted, act, prefill
from tracking.views.draft_answers import SUGGESTED, answer, posted, posted_already, refreshed, show
from tracking.views.draft_page import next_field, page_of, with_blanks

form_page = require_http_methods(["GET", "HEAD", "POST"])
may_write = permission_required("tracking.add_document", raise_exception=True)

LIMIT = 300  # characters of a code in an address

GONE = (
    "This draft was deleted meanwhile. What you typed is still here, but for serial numbers that were added before: "
    "give them again, and save it as a new draft."
)


@form_page
@may_write
def document_new(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in KINDS:
        raise Http404(f"“{kind}” is no kind of document.")
    if request.method == "POST":
        return draft_posted(request, kind, token_of(request.POST.get("token", "")))
    content, told, refused = with_codes(begun(kind, request.GET))
    for sentence in [*told, *(sentence for _, _, sentence in refused)]:
        messages.warning(request, sentence)
    acted = Acted(content)
    prefill(acted)
    content = with_blanks(with_new_batches(acted.content), LAYOUTS[kind].sections)
    page = page_of(check(content), token=new_uuid(), revision=0)
    page.focus = "id_partner" if page.layout.partner else next_field(page)
    return show(request, page)


def begun(kind: str, asked) -> DraftContent:
    """A new document as a link asks for it: ``sku`` (or a scanned code), ``quantity``, ``partner``, ``location``."""
    places = list(Location.objects.filter(archived_at=None).values_list("pk", flat=True)[:2])
    only = places[0] if len(places) == 1 else None
    wanted = asked.get("location", "")
    location = int(wanted) if wanted.isdecimal() and len(wanted) < 19 else None
    if location is None or not Location.objects.filter(pk=location).exists():
        location = only
    section = LAYOUTS[kind].sections[0].section
    line = LineContent(
        section, sku=asked.get("sku", "").strip()[:LIMIT], quantity=asked.get("quantity", "").strip()[:40]
    )
    return DraftContent(
        kind=kind,
        day=days.today().isoformat(),
        partner=asked.get("partner", "").strip()[:120],
        location=location,
        to_location=only if kind == "production" else None,
        lines=() if line.is_blank else (line,),
    )


def token_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return new_uuid()


@form_page
@may_write
def draft_edit(request: HttpRequest, token: UUID) -> HttpResponse:
    draft = Draft.objects.select_related("partner", "saved_by").filter(pk=token).first()
    if draft is None:
        document = Document.objects.filter(token=token).first()
        if document is not None:
            return posted_already(request, document)
        if request.method == "POST" and request.POST.get("kind") in KINDS:
            return draft_posted(request, request.POST["kind"], token, is_gone=True)
        raise Http404("This draft was deleted.")
    if request.method == "POST":
        return draft_posted(request, draft.kind, token)
    content = with_blanks(content_of(draft), LAYOUTS[draft.kind].sections)
    page = page_of(check(content), token=token, revision=draft.revision)
    page.focus = next_field(page)
    return show(request, page, draft=draft)


def draft_posted(request: HttpRequest, kind: str, token: UUID, *, is_gone: bool = False) -> HttpResponse:
    """What was typed is read, changed by the button, and saved; then posted, where that was the button."""
    stored = DraftLine.objects.filter(draft=token).values_list("pk", "serial_numbers")
    content = read_draft(
        request.POST,
        kind=kind,
        serials={pk: tuple(text.split("\n")) if text else () for pk, text in stored},
        locations=set(Location.objects.values_list("pk", flat=True)),
    )
    if request.POST.get("do") == "refresh":
        return refreshed(request, content, token)
    acted = act(content, request.POST)
    given = request.POST.get("revision", "")
    revision = int(given) if given.isdecimal() and len(given) < 10 else 0
    if is_gone:
        acted.refused.append((None, "revision", GONE))
        return answer(request, acted, token, revision=0)
    try:
        is_posting = request.POST.get("do") == "post" and not acted.refused
        if is_posting:
            with suppress(Unsaved):
                return posted(request, token, revision, seen=acted.content)
        saved = save_draft(token=token, content=acted.content, revision=revision, by=request.user)
        if is_posting:
            return posted(request, token, saved)
    except PostedAlready as already:
        return posted_already(request, already.document)
    except SavedByAnother as refusal:
        acted.refused.append((None, "revision", refusal.sentence + removed_of(request, stored)))
        return answer(request, acted, token, revision=refusal.revision)
    except Refusal as refusal:
        acted.refused.append((None, refusal.field or "document", refusal.sentence))
        return answer(request, acted, token, revision=revision)
    except NotPosted as refused:
        return answer(request, acted, token, posting=refused)
    return answer(request, acted, token)


def removed_of(request: HttpRequest, stored) -> str:
    """What to say of lines that somebody removed: their serial numbers were kept with them, and are nowhere else."""
    there = {str(pk) for pk, _ in stored}
    known = [request.POST.get(f"id-{place}", "") for place in request.POST.getlist("line")]
    count = sum(1 for id_ in known if id_ and id_ not in there)
    if not count:
        return ""
    return (
        f" {count} of your lines {'was' if count == 1 else 'were'} removed there, and the serial numbers with "
        f"{'it' if count == 1 else 'them'}: give these again."
    )


@form_page
@may_write
def draft_delete(request: HttpRequest, token: UUID) -> HttpResponse:
    draft = Draft.objects.select_related("saved_by").filter(pk=token).first()
    if draft is None:
        return redirect("tracking:document_list")
    if request.method == "POST":
        try:
            delete_draft(token=token, by=request.user)
        except PostedAlready as already:
            return posted_already(request, already.document)
        messages.success(request, "The draft was deleted. Nothing was posted.")
        return redirect("tracking:document_list")
    return render(request, "tracking/draft_delete.html", {"draft": draft, "content": content_of(draft)})


@require_safe
@shows_one_moment
def partner_find(request: HttpRequest) -> HttpResponse:
    """Options for the partner field as one types."""
    key = search_key(request.GET.get("partner", ""))
    found = Partner.objects.filter(archived_at=None, key__contains=key).order_by("key")[:SUGGESTED]
    return render(request, "tracking/_partner_options.html", {"partners": found})
