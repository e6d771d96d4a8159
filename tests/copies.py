"""A copy of the test database, of its own: what is broken there is broken nowhere else."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, connections

from katana_trace import environment


@contextmanager
def copied(folder: Path) -> Iterator[None]:
    """Within it every query goes to a copy of the database as it is; on SQLite a file in ``folder``. Then it is gone.

    What is to be copied must be committed (the fixture ``committed_db``).
    """
    usual = connections["default"]
    name = (copy_file if usual.vendor == "sqlite" else copy_database)(folder)
    options = environment.databases(folder)["default"] if usual.vendor == "sqlite" else {}
    copy = type(usual)({**usual.settings_dict, **options, "NAME": name}, "default")
    connections["default"] = copy
    try:
        yield
    finally:
        copy.close()
        connections["default"] = usual
        if usual.vendor == "postgresql":
            with usual._nodb_cursor() as cursor:
                cursor.execute(f"DROP DATABASE {usual.ops.quote_name(name)}")


def copy_file(folder: Path) -> str:
    name = str(folder / "copy.sqlite3")
    connection.ensure_connection()
    target = sqlite3.connect(name)
    connection.connection.backup(target)
    target.close()
    return name


def copy_database(folder: Path) -> str:
    """A database is copied while nobody is in it."""
    source = connection.settings_dict["NAME"]
    name = f"{source}_copy_{os.getpid()}"
    connection.close()
    with connection._nodb_cursor() as cursor:
        quoted = connection.ops.quote_name
        cursor.execute(f"CREATE DATABASE {quoted(name)} TEMPLATE {quoted(source)}")
    return name
