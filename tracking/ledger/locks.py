"""Who waits for whom. Order everywhere: a draft, the ledger, then items by id, then serial numbers, then levels.

PostgreSQL: advisory locks of the transaction; row share locks on items starved the switch. SQLite has one writer at a
time (IMMEDIATE), so there is nothing to take.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from tracking.ledger import guards
from tracking.ledger.sql import fetch, stored_uuid

LEDGER = -1
NUMBERING = -100  # one lock per kind of document below this
POSTED = "(SELECT id FROM tracking_document WHERE token = %s)"
ITEMS = "(SELECT DISTINCT item_id AS id FROM items_variant WHERE id = ANY(%s) ORDER BY item_id) t"
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
    """Taken by every switch and hold: many of them at once. Raises Refusal while guards are missing."""
    guards.require()
    share_log()


def share_log() -> None:
    """Taken by whatever writes to the change log: a seal waits for it, or it for the seal."""
    take([LEDGER], exclusive=False)


def begin_posting(token: UUID, variants: Iterable[int], *, is_mirror: bool) -> int | None:
    """Taken by every posting, in one statement: the ledger and the items of ``variants``, both shared.

    A mirror owns the items instead: which receipt of a lot is its first now, only who is alone with it can tell.

    Returns the id of the document of this ``token``, None where there is none. Raises Refusal while guards are missing.
    """
    if connection.vendor == "postgresql":
        guards.require()
        lock = "pg_advisory_xact_lock" if is_mirror else "pg_advisory_xact_lock_shared"
        query = f"SELECT {POSTED}, pg_advisory_xact_lock_shared(%s), (SELECT count({lock}(id)) FROM {ITEMS})"
        return fetch(query, [token, LEDGER, sorted(set(variants))])[0][0]
    posted, schema = fetch(
        f"SELECT {POSTED}, (SELECT schema_version FROM pragma_schema_version)", [stored_uuid(token)]
    )[0]
    guards.require(schema=schema)
    return posted


def own_ledger() -> None:
    """Taken by what posts more than one document in a transaction: an import. Raises Refusal while guards are missing."""
    guards.require()
    take([LEDGER], exclusive=True)


def share_items_of(variants: Iterable[int]) -> None:
    """Taken by an import for each of its parts: the tracking of these variants' items stays as it is until the end."""
    if connection.vendor == "postgresql":
        fetch(f"SELECT pg_advisory_xact_lock_shared(id) FROM {ITEMS}", [sorted(set(variants))])


def own_items(items: Iterable[int]) -> None:
    """Taken by a switch, a restore, a hold and a release: no posting of these items until the transaction ends."""
    take(sorted(set(items)), exclusive=True)


def own_numbering(place: int, kind: str) -> int:
    """Taken while the next number of a kind of document is given and used; the highest that there is, 0 without any."""
    if connection.vendor == "postgresql":
        with guards.sentences():
            return fetch("SELECT tracking_highest_number(%s, %s)", [NUMBERING - place, kind])[0][0]
    return fetch("SELECT coalesce(max(sequence), 0) FROM tracking_document WHERE kind = %s", [kind])[0][0]
