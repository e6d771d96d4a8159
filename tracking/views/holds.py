"""Putting a batch or serial number on hold and releasing it, with all that was made from it in view (rules 10 and 13)."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from katana_trace.lib.refusal import Refusal
from tracking.forms.hold import HoldForm, ReleaseForm
from tracking.holds.acts import hold_lot, release_lot
from tracking.holds.extent import HeldWith, Lot, MadeFrom, held_with, made_from
from tracking.models import Batch, SerialNumber
from tracking.records.hold import NAMES
from tracking.records.log import Record
from tracking.views import history

SHOWN = 50
form_page = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True, slots=True)
class Row:
    """A lot made from the one in question, and why it is on hold."""

    lot: Lot
    why: str


@form_page
@permission_required("tracking.change_batch", raise_exception=True)
def batch_hold(request: HttpRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(Batch.objects.select_related("variant__item"), pk=pk)
    return answer(request, batch, "tracking/batch_hold.html")


@form_page
@permission_required("tracking.change_serialnumber", raise_exception=True)
def serial_hold(request: HttpRequest, pk: int) -> HttpResponse:
    serial = get_object_or_404(SerialNumber.objects.select_related("variant__item"), pk=pk)
    return answer(request, serial, "tracking/serial_hold.html")


def answer(request: HttpRequest, record: Record, template: str) -> HttpResponse:
    """The page; or what was pressed on it, and then the record's own page."""
    act = request.POST.get("do") if request.method == "POST" else ""
    hold = HoldForm(request.POST if act == "hold" else None, auto_id="id_hold_%s", initial={"extend": True})
    release = ReleaseForm(request.POST if act == "release" else None, auto_id="id_release_%s")
    form = {"hold": hold, "release": release}.get(act)
    if form is not None and form.is_valid():
        try:
            said = done(record, act, form.cleaned_data, by=request.user)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
            record.refresh_from_db(fields=["status", "reason"])
        else:
            messages.success(request, said)
            return redirect(record)
    made, held = made_from(record), held_with(record)
    rows = rows_of(made, held)
    context = {
        "record": record,
        "what": NAMES[type(record)],
        "form": form,
        "hold": hold,
        "release": release,
        "made": made,
        "held_with": held,
        "held": history.last_hold(record),
        "rows": rows if "all" in request.GET else rows[:SHOWN],
        "count": len(rows),
    }
    return render(request, template, context, status=422 if request.method == "POST" else 200)


def done(record: Record, act: str, typed: dict, *, by) -> str:
    """Does what was pressed, and says what was done. Raises Refusal."""
    name, asked = f"{NAMES[type(record)]} {record.number}", {"reason": typed["reason"], "extend": typed["extend"]}
    if act == "release":
        count = release_lot(record=record, by=by, seen=typed["seen"], **asked)
        return f"{name} was released{f', with {lots(count)} held because of it' if count else ''}."
    count = hold_lot(record=record, by=by, **asked)
    if record.is_held:
        return f"{lots(count)} made from {record.number} {'is' if count == 1 else 'are'} on hold."
    return f"{name} is on hold{f', with {lots(count)} made from it' if count else ''}."


def lots(count: int) -> str:
    return f"{count:,} lot{'' if count == 1 else 's'}"


def rows_of(made: MadeFrom, held: HeldWith) -> list[Row]:
    """All that was made from it and all that is on hold because of it; a production may have been reversed since."""
    found = {lot.facts.place: Row(lot, "") for lot in (*made.lots, *made.left_out)}
    found |= {lot.facts.place: Row(lot, "with it") for lot in held.lots}
    found |= {lot.facts.place: Row(lot, "something else on hold is in it") for lot in held.kept}
    return sorted(found.values(), key=lambda row: row.lot.order)
