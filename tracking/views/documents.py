"""Pages of posted documents: the list with the open drafts above it, one document, its paper, and its reversal (rule 12)."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from items.models import Item
from katana_trace.lib.htmx import render_page
from katana_trace.lib.one_moment import shows_one_moment
from katana_trace.lib.paging import page_by_key, page_newest
from katana_trace.lib.refusal import Refusal
from tracking.documents.kinds import KINDS
from tracking.forms.document_filter import DRAFT, DocumentFilterForm
from tracking.forms.reverse import ReverseForm
from tracking.ledger.mirror import takers
from tracking.ledger.plan import NotThere
from tracking.ledger.returned import StillReturned
from tracking.ledger.reverse import reverse_document
from tracking.models import Document, Partner
from tracking.views import document_contents as contents
from tracking.views.document_search import documents, documents_found, drafts_found, page_of_drafts

OPEN_DRAFTS = 20  # above the list
MIRRORED = 50  # lines that a reversal shows before it is made
TAKERS = 20  # documents that a refused reversal leads to


@require_safe
@shows_one_moment
def document_list(request: HttpRequest) -> HttpResponse:
    can_post = request.user.has_perm("tracking.add_document")
    if request.GET.get("status") == DRAFT and not can_post:
        raise PermissionDenied("Drafts are read by those who post documents: operators and managers.")
    form = DocumentFilterForm(request.GET, with_drafts=can_post)
    is_valid = form.is_valid()
    chosen = form.chosen
    status = chosen.get("status", "")
    context = {
        "filter": form,
        "filters": urlencode(chosen),
        "rule": KINDS.get(chosen.get("kind", "")),
        "kinds": KINDS.values(),
        "item": Item.objects.filter(pk=chosen["item"]).first() if "item" in chosen else None,
        "partner": Partner.objects.filter(pk=chosen["partner"]).first() if "partner" in chosen else None,
        "is_filtered": bool(chosen.keys() - {"kind"}),
        "is_narrowed": bool(chosen.keys() - {"status"}),
        "status": status,
        "can_post": can_post,
    }
    if status == DRAFT:
        context["page"] = page_of_drafts(drafts_found(chosen), cursor=request.GET.get("after", ""))
    else:
        page = page_newest(documents_found(chosen), cursor=request.GET.get("after", ""))
        context |= {"page": page, "rows": rows_of(page.rows)}
        if can_post and page.is_first and not context["is_filtered"]:
            kind = {name: value for name, value in chosen.items() if name == "kind"}
            context["drafts"] = page_of_drafts(drafts_found(kind), cursor="", size=OPEN_DRAFTS)
            context["draft_filters"] = urlencode({**kind, "status": DRAFT})
    status_code = 200 if is_valid else 422
    return render_page(request, "tracking/document_list.html", "tracking/_document_table.html", context, status_code)


def rows_of(found: list[Document]) -> list[tuple[Document, str]]:
    """Each document with what it moved in a few words."""
    words = contents.summaries(found)
    return [(document, words[document.pk]) for document in found]


@require_safe
@shows_one_moment
def document_detail(request: HttpRequest, pk: int) -> HttpResponse:
    document = get_object_or_404(documents(), pk=pk)
    source = contents.source_of(document)
    lines = contents.lines_of(document)
    page = page_by_key(
        lines.filter(quantity__gt=0) if source else lines,
        order=("document_id", "id"),
        cursor=request.GET.get("after", ""),
    )
    totals, has_more = contents.totals_of(document)
    context = {
        "document": document,
        "page": page,
        "sections": contents.sections_of(document, page.rows),
        "source": source,
        "totals": totals,
        "has_more_totals": has_more,
        "has_labels": any(line.batch_id or line.serial_id for line in page.rows),
        "can_be_reversed": contents.can_be_reversed(document),
    }
    return render_page(request, "tracking/document_detail.html", "tracking/_document_lines.html", context)


@require_safe
@shows_one_moment
def document_print(request: HttpRequest, pk: int) -> HttpResponse:
    document = get_object_or_404(documents(), pk=pk)
    source = contents.source_of(document)
    sections = contents.groups_of(document, source=source)
    context = {"document": document, "source": source, "sections": sections}
    return render(request, "tracking/document_print.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("tracking.reverse_document", raise_exception=True)
def document_reverse(request: HttpRequest, pk: int) -> HttpResponse:
    document = get_object_or_404(documents(), pk=pk)
    form = ReverseForm(request.POST if request.method == "POST" else None, request=request)
    taken_by = []
    if form.is_valid():
        try:
            mirror = reverse_document(
                document, by=request.user, reason=form.cleaned_data["reason"], token=form.cleaned_data["token"]
            )
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
            if isinstance(refusal.__cause__, NotThere):
                taken_by = takers(document)
            if isinstance(refusal, StillReturned):
                taken_by = refusal.returns
        else:
            if mirror.reverses_id == document.pk:
                messages.success(request, f"{document.number} was reversed by {mirror.number}.")
                return redirect(mirror)
            form.add_error(
                None, f"This form has posted {mirror.number} already. Open the page again to reverse this one."
            )
    lines = list(contents.lines_of(document, mirrored=True).order_by("id")[: MIRRORED + 1])
    context = {
        "document": document,
        "form": form,
        "sections": contents.sections_of(document, lines[:MIRRORED], mirrored=True),
        "has_more_lines": len(lines) > MIRRORED,
        "can_be_reversed": contents.can_be_reversed(document),
        "taken_by": taken_by[:TAKERS],
        "more_takers": len(taken_by[TAKERS:]),
    }
    return render(request, "tracking/document_reverse.html", context, status=422 if form.errors else 200)
