"""Lots by what was typed, scanned or linked, and what there is to know of them."""

from __future__ import annotations

from katana_trace.lib.numbers import LIMIT, can_be_stored, key_of
from katana_trace.lib.quantities import shown
from katana_trace.lib.refusal import Refusal
from tracking.trace.facts import TABLES, LotFacts, facts_where
from tracking.trace.walk import Place

MOST_LINES = 1000
LONGEST = 2 * LIMIT + 1  # characters of a SKU, a space and a number


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
