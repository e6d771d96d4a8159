"""What is on hold and in stock: batches and serial numbers with the reason, since when, and how much (rule 10).

Read by the indexes of what is held, so nothing is spent on what was held once, nor on what is not. What is on hold and no
longer here waits for nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from katana_trace.lib.addresses import address_of
from tracking.ledger.sql import fetch
from tracking.models import RecordChange
from tracking.stock.found import joined, summed

# The change that put the record on hold: the last one to this status in its log.
SINCE = (
    "(SELECT max(c.id) FROM tracking_recordchange c WHERE c.uuid = {t}.uuid AND c.field = 'status' AND c.new = 'held')"
)
BATCHES = (
    f"SELECT 0 AS is_serial, b.id, b.number, b.reason, b.variant_id, {SINCE.format(t='b')} AS since,"
    f" {summed('k.quantity')} FROM tracking_batch b JOIN tracking_stocklevel k ON k.batch_id = b.id AND k.in_stock"
    " WHERE b.status = 'held' GROUP BY b.id, b.number, b.reason, b.variant_id, b.key"
)
# The + keeps SQLite from reading all that is in stock by its location.
SERIALS = (
    f"SELECT 1, s.id, s.number, s.reason, s.variant_id, {SINCE.format(t='s')}, 1, 0"
    " FROM tracking_serialnumber s WHERE s.status = 'held' AND +s.location_id IS NOT NULL"
)


@dataclass(frozen=True, slots=True)
class Held:
    """``quantity`` in millionths of ``unit``; ``since`` and ``by`` of the hold, None and "" where no log tells them."""

    is_serial: bool
    pk: int
    number: str
    reason: str
    label: str
    unit: str
    quantity: int
    since: datetime | None
    by: str

    def get_absolute_url(self) -> str:
        return address_of("tracking:serial_detail" if self.is_serial else "tracking:batch_detail", self.pk)


@dataclass(frozen=True, slots=True)
class HeldStock:
    """The first of what is held, and how much there is of either."""

    rows: tuple[Held, ...]
    batches: int
    serials: int


def held_stock(*, size: int) -> HeldStock:
    """The ``size`` that were put on hold last."""
    rows = fetch(
        "SELECT h.*, i.name, v.name, i.unit FROM ("
        f" SELECT q.*, sum(1 - q.is_serial) OVER () AS batches, sum(q.is_serial) OVER () AS serials"
        f" FROM ({BATCHES} UNION ALL {SERIALS}) q ORDER BY coalesce(q.since, 0) DESC, q.is_serial, q.id DESC LIMIT {size}"
        ") h JOIN items_variant v ON v.id = h.variant_id JOIN items_item i ON i.id = v.item_id"
        " ORDER BY coalesce(h.since, 0) DESC, h.is_serial, h.id DESC"
    )
    changes = RecordChange.objects.select_related("changed_by").in_bulk([row[5] for row in rows if row[5]])
    batches, serials = (int(rows[0][8]), int(rows[0][9])) if rows else (0, 0)
    return HeldStock(tuple(as_held(row, changes) for row in rows), batches, serials)


def as_held(row: tuple, changes: dict[int, RecordChange]) -> Held:
    is_serial, pk, number, reason, _, since, whole, left, _, _, name, variant, unit = row
    change = changes.get(since)
    return Held(
        is_serial=bool(is_serial),
        pk=pk,
        number=number,
        reason=reason,
        label=f"{name}, {variant}" if variant else name,
        unit=unit,
        quantity=joined(whole, left),
        since=change.changed_at if change else None,
        by=change.changed_by.get_username() if change and change.changed_by else "",
    )
