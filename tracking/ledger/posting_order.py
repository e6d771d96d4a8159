"""Posting order: documents by the id of their first line, then their lines by id (rule 11).

Lines are read in the order of their ids, which is posting order wherever the lines of a document stand together. They always
do on SQLite, which has one writer at a time. On PostgreSQL the lines of two documents that share no level can stand between
each other: such a document is apart, and comes whole where its first line stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from tracking.ledger.sql import any_of, fetch

# Of the documents that ``narrowed`` names, those between whose lines others stand, with their first lines.
APART = """
    SELECT document_id, min(id) FROM tracking_ledgerline {narrowed}
    GROUP BY document_id HAVING max(id) - min(id) + 1 <> count(*)
"""
OF_ITEM = """
    WHERE document_id IN (SELECT l.document_id FROM tracking_ledgerline l
        WHERE l.variant_id IN (SELECT id FROM items_variant WHERE item_id = %s))
"""


def documents_apart(*, item: int | None = None, until: int | None = None) -> dict[int, int]:
    """The ids of documents whose lines do not stand together, with those of their first lines.

    Of the documents that moved ``item``, of the lines ``until`` an id, or of all.
    """
    if connection.vendor != "postgresql":
        return {}
    if item is not None:
        return dict(fetch(APART.format(narrowed=OF_ITEM), [item]))
    if until is not None:
        return dict(fetch(APART.format(narrowed="WHERE id <= %s"), [until]))
    return dict(fetch(APART.format(narrowed="")))


def in_posting_order(
    chunks: Iterable[Sequence[tuple]], *, apart: Mapping[int, int], lines_of: Callable[[int], Sequence[tuple]]
) -> Iterator[list[tuple]]:
    """The lines of ``chunks``, which come by id and begin with the ids of line and document, in posting order.

    ``lines_of`` reads the lines of one document; it is asked for those ``apart``.
    """
    waiting = sorted(apart, key=apart.__getitem__, reverse=True)
    for chunk in chunks:
        ordered: list[tuple] = []
        for line in chunk:
            while waiting and apart[waiting[-1]] < line[0]:
                ordered += lines_of(waiting.pop())
            if line[1] not in apart:
                ordered.append(line)
        yield ordered
    for document in reversed(waiting):
        yield list(lines_of(document))


@dataclass(frozen=True, slots=True)
class PlacedDocument:
    """A document with the id of its ``first`` line (None without lines), and how many ``lines`` it has."""

    id: int
    first: int | None
    lines: int


def placed_documents(ids: Sequence[int]) -> list[PlacedDocument]:
    """The documents ``ids`` in posting order; those without lines come last, by id."""
    condition, parameter = any_of("document_id", ids)
    found = {
        id_: PlacedDocument(id_, first, lines)
        for id_, first, lines in fetch(
            f"SELECT document_id, min(id), count(*) FROM tracking_ledgerline WHERE {condition} GROUP BY document_id",
            [parameter],
        )
    }
    placed = [found.get(id_) or PlacedDocument(id_, None, 0) for id_ in ids]
    return sorted(placed, key=lambda one: (one.first is None, one.first or one.id))
