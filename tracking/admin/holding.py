"""Hold and release, from the lists of batches and serial numbers, after a page that asks for the reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.template.response import TemplateResponse

from katana_trace.lib.fields import TextValidator
from katana_trace.lib.refusal import Refusal
from tracking.admin.base import selected
from tracking.records.hold import hold, release

LIMIT = 500


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=200, validators=[TextValidator("Reason", 200)], widget=forms.TextInput(attrs={"class": "vTextField"})
    )


@dataclass(frozen=True, slots=True)
class Act:
    """One of the two: what it is called, what it means, and the verb that does it."""

    action: str
    title: str
    meaning: str
    button: str
    done: str
    verb: Callable


HOLD = Act(
    "hold_records",
    "Hold",
    "What is on hold cannot be shipped or used in production, until it is released.",
    "Hold",
    "on hold",
    hold,
)
RELEASE = Act(
    "release_records",
    "Release",
    "What is released can be shipped and used in production again.",
    "Release",
    "released",
    release,
)


@admin.action(description="Hold: no shipping, no use in production", permissions=["hold"])
def hold_records(modeladmin, request, queryset):
    return ask_for_reason(modeladmin, request, queryset, HOLD)


@admin.action(description="Release from hold", permissions=["hold"])
def release_records(modeladmin, request, queryset):
    return ask_for_reason(modeladmin, request, queryset, RELEASE)


def ask_for_reason(modeladmin, request, queryset, act: Act) -> TemplateResponse | None:
    """The page with the reason; once it is given, the act, and back to the list."""
    meta = modeladmin.opts
    records = selected(request, queryset.select_related("variant"), what=meta.verbose_name_plural, limit=LIMIT)
    if records is None:
        return None
    form = ReasonForm(request.POST if "confirm" in request.POST else None)
    if form.is_valid():
        try:
            act.verb(records=records, by=request.user, reason=form.cleaned_data["reason"])
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            names = meta.verbose_name if len(records) == 1 else meta.verbose_name_plural
            messages.success(request, f"{len(records):,} {names} {act.done}.")
            return None
    context = {
        **modeladmin.admin_site.each_context(request),
        "title": f"{act.title} {meta.verbose_name_plural}",
        "opts": meta,
        "act": act,
        "records": records,
        "form": form,
        "media": modeladmin.media,
    }
    return TemplateResponse(
        request, "admin/tracking/hold_confirmation.html", context, status=422 if form.errors else 200
    )
