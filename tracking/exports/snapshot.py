"""One moment for an export that is read in many steps: no document half in it, no batch with two expiry dates, whoever writes
meanwhile."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO

from django.db import connection

from katana_trace.lib.one_moment import one_moment

AT_ONCE = 1_000
IN_MEMORY = 4 << 20  # bytes

Rows = Iterable[list[str]]


def of_one_moment(rows: Rows) -> Iterator[list[str]]:
    """``rows``, read in one transaction that sees what there was at its begin.

    On SQLite they are read at once into a temporary file: an open transaction of a reader keeps its one writer waiting, and
    whoever takes the download may be slow.
    """
    if connection.in_atomic_block:
        yield from rows
    elif connection.vendor == "postgresql":
        with one_moment():
            yield from rows
    else:
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
            with one_moment():
                keep(rows, file)
            file.seek(0)
            yield from kept(file)


def keep(rows: Rows, file: IO[bytes]) -> None:
    source = iter(rows)
    while some := list(islice(source, AT_ONCE)):
        pickle.dump(some, file)


def kept(file: IO[bytes]) -> Iterator[list[str]]:
    while True:
        try:
            some = pickle.load(file)  # noqa: S301 - written by this function's caller a moment ago
        except EOFError:
            return
        yield from some
