"""Where the work is done: in the request while the file is short, else in a thread that shows how far it is.

Nothing needs to survive the thread. When its process ends, the database takes back what was not committed, its sign of life
stops, and the page offers to try again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from katana_trace.lib.unavailable import reason_of
from tracking.imports.folder import ImportFolder, remove
from tracking.imports.outcomes import Progress
from tracking.models import FileImport

log = logging.getLogger(__name__)

BEAT = 1.0  # seconds
# A transaction that does not fit into SQLite's page cache locks out readers, the page with the progress bar among them.
CACHE_KIB = 131_072
FAILED = "The program failed while it read this file, and nothing was imported. The log of the server says why."
NOTHING = "Nothing was imported, and what was made of the file so far was removed."

Step = Callable[..., None]
Stage = FileImport.Stage


def begin(file_import: FileImport, step: Step, *, by) -> None:
    """Does ``step`` of ``run`` for a file; returns when it is done, or, where that would take long, when it has begun."""
    if file_import.size <= settings.IMPORTED_AT_ONCE:
        work(file_import, step, by)
        return
    threading.Thread(target=in_thread, args=(file_import, step, by), name=f"import-{file_import.token}").start()


def in_thread(file_import: FileImport, step: Step, by) -> None:
    try:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        work(file_import, step, by)
    except Exception:
        log.exception("The import %s of %s failed", file_import.token, file_import.filename)
    finally:
        connection.close()


def work(file_import: FileImport, step: Step, by) -> None:
    """Does ``step``; where it fails nothing that it made stays, and the page of the import says why. Raises what it raised."""
    stage = file_import.stage
    try:
        with beating(file_import) as progress:
            step(file_import, by=by, progress=progress)
    except Exception as error:
        give_up(file_import, stage, error)
        raise


def give_up(file_import: FileImport, stage: str, error: Exception) -> None:
    """Leaves the import in order after ``error``, which ended the work that began in ``stage``.

    The files go first: on a full disk the database needs their room. Where the failure cannot be written down even then, the work
    has no sign of life any more, and the page offers to begin again.

    An import that the database or the disk stopped goes back to its preview, and can be tried again. One whose
    transaction was committed is done, whatever failed after it.
    """
    folder, reason = ImportFolder(file_import.token), reason_of(error)
    is_previewed = reason is not None and stage == Stage.COMMITTING
    if is_previewed:
        remove(folder.commit)
    else:
        folder.remove_work()
    sentence = (
        f"{reason.title}. {NOTHING} Ask whoever runs the site to look at it, then try again." if reason else FAILED
    )
    file_import.stage, file_import.sentence = Stage.PREVIEWED if is_previewed else Stage.REFUSED, sentence
    try:
        FileImport.objects.filter(token=file_import.token).exclude(stage=Stage.DONE).update(
            stage=file_import.stage, sentence=sentence
        )
    except DatabaseError:
        log.warning("The failure of the import %s could not be written down", file_import.token)


@contextmanager
def beating(file_import: FileImport) -> Iterator[Progress]:
    """Writes the progress down every second, also while the database is busy with one long statement."""
    folder, progress, ended = ImportFolder(file_import.token), Progress(), threading.Event()

    def beat() -> None:
        while not ended.wait(BEAT):
            if not folder.path.is_dir():
                return
            folder.write_progress(progress.what, progress.done, progress.total)

    folder.write_progress(progress.what, 0, 0)
    heart = threading.Thread(target=beat, daemon=True)
    heart.start()
    try:
        yield progress
    finally:
        ended.set()
        heart.join()
        folder.narrow()


def claim(file_import: FileImport, *, stages: tuple[str, ...], to: str) -> bool:
    """Moves the import from one of ``stages`` to ``to``; False when somebody else has moved it, or commits it now."""
    with transaction.atomic():
        free = FileImport.objects.select_for_update(skip_locked=True).filter(token=file_import.token, stage__in=stages)
        moved = FileImport.objects.filter(pk__in=[one.pk for one in free]).update(stage=to)
    if moved:
        file_import.stage = to
    return bool(moved)
