"""The page of a switch: what it would do, and doing it; and the history that is downloaded first (rules 2 to 6)."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from items.models import Item, TrackingMode
from katana_trace.lib.htmx import render_page
from katana_trace.lib.refusal import Refusal
from tracking.forms.switch import SwitchOffForm, SwitchOnForm
from tracking.models import HistoryDownload
from tracking.modes import check
from tracking.modes.download import latest_download, sent_and_recorded
from tracking.modes.history import history_filename, write_history
from tracking.modes.plan import plan_switch
from tracking.modes.switch import disable_tracking, enable_tracking
from tracking.views.item_card import mode_cards

WITHOUT_REASON = "Enabled on the item card"


@require_http_methods(["GET", "HEAD", "POST"])
def item_tracking(request: HttpRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(Item, pk=pk)
    if request.method == "POST":
        if not request.user.has_perm("items.switch_tracking"):
            raise PermissionDenied("Switching product tracking takes the role Manager. Ask a manager to do it.")
        return switch(request, item)
    if request.GET.get("step") == "download":
        return render(request, "tracking/_item_download.html", download_step(request, item))
    # The card's radio buttons are named tracking_mode; without JavaScript its form comes here with that name.
    to = request.GET.get("to") or request.GET.get("tracking_mode") or item.tracking_mode
    if to not in TrackingMode.values:
        to = item.tracking_mode
    return show(request, item, to, form_for(request, item, to))


def switch(request: HttpRequest, item: Item) -> HttpResponse:
    to = request.POST.get("tracking_mode", "")
    if to not in TrackingMode.values:
        form = SwitchOnForm(request.POST)
        form.add_error(None, f"“{to[:40]}” is no tracking. Choose none, batch or serial.")
        return show(request, item, item.tracking_mode, form)
    form = form_for(request, item, to, request.POST)
    if not form.is_valid():
        return show(request, item, to, form)
    reason = form.cleaned_data["reason"]
    try:
        if to == TrackingMode.NONE:
            disable_tracking(item=item, by=request.user, reason=reason)
        else:
            enable_tracking(item=item, to=to, by=request.user, reason=reason or WITHOUT_REASON)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        return show(request, item, to, form)
    messages.success(request, f"{item.name} has {check.LABELS[to]} now.")
    return redirect(item)


def form_for(request: HttpRequest, item: Item, to: str, data=None) -> SwitchOffForm | SwitchOnForm:
    return SwitchOffForm(data, item=item, request=request) if to == TrackingMode.NONE else SwitchOnForm(data)


def show(request: HttpRequest, item: Item, to: str, form) -> HttpResponse:
    """The page, or its panel for htmx; 422 when the form was refused."""
    fresh = Item.objects.get(pk=item.pk)
    context = {
        "item": fresh,
        "to": to,
        "to_label": check.LABELS[to],
        "present_label": check.LABELS[fresh.tracking_mode],
        "cards": mode_cards(fresh, to),
        "is_change": to != fresh.tracking_mode,
        "form": form,
    }
    if context["is_change"]:
        context["plan"] = plan_switch(item=fresh, to=to)
    if context["is_change"] and to == TrackingMode.NONE:
        context |= download_step(request, fresh)
    status = 422 if form.errors else 200
    return render_page(request, "tracking/item_tracking.html", "tracking/_item_switch.html", context, status=status)


def download_step(request: HttpRequest, item: Item) -> dict:
    """Whether this user has the history, and whether it is still the present one (judged again when switching)."""
    download = latest_download(item=item, by=request.user)
    return {"item": item, "download": download, "is_downloaded": download is not None and is_present(item, download)}


def is_present(item: Item, download: HistoryDownload) -> bool:
    history = write_history(item)
    history.file.close()
    return history.sha256 == download.sha256


@require_safe
def item_history(request: HttpRequest, pk: int) -> HttpResponse:
    """The history as CSV. A GET whose last byte was taken counts as this user's download; a HEAD does not."""
    item = get_object_or_404(Item, pk=pk)
    history = write_history(item)
    if request.method == "HEAD":
        history.file.close()
        response = HttpResponse(content_type="text/csv; charset=utf-8")
    else:
        response = StreamingHttpResponse(
            sent_and_recorded(item=item, history=history, by=request.user), content_type="text/csv; charset=utf-8"
        )
    response["Content-Length"] = str(history.size)
    response["Content-Disposition"] = f'attachment; filename="{history_filename(item)}"'
    return response
