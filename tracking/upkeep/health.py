"""Whether the site may be trusted with a posting now: its database, its migrations, its triggers."""

from __future__ import annotations

from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from katana_trace.lib.refusal import Refusal
from tracking.ledger import triggers

Migration = tuple[str, str]  # app and name
NO_ANSWER = "The database does not answer."


def faults() -> list[str]:
    """A sentence for each thing that is wrong; two queries where nothing is."""
    try:
        applied = applied_migrations()
        names = triggers.missing(connection)
    except DatabaseError:
        return [NO_ANSWER]
    found = [sentence for sentence in (of_older_version(applied), of_newer_version(applied)) if sentence]
    if names:
        found.append("Triggers that keep the ledger are missing. Run manage.py migrate.")
    return found


def version_fault() -> str:
    """That the database is of another version than the program, and which migration that is; "" where it is of this one."""
    applied = applied_migrations()
    return of_older_version(applied) or of_newer_version(applied)


def require_this_version() -> None:
    """Raises Refusal where the database is of another version: what is read from it then would be an error of the database."""
    if sentence := version_fault():
        raise Refusal(sentence)


def of_older_version(applied: frozenset[Migration]) -> str:
    missing = sorted(known_migrations() - applied)
    if not missing:
        return ""
    if not applied:
        return "The database is of an older version than the program: it is empty. Run manage.py migrate."
    app, name = missing[0]
    more = f", and {len(missing) - 1} more" if len(missing) > 1 else ""
    return (
        f"The database is of an older version than the program: the migration {app} {name} is missing{more}. "
        "Run manage.py migrate."
    )


def of_newer_version(applied: frozenset[Migration]) -> str:
    newer = unknown_migrations(applied)
    if not newer:
        return ""
    return f"The database is of a newer version than the program ({newer[0]}). Install that version."


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
