"""The floor of pages: a view with a session and its user that renders 50 rows of a table, beside the addresses of the site."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import include, path

from tracking.models import Batch

ROWS = Engine().from_string(
    "<!DOCTYPE html><title>{{ user }}</title><table>{% for row in rows %}<tr><td>{{ row.number }}</td>"
    "<td>{{ row.variant.sku }}</td><td>{{ row.variant.item.name }}</td><td>{{ row.expires_on }}</td>"
    "<td>{{ row.made_on }}</td></tr>{% endfor %}</table>"
)


def bare(request: HttpRequest) -> HttpResponse:
    rows = Batch.objects.select_related("variant__item").order_by("pk")[:50]
    return HttpResponse(ROWS.render(Context({"rows": rows, "user": request.user})))


urlpatterns = [path("bare/", bare), path("", include("katana_trace.urls"))]
