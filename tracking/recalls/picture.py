"""Writing a scope down as the rows of a case: all postings wait meanwhile, so it takes few statements."""

from __future__ import annotations

from collections.abc import Sequence

from tracking.ledger.bulk import insert
from tracking.models import Recall, RecallCustomer
from tracking.recalls.scope import Scope, ScopeLot
from tracking.trace.walk import Place

AT_ONCE = 1000  # rows of one INSERT: of 20 columns at most, below SQLite's limit of 32,766 values

LOT = {
    "recall_id": "bigint", "item_id": "bigint", "variant_id": "bigint", "item_name": "text", "sku": "text",
    "label": "text", "unit": "text", "number": "text", "key": "text", "is_serial": "bool", "depth": "int",
    "expires_on": "date", "came": "bigint", "used": "bigint", "shipped": "bigint", "sent_back": "bigint",
    "on_hand": "bigint", "was_held": "bool",
}  # fmt: skip
STOCK = {"lot_id": "bigint", "place_id": "bigint", "location": "text", "quantity": "bigint"}
SHIPMENT = {
    "lot_id": "bigint", "customer_id": "bigint", "document": "text", "partner_name": "text", "shipped_on": "date",
    "quantity": "bigint", "returned": "bigint", "recovered": "bigint",
}  # fmt: skip


def write_picture(recall: Recall, scope: Scope) -> None:
    """The lots of ``scope`` with their stock, and the customers with their shipments, as rows of ``recall``."""
    ids = put("tracking_recalllot", LOT, [lot_row(recall, lot) for lot in scope.lots])
    lots = {lot.place: id_ for lot, id_ in zip(scope.lots, ids, strict=True)}
    stock = [(lots[lot.place], part.place, part.location, part.quantity) for lot in scope.lots for part in lot.stock]
    put("tracking_recallstock", STOCK, stock)
    write_shipments(recall, scope, lots)


def lot_row(recall: Recall, lot: ScopeLot) -> tuple:
    facts, flow = lot.facts, lot.flow
    return (
        recall.pk, facts.item, facts.variant, facts.item_name, facts.sku, facts.label, facts.unit, facts.number,
        facts.key, facts.is_serial, lot.depth, facts.expires_on, flow.came, lot.used, flow.shipped, flow.sent_back,
        lot.on_hand, facts.is_held,
    )  # fmt: skip


def write_shipments(recall: Recall, scope: Scope, lots: dict[Place, int]) -> None:
    for_whom = scope.customers()
    customers = RecallCustomer.objects.bulk_create(
        RecallCustomer(
            recall=recall, partner_id=one.partner, name=one.name, email=one.email, phone=one.phone, address=one.address
        )
        for one in for_whom
    )
    rows = [
        (lots[one.place], customer.pk, one.document, one.name, one.shipped_on, one.quantity, one.returned, 0)
        for customer, shipments in zip(customers, for_whom.values(), strict=True)
        for one in shipments
    ]
    put("tracking_recallshipment", SHIPMENT, rows)


def put(table: str, columns: dict[str, str], rows: Sequence[tuple]) -> list[int]:
    return [
        id_ for start in range(0, len(rows), AT_ONCE) for id_ in insert(table, columns, rows[start : start + AT_ONCE])
    ]
