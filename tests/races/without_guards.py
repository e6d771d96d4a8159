"""Guards taken out for a moment, to show that it is they who hold. Nothing but a test that wants to fail comes here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from unittest.mock import patch

from django.db import connection

from tracking.ledger import triggers
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
    with patch.object(postgresql, "line_insert", lambda: body[:start] + "WHERE false" + body[end:]):
        triggers.create_all(connection)
    try:
        yield
    finally:
        triggers.create_all(connection)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE tracking_stocklevel SET quantity = 0, numbered = 0 WHERE quantity < 0")
        with connection.schema_editor() as editor:
            for check in checks:
                editor.add_constraint(StockLevel, check)


@contextmanager
def no_fence() -> Iterator[None]:
    """Lines are not judged against their item: neither its epoch nor its mode."""
    with patch.object(rules, "LINE_FAULTS", [("1 = 0", "Never.")]):
        triggers.create_all(connection)
    try:
        yield
    finally:
        triggers.create_all(connection)


def no_moment():
    """Pages read each of their queries as of its own moment."""
    return patch("katana_trace.lib.one_moment.one_moment", nullcontext)


def no_owner_of_drafts():
    """Saving and posting a draft do not wait for each other while it has no row."""
    return patch("tracking.ledger.locks.own_draft", lambda token: None)
