"""The table of kinds: every rule that differs from kind to kind is found from here."""

from __future__ import annotations

from katana_trace.lib.quantities import shown
from katana_trace.lib.refusal import Refusal
from tracking.documents.adjustment import ADJUSTMENT
from tracking.documents.customer_return import CUSTOMER_RETURN
from tracking.documents.production import PRODUCTION
from tracking.documents.receipt import RECEIPT
from tracking.documents.rule import KindRule
from tracking.documents.shipment import SHIPMENT
from tracking.documents.stocktake import STOCKTAKE
from tracking.documents.supplier_return import SUPPLIER_RETURN
from tracking.documents.transfer import TRANSFER

KINDS: dict[str, KindRule] = {
    rule.kind: rule
    for rule in (
        RECEIPT,
        PRODUCTION,
        SHIPMENT,
        CUSTOMER_RETURN,
        SUPPLIER_RETURN,
        ADJUSTMENT,
        TRANSFER,
        STOCKTAKE,
    )
}


def rule_of(kind: str) -> KindRule:
    """The rule of ``kind``. Raises Refusal where there is no such kind, as the shell may say."""
    rule = KINDS.get(kind)
    if rule is None:
        raise Refusal(f"“{shown(str(kind), 40)}” is no kind of document. Use one of {', '.join(KINDS)}.", field="kind")
    return rule


# Posted by a switch of tracking alone, never by a person (DESIGN 2).
SYSTEM_KINDS = ("tracking_on", "tracking_restored")
