"""One moment for an export that is read in many steps: no document half in it, whoever posts meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import connection, transaction


def of_one_moment(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    """``rows``, read in one transaction that sees what there was at its begin.

    SQLite needs none: it has one writer, so what is committed later has higher ids, and an open transaction of a reader
    would keep that writer waiting.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield from rows
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield from rows
