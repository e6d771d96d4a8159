"""How much of the stock has numbers: what the head of the home page says."""

from __future__ import annotations

from dataclasses import dataclass

from katana_trace.lib.numbers import UNBATCHED_KEY
from tracking.ledger.sql import fetch


@dataclass(frozen=True, slots=True)
class Numbers:
    """Tracked items that are not archived, and the batches and serial numbers that are in stock."""

    items: int
    batches: int
    serials: int


def numbers_in_stock() -> Numbers:
    """UNBATCHED is no number. Serial numbers are read from the levels, which know how many there are."""
    rows = fetch(
        "SELECT (SELECT count(*) FROM items_item i WHERE i.tracking_mode <> 'none' AND i.archived_at IS NULL),"
        " (SELECT count(DISTINCT b.id) FROM tracking_stocklevel k JOIN tracking_batch b ON b.id = k.batch_id"
        f"  WHERE k.in_stock AND b.key <> '{UNBATCHED_KEY}'),"
        " (SELECT coalesce(sum(k.numbered / 1000000), 0) FROM tracking_stocklevel k"
        "  WHERE k.in_stock AND k.batch_id IS NULL)"
    )
    return Numbers(*map(int, rows[0]))
