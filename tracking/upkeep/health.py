"""Whether the site may be trusted with a posting now: its database, its migrations, its triggers."""

from __future__ import annotations

from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from tracking.ledger import triggers

Migration = tuple[str, str]  # app and name


def faults() -> list[str]:
    """A sentence for each thing that is wrong; two queries where nothing is."""
    try:
        applied = applied_migrations()
        names = triggers.missing(connection)
    except DatabaseError:
        return ["The database does not answer."]
    found = []
    if known_migrations() - applied:
        found.append("The database is of an older version than the program. Run manage.py migrate.")
    if newer := unknown_migrations(applied):
        found.append(f"The database is of a newer version than the program ({newer[0]}). Install that version.")
    if names:
        found.append("Triggers that keep the ledger are missing. Run manage.py migrate.")
    return found


def is_of_this_version() -> bool:
    """Whether the database has every migration of this program."""
    return known_migrations() <= applied_migrations()


@cache
def known_migrations() -> frozenset[Migration]:
    """Those of this program; read from its files once in a process."""
    return frozenset(MigrationLoader(None).disk_migrations)


def applied_migrations() -> frozenset[Migration]:
    """Those that the database has; none where it has no table of them."""
    return frozenset(MigrationRecorder(connection).applied_migrations())


def unknown_migrations(applied: frozenset[Migration]) -> list[str]:
    """Those ``applied`` to apps of this program that it does not know: a later version made them."""
    apps = {app for app, _ in known_migrations()}
    return sorted(f"{app} {name}" for app, name in applied - known_migrations() if app in apps)
