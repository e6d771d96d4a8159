"""The page that connects what has no number (rules 3, 4)."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from items.models import Item, TrackingMode
from katana_trace.lib.numbers import UNBATCHED_KEY
from katana_trace.lib.quantities import to_millionths
from katana_trace.lib.refusal import Refusal
from tracking.forms.assign import AssignBatchForm, AssignForm, AssignSerialsForm
from tracking.models import Document, StockLevel
from tracking.models.stock_level import UNNUMBERED
from tracking.records.assign import assign_batch, assign_serials


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("tracking.add_document", raise_exception=True)
def item_assign(request: HttpRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(Item, pk=pk)
    form = form_of(item, request.POST if request.method == "POST" else None)
    if form is not None and form.is_valid():
        try:
            document = assign(form, by=request.user)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, f"Assigned by {document.number}.")
            return redirect("tracking:item_assign", pk=item.pk)
    context = {"item": item, "form": form, "levels": levels_without_number(item)}
    return render(
        request, "tracking/item_assign.html", context, status=422 if form is not None and form.errors else 200
    )


def form_of(item: Item, data) -> AssignForm | None:
    """The form of the item's tracking; None for an item without any."""
    if not item.is_tracked:
        return None
    kind = AssignBatchForm if item.tracking_mode == TrackingMode.BATCH else AssignSerialsForm
    return kind(data, levels=levels_without_number(item), unit=item.unit)


def assign(form: AssignForm, *, by) -> Document:
    given = form.cleaned_data
    level = given["level"]
    if isinstance(form, AssignBatchForm):
        return assign_batch(
            variant=level.variant_id,
            location=level.location_id,
            batch_number=given["batch_number"],
            expires_on=given["expires_on"],
            quantity=to_millionths(given["quantity"]),
            by=by,
            token=given["token"],
        )
    return assign_serials(
        variant=level.variant_id, location=level.location_id, numbers=given["numbers"], by=by, token=given["token"]
    )


def levels_without_number(item: Item):
    """Stock levels of ``item`` with something ``UNBATCHED`` or without serial number, each with ``without``."""
    levels = StockLevel.objects.filter(variant__item=item).select_related("variant", "location", "batch")
    if item.tracking_mode == TrackingMode.BATCH:
        found = levels.filter(batch__key=UNBATCHED_KEY, quantity__gt=0).annotate(without=F("quantity"))
    else:
        found = levels.filter(batch=None, quantity__gt=F("numbered")).annotate(without=UNNUMBERED)
    return found.order_by("variant__key", "location__key")
