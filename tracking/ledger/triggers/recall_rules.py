"""What the triggers refuse about recall cases: what a case found when it was opened stays, and a closed one stays whole.

The same form as the guards in ``rules``, and the same SQL on both databases.
"""

from __future__ import annotations


def differs(*columns: str) -> str:
    """A condition: one of ``columns``, which are texts or instants that are never empty, would get another value."""
    return " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns)


CLOSED = "This recall case is closed, and nothing of it is changed after that. Open another case."
FOUND = "What a recall case found when it was opened is never changed. What changed since is shown beside it."
KEPT = "A recall case and all that belongs to it is kept as evidence, and never deleted. Close it instead."
HAPPENED = "What was done in a recall case stays as it was written. Do the next thing, which is written below it."


def closed_case(reference: str) -> str:
    """A condition: the case whose id is ``reference`` is closed."""
    return f"EXISTS (SELECT 1 FROM tracking_recall r WHERE r.id = {reference} AND r.closed_at IS NOT NULL)"


CASE_OF_LOT = "(SELECT c.recall_id FROM tracking_recalllot c WHERE c.id = {row}.lot_id)"
TABLES = {
    "recall": "tracking_recall",
    "recall_lot": "tracking_recalllot",
    "recall_stock": "tracking_recallstock",
    "recall_customer": "tracking_recallcustomer",
    "recall_shipment": "tracking_recallshipment",
    "recall_event": "tracking_recallevent",
}
REFERENCES = {
    "recall_lot": "{row}.recall_id",
    "recall_stock": CASE_OF_LOT,
    "recall_customer": "{row}.recall_id",
    "recall_shipment": CASE_OF_LOT,
    "recall_event": "{row}.recall_id",
}

RECALL_GUARDS = [(f"{name}_delete", table, "DELETE", "1 = 1", KEPT) for name, table in TABLES.items()]
RECALL_GUARDS += [
    (f"{name}_insert", TABLES[name], "INSERT", closed_case(reference.format(row="NEW")), CLOSED)
    for name, reference in REFERENCES.items()
]
RECALL_GUARDS += [
    # INSERT OR REPLACE on SQLite would change a row behind the guards of UPDATE.
    (f"{name}_replace", table, "INSERT", f"EXISTS (SELECT 1 FROM {table} t WHERE t.id = NEW.id)", FOUND)
    for name, table in TABLES.items()
]
RECALL_GUARDS += [
    ("recall_closed", "tracking_recall", "UPDATE", "OLD.closed_at IS NOT NULL", CLOSED),
    (
        "recall_update",
        "tracking_recall",
        "UPDATE",
        differs("id", "number", "kind", "title", "reason", "gaps", "opened_at", "last_document")
        + " OR coalesce(NEW.opened_by_id, 0) <> coalesce(OLD.opened_by_id, 0)",
        FOUND,
    ),
    ("recall_lot_update", "tracking_recalllot", "UPDATE", "1 = 1", FOUND),
    ("recall_stock_update", "tracking_recallstock", "UPDATE", "1 = 1", FOUND),
    ("recall_event_update", "tracking_recallevent", "UPDATE", "1 = 1", HAPPENED),
    (
        "recall_customer_closed",
        "tracking_recallcustomer",
        "UPDATE",
        closed_case("OLD.recall_id"),
        CLOSED,
    ),
    (
        "recall_customer_update",
        "tracking_recallcustomer",
        "UPDATE",
        differs("id", "recall_id", "name", "email", "phone", "address")
        # A partner who is deleted leaves the case what it wrote down of him.
        + " OR (NEW.partner_id IS NOT NULL AND coalesce(OLD.partner_id, 0) <> NEW.partner_id)",
        FOUND,
    ),
    (
        "recall_shipment_closed",
        "tracking_recallshipment",
        "UPDATE",
        closed_case(CASE_OF_LOT.format(row="OLD")),
        CLOSED,
    ),
    (
        "recall_shipment_update",
        "tracking_recallshipment",
        "UPDATE",
        differs("id", "lot_id", "customer_id", "document", "partner_name", "shipped_on", "quantity", "returned"),
        FOUND,
    ),
]
