"""The page of seals: what each covers, what none covers yet, and for managers making one (rule 26)."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from katana_trace.lib.htmx import render_page
from katana_trace.lib.one_moment import shows_one_moment
from katana_trace.lib.paging import page_newest
from katana_trace.lib.refusal import Refusal
from tracking.ledger.seals import seal_ledger, unsealed
from tracking.models import Baseline, Document, Seal


@dataclass(frozen=True, slots=True)
class SealRow:
    """A seal with the first and the last of the documents that it covers beyond the one before; None without any."""

    seal: Seal
    first: Document | None
    last: Document | None


@dataclass(frozen=True, slots=True)
class Older:
    """``count`` documents that were there when digests began: what was changed before that day, no seal can tell."""

    baseline: Baseline
    count: int


@require_safe
@permission_required("tracking.view_seal", raise_exception=True)
@shows_one_moment
def seal_list(request: HttpRequest) -> HttpResponse:
    page = page_newest(Seal.objects.all(), cursor=request.GET.get("after", ""))
    context = {
        "page": page,
        "rows": rows_of(page.rows),
        "last": Seal.objects.order_by("-pk").first(),
        "unsealed": unsealed(),
        "older": older_documents(),
    }
    return render_page(request, "tracking/seal_list.html", "tracking/_seal_table.html", context)


@require_POST
@permission_required("tracking.add_seal", raise_exception=True)
def seal_new(request: HttpRequest) -> HttpResponse:
    try:
        sealing = seal_ledger(by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("tracking:seal_list")
    seal = sealing.seal
    if not sealing.is_new:
        messages.info(
            request,
            f"Nothing has been posted or changed since seal {seal.pk}, so no new one was made. Its head: {seal.head}",
        )
    else:
        messages.success(request, f"Seal {seal.pk} was made. Keep its head elsewhere: {seal.head}")
    return redirect("tracking:seal_list")


def rows_of(seals: list[Seal]) -> list[SealRow]:
    """Each seal with its documents, which are read at once for the whole page."""
    ids = {id_ for seal in seals if seal.document_count for id_ in (seal.first_document, seal.last_document)}
    documents = Document.objects.only("id", "number").in_bulk(ids)
    return [
        SealRow(seal, documents.get(seal.first_document), documents.get(seal.last_document))
        if seal.document_count
        else SealRow(seal, None, None)
        for seal in seals
    ]


def older_documents() -> Older | None:
    """The documents older than the digests; None on a site that has had digests from the start."""
    baseline = Baseline.objects.filter(pk=1).first()
    if baseline is None or not baseline.last_document:
        return None
    return Older(baseline, Document.objects.filter(pk__lte=baseline.last_document).count())
