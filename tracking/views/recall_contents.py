"""What the pages of a case show, made ready for their templates: rows, figures, the clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.http import HttpRequest

from katana_trace.lib import days
from katana_trace.lib.names import then_and_now
from katana_trace.lib.paging import PAGE, Page, page_by_key
from katana_trace.lib.quantities import to_millionths
from tracking.ledger.sql import any_of, fetch
from tracking.models import Recall, RecallCustomer, RecallLot, RecallStock
from tracking.recalls.drafts import drafts_naming
from tracking.recalls.figures import ACCOUNTED, by_product, by_unit, least, missing_of
from tracking.recalls.flows import stock_of
from tracking.recalls.live import found_now
from tracking.recalls.since import Since, since_opening
from tracking.recalls.state import holdable
from tracking.recalls.words import in_units
from tracking.trace.facts import LotFacts

CHANGES = 50  # sentences of one kind that the page lists
EVENTS = 50
PART = 10  # rows of lots and of stock on the page of the case; pages of their own have them all
WAITING = Count("customers", filter=Q(customers__state="to_notify") & ~Q(customers__name=""))
NAMED = Count("customers", filter=~Q(customers__name=""))


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case of the list. ``clock`` says how long it is open, or was."""

    recall: Recall
    clock: str
    to_notify: int
    customers: int
    percent: str


def rows_of(recalls: list[Recall]) -> list[CaseRow]:
    ids = [recall.pk for recall in recalls]
    counts = {
        recall.pk: recall
        for recall in Recall.objects.filter(pk__in=ids).annotate(to_notify=WAITING, named=NAMED).only("pk")
    }
    figures = by_unit(ids)
    return [
        CaseRow(recall, clock(recall), counts[recall.pk].to_notify, counts[recall.pk].named, least(figures[recall.pk]))
        for recall in recalls
    ]


def clock(recall: Recall) -> str:
    """``open for 3 h 12 min``, or how long it took until it was closed."""
    until = recall.closed_at or days.now()
    words = length(until - recall.opened_at)
    return f"open for {words}" if recall.is_open else f"closed after {words}"


def length(time: timedelta) -> str:
    """The two largest units of ``time``, in whole minutes."""
    minutes = int(time.total_seconds()) // 60
    if minutes < 1:
        return "less than a minute"
    hours, minutes = divmod(minutes, 60)
    count, hours = divmod(hours, 24)
    parts = [(count, "d"), (hours, "h"), (minutes, "min")]
    told = [f"{number} {unit}" for number, unit in parts if number]
    return " ".join(told[:2])


# -- the case -----------------------------------------------------------------------------------------------------------


def case(request: HttpRequest, recall: Recall) -> dict:
    """All of a case's page: the first rows of each list, its figures, and what changed since it was opened."""
    since = since_opening(recall)
    can_post = request.user.has_perm("tracking.add_document")
    to_hold = holdable(since.scope) if since.scope and recall.is_open else []
    return {
        "recall": recall,
        "clock": clock(recall),
        "gaps": [gap for gap in recall.gaps.split("\n") if gap],
        "lots_part": lots(recall, since=since),
        "stock_part": stock(recall, since=since),
        "customers_part": customers(recall),
        "since": since,
        "changes": [(name, words[:CHANGES], max(len(words) - CHANGES, 0)) for name, words in since.changes],
        "holdable": len(to_hold),
        "holdable_away": sum(not lot.on_hand for lot in to_hold),
        "drafts": drafts_naming(lots_of(since)) if can_post else [],
        "can_post": can_post,
        "events": list(recall.events.select_related("by").order_by("-id")[:EVENTS]),
        **figures(recall),
    }


def not_held(recall: Recall) -> int:
    """How many lots of an open recall are not on hold; a drill holds nothing."""
    scope = since_opening(recall).scope if recall.is_open and recall.kind == Recall.Kind.RECALL else None
    return len(holdable(scope)) if scope else 0


def lots_of(since: Since) -> Iterable[LotFacts]:
    """The lots of the case that are in the books, and those in scope since."""
    found = {one.place: one for one in since.live.values()}
    for lot in since.scope.lots if since.scope else ():
        found[lot.place] = lot.facts
    return found.values()


def figures(recall: Recall) -> dict:
    """The percentage, the figures of each product and unit, and how many customers there are."""
    units = by_unit([recall.pk])[recall.pk]
    counts = Recall.objects.filter(pk=recall.pk).aggregate(to_notify=WAITING, named=NAMED, all=Count("customers"))
    return {
        "products": by_product(recall.pk),
        "units": units,
        "percent": least(units),
        "is_whole": all(one.is_whole for one in units),
        "definition": ACCOUNTED,
        "lots_count": sum(one.lots for one in units),
        "to_notify": counts["to_notify"],
        "named": counts["named"],
        "is_nameless": counts["all"] > counts["named"],
    }


