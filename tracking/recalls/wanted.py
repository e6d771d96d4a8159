"""Lots by what was typed, scanned or linked, and what there is to know of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from katana_trace.lib.numbers import LIMIT, can_be_stored, key_of
from katana_trace.lib.quantities import shown
from katana_trace.lib.refusal import Refusal
from tracking.ledger.sql import any_of, fetch
from tracking.trace.walk import Place

MOST_LINES = 1000
LONGEST = 2 * LIMIT + 1  # characters of a SKU, a space and a number
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
    expires = "NULL" if is_serial else "t.expires_on"
    rows = fetch(
        f"SELECT t.id, t.number, t.key, i.id, i.name, i.unit, v.sku, v.key, v.id, v.name, {expires}, t.status"
        f" FROM {dict(TABLES)[is_serial]} t JOIN items_variant v ON v.id = t.variant_id"
        f" JOIN items_item i ON i.id = v.item_id WHERE {condition}",
        [parameter],
    )
    return [LotFacts(is_serial, *row[:10], as_date(row[10]), row[11]) for row in rows]


def as_date(value: date | str | None) -> date | None:
    """SQLite gives a date as it stores it: text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def find_typed(text: str) -> list[LotFacts]:
    """The lots that ``text`` names, one in each line: ``SKU NUMBER``, or the number alone where only one lot has it.

    Twins are taken once, in the order of the lines. Raises Refusal for a line that names none, or more than one.
    """
    lines = [line for line in (" ".join(line.split()) for line in text.splitlines()) if line]
    if not lines:
        raise Refusal("Name at least one batch or serial number, such as FL-2291, one in each line.", field="lots")
    if len(lines) > MOST_LINES:
        raise Refusal(f"These are {len(lines):,} lines, the limit is {MOST_LINES:,}. Open another case.", field="lots")
    readings = {line: readings_of(line) for line in lines}
    keys = {number for found in readings.values() for _, number in found}
    by_key: dict[str, list[LotFacts]] = {}
    for is_serial, _ in TABLES:
        for one in facts_where(is_serial, "t.key", sorted(keys)):
            by_key.setdefault(one.key, []).append(one)
    found: dict[Place, LotFacts] = {}
    for line in lines:
        one = the_one(line, readings[line], by_key)
        found[one.place] = one
    return list(found.values())


def readings_of(line: str) -> list[tuple[str, str]]:
    """The ways to read a line: (key of the SKU or "" for any, key of the number); both may have spaces in them."""
    if len(line) > LONGEST:
        return []
    words = line.split(" ")
    ways = [("", line), *((" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words)))]
    return [
        (key_of(sku), key_of(number))
        for sku, number in ways
        if can_be_stored(number) and (not sku or can_be_stored(sku))
    ]


def the_one(line: str, readings: list[tuple[str, str]], by_key: dict[str, list[LotFacts]]) -> LotFacts:
    """A SKU and a number before a number alone: what a link to this form writes is found again."""
    found = {one.place: one for sku, number in readings for one in by_key.get(number, []) if one.sku_key == sku}
    if not found:
        found = {one.place: one for sku, number in readings if not sku for one in by_key.get(number, [])}
    if len(found) == 1:
        return next(iter(found.values()))
    if not found:
        raise Refusal(
            f"“{shown(line)}” is no batch or serial number. Check it on the label; write the number, or SKU and number.",
            field="lots",
        )
    skus = sorted({one.sku for one in found.values()})
    raise Refusal(
        f"“{shown(line)}” is a number of {' and '.join(skus[:5])}. Write the SKU before it, such as “{skus[0]} "
        f"{next(iter(found.values())).number}”.",
        field="lots",
    )
