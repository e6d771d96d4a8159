"""The whole database as text, table by table, and the files beside it: what two moments differ in was done in between."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection

# What was tried at the door, and the sentence that the next page shows: a refusal may stand there.
LEFT_OUT = ("accounts_",)
FILES = "files"


@cache
def statement(vendor: str) -> str:
    """One query of all tables: the name of each, and its rows as one text."""
    selects = []
    with connection.cursor() as cursor:
        for name in sorted(connection.introspection.table_names(cursor)):
            if name.startswith(LEFT_OUT):
                continue
            if vendor == "postgresql":
                rows = f'string_agg(t::text, chr(10) ORDER BY t::text) FROM "{name}" t'
            else:
                columns = connection.introspection.get_table_description(cursor, name)
                row = " || ',' || ".join(f'quote("{column.name}")' for column in columns)
                rows = f'group_concat(row, char(10)) FROM (SELECT {row} AS row FROM "{name}" ORDER BY 1)'
            selects.append(f"SELECT '{name}', (SELECT {rows})")
    return " UNION ALL ".join(selects)


def fingerprint() -> dict[str, str]:
    """The rows of each table, and under ``FILES`` the names of what lies uploaded."""
    with connection.cursor() as cursor:
        cursor.execute(statement(connection.vendor))
        found = {name: rows or "" for name, rows in cursor.fetchall()}
    folders = Path(settings.DATA_DIR, "imports").rglob("*"), Path(tempfile.gettempdir()).glob("katana-trace-*")
    return found | {FILES: "\n".join(sorted(str(path) for folder in folders for path in folder))}


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """The tables that differ."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
