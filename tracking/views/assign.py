"""The pages that connect what has no number (rules 3, 4): all of it in a list, and that of one item."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from items.listing import variant_matches
from items.models import Item, TrackingMode, Variant
from katana_trace.lib import days
from katana_trace.lib.htmx import render_page, wants_fragment
from katana_trace.lib.numbers import can_be_stored, key_of
from katana_trace.lib.one_moment import shows_one_moment
from katana_trace.lib.paging import Page, page_by_key
from katana_trace.lib.quantities import plain, to_millionths
from katana_trace.lib.refusal import Refusal
from katana_trace.lib.search import search_key
from tracking.forms.assign import AssignBatchForm, AssignFilterForm, AssignForm, AssignSerialsForm
from tracking.models import Batch, Document, StockLevel
from tracking.numbering.serial_check import check_incoming
from tracking.numbering.serial_review import SerialReview
from tracking.numbering.suggest import suggest_serial_numbers
from tracking.records.assign import assign_batch, assign_serials
from tracking.records.origins import Origins, origins_of, suggestions_of
from tracking.records.without_number import (
    Progress,
    documents_of,
    levels_without_number,
    progress_of,
    summary,
    with_age,
)

PLACES = 100  # places of one item beside its form; the list has all of them


@dataclass(frozen=True, slots=True)
class Remainder:
    """One row of the list: what is without a number at a place, since which document, and how far its item is."""

    level: StockLevel
    since: Document
    progress: Progress


@require_safe
@shows_one_moment
def assign_list(request: HttpRequest) -> HttpResponse:
    tracking = request.GET.get("tracking", "")
    chosen = {
        "q": request.GET.get("q", "").strip(),
        "tracking": tracking if tracking in {TrackingMode.BATCH, TrackingMode.SERIAL} else "",
        "item": request.GET.get("item", "") if request.GET.get("item", "").isdecimal() else "",
    }
    item = Item.objects.filter(pk=int(chosen["item"][:18])).first() if chosen["item"] else None
    page = page_by_key(
        with_age(levels_found(chosen, item)), order=("since_at", "id"), cursor=request.GET.get("after", "")
    )
    is_filtered = any(chosen.values())
    context = {
        "page": with_documents(page),
        "filter": AssignFilterForm(initial=chosen),
        "filters": urlencode({name: value for name, value in chosen.items() if value}),
        "item": item,
        "is_filtered": is_filtered,
        "summary": summary(),
        "is_tracking": bool(page.rows) or is_filtered or Item.objects.exclude(tracking_mode=TrackingMode.NONE).exists(),
    }
    return render_page(request, "tracking/assign_list.html", "tracking/_assign_table.html", context)


def levels_found(chosen: dict[str, str], item: Item | None) -> QuerySet[StockLevel]:
    rows = levels_without_number(item)
    if chosen["tracking"]:
        rows = rows.filter(variant__item__tracking_mode=chosen["tracking"])
    key = search_key(chosen["q"])
    if key:
        variants = Variant.objects.filter(Q(item__key__contains=key) | variant_matches(key))
        rows = rows.filter(variant__in=variants)
    return rows


def with_documents(page: Page) -> Page:
    """The page with a Remainder for each level."""
    since = documents_of({level.since for level in page.rows})
    progress = progress_of({level.variant.item_id for level in page.rows})
    rows = [Remainder(level, since[level.since], progress[level.variant.item_id]) for level in page.rows]
    return replace(page, rows=rows)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("tracking.add_document", raise_exception=True)
def item_assign(request: HttpRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(Item, pk=pk)
    if not item.is_tracked:
        return render(request, "tracking/item_assign.html", {"item": item})
    return (assign_batches if item.tracking_mode == TrackingMode.BATCH else connect_serials)(request, item)


def assign_batches(request: HttpRequest, item: Item) -> HttpResponse:
    levels = places_of(item)
    level = level_of(request, levels)
    if request.method != "POST":
        form = AssignBatchForm(initial=typed_before(request, level), levels=levels, unit=item.unit)
        return show_batches(request, item, form, level)
    form = AssignBatchForm(request.POST, levels=levels, unit=item.unit)
    is_valid = form.is_valid()
    if was_posted(request, form):
        return redirect("tracking:item_assign", item.pk)
    if is_valid:
        given = form.cleaned_data
        try:
            document = assign_batch(
                variant=given["level"].variant_id,
                location=given["level"].location_id,
                batch_number=given["batch_number"],
                expires_on=given["expires_on"],
                quantity=to_millionths(given["quantity"]),
                by=request.user,
                token=given["token"],
                origin=origin_of(given["level"], given["origin"]),
                reason=given["reason"],
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, f"Assigned by {document.number}.")
            return to_level(given["level"])
    return show_batches(request, item, form, level)


def origin_of(level: StockLevel, document: int | None) -> Document | None:
    """The document that a suggestion was taken from, while it still is one."""
    if document is None:
        return None
    found = (origin.document for origin in origins_of(level).found)
    return next((origin for origin in found if origin.pk == document), None)


def typed_before(request: HttpRequest, level: StockLevel | None) -> dict:
    """What was typed before another place was chosen."""
    typed = {name: request.GET[name] for name in ("batch_number", "expires_on", "quantity") if name in request.GET}
    return typed | {"level": level.pk if level else None}


def show_batches(request: HttpRequest, item: Item, form: AssignBatchForm, level: StockLevel | None) -> HttpResponse:
    if wants_fragment(request) and request.htmx.target == "assign_expiry":
        context = {"form": form, "known": known_batch(level, form)}
        return render(request, "tracking/_assign_expiry.html", context)
    origins = origins_of(level) if level else Origins((), 0)
    suggestions = suggestions_of(origins, level) if level else []
    asked = str(form["origin"].value() or "") if form.is_bound else request.GET.get("origin", "")
    chosen = next((one for one in suggestions if str(one.origin.document.pk) == asked), None)
    if chosen and not form.is_bound:
        form.initial |= {
            "origin": chosen.origin.document.pk,
            "batch_number": chosen.batch_number,
            "expires_on": chosen.expires_on,
            "quantity": plain(chosen.origin.quantity),
        }
    context = {
        "known": known_batch(level, form),
        "suggestions": suggestions,
        "rest": origins.rest,
        "chosen": chosen,
    }
    return show_page(request, item, form, level, context)


def known_batch(level: StockLevel | None, form: AssignBatchForm) -> Batch | None:
    """The batch that the variant has already under the typed number: its expiry is shown, and not asked again."""
    number = form["batch_number"].value() or ""
    if level is None or not can_be_stored(number):
        return None
    return Batch.objects.filter(variant=level.variant_id, key=key_of(number)).first()


def connect_serials(request: HttpRequest, item: Item) -> HttpResponse:
    levels = places_of(item)
    level = level_of(request, levels)
    if request.method != "POST":
        form = AssignSerialsForm(initial={"level": level.pk if level else None}, levels=levels, unit=item.unit)
        return show_serials(request, item, form, level)
    act = request.POST.get("do", "connect")
    form = AssignSerialsForm(request.POST, levels=levels, unit=item.unit, act=act)
    is_valid = form.is_valid()
    posts = act in {"connect", "good"} and not form.has_added
    if posts and was_posted(request, form):
        return redirect("tracking:item_assign", item.pk)
    review = review_of(form)
    if is_valid and posts:
        if not review.bad or (act == "good" and review.good):
            return post_serials(request, item, form, review)
        form.add_error("numbers", review.sentence)
    form.show_given()
    return show_serials(request, item, form, level, review)


def review_of(form: AssignSerialsForm) -> SerialReview | None:
    """What speaks against the numbers of ``form``; None without a place, or without numbers that can be judged."""
    level, numbers = form.cleaned_data.get("level"), form.cleaned_data.get("numbers")
    if level is None or not numbers or "numbers" in form.errors:
        return None
    return SerialReview(tuple(check_incoming(variant=level.variant, numbers=numbers)), int(level.without))


def post_serials(request: HttpRequest, item: Item, form: AssignSerialsForm, review: SerialReview) -> HttpResponse:
    """Connects the good numbers; the others stay on the page, each with its reason."""
    level = form.cleaned_data["level"]
    try:
        document = assign_serials(
            variant=level.variant_id,
            location=level.location_id,
            numbers=[checked.number for checked in review.good],
            by=request.user,
            token=form.cleaned_data["token"],
        )
    except Refusal as refusal:
        refuse(form, refusal)
        form.show_given()
        return show_serials(request, item, form, level, review)
    messages.success(request, f"Assigned by {document.number}.")
    if not review.bad:
        return to_level(level)
    levels = places_of(item)
    left = levels.filter(pk=level.pk).first() or levels.first()
    initial = {"level": left.pk if left else None, "numbers": "\n".join(checked.number for checked in review.bad)}
    form = AssignSerialsForm(initial=initial, levels=levels, unit=item.unit)
    return show_serials(request, item, form, left, replace(review, checked=tuple(review.bad)))


def show_serials(
    request: HttpRequest,
    item: Item,
    form: AssignSerialsForm,
    level: StockLevel | None,
    review: SerialReview | None = None,
) -> HttpResponse:
    if level is not None:
        form.say_next(suggest_serial_numbers(variant=level.variant, count=1, day=days.today()))
    return show_page(request, item, form, level, {"review": review})


def show_page(
    request: HttpRequest, item: Item, form: AssignForm, level: StockLevel | None, context: dict
) -> HttpResponse:
    places = list(places_of(item)[: PLACES + 1])
    progress = progress_of([item.pk])
    context |= {
        "item": item,
        "form": form,
        "level": level,
        "places": places[:PLACES],
        "more_places": len(places) > PLACES,
        "progress": progress.get(item.pk),
    }
    return render(request, "tracking/item_assign.html", context, status=422 if form.errors else 200)


def places_of(item: Item) -> QuerySet[StockLevel]:
    return levels_without_number(item).order_by("variant__key", "location__key")


def level_of(request: HttpRequest, levels: QuerySet[StockLevel]) -> StockLevel | None:
    """The place that was asked for; the first where none was, or where nothing is without a number any more."""
    asked = request.POST.get("level") or request.GET.get("level", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 19:
        found = levels.filter(pk=int(asked)).first()
        if found is not None:
            return found
    return levels.first()


def to_level(level: StockLevel) -> HttpResponse:
    return redirect(f"{reverse('tracking:item_assign', args=[level.variant.item_id])}?level={level.pk}")


def was_posted(request: HttpRequest, form: AssignForm) -> bool:
    """Whether this very form was posted before: a double click, or the back button, finds the first result."""
    earlier = Document.objects.filter(token=form.cleaned_data.get("token")).first()
    if earlier is not None:
        messages.success(request, f"Assigned by {earlier.number}.")
    return earlier is not None


def refuse(form: AssignForm, refusal: Refusal) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
