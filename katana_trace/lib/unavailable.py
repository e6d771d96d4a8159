"""What the site cannot do now through no fault of the user: its database is down, busy or of another version, or its disk
is full.

Each of these is answered by one page with the status 503 and the header Retry-After, by every door alike. Not by 507: proxies,
monitors and browsers know 503 as "later", while 507 is of WebDAV and asks a program not to try again by itself.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from django.db import Error, InterfaceError, OperationalError
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse


@dataclass(frozen=True, slots=True)
class Unavailable:
    """``name`` is for the log; ``seconds`` until it is worth trying again."""

    name: str
    title: str
    sentence: str
    seconds: int


DOWN = Unavailable(
    "database_down",
    "The database does not answer",
    "The site is running, but its database does not answer, so nothing can be shown or saved now. Try again in half a minute. "
    "If you were saving something, check first whether it was saved. A document that is sent twice is posted only once.",
    30,
)
BUSY = Unavailable(
    "database_busy",
    "The database is busy",
    "Other work, such as a long import, kept the database busy for longer than a page waits. Nothing that you did was saved. "
    "Try again in a moment.",
    10,
)
FULL = Unavailable(
    "disk_full",
    "The disk is full",
    "The site’s disk has no space left, so this was not done, and anything already written was removed. You can still read "
    "pages. Ask whoever runs the site to free some space, then try again.",
    60,
)
UNWRITABLE = Unavailable(
    "disk_unwritable",
    "The site cannot write to its disk",
    "The site’s disk or database accepts no changes now, so this was not done. You can still read pages. Ask whoever runs the "
    "site to check the disk, and who may write to the data folder.",
    60,
)
DAMAGED = Unavailable(
    "database_damaged",
    "The database cannot be read",
    "The database file is damaged, or is not a database. Post nothing more. Ask whoever runs the site to keep a copy of the "
    "file, then to restore the last backup.",
    300,
)

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
NO_WRITING = {errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO}
OF_SQLITE = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_PROTOCOL: BUSY,
    sqlite3.SQLITE_NOMEM: BUSY,
    sqlite3.SQLITE_FULL: FULL,
    # Of a full disk SQLite tells at times no more than that it could not write.
    sqlite3.SQLITE_IOERR: UNWRITABLE,
    sqlite3.SQLITE_READONLY: UNWRITABLE,
    sqlite3.SQLITE_PERM: UNWRITABLE,
    sqlite3.SQLITE_CANTOPEN: DOWN,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
}
# By SQLSTATE, or its class of two characters.
OF_POSTGRESQL = {
    "08": DOWN,  # the connection
    "57P": DOWN,  # shut down, crashed, starting
    "28": DOWN,  # the site's role may not log in
    "3D000": DOWN,  # no such database
    "53100": FULL,
    "53": BUSY,  # too many connections, out of memory
    "55P03": BUSY,  # a lock was not to be had
    "57014": BUSY,  # cancelled, as after statement_timeout
    "40001": BUSY,
    "40P01": BUSY,
    "25006": UNWRITABLE,  # read only, as a standby is
    "58": UNWRITABLE,  # an error of input or output
    "XX001": DAMAGED,
    "XX002": DAMAGED,
}
# An error of connecting has no SQLSTATE.
TOO_MANY = ("too many connections", "too many clients", "remaining connection slots")


def reason_of(error: BaseException | None) -> Unavailable | None:
    """Why the site could not do what ended in ``error``; None where that was a fault of the program."""
    for one in chain_of(error):
        if isinstance(one, sqlite3.Error):
            found = OF_SQLITE.get(getattr(one, "sqlite_errorcode", 0) & 0xFF)
        elif isinstance(one, OSError):
            found = of_disk(one)
        elif isinstance(one, Error):
            found = of_postgresql(one)
        else:
            found = None
        if found is not None:
            return found
    return None


def chain_of(error: BaseException | None) -> Iterator[BaseException]:
    """``error`` and what it came from: the rollback after a full disk fails as well, and says less."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        error = error.__cause__ or error.__context__
    return reversed(seen)


def of_disk(error: OSError) -> Unavailable | None:
    if error.errno in NO_ROOM:
        return FULL
    return UNWRITABLE if error.errno in NO_WRITING else None


def of_postgresql(error: Error) -> Unavailable | None:
    """``error`` is Django's; the driver's, which has the code, is its cause."""
    state = getattr(error.__cause__, "sqlstate", None)
    if any(words in str(error) for words in TOO_MANY):
        return BUSY
    if state is not None:
        return next((OF_POSTGRESQL[state[:size]] for size in (5, 3, 2) if state[:size] in OF_POSTGRESQL), None)
    is_of_connection = isinstance(error, OperationalError | InterfaceError)
    return DOWN if is_of_connection and not isinstance(error.__cause__, sqlite3.Error) else None


class DownloadBeginsMiddleware:
    """Takes the first part of a download before its headers go out: what cannot be read is then a page that says so, and no
    broken file. On SQLite all of an export is read with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_read_late = isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse)
        if is_read_late and not response.is_async and request.method != "HEAD":
            parts = iter(response)
            # The response closes what it was made of, whatever stands around it.
            response.streaming_content = chain([next(parts, b"")], parts)
        return response
