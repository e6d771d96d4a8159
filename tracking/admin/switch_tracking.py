"""Switching tracking of items from their list: the plan first, then the verb of the item card, all of them or none.

To No tracking each item needs its own download, so that is for one item and happens on its page.
"""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from items.models import Item, TrackingMode
from katana_trace.lib.fields import TextValidator
from katana_trace.lib.quantities import for_people
from katana_trace.lib.refusal import Refusal
from tracking.admin.base import selected
from tracking.ledger import locks
from tracking.ledger.retry import in_transaction
from tracking.modes.plan import SwitchPlan, plan_switch
from tracking.modes.switch import enable_tracking

LIMIT = 50


class SwitchForm(forms.Form):
    tracking_mode = forms.ChoiceField(
        label="Switch to",
        choices=[(TrackingMode.BATCH, "Batch / lot numbers"), (TrackingMode.SERIAL, "Serial numbers"),
                 (TrackingMode.NONE, "No tracking (one item, on its own page)")],
        widget=forms.RadioSelect,
    )  # fmt: skip
    reason = forms.CharField(
        label="Why",
        max_length=200,
        required=False,
        validators=[TextValidator("Reason", 200)],
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Kept with your name.",
    )

    def __init__(self, *args, items: list[Item], **kwargs):
        super().__init__(*args, **kwargs)
        self.items = items

    def clean(self):
        cleaned = super().clean()
        to = cleaned.get("tracking_mode")
        if to == TrackingMode.NONE and len(self.items) > 1:
            self.add_error(
                "tracking_mode",
                f"{len(self.items)} items were chosen, and to No tracking goes one at a time: "
                "its history is downloaded first. Choose one item.",
            )
        elif to and to != TrackingMode.NONE and "reason" in cleaned and not cleaned["reason"]:
            self.add_error("reason", "Say why tracking is switched; the reason is kept with your name.")
        return cleaned


@dataclass(frozen=True, slots=True)
class StockThere:
    sku: str
    location: str
    quantity: str


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One of the chosen items: its plan, and the stock that the switch would take along."""

    item: Item
    plan: SwitchPlan
    stock: list[StockThere]


@admin.action(description="Switch product tracking", permissions=["switch_tracking"])
def switch_tracking(modeladmin, request, queryset):
    items = selected(request, queryset, what="items", limit=LIMIT)
    if items is None:
        return None
    asked = "preview" in request.POST or "confirm" in request.POST
    form = SwitchForm(request.POST if asked else None, items=items)
    if not form.is_valid():
        return page(modeladmin, request, form, planned=[])
    to = form.cleaned_data["tracking_mode"]
    if to == TrackingMode.NONE:
        return HttpResponseRedirect(f"{reverse('tracking:item_tracking', args=[items[0].pk])}?to=none")
    if "confirm" in request.POST:
        try:
            enable_all(items, to=to, by=request.user, reason=form.cleaned_data["reason"])
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            for item in items:
                modeladmin.log_change(request, item, f"Switched to {TrackingMode(to).label}")
            names = "item" if len(items) == 1 else "items"
            messages.success(request, f"{len(items):,} {names} switched to {TrackingMode(to).label}.")
            return None
    return page(modeladmin, request, form, planned=[planned_item(item, to) for item in items])


def planned_item(item: Item, to: str) -> PlannedItem:
    plan = plan_switch(item=item, to=to)
    stock = [
        StockThere(level.sku, level.location, f"{for_people(level.quantity)} {item.unit}")
        for level in plan.levels
        if level.quantity
    ]
    return PlannedItem(item, plan, stock)


def enable_all(items: list[Item], *, to: str, by, reason: str) -> None:
    """Switches all of ``items`` to ``to``, or none. Raises Refusal, which names the item."""

    def work() -> None:
        locks.share_ledger()
        locks.own_items(item.pk for item in items)
        for item in items:
            try:
                enable_tracking(item=item, to=to, by=by, reason=reason)
            except Refusal as refusal:
                named = item.name in refusal.sentence
                raise Refusal(refusal.sentence if named else f"{item.name}: {refusal.sentence}") from refusal

    in_transaction(work)


def page(modeladmin, request: HttpRequest, form: SwitchForm, *, planned: list[PlannedItem]) -> HttpResponse:
    refused = any(row.plan.refusal for row in planned) or bool(form.errors)
    context = {
        **modeladmin.admin_site.each_context(request),
        "title": "Switch product tracking",
        "opts": modeladmin.opts,
        "form": form,
        "items": form.items,
        "planned": planned,
        "may_confirm": bool(planned) and not refused,
        "media": modeladmin.media,
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "admin/tracking/switch_confirmation.html", context, status=status)
