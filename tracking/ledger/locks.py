"""Who waits for whom. Order everywhere: a draft, the ledger, then items by id, then serial numbers, then levels.

PostgreSQL: advisory locks of the transaction; row share locks on items starved the switch. SQLite has one writer at a
time (IMMEDIATE), so there is nothing to take.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

LEDGER = -1
NUMBERING = -100  # one lock per kind of document below this
DRAFTS = 1  # the first of the two numbers of a lock, which no lock of one number meets


def own_draft(token: UUID) -> None:
    """Taken by what saves, posts or deletes a draft, also one without a row yet: who waits sees that it was posted."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [DRAFTS, token.int & 0x7FFFFFFF])


def take(keys: list[int], *, exclusive: bool) -> None:
    if connection.vendor != "postgresql" or not keys:
        return
    name = "pg_advisory_xact_lock" if exclusive else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name}(k) FROM unnest(%s::bigint[]) AS k", [keys])


def share_ledger() -> None:
    """Taken by every posting, switch and hold: many of them at once."""
    take([LEDGER], exclusive=False)


def own_ledger() -> None:
    """Taken by what posts more than one document in a transaction: an import."""
    take([LEDGER], exclusive=True)


def share_items_of(variants: Iterable[int]) -> None:
    """Taken by postings: the tracking of these variants' items stays as it is until the transaction ends."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(t.item_id) FROM"
            " (SELECT DISTINCT item_id FROM items_variant WHERE id = ANY(%s) ORDER BY item_id) t",
            [sorted(set(variants))],
        )


def own_items(items: Iterable[int]) -> None:
    """Taken by a switch, a restore, a hold and a release: no posting of these items until the transaction ends."""
    take(sorted(set(items)), exclusive=True)


def own_numbering(place: int) -> None:
    """Taken while the next number of a kind of document is given and used."""
    take([NUMBERING - place], exclusive=True)
