"""Guards taken out for a moment, to show that it is they who hold. Nothing but a test that wants to fail comes here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from unittest.mock import patch

from django.db import connection

from tracking.ledger import triggers
from tracking.ledger.bulk import Call
from tracking.ledger.triggers import postgresql, rules
from tracking.models import StockLevel

LEVEL_CHECKS = ("level_not_negative", "level_numbered_fits")
ENOUGH = "k.numbered + r.numbered NOT BETWEEN 0 AND k.quantity + r.quantity"


@contextmanager
def no_guards() -> Iterator[None]:
    """Levels may go below zero. On SQLite the CHECKs cannot be dropped: each writer turns them off for itself."""
    if connection.vendor != "postgresql":
        yield
        return
    checks = [check for check in StockLevel._meta.constraints if check.name in LEVEL_CHECKS]
    body = postgresql.line_insert()
    start = body.index("WHERE k.quantity + r.quantity < 0")
    end = body.index(ENOUGH) + len(ENOUGH)
    with connection.schema_editor() as editor:
        for check in checks:
            editor.remove_constraint(StockLevel, check)
    try:
        with remade(patch.object(postgresql, "line_insert", lambda: body[:start] + "WHERE false" + body[end:])):
            yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE tracking_stocklevel SET quantity = 0, numbered = 0 WHERE quantity < 0")
        with connection.schema_editor() as editor:
            for check in checks:
                editor.add_constraint(StockLevel, check)


@contextmanager
def no_fence() -> Iterator[None]:
    """Lines are not judged against their item: neither its epoch nor its mode."""
    with remade(patch.object(rules, "LINE_FAULTS", [("1 = 0", "Never.")])):
        yield


def no_moment():
    """Pages read each of their queries as of its own moment."""
    return patch("katana_trace.lib.one_moment.one_moment", nullcontext)


def no_owner_of_drafts():
    """Saving and posting a draft do not wait for each other while it has no row."""
    return patch("tracking.ledger.locks.own_draft", lambda token: None)


@contextmanager
def no_order_guard() -> Iterator[None]:
    """The database takes lines whose ids were drawn before their levels were locked."""
    body = postgresql.line_insert()
    start = body.index("IF (SELECT max(id) FROM tracking_ledgerline) - first_line")
    end = body.index("END IF;", start) + len("END IF;")
    with remade(patch.object(postgresql, "line_insert", lambda: body[:start] + body[end:])):
        yield


@contextmanager
def remade(other) -> Iterator[None]:
    """The triggers as they are made under the patch ``other``, which lasts as long: so the program takes them for its own."""
    try:
        with other:
            triggers.create_all(connection)
            yield
    finally:
        triggers.create_all(connection)


def no_order_of_levels():
    """Postings lock their levels by the trigger alone, which comes after the ids of their lines were drawn."""
    return patch("tracking.ledger.write.lock_of_levels", lambda rows: Call("NULL", []))
