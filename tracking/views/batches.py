"""Pages of batches: the list, one batch, and editing what is written on it."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from items.models import Item
from katana_trace.lib import days
from katana_trace.lib.htmx import render_page, wants_fragment
from katana_trace.lib.one_moment import shows_one_moment
from katana_trace.lib.paging import page_by_key
from katana_trace.lib.refusal import Refusal
from katana_trace.lib.search import search_key
from tracking.expiry.windows import Window, window_named
from tracking.forms.batch import BatchFilterForm, BatchForm
from tracking.models import Batch, StockLevel
from tracking.recalls.containing import cases_with
from tracking.records.edit import edit_batch
from tracking.views import history

FURTHEST = 36500  # days ahead that the list can be asked for
# In words that SQLite can see the index of: what expired long ago and is used up is not looked at.
IN_STOCK = RawSQL("SELECT batch_id FROM tracking_stocklevel WHERE in_stock", ())


@require_safe
@shows_one_moment
def batch_list(request: HttpRequest) -> HttpResponse:
    chosen, item, window = batches_asked(request)
    order = ("expires_on", "id") if chosen["expiring"] or window else ("key", "id")
    rows = batches_found(batches_with_stock(), chosen, item, window)
    context = {
        "page": page_by_key(rows, order=order, cursor=request.GET.get("after", "")),
        "window": window,
        "filter": BatchFilterForm(initial=chosen),
        "filters": urlencode({name: value for name, value in chosen.items() if value}),
        "item": item,
        "is_filtered": any(chosen.values()),
    }
    return render_page(request, "tracking/batch_list.html", "tracking/_batch_table.html", context)


def batches_asked(request: HttpRequest) -> tuple[dict[str, str], Item | None, Window | None]:
    """What the list is narrowed to, as its address says."""
    chosen = {
        "q": request.GET.get("q", "").strip(),
        "status": "held" if request.GET.get("status") == "held" else "",
        "expiring": whole_days(request.GET.get("expiring", "")),
        "expiry": request.GET.get("expiry", ""),
        "item": request.GET.get("item", "") if request.GET.get("item", "").isdecimal() else "",
    }
    item = Item.objects.filter(pk=int(chosen["item"][:18])).first() if chosen["item"] else None
    window = window_asked(chosen["expiry"])
    chosen["expiry"] = window.name if window else ""
    return chosen, item, window


def window_asked(name: str) -> Window | None:
    """The window of expiry dates that a link asks for; None for what is none."""
    try:
        return window_named(name, days.today()) if name else None
    except ValueError:
        return None


def batches_found(
    rows: QuerySet[Batch], chosen: dict[str, str], item: Item | None, window: Window | None
) -> QuerySet[Batch]:
    """Those of ``rows`` that are asked for; where expiry is, what is in stock and expires then."""
    key = search_key(chosen["q"])
    if key:
        rows = rows.filter(key__contains=key)
    if chosen["status"]:
        rows = rows.filter(status=chosen["status"])
    if item is not None:
        rows = rows.filter(variant__item=item)
    if not chosen["expiring"] and window is None:
        return rows
    rows = rows.filter(pk__in=IN_STOCK)
    if chosen["expiring"]:
        rows = rows.filter(expires_on__lte=days.today() + timedelta(days=int(chosen["expiring"])))
    if window is not None:
        rows = rows.filter(expires_on__range=(window.first, window.last))
    return rows


def batches_with_stock() -> QuerySet[Batch]:
    """Batches with their variant and item, and ``on_hand``: all of the batch that is in stock, None for nothing."""
    levels = StockLevel.objects.filter(batch=OuterRef("pk")).order_by().values("batch")
    total = Subquery(levels.annotate(total=Sum("quantity")).values("total"))
    return Batch.objects.select_related("variant__item").annotate(on_hand=total)


def whole_days(text: str) -> str:
    """The number of days that was asked for, or "" for none."""
    return str(min(int(text[:6]), FURTHEST)) if text.isascii() and text.isdigit() else ""


@require_safe
@shows_one_moment
def batch_detail(request: HttpRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(batches_with_stock(), pk=pk)
    context = {"batch": batch, **history.timeline_shown(request, batch)}
    if not wants_fragment(request):
        context |= {
            "stock": history.stock_of(batch),
            "held": history.last_hold(batch),
            "cases": cases_with(batch),
        }
    return render_page(request, "tracking/batch_detail.html", "tracking/_timeline.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("tracking.change_batch", raise_exception=True)
def batch_edit(request: HttpRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(Batch.objects.select_related("variant__item"), pk=pk)
    data = request.POST if request.method == "POST" else None
    form = BatchForm(data, batch=batch, site_time_zone=settings.TIME_ZONE)
    if form.is_valid():
        try:
            edit_batch(batch=batch, changes=form.changes(), by=request.user, reason=form.cleaned_data["reason"])
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, f"Batch {batch.number} was saved.")
            return redirect(batch)
    status = 422 if form.errors else 200
    return render(request, "tracking/batch_edit.html", {"form": form, "batch": batch}, status=status)
