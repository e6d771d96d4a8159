"""The stock page: what is where, now or at the end of a day, and the same as CSV."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from katana_trace.lib.htmx import render_page, wants_fragment
from katana_trace.lib.one_moment import shows_one_moment
from tracking.forms.stock import StockFilterForm
from tracking.stock.listing import find_row, stock_expiry, stock_page, stock_totals

LARGEST_ID = 2**63 - 1


@require_safe
@shows_one_moment
def stock_list(request: HttpRequest) -> HttpResponse:
    form = StockFilterForm(request.GET)
    if not form.is_valid():
        return refused(request, form)
    chosen, after = form.chosen(), request.GET.get("after", "")
    opened = re.fullmatch(r"([0-9]{1,18})-([0-9]{1,18})", request.GET.get("open", ""), re.ASCII)
    totals = stock_totals(chosen)
    context = {
        "page": stock_page(chosen, cursor=after, opened=(int(opened[1]), int(opened[2])) if opened else None),
        "totals": totals,
        "expiry": [
            (window, count, form.query(expiry=window.name, expiring="")) for window, count in stock_expiry(chosen)
        ],
        "any_expiry": form.query(expiry="", expiring=""),
        "is_below": any(total.is_below for total in totals),
        "filter": form,
        "filters": form.query(),
        "here": form.query(after=after),
        "chosen": chosen,
        "is_filtered": bool(form.address()),
    }
    return render_page(request, "tracking/stock_list.html", "tracking/_stock_table.html", context)


def refused(request: HttpRequest, form: StockFilterForm) -> HttpResponse:
    """The page with its form and no stock: what was asked for cannot be read."""
    context = {"filter": form, "refused": True}
    return render_page(request, "tracking/stock_list.html", "tracking/_stock_table.html", context, status=422)


@require_safe
@shows_one_moment
def stock_row(request: HttpRequest, variant: int, location: int) -> HttpResponse:
    """One row of the list, opened, or closed by ``?closed=1``. Without htmx, the list with that row open."""
    form = StockFilterForm(request.GET)
    if not form.is_valid():
        return refused(request, form)
    after = request.GET.get("after", "")
    if not wants_fragment(request):
        return redirect(f"{reverse('tracking:stock_list')}?{form.query(after=after, open=f'{variant}-{location}')}")
    chosen, is_open = form.chosen(), request.GET.get("closed") != "1"
    if max(variant, location) > LARGEST_ID:
        raise Http404
    row = find_row(chosen, variant=variant, location=location, is_open=is_open)
    context = {"row": row, "variant": variant, "location": location, "chosen": chosen, "here": form.query(after=after)}
    return render(request, "tracking/_stock_row.html", context)
