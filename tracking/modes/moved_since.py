"""What moved since an item's tracking was switched off, and still counts: to be shown before it is settled (rule 7)."""

from __future__ import annotations

from dataclasses import dataclass

from items.models import Item
from tracking.ledger.sql import fetch
from tracking.models import Document

SHOWN = 50

# A document that was reversed and its mirror sum to zero, line by line, so neither counts.
MOVED = """
    WITH since AS (
        SELECT d.id, d.reverses_id, sum(CASE WHEN l.quantity > 0 THEN l.quantity ELSE 0 END) AS came,
            sum(CASE WHEN l.quantity < 0 THEN -l.quantity ELSE 0 END) AS went
        FROM tracking_ledgerline l
        JOIN items_variant v ON v.id = l.variant_id JOIN tracking_document d ON d.id = l.document_id
        WHERE v.item_id = %s AND l.epoch >= %s AND d.kind NOT IN ('tracking_on', 'tracking_restored')
        GROUP BY d.id, d.reverses_id
    )
    SELECT id, came, went FROM since
    WHERE NOT EXISTS (SELECT 1 FROM since m WHERE m.reverses_id = since.id OR m.id = since.reverses_id)
    ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Moved:
    """A document that moved the item: what came in and what went out by it, in millionths."""

    document: Document
    came: int
    went: int


@dataclass(frozen=True, slots=True)
class MovedSince:
    """The first documents of ``count``; ``came`` and ``went`` are of all of them. ``ids`` are all documents'."""

    ids: tuple[int, ...]
    shown: tuple[Moved, ...]
    came: int
    went: int

    @property
    def count(self) -> int:
        return len(self.ids)

    @property
    def more(self) -> int:
        return len(self.ids) - len(self.shown)


def moved_since(item: Item, epoch: int) -> MovedSince:
    """What moved ``item`` in documents of the epoch ``epoch`` or later, in posting order."""
    rows = fetch(MOVED, [item.pk, epoch])
    documents = Document.objects.in_bulk([id_ for id_, _, _ in rows[:SHOWN]])
    return MovedSince(
        ids=tuple(id_ for id_, _, _ in rows),
        shown=tuple(Moved(documents[id_], int(came), int(went)) for id_, came, went in rows[:SHOWN]),
        came=sum(int(came) for _, came, _ in rows),
        went=sum(int(went) for _, _, went in rows),
    )
