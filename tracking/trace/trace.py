"""The trace of one lot: what is in it, what it went into, who supplied, who received, and whether the sum is right."""

from __future__ import annotations

from dataclasses import dataclass

from katana_trace.lib.quantities import plain, shown
from katana_trace.lib.refusal import Refusal
from tracking.trace.balance import Balance, balance_of
from tracking.trace.gaps import Gap, gaps_of
from tracking.trace.lot import Lot, find_lot, name_lots
from tracking.trace.partners import Shipped, shipments_of, suppliers_of
from tracking.trace.settled import settled_gaps
from tracking.trace.walk import reach


@dataclass(frozen=True, slots=True)
class Trace:
    """``made_from`` and ``made_into`` go over any number of production levels; ``lot`` is in neither."""

    lot: Lot
    made_from: tuple[Lot, ...]
    made_into: tuple[Lot, ...]
    suppliers: tuple[str, ...]
    shipments: tuple[Shipped, ...]
    balance: Balance
    gaps: tuple[Gap, ...]

    @property
    def customers(self) -> list[str]:
        return sorted({shipped.partner for shipped in self.shipments if shipped.partner})

    @property
    def is_complete(self) -> bool:
        return not self.gaps

    def as_json(self) -> dict:
        """The answer of ``manage.py trace`` (DESIGN 5.1), lists sorted as text."""
        return {
            "made_from": sorted([lot.sku, lot.number] for lot in self.made_from),
            "made_into": sorted([lot.sku, lot.number] for lot in self.made_into),
            "suppliers": list(self.suppliers),
            "customers": self.customers,
            "shipments": sorted([s.sku, s.number, s.partner, s.document, plain(s.quantity)] for s in self.shipments),
            "balance": self.balance.as_text(),
            "gaps": [[gap.item, gap.switched_off_on.isoformat()] for gap in self.gaps],
        }


def trace_lot(*, sku: str, number: str) -> Trace:
    """Traces the batch or serial number ``number`` of ``sku``, found by key. Raises Refusal when there is none."""
    lot = find_lot(sku=sku, number=number)
    if lot is None:
        raise Refusal(f"{shown(sku)} has no batch or serial number “{shown(number)}”. Check both on the label.")
    back, ahead = reach([lot.place], forward=False), reach([lot.place], forward=True)
    lots = name_lots(set(back.lots | ahead.lots))
    made_from = tuple(lots[place] for place in back.lots)
    made_into = tuple(lots[place] for place in ahead.lots)
    return Trace(
        lot=lot,
        made_from=made_from,
        made_into=made_into,
        suppliers=tuple(suppliers_of([lot, *made_from])),
        shipments=tuple(shipments_of([lot, *made_into])),
        balance=balance_of(lot),
        gaps=tuple(sorted({*gaps_of(back.bare | ahead.bare), *settled_gaps({lot.place, *ahead.lots})})),
    )
