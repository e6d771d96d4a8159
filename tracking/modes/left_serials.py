"""The serial numbers that left while tracking was off, as a person names them (rule 7).

The ledger knows how many have left a place, never which. At least as many as are missing must be named; more may be,
for what arrived meanwhile hides what left.
"""

from __future__ import annotations

from collections.abc import Iterable

from katana_trace.lib.numbers import key_of
from katana_trace.lib.pasted import expand_range
from katana_trace.lib.quantities import shown
from katana_trace.lib.refusal import Refusal
from tracking.modes.restore_plan import RestorePlan, SerialPlace
from tracking.modes.restored_records import ArchivedRecord

NAMED = 5
SPARE = 20_000  # numbers that may be named in vain, or twice, before nobody reads on

Left = list[tuple[SerialPlace, ArchivedRecord]]


def named_left(plan: RestorePlan, texts: Iterable[str]) -> Left:
    """The restored numbers that ``texts`` name as gone, each a number or a range such as ``A100-A149``, by place.

    Raises Refusal (field ``left``) for a number that does not come back into stock, and while too few are named.
    """
    stocked = {record.key: (place, record) for place in plan.serial_places for record in place.numbers}
    chosen: dict[str, tuple[SerialPlace, ArchivedRecord]] = {}
    wrong: list[str] = []
    for count, number in enumerate(number for text in texts for number in numbers_of(text, stocked)):
        if count > 2 * len(stocked) + SPARE:
            raise Refusal(
                f"More numbers are named than the {len(stocked):,} that come back into stock. Name only those that left.",
                field="left",
            )
        if key_of(number) in stocked:
            chosen[key_of(number)] = stocked[key_of(number)]
        else:
            wrong.append(number)
    if wrong:
        raise Refusal(sentence_of_wrong(plan, list(dict.fromkeys(wrong))), field="left")
    counts: dict[tuple[int, int], int] = {}
    for place, _ in chosen.values():
        counts[place.variant, place.location] = counts.get((place.variant, place.location), 0) + 1
    short = [
        (place, place.to_name - counts.get((place.variant, place.location), 0))
        for place in plan.serial_places
        if place.to_name > counts.get((place.variant, place.location), 0)
    ]
    if short:
        raise Refusal(sentence_of_short(plan, short), field="left")
    return [chosen[key] for key in sorted(chosen)]


def numbers_of(text: str, stocked: dict) -> list[str]:
    """A text that is a number in stock is that number, even when it looks like a range."""
    if key_of(text) in stocked:
        return [text]
    try:
        return expand_range(text, limit=100_000)
    except ValueError:
        return [text]


def sentence_of_wrong(plan: RestorePlan, wrong: list[str]) -> str:
    known = {record.key for record in plan.records}
    gone = [number for number in wrong if key_of(number) in known]
    strange = [number for number in wrong if key_of(number) not in known]
    parts = []
    if strange:
        parts.append(f"The history of {plan.item.name} has no serial number {listed(strange)}. Check the label.")
    if gone:
        parts.append(
            f"{listed(gone)} had left stock before tracking was switched off, so it is not among what left since. "
            "Leave it out."
        )
    return " ".join(parts)


def sentence_of_short(plan: RestorePlan, short: list[tuple[SerialPlace, int]]) -> str:
    wanted = "; ".join(
        f"{place.sku} at {place.place}: {len(place.numbers):,} serial numbers come back, {place.unnumbered:,} units "
        f"without a number are there, name {missing:,} {'more ' if missing < place.to_name else ''}that left"
        for place, missing in short[:NAMED]
    )
    more = f"; and at {len(short) - NAMED:,} more places" if len(short) > NAMED else ""
    return f"Units of {plan.item.name} left while tracking was off, and only you can say which. {wanted}{more}."


def listed(numbers: list[str]) -> str:
    names = ", ".join(f"“{shown(number)}”" for number in numbers[:NAMED])
    return f"{names} and {len(numbers) - NAMED:,} more" if len(numbers) > NAMED else names
