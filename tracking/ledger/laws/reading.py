"""What several laws ask of every line, read once: the sums of levels (1), of lots (12), and which levels are in doubt (13)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from tracking.ledger.firsts import MAKING
from tracking.ledger.sql import fetch

# ``moved`` leaves transfers out: every other line belongs to one column of the balance. The three instants are those of
# ``tracking.ledger.firsts``, the earliest of each rank; ``m`` is the mirror of a document.
SUMS = f"""
    WITH s AS MATERIALIZED (
        SELECT l.variant_id, l.location_id, coalesce(l.batch_id, 0) AS batch, sum(l.quantity) AS quantity,
            sum(CASE WHEN l.serial_id IS NULL THEN 0 ELSE l.quantity END) AS numbered,
            sum(CASE WHEN d.kind = 'transfer' THEN 0 ELSE l.quantity END) AS moved,
            min(CASE WHEN l.serial_id IS NULL AND l.quantity < 0 THEN l.id END) AS first_out,
            max(CASE WHEN l.serial_id IS NULL AND l.quantity > 0 THEN l.id END) AS last_in,
            min(CASE WHEN {{brought}} AND m.id IS NULL AND {MAKING} THEN d.posted_at END) AS made_at,
            min(CASE WHEN {{brought}} AND m.id IS NULL THEN d.posted_at END) AS came_at,
            min(CASE WHEN {{brought}} THEN d.posted_at END) AS ever_at
        FROM tracking_ledgerline l JOIN tracking_document d ON d.id = l.document_id
        LEFT JOIN tracking_document m ON m.reverses_id = d.id GROUP BY 1, 2, 3
    ), k AS (
        SELECT variant_id, location_id, coalesce(batch_id, 0) AS batch, quantity, numbered FROM tracking_stocklevel
    ), lots AS (
        SELECT s.batch, sum(s.moved) AS moved, coalesce(min(s.made_at), min(s.came_at), min(s.ever_at)) AS first_at
        FROM s WHERE s.batch <> 0 GROUP BY 1
    )
    SELECT 'level', s.variant_id, s.location_id, s.batch, s.quantity, k.quantity, s.numbered, k.numbered, NULL, NULL
    FROM s LEFT JOIN k ON k.variant_id = s.variant_id AND k.location_id = s.location_id AND k.batch = s.batch
    WHERE k.quantity IS NULL OR k.quantity <> s.quantity OR k.numbered <> s.numbered
    UNION ALL
    SELECT 'level', k.variant_id, k.location_id, k.batch, NULL, k.quantity, NULL, k.numbered, NULL, NULL
    FROM k LEFT JOIN s ON k.variant_id = s.variant_id AND k.location_id = s.location_id AND k.batch = s.batch
    WHERE s.quantity IS NULL
    UNION ALL
    SELECT 'lot', b.variant_id, NULL, lots.batch, lots.moved, coalesce(t.there, 0), NULL, NULL, NULL, NULL
    FROM lots JOIN tracking_batch b ON b.id = lots.batch
    LEFT JOIN (SELECT batch_id, sum(quantity) AS there FROM tracking_stocklevel GROUP BY 1) t ON t.batch_id = lots.batch
    WHERE lots.moved <> coalesce(t.there, 0)
    UNION ALL
    SELECT 'first', b.variant_id, NULL, lots.batch, NULL, NULL, NULL, NULL,
        CAST(b.first_at AS text), CAST(lots.first_at AS text)
    FROM lots JOIN tracking_batch b ON b.id = lots.batch
    WHERE lots.first_at IS NOT NULL AND (b.first_at IS NULL OR b.first_at <> lots.first_at)
    UNION ALL
    SELECT 'doubt', s.variant_id, s.location_id, s.batch, NULL, NULL, NULL, NULL, NULL, NULL
    FROM s WHERE s.first_out IS NOT NULL AND (s.last_in IS NULL OR s.last_in > s.first_out OR s.quantity - s.numbered < 0)
""".format(brought="l.quantity > 0 AND d.reverses_id IS NULL")


@dataclass(frozen=True, slots=True)
class LevelSum:
    """A level whose lines sum to something else than it says; None where there is no line, or no level. Millionths."""

    variant: int
    location: int
    batch: int  # 0 without one
    lines: int | None
    level: int | None
    line_numbers: int | None
    level_numbers: int | None


@dataclass(frozen=True, slots=True)
class LotSum:
    """A batch of which its documents have ``moved`` something else than is ``there``. Millionths."""

    variant: int
    batch: int
    moved: int
    there: int


@dataclass(frozen=True, slots=True)
class First:
    """A batch of which another instant is ``kept`` than that at which it first came in."""

    variant: int
    batch: int
    kept: str | None
    right: str


@dataclass(frozen=True, slots=True)
class Level:
    """A level whose running sum may have been below zero: something left it before the last of it came."""

    variant: int
    location: int
    batch: int


@dataclass(slots=True)
class Sums:
    unequal: list[LevelSum] = field(default_factory=list)
    lots: list[LotSum] = field(default_factory=list)
    firsts: list[First] = field(default_factory=list)
    doubtful: list[Level] = field(default_factory=list)


class Reading:
    """One run over the laws; what is read is read when the first law asks for it."""

    @cached_property
    def sums(self) -> Sums:
        found = Sums()
        for what, variant, location, batch, lines, level, line_numbers, level_numbers, kept, right in fetch(SUMS):
            if what == "level":
                numbers = (lines, level, line_numbers, level_numbers)
                found.unequal.append(LevelSum(variant, location, batch, *(as_int(number) for number in numbers)))
            elif what == "lot":
                found.lots.append(LotSum(variant, batch, int(lines), int(level)))
            elif what == "first":
                found.firsts.append(First(variant, batch, kept, right))
            else:
                found.doubtful.append(Level(variant, location, batch))
        return found


def as_int(number) -> int | None:
    """PostgreSQL sums 64-bit numbers as decimals."""
    return None if number is None else int(number)
