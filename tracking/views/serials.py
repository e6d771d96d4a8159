"""Pages of serial numbers: the list, and one number."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from items.models import Item
from katana_trace.lib.htmx import render_page, wants_fragment
from katana_trace.lib.one_moment import shows_one_moment
from katana_trace.lib.paging import page_by_key
from katana_trace.lib.search import search_key
from tracking.forms.serial import SerialFilterForm
from tracking.models import SerialNumber
from tracking.recalls.containing import cases_with
from tracking.records.whose import warranty_of, whereabouts_of
from tracking.views import history


@require_safe
@shows_one_moment
def serial_list(request: HttpRequest) -> HttpResponse:
    chosen, item = serials_asked(request)
    rows = serials_found(SerialNumber.objects.select_related("variant__item", "location"), chosen, item)
    context = {
        "page": page_by_key(rows, order=("key", "id"), cursor=request.GET.get("after", "")),
        "filter": SerialFilterForm(initial=chosen),
        "filters": urlencode({name: value for name, value in chosen.items() if value}),
        "item": item,
        "is_filtered": any(chosen.values()),
    }
    return render_page(request, "tracking/serial_list.html", "tracking/_serial_table.html", context)


def serials_asked(request: HttpRequest) -> tuple[dict[str, str], Item | None]:
    """What the list is narrowed to, as its address says."""
    chosen = {
        "q": request.GET.get("q", "").strip(),
        "place": request.GET.get("place", "") if request.GET.get("place") in {"in", "out"} else "",
        "status": "held" if request.GET.get("status") == "held" else "",
        "item": request.GET.get("item", "") if request.GET.get("item", "").isdecimal() else "",
    }
    return chosen, Item.objects.filter(pk=int(chosen["item"][:18])).first() if chosen["item"] else None


def serials_found(rows: QuerySet[SerialNumber], chosen: dict[str, str], item: Item | None) -> QuerySet[SerialNumber]:
    """Those of ``rows`` that are asked for."""
    key = search_key(chosen["q"])
    if key:
        rows = rows.filter(key__contains=key)
    if chosen["place"]:
        rows = rows.filter(location__isnull=chosen["place"] == "out")
    if chosen["status"]:
        rows = rows.filter(status=chosen["status"])
    return rows if item is None else rows.filter(item=item)


@require_safe
@shows_one_moment
def serial_detail(request: HttpRequest, pk: int) -> HttpResponse:
    serial = get_object_or_404(SerialNumber.objects.select_related("variant__item", "location"), pk=pk)
    context = {"serial": serial, **history.timeline_shown(request, serial)}
    if not wants_fragment(request):
        context |= {
            "whereabouts": whereabouts_of(serial),
            "warranty": warranty_of(serial),
            "held": history.last_hold(serial),
            "cases": cases_with(serial),
        }
    return render_page(request, "tracking/serial_detail.html", "tracking/_timeline.html", context)
