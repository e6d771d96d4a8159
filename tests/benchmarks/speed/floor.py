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


def rows_by_id() -> dict[str, dict[int, tuple]]:
    """What is in the tables now."""
    found = {}
    with connection.cursor() as cursor:
        for table in (*READ, *WRITTEN):
            columns = columns_of(table)
            cursor.cursor.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY id")
            place = columns.index("id")
            found[table] = {row[place]: tuple(row) for row in cursor.fetchall()}
    return found


def keep_rows(file: str, before: dict[str, dict[int, tuple]]) -> None:
    """Writes to ``file`` the rows of ``before``, those that are new since, and those that are there and have changed."""
    kept, new, changed = {}, {}, {}
    for table, rows in rows_by_id().items():
        columns = columns_of(table)
        kept[table] = columns, list(before[table].values())
        new[table] = columns, [row for id_, row in rows.items() if id_ not in before[table]]
        if found := changes(columns, before[table], rows):
            changed[table] = found
    Path(file).write_bytes(pickle.dumps((kept, new, changed)))


def changes(
    columns: list[str], before: dict[int, tuple], after: dict[int, tuple]
) -> tuple[list[str], list[tuple]] | None:
    """The rows that differ, in ``id`` and those columns that differ in any of them."""
    pairs = [(before[id_], row) for id_, row in after.items() if before.get(id_, row) != row]
    if not pairs:
        return None
    places = [at for at in range(len(columns)) if any(old[at] != new[at] for old, new in pairs)]
    places = [columns.index("id"), *places]
    return [columns[at] for at in places], [tuple(new[at] for at in places) for _, new in pairs]


def columns_of(table: str) -> list[str]:
    """Without those that the database generates."""
    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    return [field.column for field in model._meta.concrete_fields if not field.generated]


def write_rows(file: str, *, one_each: bool = False) -> float:
    """Seconds of writing what was new and what had changed of ``file``, in one transaction; what was before goes in first.

    With ``one_each`` there is a transaction for each document, with as many rows of the other tables as it has of each.
    """
    before, new, changed = pickle.loads(Path(file).read_bytes())  # noqa: S301 written by this program a moment ago
    triggers.drop_all(connection)
    with connection.cursor() as cursor:
        with transaction.atomic():
            for table, (columns, rows) in before.items():
                put(cursor, table, columns, rows)
        portions = portions_of(new) if one_each else [new]
        begun = time.perf_counter()
        for portion in portions:
            with transaction.atomic():
                for table, (columns, rows) in portion.items():
                    if rows:
                        put(cursor, table, columns, rows)
                if not one_each:
                    for table, (columns, rows) in changed.items():
                        change(cursor, table, columns, rows)
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


def change(cursor, table: str, columns: list[str], rows: list[tuple]) -> None:
    """Sets what changed in rows that are there: a shipment takes its serial numbers off their place. ``id`` comes first."""
    names = columns[1:]
    if connection.vendor == "postgresql":
        cursor.execute(
            f"CREATE TEMPORARY TABLE changed ON COMMIT DROP AS SELECT {', '.join(columns)} FROM {table} LIMIT 0"
        )
        put(cursor, "changed", columns, rows)
        settings = ", ".join(f"{name} = c.{name}" for name in names)
        cursor.execute(f"UPDATE {table} t SET {settings} FROM changed c WHERE t.id = c.id")
        cursor.execute("DROP TABLE changed")
    else:
        settings = ", ".join(f"{name} = ?" for name in names)
        values = [(*row[1:], row[0]) for row in rows]
        connection.connection.executemany(f"UPDATE {table} SET {settings} WHERE id = ?", values)
