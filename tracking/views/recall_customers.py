"""Pages of the customers of a case: all of them, and one with what they received, answered and gave back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from katana_trace.lib.names import differing
from katana_trace.lib.one_moment import shows_one_moment
from katana_trace.lib.paging import page_by_key
from katana_trace.lib.refusal import Refusal
from tracking.forms.recall import RecallCustomerForm
from tracking.models import Partner, Recall, RecallCustomer, RecallShipment
from tracking.recalls.flows import Returned, returns_of
from tracking.recalls.live import found_now
from tracking.recalls.state import MANAGERS, record_customer
from tracking.views import recall_contents as contents

CONTACT = ("email", "phone", "address")
SHIPMENTS = 25  # of one page of a customer


@require_safe
@shows_one_moment
def recall_customers(request: HttpRequest, pk: int) -> HttpResponse:
    recall = get_object_or_404(Recall, pk=pk)
    context = {"recall": recall, **contents.customers(recall, cursor=request.GET.get("after", ""))}
    return render(request, "tracking/recall_customers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def recall_customer(request: HttpRequest, pk: int, customer: int) -> HttpResponse:
    one = get_object_or_404(
        RecallCustomer.objects.select_related("recall", "notified_by", "partner"), pk=customer, recall=pk
    )
    page = page_by_key(
        one.shipments.select_related("lot"),
        order=("shipped_on", "id"),
        cursor=request.GET.get("after", ""),
        size=SHIPMENTS,
    )
    may_change = request.user.has_perm("tracking.change_recall")
    if request.method == "POST" and not may_change:
        raise PermissionDenied(MANAGERS)
    form = RecallCustomerForm(request.POST if request.method == "POST" else None, customer=one, shipments=page.rows)
    if form.is_valid():
        try:
            record_customer(customer=one, by=request.user, **form.changes())
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, f"{one.name or 'The note'} was saved.")
            return redirect(request.get_full_path() if page.next_cursor or not page.is_first else one.recall)
    context = {
        "recall": one.recall,
        "customer": one,
        "page": page,
        "form": form,
        "rows": list(rows_of(form, page.rows, one)),
        "contact_now": contact_now(one),
        "is_editable": may_change and one.recall.is_open,
    }
    return render(request, "tracking/recall_customer.html", context, status=422 if form.errors else 200)


def contact_now(customer: RecallCustomer) -> Partner | None:
    """The partner, where what he has to be reached by is not what the case wrote down."""
    partner = customer.partner
    differs = partner and any(getattr(partner, name) != getattr(customer, name) for name in CONTACT)
    return partner if differs else None


@dataclass(frozen=True, slots=True)
class ShipmentRow:
    """One lot in one document, with the field for what was recovered, and what came back by documents since.

    ``shipped_as`` is what the document calls the customer, where that is not the name of the case.
    """

    shipment: RecallShipment
    field: BoundField
    returns: tuple[Returned, ...]
    shipped_as: str


def rows_of(
    form: RecallCustomerForm, shipments: list[RecallShipment], customer: RecallCustomer
) -> Iterable[ShipmentRow]:
    live = found_now(customer.recall, [one.lot for one in shipments])
    places = {facts.place for facts in live.values()}
    since = returns_of(places, after=customer.recall.last_document)
    returns = [one for one in since if one.partner == customer.partner_id and one.partner]
    for shipment, field in form.rows():
        facts = live.get(shipment.lot_id)
        own = tuple(one for one in returns if facts and one.place == facts.place)
        shipped_as = "".join(differing([shipment.partner_name], customer.name))
        yield ShipmentRow(shipment, field, own, shipped_as)
