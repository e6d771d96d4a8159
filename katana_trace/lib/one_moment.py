"""One moment for what is read in several queries: a page's total is the sum of its rows, whoever posts meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse


@contextmanager
def one_moment() -> Iterator[None]:
    """All that is read in the block is of the moment of its first query; nothing may be written in it.

    Inside a transaction that is open already, another moment's too, that one decides.
    """
    if is_in_transaction():
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        # Django's own transaction would take SQLite's lock for writing.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("COMMIT")


def is_in_transaction() -> bool:
    """Django does not count what was begun on SQLite below; the driver does."""
    if connection.in_atomic_block or connection.vendor == "postgresql":
        return connection.in_atomic_block
    connection.ensure_connection()
    return connection.connection.in_transaction


def shows_one_moment(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that only reads, and answers with a page that is rendered whole."""

    @wraps(view)
    def shown(request: HttpRequest, *arguments, **named) -> HttpResponse:
        with one_moment():
            return view(request, *arguments, **named)

    return shown
