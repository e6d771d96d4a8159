"""What leaves a case on paper or as a file: letters to customers, a page each, and everything as CSV. Nothing is sent."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from katana_trace.lib import days
from tracking.models import Location, Recall, RecallCustomer, RecallShipment, Workspace
from tracking.recalls.recall_csv import write_recall


@require_safe
def recall_letters(request: HttpRequest, pk: int) -> HttpResponse:
    recall = get_object_or_404(Recall, pk=pk)
    return show(request, recall, list(recall.customers.exclude(name="")))


@require_safe
def recall_letter(request: HttpRequest, pk: int, customer: int) -> HttpResponse:
    one = get_object_or_404(RecallCustomer.objects.select_related("recall").exclude(name=""), pk=customer, recall=pk)
    return show(request, one.recall, [one])


def show(request: HttpRequest, recall: Recall, customers: list[RecallCustomer]) -> HttpResponse:
    shipments: dict[int, list[RecallShipment]] = {one.pk: [] for one in customers}
    rows = RecallShipment.objects.filter(customer__recall=recall).select_related("lot")
    if len(customers) == 1:
        rows = rows.filter(customer=customers[0])
    for row in rows.order_by("lot__label", "lot__number", "shipped_on", "id"):
        if row.customer_id in shipments:
            shipments[row.customer_id].append(row)
    context = {
        "recall": recall,
        "letters": [(one, shipments[one.pk]) for one in customers],
        "senders": senders(),
        "today": days.today(),
    }
    return render(request, "tracking/recall_letters.html", context)


@dataclass(frozen=True, slots=True)
class Sender:
    name: str
    address: str
    phone: str


def senders() -> list[Sender | Location]:
    """Whom a letter names as its sender: the business, or the locations that say how to be reached."""
    workspace = Workspace.get()
    if workspace.business_name:
        return [Sender(workspace.business_name, workspace.business_address, workspace.business_phone)]
    return [one for one in Location.objects.filter(archived_at__isnull=True) if one.address or one.phone]


@require_safe
def recall_csv(request: HttpRequest, pk: int) -> HttpResponse:
    recall = get_object_or_404(Recall.objects.select_related("opened_by", "closed_by"), pk=pk)
    response = StreamingHttpResponse(write_recall(recall), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{recall.number}.csv")
    response["Cache-Control"] = "no-store"
    return response
