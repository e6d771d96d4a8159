"""Downloads of what the lists show, narrowed in the same way: as CSV, and as a spreadsheet for reading."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from items.listing import items_found
from items.models import Variant
from items.views import items_asked
from katana_trace.lib import days
from tracking.exports.table import Table, write_csv, write_xlsx
from tracking.exports.tables import batches_table, documents_table, items_table, movements_table, serials_table
from tracking.forms.document_filter import DRAFT, DocumentFilterForm
from tracking.forms.stock import StockFilterForm
from tracking.models import Batch, SerialNumber
from tracking.stock.stock_csv import stock_filename, stock_table
from tracking.views.batches import batches_asked, batches_found
from tracking.views.document_search import documents_found
from tracking.views.serials import serials_asked, serials_found
from tracking.views.stock import refused

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def item_export(request: HttpRequest, ending: str) -> HttpResponse:
    """Where nothing is asked for, the whole catalogue: with the movements it makes the company anew. Else what is listed."""
    asked = items_asked(request)
    if not any(asked.values()):
        return download(items_table(Variant.objects.all()), ending)
    variants = Variant.objects.filter(item__in=items_found(**asked).order_by().values("pk"))
    return download(items_table(variants if asked["archived"] else variants.filter(archived_at=None)), ending)


@require_safe
def batch_export(request: HttpRequest, ending: str) -> HttpResponse:
    return download(batches_table(batches_found(Batch.objects.all(), *batches_asked(request))), ending)


@require_safe
def serial_export(request: HttpRequest, ending: str) -> HttpResponse:
    return download(serials_table(serials_found(SerialNumber.objects.all(), *serials_asked(request))), ending)


@require_safe
def stock_export(request: HttpRequest, ending: str) -> HttpResponse:
    form = StockFilterForm(request.GET)
    if not form.is_valid():
        return refused(request, form)
    chosen = form.chosen()
    return download(stock_table(chosen), ending, name=stock_filename(chosen))


@require_safe
def document_export(request: HttpRequest, ending: str) -> HttpResponse:
    return download(documents_table(documents_found(documents_asked(request))), ending)


@require_safe
def movement_export(request: HttpRequest, ending: str) -> HttpResponse:
    """The ledger lines of the documents that the list shows; of all where it is not narrowed."""
    chosen = documents_asked(request)
    return download(movements_table(documents_found(chosen) if chosen else None), ending)


def documents_asked(request: HttpRequest) -> dict:
    """What the list of documents is narrowed to; drafts are no documents yet, so of them nothing is exported."""
    form = DocumentFilterForm(request.GET, with_drafts=True)
    form.is_valid()
    if form.chosen.get("status") == DRAFT or form.errors:
        raise Http404("Drafts, and days that are none, have no documents to export.")
    return form.chosen


def download(table: Table, ending: str, *, name: str = "") -> HttpResponse:
    """``table`` as a file that is kept nowhere on its way."""
    name = name or f"{table.name} {days.today().isoformat()}"
    if ending == "xlsx":
        response = FileResponse(write_xlsx(table), content_type=XLSX)
    else:
        response = StreamingHttpResponse(write_csv(table), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.{ending}")
    return response
