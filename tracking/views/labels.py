"""Labels to print: a page with the choice of paper, and on paper nothing but the labels."""

from __future__ import annotations

from itertools import islice

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from katana_trace.lib import days
from katana_trace.lib.one_moment import shows_one_moment
from katana_trace.lib.refusal import Refusal
from tracking.forms.labels import LabelForm
from tracking.labels.label import Label, label_of, too_fine
from tracking.labels.sizes import SIZES, USUAL, LabelSize
from tracking.labels.wanted import MOST, labels_wanted

KEPT = "label_size"  # of the session: the paper that was used last
WARNED = 2  # warnings that are open; the others are there to be opened


@require_safe
@shows_one_moment
def label_print(request: HttpRequest) -> HttpResponse:
    usual = request.session.get(KEPT, USUAL)
    usual = usual if usual in SIZES else USUAL
    form = LabelForm(request.GET, usual=usual)
    is_valid = form.is_valid()
    size, copies, skip = form.chosen
    asked = {kind: ids_of(request, kind) for kind in ("batch", "serial", "document")}
    facts, said = [], []
    try:
        facts, said = labels_wanted(
            batches=asked["batch"], serials=asked["serial"], documents=asked["document"], copies=copies
        )
    except Refusal as refusal:
        form.add_error(refusal.field, refusal.sentence)
    if is_valid and request.GET.get("size") and size.name != usual:
        request.session[KEPT] = size.name
    site = request.build_absolute_uri("/")
    labels = [label_of(one, site=site, today=days.today()) for one in facts]
    warnings = [said for one in labels for said in (one.warning, too_fine(one, size)) if said]
    context = {
        "form": form,
        "size": size,
        "copies": copies,
        "skip": skip,
        "asked": [(kind, id_) for kind, ids in asked.items() for id_ in ids],
        "labels": labels,
        "held": [one.facts for one in labels if one.facts.is_held],
        "warnings": warnings[:WARNED],
        "more_warnings": warnings[WARNED:],
        "said": said,
        "pages": pages_of(labels, size, copies=copies, skip=skip),
    }
    return render(request, "tracking/label_print.html", context, status=422 if form.errors else 200)


def ids_of(request: HttpRequest, name: str) -> list[int]:
    """The ids in the address, without what cannot be one."""
    texts = request.GET.getlist(name)[: MOST + 1]
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]


def pages_of(labels: list[Label], size: LabelSize, *, copies: int, skip: int) -> list[list[Label | None]]:
    """The labels in their places on pages; None is a place that stays empty."""
    places = iter([*[None] * skip, *[label for label in labels for _ in range(copies)]] if labels else [])
    pages = []
    while page := list(islice(places, size.per_page)):
        pages.append(page)
    return pages


@require_safe
def label_css(request: HttpRequest) -> HttpResponse:
    """The style sheet of the table of sizes."""
    return render(request, "tracking/labels.css", {"sizes": SIZES.values()}, content_type="text/css; charset=utf-8")
