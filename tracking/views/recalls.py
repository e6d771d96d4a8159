"""Pages of recall cases and drills: the list, opening one, and the case itself with what is done in it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import BigIntegerField, Case, F, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from katana_trace.lib.one_moment import shows_one_moment
from katana_trace.lib.paging import page_by_key
from katana_trace.lib.refusal import Refusal
from tracking.forms.recall import RecallCloseForm, RecallForm
from tracking.models import Recall
from tracking.recalls.close import close_recall
from tracking.recalls.open import open_recall, seen_hash
from tracking.recalls.preview import Preview, preview_of
from tracking.recalls.scope import scope_of
from tracking.recalls.state import hold_all, notify_all
from tracking.recalls.wanted import find_typed
from tracking.trace.facts import LotFacts, facts_of
from tracking.views import recall_contents as contents

LINKED = 200  # batches and serial numbers that a link may name


@require_safe
@shows_one_moment
def recall_list(request: HttpRequest) -> HttpResponse:
    page = page_by_key(open_first(), order=("rank", "newest"), cursor=request.GET.get("after", ""))
    return render(request, "tracking/recall_list.html", {"page": page, "rows": contents.rows_of(page.rows)})


def open_first() -> QuerySet[Recall]:
    """Open cases before closed ones, each the newest first, as two ascending columns."""
    rank = Case(When(closed_at__isnull=True, then=Value(0)), default=Value(1))
    return Recall.objects.annotate(rank=rank, newest=Value(0, output_field=BigIntegerField()) - F("id"))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("tracking.add_recall", raise_exception=True)
def recall_new(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        roots = linked(request)
        chosen = {"lots": "\n".join(one.line for one in roots), "kind": request.GET.get("kind", "")}
        return show_new(request, RecallForm(initial=chosen), roots)
    form, roots = RecallForm(request.POST), []
    is_valid, is_preview = form.is_valid(), request.POST.get("do") != "open"
    if is_preview:  # who looks at the scope has not come to the rest yet
        for name in form.errors.keys() - {"lots"}:
            del form.errors[name]
    try:
        roots = find_typed(form.cleaned_data.get("lots", "")) if "lots" in form.cleaned_data else []
        if is_valid and not is_preview and form.cleaned_data["seen"] == seen_hash(roots):
            recall = open_recall(
                roots=roots, by=request.user, **{name: form.cleaned_data[name] for name in ("kind", "title", "reason")}
            )
            messages.success(request, f"{recall.number} is open.")
            return redirect(recall)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
    return show_new(request, form, roots)


def show_new(request: HttpRequest, form: RecallForm, roots: list[LotFacts]) -> HttpResponse:
    """The form, with the scope where lots are named. What is opened is what was shown."""
    preview: Preview | None = preview_of(scope_of([one.place for one in roots])) if roots else None
    is_unseen = request.POST.get("do") == "open" and not form.errors
    seen = seen_hash(roots) if roots else ""
    context = {"form": form, "preview": preview, "seen": seen, "is_unseen": is_unseen}
    return render(request, "tracking/recall_new.html", context, status=422 if form.errors else 200)


def linked(request: HttpRequest) -> list[LotFacts]:
    """The lots that the address names: ``?batch=1&batch=2&serial=3``; what is not there is left out."""
    places = [
        (is_serial, int(text))
        for is_serial, name in ((False, "batch"), (True, "serial"))
        for text in request.GET.getlist(name)[:LINKED]
        if text.isascii() and text.isdigit() and len(text) < 19
    ]
    return list(facts_of(places).values())


@require_safe
@shows_one_moment
def recall_detail(request: HttpRequest, pk: int) -> HttpResponse:
    recall = found(pk)
    return render(request, "tracking/recall_detail.html", contents.case(request, recall))


def found(pk: int) -> Recall:
    return get_object_or_404(Recall.objects.select_related("opened_by", "closed_by"), pk=pk)


@require_safe
@shows_one_moment
def recall_lots(request: HttpRequest, pk: int) -> HttpResponse:
    recall = found(pk)
    context = {"recall": recall, **contents.lots(recall, cursor=request.GET.get("after", ""))}
    return render(request, "tracking/recall_lots.html", context)


@require_safe
@shows_one_moment
def recall_stock(request: HttpRequest, pk: int) -> HttpResponse:
    recall = found(pk)
    context = {"recall": recall, **contents.stock(recall, cursor=request.GET.get("after", ""))}
    return render(request, "tracking/recall_stock.html", context)


@require_POST
@permission_required("tracking.change_recall", raise_exception=True)
def recall_hold(request: HttpRequest, pk: int) -> HttpResponse:
    recall = found(pk)
    try:
        count = hold_all(recall=recall, by=request.user)
    except Refusal as refusal:
        return refused(request, recall, refusal)
    messages.success(request, f"{count:,} {'lots were' if count > 1 else 'lot was'} put on hold.")
    return redirect(recall)


@require_POST
@permission_required("tracking.change_recall", raise_exception=True)
def recall_notify(request: HttpRequest, pk: int) -> HttpResponse:
    recall = found(pk)
    try:
        count = notify_all(recall=recall, by=request.user)
    except Refusal as refusal:
        return refused(request, recall, refusal)
    messages.success(request, f"{count:,} {'customers were' if count > 1 else 'customer was'} marked as notified.")
    return redirect(recall)


def refused(request: HttpRequest, recall: Recall, refusal: Refusal) -> HttpResponse:
    """The case with the sentence on it."""
    context = {**contents.case(request, found(recall.pk)), "refused": refusal.sentence}
    return render(request, "tracking/recall_detail.html", context, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("tracking.change_recall", raise_exception=True)
def recall_close(request: HttpRequest, pk: int) -> HttpResponse:
    recall = found(pk)
    form = RecallCloseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            close_recall(recall=recall, summary=form.cleaned_data["summary"], by=request.user)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, f"{recall.number} is closed.")
            return redirect(recall)
    context = {"recall": recall, "form": form, "holdable": contents.not_held(recall), **contents.figures(recall)}
    return render(request, "tracking/recall_close.html", context, status=422 if form.errors else 200)
