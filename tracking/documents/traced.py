"""Whether what a document moved has its numbers: what the tracing column of a list says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from katana_trace.lib.numbers import UNBATCHED_KEY
from tracking.ledger.sql import any_of, fetch

# A line from before the item was tracked is under an earlier epoch, and was complete without a number.
TRACKED = (
    "i.tracking_mode <> 'none' AND (l.epoch = i.tracking_epoch OR l.batch_id IS NOT NULL OR l.serial_id IS NOT NULL)"
)
HAS_NUMBER = f"(l.serial_id IS NOT NULL OR b.key <> '{UNBATCHED_KEY}')"
# What is taken off the shelf without a number needs none where it stays in the house or is written off: that is how
# numbers are assigned, too.
NEEDS_NONE = "(l.quantity < 0 AND d.kind IN ('adjustment', 'stocktake', 'transfer'))"


@dataclass(frozen=True, slots=True)
class Traced:
    """How many lines of a document are of tracked items, and how many of these have no number."""

    lines: int = 0
    without: int = 0

    @property
    def is_whole(self) -> bool:
        return bool(self.lines) and not self.without


def traced(documents: Iterable[int]) -> dict[int, Traced]:
    """By document (its id). One query for all, over the lines of these documents."""
    ids = list(documents)
    condition, parameter = any_of("l.document_id", ids)
    rows = fetch(
        f"SELECT l.document_id, count(*), sum(CASE WHEN {HAS_NUMBER} OR {NEEDS_NONE} THEN 0 ELSE 1 END)"
        " FROM tracking_ledgerline l JOIN tracking_document d ON d.id = l.document_id"
        " JOIN items_variant v ON v.id = l.variant_id JOIN items_item i ON i.id = v.item_id"
        f" LEFT JOIN tracking_batch b ON b.id = l.batch_id WHERE {condition} AND {TRACKED} GROUP BY l.document_id",
        [parameter],
    )
    found = {document: Traced(lines, int(without)) for document, lines, without in rows}
    return {document: found.get(document, Traced()) for document in ids}
