"""A case as CSV: everything that it keeps, in one table whose first column says what the row is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from katana_trace.lib import days
from katana_trace.lib.days import instant_text
from katana_trace.lib.names import differing
from katana_trace.lib.quantities import plain, to_millionths
from katana_trace.lib.safe_csv import guard, write_rows
from tracking.models import Recall, RecallEvent, RecallLot, RecallShipment, RecallStock
from tracking.recalls.figures import by_unit, least, missing_of
from tracking.recalls.since import since_opening

COLUMNS = (
    "record", "case", "kind", "at", "by", "item", "sku", "number", "depth", "expires_on", "unit", "came", "used",
    "shipped", "sent_back", "on_hand", "not_accounted", "location", "on_hold", "customer", "email", "phone", "address",
    "state", "notified_at", "replied_at", "document", "shipped_on", "quantity", "returned", "recovered",
    "percent_accounted", "text",
)  # fmt: skip
TEXTS = {
    "by", "item", "sku", "number", "unit", "location", "customer", "email", "phone", "address", "document", "text",
}  # fmt: skip


def write_recall(recall: Recall) -> Iterator[bytes]:
    """Rows of the records case, gap, lot, stock, customer, shipment, event and change, each in the order of the case.

    Read at once: a half-read query keeps writers waiting. The changes are those until now; all else is kept.
    """
    lots = {lot.pk: lot for lot in recall.lots.all()}
    rows = [
        *case_rows(recall), *lot_rows(recall, lots), *customer_rows(recall, lots), *event_rows(recall),
        *change_rows(recall),
    ]  # fmt: skip
    return write_rows([list(COLUMNS), *(cells(recall, row) for row in rows)])


def cells(recall: Recall, row: dict[str, str]) -> list[str]:
    """One row in the order of the columns, its texts guarded."""
    whole = {"case": recall.number, "kind": recall.kind, **row}
    return [guard(whole.get(name, "")) if name in TEXTS else whole.get(name, "") for name in COLUMNS]


def instant(at: datetime | None) -> str:
    return instant_text(at) if at else ""


def amount(quantity) -> str:
    return plain(to_millionths(quantity))


def yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def username(user) -> str:
    return user.get_username() if user else ""


def case_rows(recall: Recall) -> Iterator[dict[str, str]]:
    percent = least(by_unit([recall.pk])[recall.pk])
    yield {
        "record": "case",
        "at": instant(recall.opened_at),
        "by": username(recall.opened_by),
        "state": "open" if recall.is_open else "closed",
        "percent_accounted": percent,
        "text": f"{recall.title}: {recall.reason}",
    }
    if not recall.is_open:
        at, by = instant(recall.closed_at), username(recall.closed_by)
        yield {"record": "summary", "at": at, "by": by, "text": recall.summary}
    for gap in filter(None, recall.gaps.split("\n")):
        yield {"record": "gap", "text": gap}


def name_of(lot: RecallLot) -> dict[str, str]:
    return {"item": lot.label, "sku": lot.sku, "number": lot.number, "unit": lot.unit}


def lot_rows(recall: Recall, lots: Mapping[int, RecallLot]) -> Iterator[dict[str, str]]:
    for lot in lots.values():
        parts = [lot.came, lot.used, lot.shipped, lot.sent_back, lot.on_hand]
        names = ("came", "used", "shipped", "sent_back", "on_hand")
        yield {
            "record": "lot",
            **name_of(lot),
            "depth": str(lot.depth),
            "expires_on": lot.expires_on.isoformat() if lot.expires_on else "",
            "on_hold": yes(lot.was_held),
            **{name: amount(part) for name, part in zip(names, parts, strict=True)},
            "not_accounted": plain(missing_of(*map(to_millionths, parts))),
        }
    for stock in RecallStock.objects.filter(lot__recall=recall):
        lot = lots[stock.lot_id]
        yield {
            "record": "stock",
            **name_of(lot),
            "location": stock.location,
            "quantity": amount(stock.quantity),
            "on_hold": yes(lot.was_held),
        }


def customer_rows(recall: Recall, lots: Mapping[int, RecallLot]) -> Iterator[dict[str, str]]:
    names: dict[int, str] = {}
    for one in recall.customers.select_related("notified_by").order_by("id"):
        names[one.pk] = one.name
        yield {
            "record": "customer",
            "customer": one.name,
            "email": one.email,
            "phone": one.phone,
            "address": one.address,
            "state": one.state,
            "notified_at": instant(one.notified_at),
            "by": username(one.notified_by),
            "replied_at": instant(one.replied_at),
            "text": one.note,
        }
    shipments = RecallShipment.objects.filter(lot__recall=recall)
    for one in shipments.order_by("customer_id", "shipped_on", "id"):
        yield {
            "record": "shipment",
            **name_of(lots[one.lot_id]),
            "customer": names[one.customer_id],
            "text": shipped_as(one, names[one.customer_id]),
            "document": one.document,
            "shipped_on": one.shipped_on.isoformat(),
            "quantity": amount(one.quantity),
            "returned": amount(one.returned),
            "recovered": amount(one.recovered),
        }


def shipped_as(shipment: RecallShipment, name: str) -> str:
    """What the document calls the customer, where that is another name."""
    return "".join(f"Shipped as {former}." for former in differing([shipment.partner_name], name))


def event_rows(recall: Recall) -> Iterator[dict[str, str]]:
    for event in RecallEvent.objects.filter(recall=recall).select_related("by"):
        yield {"record": "event", "at": instant(event.at), "by": username(event.by), "text": event.text}


def change_rows(recall: Recall) -> Iterator[dict[str, str]]:
    at = instant(days.now())
    for name, sentences in since_opening(recall).changes:
        for sentence in sentences:
            yield {"record": "change", "at": at, "text": f"{name}: {sentence}"}
