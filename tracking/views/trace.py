"""Trace pages: finding a batch or serial number, and the graph around it with its balance, suppliers and customers."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from katana_trace.lib.htmx import render_page
from katana_trace.lib.one_moment import shows_one_moment
from tracking.forms.trace import ALL, USUAL, TraceForm
from tracking.trace.balance import is_posted_by
from tracking.trace.drawing import draw
from tracking.trace.facts import LotFacts
from tracking.trace.find import find_lots, lots_newest
from tracking.trace.graph import Graph
from tracking.trace.outline import outline_of
from tracking.trace.picture import FEW, MANY, picture_of
from tracking.trace.read_graph import graph_of
from tracking.trace.strip import strip_of
from tracking.trace.trace_csv import write_trace

LARGEST_ID = 2**63 - 1
FEW_ROWS, MANY_ROWS = 50, 1000


@require_safe
@shows_one_moment
def trace(request: HttpRequest) -> HttpResponse:
    """What ``?q=`` may mean; where it is the number of one lot, its trace."""
    q = request.GET.get("q", "").strip()
    answers = find_lots(q)
    if answers and answers[0].kind == "number" and len(answers[0].lots) == 1:
        return redirect(address_of(answers[0].lots[0]))
    context = {"q": q, "answers": answers, "newest": [] if q else lots_newest()}
    return render(request, "tracking/trace.html", context)


def address_of(facts: LotFacts) -> str:
    return reverse("tracking:trace_serial" if facts.is_serial else "tracking:trace_batch", args=[facts.id])


@require_safe
@shows_one_moment
def trace_batch(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, (False, pk))


@require_safe
@shows_one_moment
def trace_serial(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, (True, pk))


def show(request: HttpRequest, place: tuple[bool, int]) -> HttpResponse:
    form = TraceForm({"steps": USUAL, **request.GET.dict()})
    is_valid = form.is_valid()
    graph = found(place, form)
    if graph.as_of is not None and not is_posted_by(place, graph.as_of):
        form.add_error(
            "as_of",
            f"Nothing of {graph.lot.facts.number} was posted up to {graph.as_of.isoformat()}. Choose a later day.",
        )
    context = {"graph": graph, "lot": graph.lot, "facts": graph.lot.facts, "form": form, "is_valid": form.is_valid()}
    if is_valid and form.is_valid():
        context.update(contents(graph, form))
    status = 200 if form.is_valid() else 422
    return render_page(request, "tracking/trace_lot.html", "tracking/_trace_answer.html", context, status=status)


def found(place: tuple[bool, int], form: TraceForm) -> Graph:
    graph = graph_of(place, as_of=form.cleaned_data.get("as_of")) if place[1] <= LARGEST_ID else None
    if graph is None:
        raise Http404
    return graph


def contents(graph: Graph, form: TraceForm) -> dict:
    """What the page shows of a graph; suppliers and customers are never cut by the number of steps."""
    shows_all = form.shows_all
    rows = MANY_ROWS if shows_all else FEW_ROWS
    picture = picture_of(graph, levels=form.levels, most=MANY if shows_all else FEW)
    receipts, shipments, returns = graph.receipts, graph.shipments, graph.returns
    shipments.sort(key=lambda one: (not one.party.now, one.party.now, one.posted_on, one.number))
    return {
        "picture": picture,
        "drawing": draw(picture),
        "outline": outline_of(graph, levels=form.levels, most=rows),
        "strip": strip_of(graph.balance),
        "receipts": named(graph, receipts[:rows]),
        "shipments": named(graph, shipments[:rows]),
        "returns": named(graph, returns[:rows]),
        "more": {
            "receipts": max(len(receipts) - rows, 0),
            "shipments": max(len(shipments) - rows, 0),
            "returns": max(len(returns) - rows, 0),
        },
        "customers": len({one.party.id for one in shipments} - {None}),
        "suppliers": len({one.party.id for one in receipts} - {None}),
        "made_from": len(graph.made_from),
        "made_into": len(graph.made_into),
        "query": form.query(),
        "query_all": form.query(steps=ALL, show=ALL),
        "query_csv": form.query(steps="", show=""),
        "shows_all": shows_all,
    }


def named(graph: Graph, handovers: list) -> list[tuple]:
    """Each handover with its lot."""
    return [(one, graph.lots[one.place]) for one in handovers]


@require_safe
@shows_one_moment
def trace_batch_csv(request: HttpRequest, pk: int) -> HttpResponse:
    return send(request, (False, pk))


@require_safe
@shows_one_moment
def trace_serial_csv(request: HttpRequest, pk: int) -> HttpResponse:
    return send(request, (True, pk))


def send(request: HttpRequest, place: tuple[bool, int]) -> HttpResponse:
    form = TraceForm({"as_of": request.GET.get("as_of")})
    if not form.is_valid():
        return show(request, place)
    graph = found(place, form)
    response = StreamingHttpResponse(write_trace(graph), content_type="text/csv; charset=utf-8")
    name = f"trace {graph.lot.facts.sku} {graph.lot.facts.number}.csv"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
