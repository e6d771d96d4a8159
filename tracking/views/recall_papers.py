"""What leaves a case on paper or as a file: letters to customers, a page each, and everything as CSV. Nothing is sent."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from katana_trace.lib import days
from katana_trace.lib.one_moment import shows_one_moment
from tracking.models import Location, Partner, Recall, RecallCustomer, RecallLot, RecallShipment, Workspace
from tracking.recalls.recall_csv import write_recall


@dataclass(frozen=True, slots=True)
class Letter:
    """``contact`` is the case's own, or what the partner has today where the case found none."""

    customer: RecallCustomer
    contact: RecallCustomer | Partner
    shipments: list[RecallShipment]


@require_safe
@shows_one_moment
def recall_letters(request: HttpRequest, pk: int) -> HttpResponse:
    recall = get_object_or_404(Recall, pk=pk)
    return show(request, recall, recall.customers.exclude(name=""))


@require_safe
@shows_one_moment
def recall_letter(request: HttpRequest, pk: int, customer: int) -> HttpResponse:
    recall = get_object_or_404(Recall, pk=pk)
    one = recall.customers.exclude(name="").filter(pk=customer)
    if not one.exists():
        raise Http404
    return show(request, recall, one)


def show(request: HttpRequest, recall: Recall, customers: QuerySet[RecallCustomer]) -> HttpResponse:
    sent_by = senders()
    context = {
        "recall": recall,
        "letters": letters_to(customers.select_related("partner").order_by("id")),
        "senders": sent_by,
        "is_reachable": any(one.address or one.phone for one in sent_by),
        "today": days.today(),
    }
    return render(request, "tracking/recall_letters.html", context)


def letters_to(customers: QuerySet[RecallCustomer]) -> list[Letter]:
    """The shipments of each by item, number and day. A lot is read once, however many letters name it."""
    shipments: dict[int, list[RecallShipment]] = defaultdict(list)
    rows = RecallShipment.objects.filter(customer__in=customers.order_by().values("pk"))
    lots = RecallLot.objects.filter(pk__in=rows.order_by().values("lot")).in_bulk()
    for row in rows:
        row.lot = lots[row.lot_id]
    for row in sorted(rows, key=lambda row: (row.lot.label, row.lot.sku, row.lot.number, row.shipped_on, row.pk)):
        shipments[row.customer_id].append(row)
    return [Letter(one, contact_of(one), shipments[one.pk]) for one in customers]


def contact_of(customer: RecallCustomer) -> RecallCustomer | Partner:
    has_own = customer.address or customer.email or customer.phone
    return customer if has_own or customer.partner is None else customer.partner


@dataclass(frozen=True, slots=True)
class Sender:
    name: str
    address: str
    phone: str


def senders() -> list[Sender | Location]:
    """Whom a letter names as its sender: the business, and where it has no address or phone, the locations that have."""
    workspace = Workspace.get()
    business = Sender(workspace.business_name, workspace.business_address, workspace.business_phone)
    if business.name and (business.address or business.phone):
        return [business]
    places = [one for one in Location.objects.filter(archived_at__isnull=True) if one.address or one.phone]
    return [business, *places] if business.name else places


@require_safe
@shows_one_moment
def recall_csv(request: HttpRequest, pk: int) -> HttpResponse:
    recall = get_object_or_404(Recall.objects.select_related("opened_by", "closed_by"), pk=pk)
    response = StreamingHttpResponse(write_recall(recall), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{recall.number}.csv")
    response["Cache-Control"] = "no-store"
    return response