# -- lots ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LotRow:
    """``live`` is what the lot is in the books now, None after a switch; ``missing`` in millionths."""

    lot: RecallLot
    live: LotFacts | None
    missing: int


def lots(recall: Recall, *, cursor: str = "", since: Since | None = None) -> dict:
    page = page_by_key(recall.lots.all(), order=("depth", "id"), cursor=cursor, size=PART if since else PAGE)
    live = since.live if since else found_now(recall, page.rows)
    rows = [
        LotRow(
            lot,
            live.get(lot.pk),
            missing_of(*map(to_millionths, (lot.came, lot.used, lot.shipped, lot.sent_back, lot.on_hand))),
        )
        for lot in page.rows
    ]
    return {"page": page, "rows": rows}


# -- stock --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StockRow:
    """``now`` in millionths, None where it cannot be told; ``is_held`` now."""

    stock: RecallStock
    live: LotFacts | None
    now: int | None

    @property
    def is_held(self) -> bool:
        return self.live is not None and self.live.is_held


def stock(recall: Recall, *, cursor: str = "", since: Since | None = None) -> dict:
    """What was here when the case was opened, a row for each lot and location, with what is there now."""
    rows = RecallStock.objects.filter(lot__recall=recall).select_related("lot")
    page = page_by_key(rows, order=("lot_id", "id"), cursor=cursor, size=PART if since else PAGE)
    live = since.live if since else found_now(recall, [one.lot for one in page.rows])
    there = since.stock if since else stock_of({one.place for one in live.values()})
    now = {(lot, part.place): part.quantity for lot, parts in there.items() for part in parts}
    found = []
    for one in page.rows:
        facts = live.get(one.lot_id)
        found.append(StockRow(one, facts, now.get((facts.place, one.place_id), 0) if facts else None))
    return {"page": page, "rows": found, "totals": places_of(recall)}


def places_of(recall: Recall) -> list[tuple[str, str]]:
    """How much was at each location when the case was opened, in words."""
    sums: dict[str, dict[str, int]] = defaultdict(dict)
    for location, unit, quantity in fetch(
        "SELECT s.location, l.unit, sum(s.quantity) FROM tracking_recallstock s"
        " JOIN tracking_recalllot l ON l.id = s.lot_id WHERE l.recall_id = %s GROUP BY s.location, l.unit",
        [recall.pk],
    ):
        sums[location][unit] = int(quantity)
    return [(location, in_units(units)) for location, units in sorted(sums.items())]


# -- customers ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer with what they received, what had come back of it before the case, and what was recovered, in words.

    ``names`` are those of the documents, of the case and of now; empty for nobody.
    """

    customer: RecallCustomer
    names: str
    documents: int
    lots: int
    shipped: str
    returned: str
    recovered: str


def customers(recall: Recall, *, cursor: str = "") -> dict:
    """The customers in the order in which the case was written: by name, by code point."""
    rows = recall.customers.select_related("notified_by", "partner")
    page = page_by_key(rows, order=("recall_id", "id"), cursor=cursor)
    return {"page": page, "rows": list(customer_rows(page))}


def customer_rows(page: Page) -> Iterable[CustomerRow]:
    sums: dict[int, list[dict[str, int]]] = defaultdict(lambda: [{}, {}, {}])
    lot_counts: dict[int, int] = defaultdict(int)
    condition, parameter = any_of("s.customer_id", [one.pk for one in page.rows])
    for customer, unit, lot_count, *quantities in fetch(
        "SELECT s.customer_id, l.unit, count(DISTINCT s.lot_id), sum(s.quantity), sum(s.returned), sum(s.recovered)"
        f" FROM tracking_recallshipment s JOIN tracking_recalllot l ON l.id = s.lot_id WHERE {condition} GROUP BY 1, 2",
        [parameter],
    ):
        lot_counts[customer] += lot_count
        for in_unit, quantity in zip(sums[customer], quantities, strict=True):
            if quantity:
                in_unit[unit] = int(quantity)
    documents: dict[int, int] = defaultdict(int)
    names: dict[int, list[str]] = defaultdict(list)
    for customer, name, document_count in fetch(
        "SELECT s.customer_id, s.partner_name, count(DISTINCT s.document) FROM tracking_recallshipment s"
        f" WHERE {condition} GROUP BY 1, 2 ORDER BY 1, min(s.id)",
        [parameter],
    ):
        documents[customer] += document_count
        names[customer].append(name)
    for one in page.rows:
        words = [in_units(units) for units in sums[one.pk]]
        called = then_and_now([*names[one.pk], one.name], one.name_now)
        yield CustomerRow(one, called, documents[one.pk], lot_counts[one.pk], *words)
