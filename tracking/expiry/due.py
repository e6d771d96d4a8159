"""What needs a person before it is too late: batches in stock that are expired, or within the notice period of their item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from katana_trace.lib import days
from tracking.ledger.sql import as_day, days_later, fetch
from tracking.models.batch import RecordStatus

# What is expired is below this limit too, so it is ``days.is_expired`` or ``days.is_noticed`` in one comparison.
NOTICE = f"coalesce(nullif(i.expiry_notice_days, 0), {days.USUAL_NOTICE})"
IN_STOCK = (
    "FROM tracking_stocklevel k JOIN tracking_batch b ON b.id = k.batch_id JOIN items_variant v ON v.id = b.variant_id"
    " JOIN items_item i ON i.id = v.item_id WHERE k.in_stock"
)


@dataclass(frozen=True, slots=True)
class Place:
    """How much is at a location, in millionths."""

    location: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Due:
    """A batch that is expired or noticed, with all places where it is."""

    pk: int
    number: str
    expires_on: date
    is_held: bool
    item: int
    label: str
    sku: str
    unit: str
    notice_days: int
    places: tuple[Place, ...]

    @property
    def quantity(self) -> int:
        return sum(place.quantity for place in self.places)


def due_batches(day: date, *, size: int | None = None) -> tuple[list[Due], int]:
    """The first ``size`` batches that are due on ``day``, or all, first expired first; and how many there are."""
    limit = days_later("%s", NOTICE)
    first = "" if size is None else f" LIMIT {size}"
    rows = fetch(
        "SELECT b.id, b.number, b.expires_on, b.status, i.id, i.name, v.name, v.sku, i.unit, "
        f"{NOTICE}, p.name, k.quantity, w.total"
        " FROM (SELECT q.id, count(*) OVER () AS total FROM ("
        f"  SELECT DISTINCT b.id, b.expires_on {IN_STOCK} AND b.expires_on <= {limit}"
        f" ) q ORDER BY q.expires_on, q.id{first}) w JOIN tracking_batch b ON b.id = w.id"
        " JOIN tracking_stocklevel k ON k.batch_id = b.id AND k.in_stock"
        " JOIN tracking_location p ON p.id = k.location_id JOIN items_variant v ON v.id = b.variant_id"
        " JOIN items_item i ON i.id = v.item_id ORDER BY b.expires_on, b.id, p.key",
        [day.isoformat()],
    )
    found = [as_due(list(places)) for _, places in groupby(rows, key=lambda row: row[0])]
    return found, rows[0][-1] if rows else 0


def as_due(rows: list[tuple]) -> Due:
    """One batch of its rows, one for each place."""
    pk, number, expires_on, status, item, name, variant, sku, unit, notice, *_ = rows[0]
    return Due(
        pk=pk,
        number=number,
        expires_on=as_day(expires_on),
        is_held=status == RecordStatus.HELD,
        item=item,
        label=f"{name}, {variant}" if variant else name,
        sku=sku,
        unit=unit,
        notice_days=notice,
        places=tuple(Place(row[-3], row[-2]) for row in rows),
    )
