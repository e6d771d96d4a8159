"""Law 13: in posting order (rule 11) no running sum is ever below zero.

Judged are the levels of batches and those without number. They are never below zero together where none is by itself, so a
variant at a location is judged as a whole only where its level without number is not: at items with a restored archive,
whose lines of meanwhile stand in no level of their own. There a document of the system is a passage, and counts at its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from katana_trace.lib.quantities import plain
from tracking.ledger.laws.reading import Reading
from tracking.ledger.posting_order import documents_apart
from tracking.ledger.sql import fetch
from tracking.models import Baseline

RESTORED = """
    SELECT v.id FROM items_variant v WHERE EXISTS (
        SELECT 1 FROM tracking_archive a WHERE a.item_id = v.item_id AND a.restored_at IS NOT NULL)
"""
# SQLite reads the lines once, in the order of their ids; there that is posting order (tracking/ledger/posting_order.py).
LINES = """
    SELECT id, variant_id, location_id, coalesce(batch_id, 0), document_id, quantity
    FROM tracking_ledgerline NOT INDEXED WHERE serial_id IS NULL AND id > %s ORDER BY id LIMIT %s
"""
CHUNK = 50_000
# PostgreSQL sorts what is in doubt, found by its batch or, without one, by its variant below zero: by one expression, so that
# it hashes. Whole units and millionths are summed apart: a window of 64-bit numbers would sum them as decimals.
LEVELS = f"""
    SELECT q.variant_id, q.location_id, q.batch, q.id, q.document_id, q.rest FROM (
        SELECT l.id, l.document_id, l.variant_id, l.location_id, coalesce(l.batch_id, 0) AS batch,
            sum((l.quantity / 1000000)::int) OVER w * 1000000 + sum((l.quantity %% 1000000)::int) OVER w AS rest
        FROM tracking_ledgerline l {{apart}}
        WHERE l.serial_id IS NULL AND (l.batch_id IS NOT NULL OR l.variant_id NOT IN ({RESTORED}))
            AND (coalesce(l.batch_id, -l.variant_id), l.location_id) IN (
                SELECT t.lot, t.location_id FROM unnest(%s::bigint[], %s::bigint[]) AS t(lot, location_id))
        WINDOW w AS (
            PARTITION BY coalesce(l.batch_id, -l.variant_id), l.location_id ORDER BY {{place}}l.id ROWS UNBOUNDED PRECEDING)
    ) q WHERE q.rest < 0 ORDER BY q.id
"""
# Where the lines of documents stand between each other, ids do not tell what came first: every level is in doubt.
EVERY_LEVEL = "SELECT coalesce(batch_id, -variant_id), location_id FROM tracking_stocklevel"
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


def running_sums(reading: Reading) -> Iterator[str]:
    baseline = Baseline.objects.first()
    for shortage in shortages(reading, baseline):
        if baseline is None or shortage.line > baseline.last_line:
            yield f"{shortage.what}."


def old_running_sums(reading: Reading) -> Iterator[str]:
    """Shortages of an installed site from before levels were locked first: named as notes, not as a broken law."""
    baseline = Baseline.objects.first()
    if baseline is None or not baseline.last_line:
        return
    for shortage in shortages(reading, baseline):
        if shortage.line <= baseline.last_line:
            yield (
                f"{shortage.what}. It was posted before {day_of(baseline.made_at)}, when two people posting at once could cause "
                f"this. The stock on hand, {plain(shortage.on_hand)}, is right."
            )


def day_of(instant: datetime) -> str:
    return instant.date().isoformat()


def shortages(reading: Reading, baseline: Baseline | None) -> Iterator[Shortage]:
    """The first time that each level was below zero."""
    read = sorted_levels if connection.vendor == "postgresql" else read_levels
    seen: set[tuple[int, int, int]] = set()
    for variant, location, batch, line, document, rest in [*read(reading, baseline), *fetch(WHOLE)]:
        if (variant, location, batch) in seen:
            continue
        seen.add((variant, location, batch))
        sku, place, number, on_hand, name = fetch(NAMED, [batch, location, batch, document, variant])[0]
        yield Shortage(line, sku, place, number, name, int(rest), int(on_hand))


def sorted_levels(reading: Reading, baseline: Baseline | None) -> list[tuple]:
    """On PostgreSQL: (variant, location, batch or 0, line, document, what was left), wherever that is below zero."""
    apart = documents_apart(until=baseline.last_line) if baseline and baseline.last_line else {}
    levels = [(one.batch or -one.variant, one.location) for one in reading.sums.doubtful]
    if apart:
        levels = fetch(EVERY_LEVEL)
    columns = [list(column) for column in zip(*levels, strict=True)] or [[], []]
    if not apart:
        return fetch(LEVELS.format(place="", apart=""), columns)
    query = LEVELS.format(place="coalesce(a.line, l.id), ", apart=APART)
    return fetch(query, [list(apart), list(apart.values()), *columns])


def read_levels(reading: Reading, baseline: Baseline | None) -> Iterator[tuple]:
    """The same on SQLite."""
    whole = {variant for (variant,) in fetch(RESTORED)}
    sums: dict[tuple[int, int, int], int] = {}
    last = 0
    while lines := fetch(LINES, [last, CHUNK]):
        for line, variant, location, batch, document, quantity in lines:
            level = variant, location, batch
            rest = sums[level] = sums.get(level, 0) + quantity
            if rest < 0 and (batch or variant not in whole):
                yield (*level, line, document, rest)
        last = lines[-1][0]
