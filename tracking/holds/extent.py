"""What holding or releasing a lot may reach further, shown before it is done. Read-only (rules 10 and 13).

The reason of a lot that is held because of another begins with that other one, in words: by it a release finds again
what was held together. It is text, so it outlives a switch, and says to everybody why the lot is on hold.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from tracking.models import Batch, SerialNumber
from tracking.models.batch import RecordStatus
from tracking.recalls.flows import Stock, shipments_of, stock_of
from tracking.recalls.steps import gap_sentences, steps_from
from tracking.records.hold import NAMES
from tracking.records.log import Record
from tracking.trace.facts import LotFacts, facts_of
from tracking.trace.walk import Place, reach


@dataclass(frozen=True, slots=True)
class Lot:
    """A batch or serial number with what of it is where, by location."""

    facts: LotFacts
    stock: tuple[Stock, ...]

    @property
    def on_hand(self) -> int:
        return sum(stock.quantity for stock in self.stock)

    @property
    def order(self) -> tuple[bool, str, str]:
        """What is in stock comes first, because there somebody has to go and look."""
        return not self.stock, self.facts.sku_key, self.facts.key


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """``itself`` is what it was made from; ``lots`` are not on hold; ``left_out`` are, and stay as they are.

    What a hold cannot reach: ``customers`` were sent something of all this in ``documents`` shipments, and ``gaps`` say in
    sentences what was made of it that has no number.
    """

    itself: Lot
    lots: tuple[Lot, ...]
    left_out: tuple[Lot, ...]
    gaps: tuple[str, ...]
    customers: int
    documents: int

    @property
    def in_stock(self) -> int:
        """How many of the lots that a hold would reach are in stock."""
        return sum(1 for lot in self.lots if lot.on_hand)


@dataclass(frozen=True, slots=True)
class HeldWith:
    """``lots`` are on hold because of the one in question; ``kept`` too, but something else on hold went into them.

    ``seen`` stands for exactly this and the hold itself: what is released is what was shown.
    """

    lots: tuple[Lot, ...]
    kept: tuple[Lot, ...]
    seen: str


def made_from(record: Record) -> MadeFrom:
    """Every lot made from ``record``, over any number of levels, in a number of queries that does not grow with them."""
    steps = steps_from([place_of(record)])
    facts = facts_of(steps.depths)
    lots = lots_of(facts.values())
    itself = next(lot for lot in lots if lot.facts.place == place_of(record))
    lots.remove(itself)
    here = {lot.facts.place for lot in (itself, *lots) if lot.facts.is_serial and lot.stock}  # came back
    shipments = [one for one in shipments_of(facts) if one.place not in here]
    return MadeFrom(
        itself=itself,
        lots=tuple(lot for lot in lots if not lot.facts.is_held),
        left_out=tuple(lot for lot in lots if lot.facts.is_held),
        gaps=tuple(gap_sentences(steps, facts)),
        customers=len({one.partner for one in shipments if one.partner is not None}),
        documents=len({one.document for one in shipments}),
    )


def held_with(record: Record) -> HeldWith:
    """What is on hold because it was made from ``record``: what a release may reach, and what it leaves on hold."""
    held = reasons_of_holds()
    held.pop(place_of(record), None)
    marked = {place for place, reason in held.items() if reason.startswith(mark_of(record))}
    kept = reach(held.keys() - marked, forward=True).lots & marked if marked else frozenset()
    lots = lots_of(facts_of(marked).values())
    return HeldWith(
        lots=tuple(lot for lot in lots if lot.facts.place not in kept),
        kept=tuple(lot for lot in lots if lot.facts.place in kept),
        seen=fingerprint([record.reason, sorted((*place, held[place]) for place in marked - kept)]),
    )


def reasons_of_holds() -> dict[Place, str]:
    """Every batch and serial number on hold, with the reason."""
    return {
        (model is SerialNumber, pk): reason
        for model in (Batch, SerialNumber)
        for pk, reason in model.objects.filter(status=RecordStatus.HELD).values_list("pk", "reason")
    }


def mark_of(record: Record) -> str:
    """What the reason of a lot begins with that is held because of ``record``: “Made from batch FL-1 of FLOUR: ”."""
    return f"Made from {NAMES[type(record)].lower()} {record.number} of {record.variant.sku}: "


def place_of(record: Record) -> Place:
    return isinstance(record, SerialNumber), record.pk


def lots_of(facts: Iterable[LotFacts]) -> list[Lot]:
    """The lots with their stock."""
    facts = {one.place: one for one in facts}
    stock = stock_of(facts) if facts else {}
    lots = [Lot(one, tuple(stock.get(place, ()))) for place, one in facts.items()]
    return sorted(lots, key=lambda lot: lot.order)


def fingerprint(content: list) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]
