"""The search field of every page: one hit opens, several are listed, and a label of goods that are new leads to their receipt."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from katana_trace.lib.one_moment import shows_one_moment
from tracking.scanning.asked import readings_of
from tracking.searching.search import search as search_for


@require_safe
@shows_one_moment
def search(request: HttpRequest) -> HttpResponse:
    found = search_for(request.GET.get("q", ""))
    if found.only:
        return redirect(found.only)
    return render(request, "tracking/search.html", {"found": found, "q": found.text})


@require_safe
def digital_link(request: HttpRequest, rest: str) -> HttpResponse:
    """A GS1 Digital Link of this site, as our labels have it: read like any other code."""
    asked = f"?{request.META['QUERY_STRING']}" if request.META.get("QUERY_STRING") else ""
    addresses = [request.build_absolute_uri(f"/01/{reading}{asked}") for reading in readings_of(rest)]
    if len(addresses) > 1:
        found = [search_for(address) for address in addresses]
        # What is here under one of the readings; else one that can be read, so that the page can offer to receive it.
        known = [address for address, one in zip(addresses, found, strict=True) if one.has_lots]
        readable = [address for address, one in zip(addresses, found, strict=True) if one.unknown]
        addresses = known or readable or addresses
    return redirect(f"{reverse('tracking:search')}?{urlencode({'q': addresses[0]})}")
