"""What a person is answered about a draft: its page again, or the document that it became."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect, push_url

from items.listing import variants_in_use
from items.models import TrackingMode
from katana_trace.lib import days
from katana_trace.lib.htmx import render_page, wants_fragment
from katana_trace.lib.quantities import for_people, to_millionths
from tracking.drafts.check import check
from tracking.drafts.content import DraftContent
from tracking.drafts.layout import LAYOUTS
from tracking.drafts.post import NotPosted, post_draft
from tracking.drafts.scan import with_codes
from tracking.drafts.stored import content_of
from tracking.drafts.suggest import with_new_batches
from tracking.ledger.post import next_number
from tracking.models import Document, Draft, Kind, Location, Partner
from tracking.views.draft_acts import Acted, boxes_of
from tracking.views.draft_boxes import boxes_seen
from tracking.views.draft_page import DraftPage, next_field, page_of, with_blanks

SUGGESTED = 50
DOUBLE_CLICK = timedelta(minutes=1)


def posted(request: HttpRequest, token: UUID, revision: int, *, seen: DraftContent | None = None) -> HttpResponse:
    """Posts, and leads to the document. Raises what ``post_draft`` raises."""
    document = post_draft(token=token, revision=revision, by=request.user, seen=seen)
    messages.success(request, f"{document.number} was posted.")
    for sku, unit, quantity in came_without_number(document):
        messages.warning(
            request,
            f"{for_people(to_millionths(quantity))} {unit} of {sku} came in without a serial number. "
            "They can be connected under Without number.",
        )
    return go(request, document.get_absolute_url())


def came_without_number(document: Document) -> list[tuple[str, str, Decimal]]:
    """(SKU, unit, quantity) of what a document brought in of serial-tracked items without a number (rule 8)."""
    lines = document.lines.filter(serial=None, quantity__gt=0, variant__item__tracking_mode=TrackingMode.SERIAL)
    if document.kind == Kind.TRANSFER:
        return []
    found = lines.values("variant__sku", "variant__item__unit").annotate(sum=Sum("quantity")).order_by("variant__sku")
    return [(row["variant__sku"], row["variant__item__unit"], row["sum"]) for row in found]


def posted_already(request: HttpRequest, document: Document) -> HttpResponse:
    """A double click sees its own posting; anybody else is told who was first, and a page that was left open that it is late."""
    if document.posted_by_id == request.user.pk:
        is_late = request.POST.get("do") != "post" or days.now() - document.recorded_at > DOUBLE_CLICK
        if request.method == "POST" and is_late:
            messages.warning(
                request, f"You posted this draft already, as {document.number}. What you typed since is not in it."
            )
        else:
            messages.success(request, f"{document.number} was posted.")
    else:
        name = document.posted_by_name or "The program"
        messages.warning(
            request, f"{name} posted this draft already, as {document.number}. It was not posted a second time."
        )
    return go(request, document.get_absolute_url())


def answer(
    request: HttpRequest,
    acted: Acted,
    token: UUID,
    *,
    revision: int | None = None,
    posting: NotPosted | None = None,
) -> HttpResponse:
    """The page after a button: 422 where something was refused, else the saved draft."""
    draft = Draft.objects.select_related("partner", "saved_by").filter(pk=token).first()
    is_refused = bool(acted.refused or posting or acted.scans)
    if draft is not None and acted.opened is not None and not is_refused:
        line = draft.lines.order_by("position", "id").values_list("pk", flat=True)[acted.opened]
        return go(request, reverse("tracking:draft_serials", args=[token, line]))
    if not (wants_fragment(request) or is_refused or acted.add):
        for sentence in acted.told or ["The draft was saved."]:
            messages.info(request, sentence)
        return redirect("tracking:draft_edit", token)
    if draft is not None and revision is None:
        acted.content = content_of(draft)
    if posting is not None:
        acted.content = with_new_batches(acted.content, anew=True)
    shown = revision if revision is not None else draft.revision if draft else 0
    page = page_after(acted, token, shown, posting)
    if request.POST.get("do") == "next" and not is_refused and not page.focus:
        acted.add = acted.content.lines[-1].section if acted.content.lines else ""
        page = page_after(acted, token, shown, posting)
    response = show(request, page, draft=draft, status=422 if is_refused else 200)
    return push_url(response, draft.get_absolute_url()) if draft is not None else response


def page_after(acted: Acted, token: UUID, revision: int, posting: NotPosted | None) -> DraftPage:
    page = page_of(
        check(with_blanks(acted.content, LAYOUTS[acted.content.kind].sections, acted.add)),
        token=token,
        revision=revision,
        findings=[*acted.refused, *(posting.findings if posting else [])],
        posting=posting is not None,
        told=acted.told,
        scans=acted.scans,
    )
    if not (acted.refused or posting or acted.scans):
        page.focus = added_field(page, acted) or next_field(page)
    return page


def added_field(page: DraftPage, acted: Acted) -> str:
    """The SKU of the line that was just added."""
    return next(
        (
            f"id_sku_{line.key}"
            for section in page.sections
            if section.section.section == acted.add
            for line in reversed(section.lines)
        ),
        "",
    )


def refreshed(request: HttpRequest, content: DraftContent, token: UUID) -> HttpResponse:
    """While somebody types: what the lines mean now, without touching a field. Nothing is saved."""
    shapes = {key: request.POST.get(f"shape-{key}", "") for key in request.POST.getlist("line")}
    content = with_new_batches(with_codes(content)[0])
    page = page_of(
        check(content),
        token=token,
        revision=0,
        scans=boxes_of(content, request.POST),
        boxes=boxes_seen(content, request.POST),
    )
    for line in page.lines:
        line.is_redrawn = shapes.get(line.key, "") != line.shape
        for row in line.rows:
            row.is_told = bool(row.number) and request.POST.get(f"number-{row.end}", "").strip() == row.number
            was = request.POST.get(f"was-{row.end}", row.number)
            is_another = was != row.number or request.POST.get(f"seen-{row.end}", "") != row.seen
            drawn = request.POST.get(f"expires-{row.end}")  # None where the batch was there, and its expiry shown
            row.is_redrawn = row.is_told and is_another and (row.is_there or drawn is None or drawn != row.typed_expiry)
    context = {"page": page, "content": content, "action": request.path}
    return render(request, "tracking/_draft_refresh.html", context)


def show(request: HttpRequest, page: DraftPage, *, draft: Draft | None = None, status: int = 200) -> HttpResponse:
    content = page.draft.content
    locations = locations_of(content)
    context = {
        "page": page,
        "draft": draft,
        "content": content,
        "action": draft.get_absolute_url() if draft else reverse("tracking:document_new", args=[content.kind]),
        "next_number": next_number(content.kind),
        "locations": locations,
        "show_places": len(locations) > 1 and content.kind != "transfer",
        "variants": variants_in_use().order_by("item__key", "key")[:SUGGESTED],
        "partners": Partner.objects.filter(archived_at=None).order_by("key")[:SUGGESTED] if page.layout.partner else [],
    }
    return render_page(request, "tracking/draft_edit.html", "tracking/_draft_form.html", context, status=status)


def locations_of(content: DraftContent) -> list[Location]:
    """The places in use, and those that the draft names although they were archived since."""
    named = {content.location, content.to_location, *(line.location for line in content.lines)}
    return [place for place in Location.objects.order_by("key") if place.archived_at is None or place.pk in named]


def go(request: HttpRequest, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if wants_fragment(request) else redirect(address)
