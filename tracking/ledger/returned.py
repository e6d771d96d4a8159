"""A shipment is not reversed while more of it came back than its partner's other shipments cover (rule 12).

The mirror of a shipment and a customer return both bring goods in. Of one delivery only one of them may: both together
would put more on hand than ever came.
"""

from __future__ import annotations

from dataclasses import dataclass

from katana_trace.lib.quantities import for_people
from katana_trace.lib.refusal import Refusal
from tracking.ledger.sql import fetch
from tracking.models import Document, Kind

# Neither a mirror nor reversed.
STANDING = "d.reverses_id IS NULL AND NOT EXISTS (SELECT 1 FROM tracking_document m WHERE m.reverses_id = d.id)"
# The place of a document in the posting order (rule 11).
PLACE = "(SELECT min(f.id) FROM tracking_ledgerline f WHERE f.document_id = {document})"
SAME_PARTNER = "coalesce(d.partner_id, 0) = coalesce(o.partner_id, 0)"
SAME_LOT = (
    "l.variant_id = s.variant_id AND coalesce(l.batch_id, 0) = coalesce(s.batch_id, 0)"
    " AND coalesce(l.serial_id, 0) = coalesce(s.serial_id, 0)"
)

# CROSS JOIN keeps SQLite to this order: the returns of one partner are few, the lines of a variant are not.
RETURNS = f"""
    SELECT l.variant_id, l.batch_id, l.serial_id, d.id, d.number, sum(l.quantity),
        {PLACE.format(document="d.id")} > {PLACE.format(document="o.id")}
    FROM tracking_document o CROSS JOIN tracking_document d CROSS JOIN tracking_ledgerline l
    WHERE o.id = %s AND d.kind = 'customer_return' AND {SAME_PARTNER} AND {STANDING} AND l.document_id = d.id
        AND EXISTS (SELECT 1 FROM tracking_ledgerline s WHERE s.document_id = o.id AND {SAME_LOT})
    GROUP BY o.id, d.id, d.number, l.variant_id, l.batch_id, l.serial_id
    ORDER BY {PLACE.format(document="d.id")} DESC, l.variant_id, l.batch_id, l.serial_id
"""
COVERED = f"""
    SELECT coalesce(-sum(l.quantity), 0) FROM tracking_document o CROSS JOIN tracking_ledgerline l
    CROSS JOIN tracking_document d
    WHERE o.id = %s AND {{lot}} AND d.id = l.document_id AND d.id <> o.id AND d.kind = 'shipment'
        AND {SAME_PARTNER} AND {STANDING}
"""
NAMES = """
    SELECT v.sku, i.unit, coalesce(b.number, ''), coalesce(s.number, '') FROM items_variant v
    JOIN items_item i ON i.id = v.item_id
    LEFT JOIN tracking_batch b ON b.id = %s LEFT JOIN tracking_serialnumber s ON s.id = %s WHERE v.id = %s
"""


@dataclass(frozen=True, slots=True)
class Goods:
    """A batch, a serial number, or a variant without either, by id."""

    variant: int
    batch: int | None
    serial: int | None


@dataclass(frozen=True, slots=True)
class Return:
    """What a customer return brought back of some goods, in millionths; ``is_later`` than the shipment in posting order."""

    document: int
    number: str
    quantity: int
    is_later: bool


class StillReturned(Refusal):
    """Goods of a shipment came back; ``returns`` are the (id, number) of what is to be reversed first, the latest first."""

    returns: list[tuple[int, str]]


def refuse_returned(original: Document) -> None:
    """Raises StillReturned when more of the shipment ``original`` came back than other shipments to its partner cover."""
    if original.kind != Kind.SHIPMENT:
        return
    for goods, returns in returns_of(original).items():
        if not any(one.is_later for one in returns):
            continue
        quantity, limit = sum(one.quantity for one in returns), covered(original, goods)
        if quantity > limit:
            first = enough_of(returns, quantity - limit)
            refusal = StillReturned(sentence_of(original, goods, quantity, limit, first), field="reverses")
            refusal.returns = [(one.document, one.number) for one in first]
            raise refusal


def returns_of(original: Document) -> dict[Goods, list[Return]]:
    """The standing returns of its partner, by the goods of the shipment that they brought back, the latest first."""
    found: dict[Goods, list[Return]] = {}
    for variant, batch, serial, document, number, quantity, is_later in fetch(RETURNS, [original.pk]):
        one = Return(document, number, int(quantity), bool(is_later))
        found.setdefault(Goods(variant, batch, serial), []).append(one)
    return found


def covered(original: Document, goods: Goods) -> int:
    """What the other standing shipments to its partner took of ``goods``, in millionths."""
    if goods.batch is not None:
        lot, id_ = "l.batch_id = %s", goods.batch
    elif goods.serial is not None:
        lot, id_ = "l.serial_id = %s", goods.serial
    else:
        lot, id_ = "l.variant_id = %s AND l.batch_id IS NULL AND l.serial_id IS NULL", goods.variant
    return int(fetch(COVERED.format(lot=lot), [original.pk, id_])[0][0])


def enough_of(returns: list[Return], excess: int) -> list[Return]:
    """The latest returns that are too much by ``excess``: as few of those after the shipment as will do."""
    found: list[Return] = []
    for one in returns:
        if one.is_later and sum(other.quantity for other in found) < excess:
            found.append(one)
    return found


def sentence_of(original: Document, goods: Goods, quantity: int, limit: int, first: list[Return]) -> str:
    sku, unit, batch, serial = fetch(NAMES, [goods.batch, goods.serial, goods.variant])[0]
    what = f"batch {batch} of {sku}" if batch else f"serial number {serial} of {sku}" if serial else sku
    nobody = original.partner is None
    source = "without a customer" if nobody else f"from {original.partner}"
    target = "without a customer" if nobody else f"to {original.partner}"
    names = ", ".join(one.number for one in first[:5])
    more = f" and {len(first) - 5} more" if len(first) > 5 else ""
    return (
        f"{original.number} cannot be reversed: {for_people(quantity)} {unit} of {what} came back {source}, "
        f"and the other shipments {target} cover {for_people(limit)}. Reverse {names}{more} first."
    )
