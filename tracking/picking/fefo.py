"""First expired, first out; then the oldest (rule 10). Expired batches and batches on hold are passed over, and named.

The oldest is what first came in by its date, not by the order of entry (``ledger/firsts``). The batches are walked in the
order of the index (variant, expiry, first instant, id) until the quantity is covered, so a suggestion costs
what it takes, not what is on the shelf.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection

from katana_trace.lib.numbers import UNBATCHED_KEY
from tracking.ledger.sql import as_day, fetch
from tracking.models import SerialNumber
from tracking.models.batch import RecordStatus

CHUNK = 20
MOST_CHUNK = 5000
NAMED = 3  # of the batches that were passed over


@dataclass(frozen=True, slots=True)
class Pick:
    """Take ``quantity`` millionths of the batch ``number``; ``why`` says what put it in this place."""

    number: str
    key: str
    expires_on: date | None
    quantity: int
    why: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``short`` are the millionths that no usable batch covers; ``passed`` says which batches were left out, and why."""

    picks: tuple[Pick, ...]
    short: int
    passed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    id: int
    number: str
    key: str
    expires_on: date | None
    first_at: str | None  # the database's own text, which it takes again: reading instants would double the time
    held: bool
    quantity: int


def suggest_batches(
    *, variant: int, location: int, wanted: int, day: date, taken: Mapping[str, int] | None = None
) -> Suggestion:
    """Covers ``wanted`` millionths of a variant at a location, as on ``day``.

    ``taken`` are millionths by key of a batch that are spoken for already.
    """
    taken = taken or {}
    picks: list[Pick] = []
    passed = [f"{batch.number} expired {batch.expires_on.isoformat()}" for batch in expired(variant, location, day)]
    for batch in shelf(variant, location, day):
        if wanted <= 0:
            break
        if batch.held:
            passed.append(f"{batch.number} is on hold")
            continue
        free = batch.quantity - taken.get(batch.key, 0)
        if free <= 0:
            continue
        quantity = min(free, wanted)
        picks.append(Pick(batch.number, batch.key, batch.expires_on, quantity, reason(batch, first=not picks)))
        wanted -= quantity
    return Suggestion(tuple(picks), max(wanted, 0), tuple(passed))


def reason(batch: Shelf, *, first: bool) -> str:
    if batch.expires_on is not None:
        return "Expires first" if first else "Expires next"
    if batch.key == UNBATCHED_KEY:
        return "Has no expiry date, and no batch number yet"
    return "Has no expiry date, oldest first"


def shelf(variant: int, location: int, day: date) -> Iterator[Shelf]:
    """The batches at a place that are usable through ``day`` or longer, held ones among them, in the order to take them."""
    yield from walked(variant, location, day)
    yield from walked(variant, location, None)


def walked(variant: int, location: int, start: date | None) -> Iterator[Shelf]:
    """Those that expire on ``start`` or later, or never; chunk after chunk, each beginning after the last row before it."""
    order = "b.expires_on, b.first_at, b.id" if start is not None else "b.first_at, b.id"
    condition, parameters = ("b.expires_on >= %s", [start]) if start is not None else ("b.expires_on IS NULL", [])
    size = CHUNK
    while True:
        rows = read(variant, location, condition, parameters, order, size)
        yield from rows
        if len(rows) < size:
            return
        last = rows[-1]
        condition, parameters = after(last)
        if start is None:
            condition = f"b.expires_on IS NULL AND {condition}"
        else:
            condition = f"b.expires_on >= %s AND (b.expires_on > %s OR {condition})"
            parameters = [last.expires_on, last.expires_on, *parameters]
        size = min(size * 4, MOST_CHUNK)


def after(last: Shelf) -> tuple[str, list]:
    """The condition, and its parameters, of what comes after ``last`` among the batches of its expiry.

    A batch without an instant has never come in, so it is on no shelf; if one were it would not be lost: it comes first on
    SQLite, last on PostgreSQL, as both sort.
    """
    nulls_last = connection.vendor == "postgresql"
    if last.first_at is None:
        without = "b.first_at IS NULL AND b.id > %s" if nulls_last else "b.first_at IS NOT NULL OR b.id > %s"
        return f"({without})", [last.id]
    later = "(b.first_at, b.id) > (%s, %s)"
    return (f"({later} OR b.first_at IS NULL)" if nulls_last else later), [last.first_at, last.id]


def expired(variant: int, location: int, day: date) -> list[Shelf]:
    """The first expired batches at a place, to be named."""
    return read(variant, location, "b.expires_on < %s", [day], "b.expires_on, b.first_at, b.id", NAMED)


def read(variant: int, location: int, condition: str, parameters: list, order: str, size: int) -> list[Shelf]:
    """CROSS JOIN keeps SQLite to the order of the batches: the other way round it would sort the whole shelf.

    The plus takes the id's affinity away: with it SQLite does not use the index over the expression, which has none.
    """
    join = "CROSS JOIN" if connection.vendor == "sqlite" else "JOIN"
    on = "WHERE" if connection.vendor == "sqlite" else "ON"
    and_or_where = "AND" if connection.vendor == "sqlite" else "WHERE"
    id_ = "+b.id" if connection.vendor == "sqlite" else "b.id"
    rows = fetch(
        f"SELECT b.id, b.number, b.key, b.expires_on, CAST(b.first_at AS text), b.status, k.quantity FROM tracking_batch b"
        f" {join} tracking_stocklevel k {on} k.variant_id = b.variant_id AND k.location_id = %s"
        f" AND coalesce(k.batch_id, 0) = {id_}"
        f" {and_or_where} b.variant_id = %s AND k.quantity > 0 AND {condition} ORDER BY {order} LIMIT {size}",
        [location, variant, *[day.isoformat() if isinstance(day, date) else day for day in parameters]],
    )
    return [
        Shelf(batch, number, key, as_day(expires_on), first_at, status == RecordStatus.HELD, quantity)
        for batch, number, key, expires_on, first_at, status, quantity in rows
    ]


def suggest_serials(*, variant: int, location: int, count: int, taken: set[str]) -> list[str]:
    """The oldest ``count`` numbers at a place that are not on hold, nor ``taken`` (keys)."""
    found: list[str] = []
    rows = (
        SerialNumber.objects.filter(variant=variant, location=location)
        .exclude(status=RecordStatus.HELD)
        .order_by("first_at", "id")
        .values_list("number", "key")
    )
    for number, key in rows[: count + len(taken)]:
        if key not in taken and len(found) < count:
            found.append(number)
    return found
