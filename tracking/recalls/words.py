"""How cases write counts, lists and quantities into sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from katana_trace.lib.quantities import for_people

NAMED = 10  # names in one sentence


def count_of(number: int, word: str) -> str:
    """``1 lot``, ``1,204 lots``."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def listed(names: Iterable[str], most: int = NAMED) -> str:
    """The first of ``names`` by code point, and how many more there are."""
    names = sorted(names)
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def in_units(sums: Mapping[str, int]) -> str:
    """``{"kg": 2500000, "pcs": 12000000}`` as 2.5 kg, 12 pcs."""
    return ", ".join(f"{for_people(quantity)} {unit}" for unit, quantity in sorted(sums.items()))


def parts_of(sentences: Iterable[str], limit: int) -> Iterator[str]:
    """``sentences`` joined by spaces into texts of at most ``limit`` characters; nothing of them is lost."""
    text = ""
    for sentence in sentences:
        whole = f"{text} {sentence}" if text else sentence
        if len(whole) <= limit:
            text = whole
            continue
        if text:
            yield text
        while len(sentence) > limit:
            yield sentence[:limit]
            sentence = sentence[limit:]
        text = sentence
    if text:
        yield text
