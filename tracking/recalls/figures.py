"""The figures of a case, from its own rows: they hold when the numbers themselves are long gone.

The definition of "accounted for" is here alone (``ACCOUNTED``), and pages write it out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tracking.ledger.sql import any_of, fetch
from tracking.trace.balance import percent_of

ACCOUNTED = (
    "Of what came in of each lot (opening, received, produced, returned and adjusted, so what was adjusted away is off), "
    "that which is on hand, was used into lots that are in this case too, was shipped to a customer whose name is known, "
    "or was sent back to its supplier. Quantities are added up within a unit; the figure is that of the unit with the least, "
    "rounded down, so 100 % means that nothing is missing. What is found of a lot beyond what came in counts as missing too."
)

# For each lot: what came, what is known of it, what left without a known name, and what was shipped and recovered.
LOTS = """
    SELECT l.recall_id, l.sku, l.label, l.unit, l.depth, l.came, l.used, l.shipped, l.sent_back, l.on_hand,
        l.used + l.shipped + l.sent_back + l.on_hand AS gone,
        coalesce(s.nameless, 0) AS nameless, coalesce(s.recovered, 0) AS recovered
    FROM tracking_recalllot l
    LEFT JOIN (
        SELECT t.lot_id, sum(t.recovered) AS recovered,
            sum(CASE WHEN c.name = '' THEN t.quantity ELSE 0 END) AS nameless
        FROM tracking_recallshipment t JOIN tracking_recallcustomer c ON c.id = t.customer_id
        JOIN tracking_recalllot k ON k.id = t.lot_id WHERE {shipped} GROUP BY t.lot_id
    ) s ON s.lot_id = l.id
    WHERE {lots}
"""
SUMS = """
    sum(q.came), sum(q.used), sum(q.shipped), sum(q.sent_back), sum(q.on_hand), sum(q.recovered),
    sum(abs(q.came - q.gone) + q.nameless), sum(CASE WHEN q.came > q.gone THEN q.came ELSE q.gone END), count(*)
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums in millionths. ``missing`` is what is not accounted for, of ``whole``."""

    sku: str
    label: str
    unit: str
    came: int
    used: int
    shipped: int
    sent_back: int
    on_hand: int
    recovered: int
    missing: int
    whole: int
    lots: int

    @property
    def percent(self) -> str:
        return percent_of(self.missing, self.whole)

    @property
    def is_whole(self) -> bool:
        return not self.missing


def by_product(recall: int) -> list[Figures]:
    """The figures of each variant in a case, those it begins with first."""
    rows = fetch(
        f"SELECT q.sku, q.label, q.unit, {SUMS} FROM ({lots_of()}) q"
        " GROUP BY q.sku, q.label, q.unit ORDER BY min(q.depth), q.label, q.sku",
        parameters_of([recall]),
    )
    return [Figures(*row[:3], *map(int, row[3:])) for row in rows]


def by_unit(recalls: Iterable[int]) -> dict[int, list[Figures]]:
    """The figures of each unit of each case: case to list, by unit; the same query for one case and for fifty."""
    found: dict[int, list[Figures]] = {recall: [] for recall in recalls}
    for recall, unit, *sums in fetch(
        f"SELECT q.recall_id, q.unit, {SUMS} FROM ({lots_of()}) q GROUP BY q.recall_id, q.unit ORDER BY q.unit",
        parameters_of(list(found)),
    ):
        found[recall].append(Figures("", "", unit, *map(int, sums)))
    return found


def lots_of() -> str:
    return LOTS.format(shipped=any_of("k.recall_id", [])[0], lots=any_of("l.recall_id", [])[0])


def parameters_of(recalls: list[int]) -> list:
    parameter = any_of("l.recall_id", recalls)[1]
    return [parameter, parameter]


def least(figures: Iterable[Figures]) -> str:
    """The percentage of a case: that of the unit with the least."""
    return min((one.percent for one in figures), key=float, default="100")


def missing_of(came: int, used: int, shipped: int, sent_back: int, on_hand: int) -> int:
    """The difference of one lot by law 12: + is gone without a trace, − is there without having come."""
    return came - used - shipped - sent_back - on_hand
