"""Floors: the same rows in the same tables, with their indexes and foreign keys and without a trigger, by the shortest way
that the driver has: ``COPY`` on PostgreSQL, ``executemany`` on SQLite."""

from __future__ import annotations

import pickle
import time
from pathlib import Path

from django.apps import apps
from django.db import connection, transaction

from tracking.ledger import triggers

# In the order in which they refer to each other.
READ = ("items_item", "items_variant", "tracking_location", "tracking_partner")
WRITTEN = (
    "tracking_document",
    "tracking_batch",
    "tracking_serialnumber",
    "tracking_ledgerline",
    "tracking_stocklevel",
)

Rows = dict[str, tuple[list[str], list[tuple]]]


def highest_ids() -> dict[str, int]:
    with connection.cursor() as cursor:
        found = {}
        for table in WRITTEN:
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
            found[table] = cursor.fetchone()[0]
        return found


def keep_rows(file: str, since: dict[str, int]) -> None:
    """Writes to ``file`` what is in the tables, apart what is there ``since`` and what was there before."""
    before, after = {}, {}
    with connection.cursor() as cursor:
        for table in (*READ, *WRITTEN):
            columns = columns_of(table)
            cursor.cursor.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY id")
            rows = [tuple(row) for row in cursor.fetchall()]
            limit, place = since.get(table), columns.index("id")
            before[table] = columns, [row for row in rows if limit is None or row[place] <= limit]
            after[table] = columns, [row for row in rows if limit is not None and row[place] > limit]
    Path(file).write_bytes(pickle.dumps((before, after)))


def columns_of(table: str) -> list[str]:
    """Without those that the database generates."""
    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    return [field.column for field in model._meta.concrete_fields if not field.generated]


def write_rows(file: str, *, one_each: bool = False) -> float:
    """Seconds of writing the rows of ``file`` that were new, in one transaction; those of before go in first.

    With ``one_each`` there is a transaction for each document, with as many rows of the other tables as it has of each.
    """
    before, after = pickle.loads(Path(file).read_bytes())  # noqa: S301 written by this program a moment ago
    triggers.drop_all(connection)
    with connection.cursor() as cursor:
        with transaction.atomic():
            for table, (columns, rows) in before.items():
                put(cursor, table, columns, rows)
        portions = portions_of(after) if one_each else [after]
        begun = time.perf_counter()
        for portion in portions:
            with transaction.atomic():
                for table, (columns, rows) in portion.items():
                    if rows:
                        put(cursor, table, columns, rows)
        return time.perf_counter() - begun


def portions_of(after: Rows) -> list[Rows]:
    count = len(after["tracking_document"][1])
    return [
        {
            table: (columns, rows[n * len(rows) // count : (n + 1) * len(rows) // count])
            for table, (columns, rows) in after.items()
        }
        for n in range(count)
    ]


def put(cursor, table: str, columns: list[str], rows: list[tuple]) -> None:
    names = ", ".join(columns)
    if connection.vendor == "postgresql":
        with cursor.cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        places = ", ".join(["?"] * len(columns))
        connection.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)
