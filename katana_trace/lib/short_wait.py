"""A short wait for the lock on SQLite, for what is written beside a page that is only read: that page waits for nobody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def short_wait(milliseconds: int) -> Iterator[None]:
    """In the block another writer on SQLite is waited for no longer, in place of the half minute of a posting.

    On PostgreSQL such a row waits for no other writer.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        (usual,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {milliseconds}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")
