"""Pages of partners, who are suppliers, customers or both: the list, and making, changing and archiving them."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from items.forms import refuse
from katana_trace.lib.htmx import render_page
from katana_trace.lib.one_moment import shows_one_moment
from katana_trace.lib.paging import page_by_key
from katana_trace.lib.search import search_key
from tracking.forms.location import PlaceFilterForm
from tracking.forms.partner import EditPartnerForm, PartnerForm
from tracking.ledger.former_names import partners_called
from tracking.models import Partner
from tracking.records import places

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@shows_one_moment
def partner_list(request: HttpRequest) -> HttpResponse:
    q = request.GET.get("q", "").strip()
    archived = request.GET.get("archived", "") in {"1", "on"}
    chosen = {"q": q, "archived": "1" if archived else ""}
    rows = Partner.objects.filter(archived_at__isnull=not archived)
    key = search_key(q)
    if key:
        rows = partners_called(rows, key)
    context = {
        "page": page_by_key(rows, order=("key", "id"), cursor=request.GET.get("after", "")),
        "filter": PlaceFilterForm(initial={**chosen, "archived": archived}),
        "filters": urlencode({name: value for name, value in chosen.items() if value}),
        "archived": archived,
        "is_filtered": bool(q),
    }
    return render_page(request, "tracking/partner_list.html", "tracking/_partner_table.html", context)


@form_page
@permission_required("tracking.add_partner", raise_exception=True)
def partner_new(request: HttpRequest) -> HttpResponse:
    form = PartnerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            partner = places.create(place=form.instance, by=request.user)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"{partner.name} was created.")
            return redirect("tracking:partner_list")
    return render(request, "tracking/partner_new.html", {"form": form}, status=422 if form.errors else 200)


@form_page
@permission_required("tracking.change_partner", raise_exception=True)
def partner_edit(request: HttpRequest, pk: int) -> HttpResponse:
    partner = get_object_or_404(Partner, pk=pk)
    name = partner.name
    form = EditPartnerForm(request.POST if request.method == "POST" else None, instance=partner)
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            places.change(place=partner, fields=form.Meta.fields, by=request.user, reason=reason)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"{partner.name} was saved.")
            return redirect("tracking:partner_list")
    context = {"form": form, "partner": partner, "name": name}
    return render(request, "tracking/partner_edit.html", context, status=422 if form.errors else 200)


@require_POST
@permission_required("tracking.change_partner", raise_exception=True)
def partner_archive(request: HttpRequest, pk: int) -> HttpResponse:
    partner = get_object_or_404(Partner, pk=pk)
    if request.POST.get("archived") == "1":
        places.archive_partner(partner=partner, by=request.user)
        messages.success(request, f"{partner.name} was archived. It is hidden from pickers and can be read.")
    else:
        places.bring_back(place=partner, by=request.user)
        messages.success(request, f"{partner.name} is in use again.")
    return redirect("tracking:partner_edit", partner.pk)
