"""What there is to know of a lot beside its number: item, variant, unit, expiry, whether it is on hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tracking.ledger.sql import any_of, as_day, fetch
from tracking.trace.walk import Place

TABLES = ((False, "tracking_batch"), (True, "tracking_serialnumber"))


@dataclass(frozen=True, slots=True)
class LotFacts:
    """A batch or serial number with its item and variant. ``status`` is available or held."""

    is_serial: bool
    id: int
    number: str
    key: str
    item: int
    item_name: str
    unit: str
    sku: str
    sku_key: str
    variant: int
    variant_name: str
    expires_on: date | None
    status: str

    @property
    def place(self) -> Place:
        return (self.is_serial, self.id)

    @property
    def label(self) -> str:
        return f"{self.item_name}, {self.variant_name}" if self.variant_name else self.item_name

    @property
    def line(self) -> str:
        """As it is typed into the form."""
        return f"{self.sku} {self.number}"

    @property
    def is_held(self) -> bool:
        return self.status == "held"


def facts_of(places: Iterable[Place]) -> dict[Place, LotFacts]:
    """What there is to know of each of ``places`` that exists."""
    places = list(places)
    return {
        one.place: one
        for is_serial, _ in TABLES
        for one in facts_where(is_serial, "t.id", [id_ for serial, id_ in places if serial == is_serial])
    }


def facts_where(is_serial: bool, column: str, values: Sequence) -> list[LotFacts]:
    """The batches (or serial numbers) whose ``column`` is one of ``values``."""
    if not values:
        return []
    condition, parameter = any_of(column, sorted(values))
    rows = fetch(f"{select_facts(is_serial)} WHERE {condition}", [parameter])
    return [facts_from(is_serial, row) for row in rows]


def select_facts(is_serial: bool, more: str = "") -> str:
    """The query of the facts of batches or serial numbers ``t``, with ``more`` columns, as far as its conditions."""
    expires = "NULL" if is_serial else "t.expires_on"
    return (
        f"SELECT t.id, t.number, t.key, i.id, i.name, i.unit, v.sku, v.key, v.id, v.name, {expires}, t.status{more}"
        f" FROM {dict(TABLES)[is_serial]} t JOIN items_variant v ON v.id = t.variant_id"
        " JOIN items_item i ON i.id = v.item_id"
    )


def facts_from(is_serial: bool, row: tuple) -> LotFacts:
    """The facts in a row of ``select_facts``."""
    return LotFacts(is_serial, *row[:10], as_day(row[10]), row[11])
