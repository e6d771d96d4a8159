"""The few places where the two databases want other words for sets of parameters."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from django.db import connection


def any_of(column: str, values: Iterable) -> tuple[str, object]:
    """A condition ``column`` is one of ``values``, and its one parameter: no limit on how many there are."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)", list(values)
    return f"{column} IN (SELECT value FROM json_each(%s))", json.dumps(list(values))


def pairs(rows: Sequence[tuple[int, str]]) -> tuple[str, list]:
    """A table ``w(owner, key)`` of (id, text) pairs to join with, and its parameters."""
    if connection.vendor == "postgresql":
        owners, keys = [owner for owner, _ in rows], [key for _, key in rows]
        return "unnest(%s::bigint[], %s::text[]) AS w(owner, key)", [owners, keys]
    table = "(SELECT json_extract(value, '$[0]') AS owner, json_extract(value, '$[1]') AS key FROM json_each(%s)) AS w"
    return table, [json.dumps(rows)]


def fetch(sql: str, parameters: Sequence = ()) -> list[tuple]:
    """All rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def stored_uuid(value: UUID) -> UUID | str:
    """As a column of the database has it: SQLite keeps its 32 digits."""
    return value if connection.vendor == "postgresql" else value.hex


def instant_of(value: datetime | str) -> datetime:
    """An instant of a query of ``fetch``, in UTC: SQLite gives its text, or a datetime that does not say its zone.

    ``astimezone`` would take that for one in the site's zone, and files would say another hour than was stored.
    """
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def uuid_of(value: UUID | str) -> UUID:
    """A UUID of a query of ``fetch``: SQLite gives its digits."""
    return value if isinstance(value, UUID) else UUID(value)


def code_point(column: str) -> str:
    """``column`` for ORDER BY in Unicode code point order on both databases (DESIGN 5.4)."""
    return f'{column} COLLATE "C"' if connection.vendor == "postgresql" else column


def days_later(day: str, count: str) -> str:
    """The date ``count`` days after ``day``, both SQL."""
    if connection.vendor == "postgresql":
        return f"(CAST({day} AS date) + {count})"
    return f"date({day}, '+' || {count} || ' days')"


def as_day(value: date | str | None) -> date | None:
    """A date of a query of ``fetch``: SQLite gives its text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def constraints() -> set[tuple[str, str]]:
    """(table, name) of each constraint and index of the database.

    Django's own introspection parses the statement of each table on SQLite, which takes a hundred times as long.
    """
    if connection.vendor == "postgresql":
        return set(
            fetch("""
                SELECT c.relname, k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
                WHERE c.relnamespace = current_schema()::regnamespace
                UNION SELECT tablename, indexname FROM pg_indexes WHERE schemaname = current_schema()
            """)
        )
    found = set()
    for kind, table, name, statement in fetch("SELECT type, tbl_name, name, sql FROM sqlite_master"):
        if kind == "index":
            found.add((table, name))
        elif kind == "table":
            found |= {(table, constraint) for constraint in re.findall(r'CONSTRAINT "(\w+)"', statement)}
    return found
