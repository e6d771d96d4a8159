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

    Inside a transaction that is open already, that one decides.
    """
    if connection.in_atomic_block:
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


def shows_one_moment(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that only reads, and answers with a page that is rendered whole."""

    @wraps(view)
    def shown(request: HttpRequest, *arguments, **named) -> HttpResponse:
        with one_moment():
            return view(request, *arguments, **named)

    return shown
