"""Whether serial numbers fit, told number by number before anything is posted, so that good ones are kept beside bad ones.

The ledger judges again at posting and stops at the first that does not fit (rules 9, 10, 14); these are its sentences.
All numbers are looked up as one set: 10,000 of them take as many queries as one.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Literal

from items.models import Variant
from katana_trace.lib.numbers import check_number, key_of
from tracking.ledger.sql import fetch, pairs
from tracking.models import Location
from tracking.models.batch import RecordStatus

State = Literal["good", "double", "characters", "other_variant", "elsewhere", "unknown", "gone", "held", "label"]


@dataclass(frozen=True, slots=True)
class CheckedNumber:
    """``fault`` is a full sentence, "" when the number is good; ``key`` is what the number is unique by.

    Of a label that gives no number for its line ``number`` is the text of the label, and ``state`` "label".
    """

    number: str
    key: str
    fault: str
    state: State

    @property
    def is_good(self) -> bool:
        return self.state == "good"


@dataclass(frozen=True, slots=True)
class Known:
    """What the books say of a serial number; ``location`` is None when it is not in stock."""

    variant: int
    sku: str
    location: int | None
    location_name: str | None
    is_held: bool


def check_incoming(
    *,
    variant: Variant,
    numbers: Sequence[str],
    taken: Container[str] = (),
    leaving: Container[str] = (),
    known: dict[tuple[int, str], Known] | None = None,
) -> list[CheckedNumber]:
    """``numbers`` as they were given, each with what speaks against putting it into stock as a unit of ``variant``.

    ``taken`` are keys that other lines of the same document bring in; ``leaving`` those that it takes out first (a repair).
    A number that is known and out of stock is good: the unit comes back. One query, none where the caller has ``known``.
    """
    books = load_known({(variant.item_id, number) for number in numbers}) if known is None else known

    def fault_of(number: str, key: str) -> tuple[State, str]:
        there = books.get((variant.item_id, key))
        if there is None:
            return "good", ""
        if there.variant != variant.pk:
            return "other_variant", other_variant(number, there, variant)
        if there.location is not None and key not in leaving:
            return "elsewhere", (
                f"Serial number {number} of {variant.sku} is in stock already, at {there.location_name}. "
                "Check the number, or transfer it."
            )
        return "good", ""

    return checked(numbers, taken, fault_of)


def check_outgoing(
    *,
    variant: Variant,
    location: int,
    numbers: Sequence[str],
    uses: bool,
    taken: Container[str] = (),
    known: dict[tuple[int, str], Known] | None = None,
    here: str = "",
) -> list[CheckedNumber]:
    """``numbers`` as they were given, each good only when it is a unit of ``variant`` at ``location`` now.

    ``uses`` is whether the document ships or uses it up, which a hold forbids (rule 10); ``taken`` are keys that other
    lines of the same document take out; ``here`` is the location's name. Two queries, none where the caller has ``known``
    and ``here``.
    """
    books = load_known({(variant.item_id, number) for number in numbers}) if known is None else known
    here = here or Location.objects.filter(pk=location).values_list("name", flat=True).first() or "this location"

    def fault_of(number: str, key: str) -> tuple[State, str]:
        there = books.get((variant.item_id, key))
        if there is None:
            return "unknown", f"{variant.item.name} has no serial number “{number}”. Check the number on the label."
        if there.variant != variant.pk:
            return "other_variant", other_variant(number, there, variant)
        if there.location != location:
            place = "is not in stock" if there.location is None else f"is at {there.location_name}"
            return "gone" if there.location is None else "elsewhere", (
                f"Serial number {number} of {variant.sku} {place}, not at {here}. Check the number and the location."
            )
        if uses and there.is_held:
            return "held", f"Serial number {number} is on hold. Release it first."
        return "good", ""

    return checked(numbers, taken, fault_of)


def checked(numbers: Sequence[str], taken: Container[str], fault_of) -> list[CheckedNumber]:
    """Characters first, then doubles, then what ``fault_of`` says; the first of two equal numbers is judged by itself."""
    found, seen = [], set()
    for given in numbers:
        key = key_of(given)
        try:
            number = check_number(given, "Serial number")
        except ValueError as error:
            found.append(CheckedNumber(given, key, str(error), "characters"))
            continue
        if key in seen:
            state, fault = "double", f"Serial number {number} was given twice. Remove one of them."
        elif key in taken:
            state, fault = "double", f"Serial number {number} is in another line already. Remove it from one of them."
        else:
            state, fault = fault_of(number, key)
        seen.add(key)
        found.append(CheckedNumber(number, key, fault, state))
    return found


def load_known(wanted: set[tuple[int, str]]) -> dict[tuple[int, str], Known]:
    """By (item, key), what the books say of those (item, number) of ``wanted`` that the items have had; one query for all."""
    keys = sorted({(item, key_of(number)) for item, number in wanted if is_storable(number)})
    if not keys:
        return {}
    table, parameters = pairs(keys)
    rows = fetch(
        "SELECT s.item_id, s.key, s.variant_id, v.sku, s.location_id, l.name, s.status"
        f" FROM {table} JOIN tracking_serialnumber s ON s.item_id = w.owner AND s.key = w.key"
        " JOIN items_variant v ON v.id = s.variant_id LEFT JOIN tracking_location l ON l.id = s.location_id",
        parameters,
    )
    return {
        (item, key): Known(variant, sku, location, name, status == RecordStatus.HELD)
        for item, key, variant, sku, location, name, status in rows
    }


def is_storable(number: str) -> bool:
    """The databases fail when they are asked for a number that cannot exist."""
    try:
        check_number(number, "Serial number")
    except ValueError:
        return False
    return True


def other_variant(number: str, there: Known, variant: Variant) -> str:
    return (
        f"Serial number {number} belongs to {there.sku}, and the line says {variant.sku}. "
        "Choose the other variant, or another number."
    )
