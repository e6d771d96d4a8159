"""The mass balance of a lot (law 12).

opening + received + produced + returned + adjusted = used + shipped + sent back + on hand
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from katana_trace.lib.quantities import plain
from tracking.ledger.sql import fetch
from tracking.trace.lot import Lot
from tracking.trace.walk import Place

# The column of a line, by the kind of its document and the sign it had at first: a mirror's line counts in the column of
# the kind it reverses, with its own sign. Transfers move nothing out of the lot.
COLUMN_OF = {
    ("receipt", 1): ("received", 1),
    ("production", 1): ("produced", 1),
    ("production", -1): ("used", -1),
    ("shipment", -1): ("shipped", -1),
    ("customer_return", 1): ("returned", 1),
    ("supplier_return", -1): ("sent_back", -1),
    ("adjustment", 1): ("adjusted", 1),
    ("adjustment", -1): ("adjusted", 1),
    ("stocktake", 1): ("adjusted", 1),
    ("stocktake", -1): ("adjusted", 1),
    ("tracking_on", 1): ("opening", 1),
    ("tracking_on", -1): ("opening", 1),
    ("tracking_restored", 1): ("opening", 1),
    ("tracking_restored", -1): ("opening", 1),
}


@dataclass(frozen=True, slots=True)
class Balance:
    """Millionths of the item's unit."""

    opening: int = 0
    received: int = 0
    produced: int = 0
    used: int = 0
    shipped: int = 0
    returned: int = 0
    sent_back: int = 0
    adjusted: int = 0
    on_hand: int = 0

    @property
    def came(self) -> int:
        """What the lot began with and what came to it; what was adjusted lowers or raises it."""
        return self.opening + self.received + self.produced + self.returned + self.adjusted

    @property
    def gone(self) -> int:
        """What is known of it: here, or gone by a document."""
        return self.used + self.shipped + self.sent_back + self.on_hand

    @property
    def unaccounted(self) -> int:
        """What came in and is neither here nor gone by a document; 0 in an honest ledger."""
        return self.came - self.gone

    @property
    def percent(self) -> str:
        return percent_of(abs(self.unaccounted), max(self.came, self.gone))

    def as_text(self) -> dict[str, str]:
        return {name: plain(value) for name, value in asdict(self).items()}


def percent_of(missing: int, whole: int) -> str:
    """``99.9``: the share of ``whole`` that is not missing, rounded down; 100 only where nothing is."""
    if not missing:
        return "100"
    tenths = max(whole - missing, 0) * 1000 // whole if whole else 0
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)


def balance_of(lot: Lot, *, as_of: date | None = None, on_hand: int | None = None) -> Balance:
    """The balance of ``lot``: now, or at the end of the day ``as_of`` for which ``on_hand`` is given too.

    What is on hand now is read from the levels or the serial number's place, not from the lines.
    """
    column = "serial_id" if lot.is_serial else "batch_id"
    until, parameters = ("", []) if as_of is None else (" AND d.posted_on <= %s", [as_of.isoformat()])
    sums = dict.fromkeys(Balance.__slots__, 0)
    for kind, first_sign, quantity in fetch(
        "SELECT d.kind, CASE WHEN (l.quantity > 0) = (d.reverses_id IS NULL) THEN 1 ELSE -1 END, sum(l.quantity)"
        " FROM tracking_ledgerline l JOIN tracking_document d ON d.id = l.document_id"
        f" WHERE l.{column} = %s AND d.kind <> 'transfer'{until} GROUP BY 1, 2",
        [lot.id, *parameters],
    ):
        name, sign = COLUMN_OF[kind, first_sign]
        sums[name] += sign * int(quantity)
    return Balance(**{**sums, "on_hand": on_hand_of(lot) if on_hand is None else on_hand})


def is_posted_by(place: Place, day: date) -> bool:
    """Whether any document of ``day`` or before has a line of the lot ``place``.

    Asked of the lines: sums are 0 as well where what was dated before its receipt was used, or what came was reversed.
    """
    column = "serial_id" if place[0] else "batch_id"
    return bool(
        fetch(
            "SELECT 1 FROM tracking_ledgerline l JOIN tracking_document d ON d.id = l.document_id"
            f" WHERE l.{column} = %s AND d.posted_on <= %s LIMIT 1",
            [place[1], day.isoformat()],
        )
    )


def on_hand_of(lot: Lot) -> int:
    if lot.is_serial:
        query = "SELECT CASE WHEN location_id IS NULL THEN 0 ELSE 1000000 END FROM tracking_serialnumber WHERE id = %s"
    else:
        query = "SELECT coalesce(sum(quantity), 0) FROM tracking_stocklevel WHERE batch_id = %s"
    return int(fetch(query, [lot.id])[0][0])
