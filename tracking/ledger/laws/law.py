"""The table of laws, in the numbers of DESIGN 4."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from tracking.ledger.laws import documents, evidence, keeping, levels, lines, numbers, order, record
from tracking.ledger.laws.reading import Reading

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Law:
    """``find`` gives what breaks the law; ``notes`` what is worth knowing of it and breaks nothing. Both take the reading of
    this run over the laws, in which what several of them ask is read once."""

    number: int
    sentence: str
    find: Callable[[Reading], Iterator[str]]
    notes: Callable[[Reading], Iterator[str]] | None = None


LAWS = (
    Law(1, "Each stock level equals the sum of its ledger lines and serial numbers", levels.unequal),
    Law(2, "No level is below zero or has more numbers than units", levels.out_of_bounds),
    Law(3, "What an item has fits its tracking", numbers.misfits),
    Law(4, "Line, variant, batch and serial number belong together", numbers.strangers),
    Law(5, "A serial number is in one place, and its lines lead there", numbers.serial_paths),
    Law(6, "Lines of the present epoch fit the present tracking", lines.epochs),
    Law(7, "Documents have lines; transfers and system documents move nothing in sum", documents.unbalanced),
    Law(8, "A reversed document and its mirror sum to zero", documents.mirrors),
    Law(9, "All triggers and constraints are there", keeping.defences),
    Law(10, "Each switch to No tracking has its archive, whole", keeping.archives),
    Law(11, "Stored keys equal the recomputed ones", keeping.keys),
    Law(12, "The mass balance of each batch and serial number is right", lines.balances),
    Law(13, "In posting order nothing was ever below zero", order.running_sums, order.old_running_sums),
    Law(14, "Documents are as they were posted", evidence.digests, evidence.digests_of_before),
    Law(
        15,
        "Every seal follows from the one before, the documents and the change log",
        evidence.chain,
        evidence.not_sealed,
    ),
    Law(17, "Records match the change log, the downloads and the recalls", record.recorded),
)


def broken_laws() -> Iterator[tuple[Law, list[str]]]:
    """Each law with what breaks it (the first 20 findings), in order; nothing is written."""
    reading = Reading()
    for law in LAWS:
        yield law, list(islice(law.find(reading), SHOWN))


def notes_of(law: Law) -> list[str]:
    """The first 20 notes on a law."""
    return list(islice(law.notes(Reading()), SHOWN)) if law.notes else []
