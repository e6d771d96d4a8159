"""Pages of locations: the list, and making, changing and archiving them."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from items.forms import refuse
from katana_trace.lib.htmx import render_page
from katana_trace.lib.one_moment import shows_one_moment
from katana_trace.lib.paging import page_by_key
from katana_trace.lib.refusal import Refusal
from katana_trace.lib.search import search_key
from tracking.forms.location import EditLocationForm, LocationForm, PlaceFilterForm
from tracking.models import Location, StockLevel
from tracking.records import places

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@shows_one_moment
def location_list(request: HttpRequest) -> HttpResponse:
    q = request.GET.get("q", "").strip()
    archived = request.GET.get("archived", "") in {"1", "on"}
    chosen = {"q": q, "archived": "1" if archived else ""}
    rows = locations_with_stock().filter(archived_at__isnull=not archived)
    key = search_key(q)
    if key:
        rows = rows.filter(key__contains=key)
    context = {
        "page": page_by_key(rows, order=("key", "id"), cursor=request.GET.get("after", "")),
        "filter": PlaceFilterForm(initial={**chosen, "archived": archived}),
        "filters": urlencode({name: value for name, value in chosen.items() if value}),
        "archived": archived,
        "is_filtered": bool(q),
    }
    return render_page(request, "tracking/location_list.html", "tracking/_location_table.html", context)


def locations_with_stock() -> QuerySet[Location]:
    """Locations with ``variants``: how many of them have stock there, None for none."""
    levels = StockLevel.objects.filter(location=OuterRef("pk"), quantity__gt=0).order_by().values("location")
    return Location.objects.annotate(
        variants=Subquery(levels.annotate(variants=Count("variant", distinct=True)).values("variants"))
    )


@form_page
@permission_required("tracking.add_location", raise_exception=True)
def location_new(request: HttpRequest) -> HttpResponse:
    form = LocationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            location = places.create(place=form.instance, by=request.user)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"{location.name} was created.")
            return redirect("tracking:location_list")
    return render(request, "tracking/location_new.html", {"form": form}, status=422 if form.errors else 200)


@form_page
@permission_required("tracking.change_location", raise_exception=True)
def location_edit(request: HttpRequest, pk: int) -> HttpResponse:
    location = get_object_or_404(locations_with_stock(), pk=pk)
    name = location.name
    form = EditLocationForm(request.POST if request.method == "POST" else None, instance=location)
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            places.change(place=location, fields=form.Meta.fields, by=request.user, reason=reason)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"{location.name} was saved.")
            return redirect("tracking:location_list")
    context = {"form": form, "location": location, "name": name}
    return render(request, "tracking/location_edit.html", context, status=422 if form.errors else 200)


@require_POST
@permission_required("tracking.change_location", raise_exception=True)
def location_archive(request: HttpRequest, pk: int) -> HttpResponse:
    location = get_object_or_404(locations_with_stock(), pk=pk)
    if request.POST.get("archived") != "1":
        places.bring_back(place=location, by=request.user)
        messages.success(request, f"{location.name} is in use again.")
        return redirect("tracking:location_edit", location.pk)
    try:
        places.archive_location(location=location, by=request.user)
    except Refusal as refusal:
        form = EditLocationForm(instance=location)
        context = {"form": form, "location": location, "name": location.name, "refused": refusal.sentence}
        return render(request, "tracking/location_edit.html", context, status=422)
    messages.success(request, f"{location.name} was archived. It is hidden from pickers, and nothing can be put there.")
    return redirect("tracking:location_edit", location.pk)
