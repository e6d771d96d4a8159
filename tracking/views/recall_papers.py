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
from katana_trace.lib.names import differing
from katana_trace.lib.one_moment import shows_one_moment
from tracking.models import Location, Partner, Recall, RecallCustomer, RecallLot, RecallShipment, Workspace
from tracking.recalls.recall_csv import write_recall


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter goes to the partner under his present ``name``.

    ``contact`` is the case's own, or what the partner has today where the case found none or he has another name since.
    """

    name: str
    contact: RecallCustomer | Partner
    shipments: list[LetterRow]


@dataclass(frozen=True, slots=True)
class LetterRow:
    """``shipped_as`` is what the document calls the customer, where that is not the name that the letter goes to."""

    shipment: RecallShipment
    shipped_as: str


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
    return [letter_to(one, shipments[one.pk]) for one in customers]


def letter_to(customer: RecallCustomer, shipments: list[RecallShipment]) -> Letter:
    name = customer.name_now
    rows = [LetterRow(one, "".join(differing([one.partner_name], name))) for one in shipments]
    return Letter(name, contact_of(customer), rows)


def contact_of(customer: RecallCustomer) -> RecallCustomer | Partner:
    """A name and an address belong together: who has another name since is written to where he is now."""
    partner = customer.partner
    if partner is None or (is_reachable(customer) and partner.name == customer.name):
        return customer
    return partner if is_reachable(partner) else customer


def is_reachable(contact: RecallCustomer | Partner) -> bool:
    return bool(contact.address or contact.email or contact.phone)


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
    return response
