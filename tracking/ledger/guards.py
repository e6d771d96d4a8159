"""Without its guards the program does not post: their triggers move the levels, and nothing else does.

A migration drops them and puts them back; one that was killed in between leaves none. So each connection looks once whether
they are there, and again when it had missed some. On SQLite it also looks again when the schema has changed since; on
PostgreSQL a posting calls a function that goes first and comes back last, so it fails by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import DatabaseError, ProgrammingError, connection

from katana_trace.lib.refusal import Refusal
from tracking.ledger import triggers

UNDEFINED_FUNCTION = "42883"


@dataclass(frozen=True, slots=True)
class Look:
    """What one connection saw: ``of`` is the driver's connection, ``schema`` the version of SQLite's schema then."""

    of: object
    schema: int
    missing: tuple[str, ...]


def require(*, schema: int | None = None) -> None:
    """Raises Refusal while guards are missing: nothing is posted, switched, held or imported then.

    ``schema`` is SQLite's version of it, where another statement has read that already.
    """
    missing = missing_now(schema=schema)
    if missing:
        raise refusal(missing)


@contextmanager
def sentences() -> Iterator[None]:
    """On PostgreSQL a posting calls functions that are guards themselves; turns the error of a missing one into a Refusal."""
    try:
        yield
    except ProgrammingError as error:
        if getattr(error.__cause__, "sqlstate", None) == UNDEFINED_FUNCTION:
            raise refusal(()) from error
        raise


def refusal(missing: tuple[str, ...]) -> Refusal:
    what = f" ({missing[0]} is the first of {len(missing):,})" if missing else ""
    return Refusal(
        f"The database lacks guards that protect the ledger{what}, so nothing was written. "
        "Ask whoever runs the site to run manage.py migrate, then manage.py verify."
    )


def missing_now(*, schema: int | None = None) -> tuple[str, ...]:
    """The names of guards that are missing or altered; () where all are there."""
    schema = schema_version(connection) if schema is None else schema
    look: Look | None = getattr(connection, "look", None)
    if look is None or look.of is not connection.connection or look.schema != schema or look.missing:
        look = Look(connection.connection, schema, tuple(triggers.missing(connection)))
        connection.look = look
    return look.missing


def schema_version(connection) -> int:
    """Rises with every change of SQLite's schema; 0 on PostgreSQL."""
    if connection.vendor != "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA schema_version")
        return cursor.fetchone()[0]


def look_at_first(*, connection, **kwargs) -> None:
    """Looks as soon as a connection is made, so that a page can say it; what cannot be read then is left for later."""
    try:
        missing = tuple(triggers.missing(connection))
        connection.look = Look(connection.connection, schema_version(connection), missing)
    except DatabaseError:
        connection.look = None


def are_missing() -> bool:
    """For pages: what this connection saw first; looks again only after something was missing."""
    look: Look | None = getattr(connection, "look", None)
    if look is not None and look.of is connection.connection and not look.missing:
        return False
    try:
        return bool(missing_now())
    except DatabaseError:
        return False
