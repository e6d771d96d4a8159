"""What the database knows of how many rows there are: it plans by that, and after a long import by what was there before."""

from __future__ import annotations

from django.db import connection

MANY = 1_000  # rows after which it is worth the second that it takes


def refresh(rows: int) -> None:
    """Lets PostgreSQL count again after ``rows`` were written; its autovacuum would within some minutes.

    Until then a trace beside a fresh import of 80,000 lines took 7.7 s instead of 0.3. SQLite keeps no statistics.
    """
    if rows >= MANY and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
