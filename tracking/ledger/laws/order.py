"""Law 13: in posting order (rule 11) no running sum is ever below zero.

Judged are the levels of batches and those without number. They are never below zero together where none is by itself, so a
variant at a location is judged as a whole only where its level without number is not: at items with a restored archive,
whose lines of meanwhile stand in no level of their own. There a document of the system is a passage, and counts at its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from katana_trace.lib.quantities import plain
from tracking.ledger.posting_order import documents_apart
from tracking.ledger.sql import fetch
from tracking.models import Baseline

RESTORED = """
    SELECT v.id FROM items_variant v WHERE EXISTS (
        SELECT 1 FROM tracking_archive a WHERE a.item_id = v.item_id AND a.restored_at IS NOT NULL)
"""
# A level into which everything came before anything left, and of which not more left, was never below zero.
DOUBTFUL = """
    SELECT variant_id, location_id, coalesce(batch_id, 0) AS batch FROM tracking_ledgerline WHERE serial_id IS NULL
    GROUP BY 1, 2, 3 HAVING sum(quantity) < 0 OR min(CASE WHEN quantity < 0 THEN id END) < {last_in}
"""
LAST_IN = "coalesce(max(CASE WHEN quantity > 0 THEN id END), 9223372036854775807)"
NEVER_PLAIN = (
    "9223372036854775807"  # where lines of documents stand between each other, ids do not tell what came first
)
LEVELS = f"""
    SELECT q.variant_id, q.location_id, q.batch, q.id, q.document_id, q.rest FROM (
        SELECT l.id, l.document_id, l.variant_id, l.location_id, d.batch,
            sum(l.quantity) OVER (PARTITION BY l.variant_id, l.location_id, d.batch ORDER BY {{place}}l.id) AS rest
        FROM ({DOUBTFUL}) d JOIN tracking_ledgerline l ON l.variant_id = d.variant_id AND l.location_id = d.location_id
            AND coalesce(l.batch_id, 0) = d.batch AND l.serial_id IS NULL {{apart}}
        WHERE d.batch <> 0 OR d.variant_id NOT IN ({RESTORED})
    ) q WHERE q.rest < 0 ORDER BY q.id
"""
APART = "LEFT JOIN unnest(%s::bigint[], %s::bigint[]) AS a(document_id, line) ON a.document_id = l.document_id"
WHOLE = f"""
    SELECT q.variant_id, q.location_id, 0, q.line, q.document_id, q.rest FROM (
        SELECT s.*, sum(s.moved) OVER w - CASE WHEN s.is_system THEN 0 ELSE s.moved - s.taken END AS rest FROM (
            SELECT l.variant_id, l.location_id, l.document_id, min(l.id) AS line, sum(l.quantity) AS moved,
                sum(CASE WHEN l.quantity < 0 THEN l.quantity ELSE 0 END) AS taken,
                d.kind IN ('tracking_on', 'tracking_restored') AS is_system
            FROM tracking_ledgerline l JOIN tracking_document d ON d.id = l.document_id
            WHERE l.variant_id IN ({RESTORED}) GROUP BY l.variant_id, l.location_id, l.document_id, d.kind
        ) s WINDOW w AS (PARTITION BY s.variant_id, s.location_id ORDER BY s.line)
    ) q WHERE q.rest < 0 ORDER BY q.line
"""
NAMED = """
    SELECT v.sku, p.name, coalesce(b.number, ''), coalesce((
        SELECT sum(k.quantity) FROM tracking_stocklevel k WHERE k.variant_id = v.id AND k.location_id = p.id
            AND coalesce(k.batch_id, 0) = %s), 0), d.number
    FROM items_variant v JOIN tracking_location p ON p.id = %s LEFT JOIN tracking_batch b ON b.id = %s
    JOIN tracking_document d ON d.id = %s WHERE v.id = %s
"""


@dataclass(frozen=True, slots=True)
class Shortage:
    """A level that was ``rest`` millionths, below zero, after a line of the document; ``on_hand`` is what is there now."""

    line: int
    sku: str
    place: str
    batch: str
    document: str
    rest: int
    on_hand: int

    @property
    def what(self) -> str:
        named = f", batch {self.batch}" if self.batch else ""
        return f"{self.sku} at {self.place}{named}: {plain(self.rest)} after {self.document} in posting order"


def running_sums() -> Iterator[str]:
    baseline = Baseline.objects.first()
    for shortage in shortages(baseline):
        if baseline is None or shortage.line > baseline.last_line:
            yield f"{shortage.what}."


def old_running_sums() -> Iterator[str]:
    """Of an installed site: what was posted so before levels were locked first. It is told, and broken it is not."""
    baseline = Baseline.objects.first()
    if baseline is None or not baseline.last_line:
        return
    for shortage in shortages(baseline):
        if shortage.line <= baseline.last_line:
            yield (
                f"{shortage.what}. That was posted before {day_of(baseline.made_at)}, when two writers could. "
                f"The {plain(shortage.on_hand)} on hand are right."
            )


def day_of(instant: datetime) -> str:
    return instant.date().isoformat()


def shortages(baseline: Baseline | None) -> Iterator[Shortage]:
    """The first time that each level was below zero."""
    apart = documents_apart(until=baseline.last_line) if baseline and baseline.last_line else {}
    query, parameters = LEVELS.format(place="", apart="", last_in=LAST_IN), []
    if apart:
        query = LEVELS.format(place="coalesce(a.line, l.id), ", apart=APART, last_in=NEVER_PLAIN)
        parameters = [list(apart), list(apart.values())]
    seen: set[tuple[int, int, int]] = set()
    for variant, location, batch, line, document, rest in [*fetch(query, parameters), *fetch(WHOLE)]:
        if (variant, location, batch) in seen:
            continue
        seen.add((variant, location, batch))
        sku, place, number, on_hand, name = fetch(NAMED, [batch, location, batch, document, variant])[0]
        yield Shortage(line, sku, place, number, name, int(rest), int(on_hand))
