"""The file of the embedded database, SQLite: copying it while it is in use, and looking into a copy.

A copy is made in one step, under a lock that readers share: it is one moment, and writers wait for the copying alone. In
many small steps SQLite would begin again at every posting, and on a busy site never end.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection, connections
from django.db.backends.sqlite3.base import DatabaseWrapper

from katana_trace.lib.refusal import Refusal

MAGIC = b"SQLite format 3\0"
SECONDS = 30  # to wait for a writer
LOGINS = ("accounts_session", "accounts_loginattempt", "django_session")


def file_of_site() -> Path:
    """The database file of this site. Raises Refusal on PostgreSQL, which has programs of its own for this."""
    if connection.vendor != "sqlite":
        raise Refusal(
            "This site is on PostgreSQL, and this command is for the embedded database. Use pg_dump and pg_restore."
        )
    return Path(connection.settings_dict["NAME"])


def copy(source: Path, target: Path) -> None:
    """Makes ``target``, a new file that its owner alone may read, from the database ``source`` as it is at one moment."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(opened(source, read_only=True)) as one, closing(opened(target)) as other:
        one.backup(other)
        other.execute("PRAGMA journal_mode = DELETE")  # one file, without another beside it
    sync(target)
    sync(target.parent)


def overwrite(source: Path, target: Path) -> None:
    """Puts ``source`` in the place of what is in the database ``target``, in one transaction of SQLite.

    Who has ``target`` open sees the one or the other. When this process dies in the middle, the next one to open the file
    rolls it back.
    """
    with closing(opened(source, read_only=True)) as one, closing(opened(target)) as other:
        one.backup(other)


def forget_logins(file: Path) -> None:
    """Deletes the sessions and password attempts from the copy ``file``, and overwrites their bytes.

    A backup in the wrong hands must contain no open session, and restoring yesterday's copy must not log in a user who has
    logged out since. A copy of an older version has its sessions in a table of Django's.
    """
    with closing(opened(file)) as one:
        one.execute("PRAGMA secure_delete = ON")
        there = {name for (name,) in one.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in there.intersection(LOGINS):
            one.execute(f"DELETE FROM {table}")
        one.commit()
    sync(file)


def opened(file: Path, *, read_only: bool = False) -> sqlite3.Connection:
    mode = "ro" if read_only else "rw"
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode={mode}", uri=True, timeout=SECONDS)


def sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def damage(file: Path) -> str:
    """What is wrong with ``file`` as a database of SQLite, in words; "" when nothing is."""
    with file.open("rb") as start:
        if start.read(len(MAGIC)) != MAGIC:
            return "it is no database of SQLite"
    try:
        with closing(opened(file, read_only=True)) as one:
            (found,) = one.execute("PRAGMA integrity_check(1)").fetchone()
            if found != "ok":
                return f"it is damaged ({found.splitlines()[-1]})"
            broken = one.execute("PRAGMA foreign_key_check").fetchone()
            return f"a row of {broken[0]} refers to one that is not there" if broken else ""
    except sqlite3.DatabaseError as error:
        return f"it is damaged ({error})"


@contextmanager
def looking_into(file: Path) -> Iterator[None]:
    """Inside the block all of the program works on the database ``file`` instead of the site's."""
    usual = connections["default"]
    connections["default"] = DatabaseWrapper({**usual.settings_dict, "NAME": str(file)}, "default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = usual
