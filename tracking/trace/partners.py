"""Who supplied, and who received (rule 13): a reversed receipt has no supplier, a reversed shipment no customer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tracking.ledger.sql import any_of, fetch
from tracking.trace.lot import Lot
from tracking.trace.walk import STANDING


@dataclass(frozen=True, slots=True)
class Shipped:
    """How much of a lot went to a partner in a document, in millionths; returns are not subtracted."""

    sku: str
    number: str
    partner: str
    document: str
    quantity: int


def suppliers_of(lots: Iterable[Lot]) -> list[str]:
    """The names of those who supplied any of ``lots``, as they were posted."""
    names: set[str] = set()
    for column, ids in by_column(lots):
        condition, parameter = any_of(f"l.{column}", ids)
        names.update(
            name
            for (name,) in fetch(
                "SELECT DISTINCT d.partner_name FROM tracking_ledgerline l CROSS JOIN tracking_document d"
                f" WHERE d.id = l.document_id AND {condition} AND d.kind = 'receipt' AND d.partner_name <> '' AND {STANDING}",
                [parameter],
            )
        )
    return sorted(names)


def shipments_of(lots: Iterable[Lot]) -> list[Shipped]:
    """Every shipment of ``lots``, summed per lot and document, to the customer as he was called then."""
    known = {lot.place: lot for lot in lots}
    found: list[Shipped] = []
    for column, ids in by_column(known.values()):
        condition, parameter = any_of(f"l.{column}", ids)
        for id_, partner, document, quantity in fetch(
            f"SELECT l.{column}, d.partner_name, d.number, sum(l.quantity) FROM tracking_ledgerline l"
            " CROSS JOIN tracking_document d"
            f" WHERE d.id = l.document_id AND {condition} AND d.kind = 'shipment' AND {STANDING} GROUP BY 1, 2, 3, d.id",
            [parameter],
        ):
            lot = known[column == "serial_id", id_]
            found.append(Shipped(lot.sku, lot.number, partner, document, -int(quantity)))
    return found


def by_column(lots: Iterable[Lot]) -> Iterable[tuple[str, list[int]]]:
    batches, serials = [], []
    for lot in lots:
        (serials if lot.is_serial else batches).append(lot.id)
    if batches:
        yield "batch_id", batches
    if serials:
        yield "serial_id", serials
