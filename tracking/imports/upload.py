"""Taking a file in: limited, hashed, and put into a folder of its own, before anything of it is read."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import PurePath
from typing import BinaryIO

from django.db import OperationalError, transaction
from django.utils import timezone

from katana_trace.lib.permission import require
from katana_trace.lib.private import open_private
from katana_trace.lib.quantities import shown
from katana_trace.lib.refusal import Refusal
from tracking.imports.folder import ImportFolder, sweep
from tracking.imports.kinds import ImportKind
from tracking.imports.quota import check_quota, check_room
from tracking.ledger.retry import is_passing
from tracking.models import FileImport

SIZE_LIMIT = 20 * 1024 * 1024  # through the browser (DESIGN 5.4)
ROW_LIMIT = 100_000
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
CHUNK = 1 << 16


def take_upload(file: BinaryIO, *, name: str, size: int, kind: ImportKind, by) -> FileImport:
    """Keeps the bytes of ``file``, ``size`` of them, and returns the import, whose rows are still to be read.

    Raises Refusal for a file that is empty, too large, in a format of old, or above the quotas of ``quota``; PermissionDenied
    when ``by`` may not. Whatever it raises, nothing of the file is left.
    """
    check_permission(kind, by)
    if not size:
        raise Refusal("The file is empty. Choose one with a header and rows.", field="file")
    if size > SIZE_LIMIT:
        raise Refusal(f"The file has {size:,} bytes, the limit is {SIZE_LIMIT:,} (20 MiB). Split it.", field="file")
    if file.read(4) == OLD_EXCEL:
        raise Refusal("This is a spreadsheet in the old format XLS. Save it as XLSX or CSV (UTF-8).", field="file")
    file.seek(0)
    forget_old()
    check_room(size)
    made = FileImport.objects.create(
        kind=kind.name,
        filename=shown(PurePath(name).name, 100) or "file",
        size=size,
        sha256="",
        made_by=by,
        made_at=timezone.now(),
    )
    try:
        check_quota(made, by=by)
        made.sha256 = keep(file, ImportFolder(made.token))
        made.save(update_fields=["sha256"])
    except BaseException:
        discard(made)
        raise
    return made


def discard(made: FileImport) -> None:
    """Removes an upload that failed before anybody saw it: the file first, whose room the database may need."""
    ImportFolder(made.token).remove()
    forget(made)


def keep(file: BinaryIO, folder: ImportFolder) -> str:
    """Writes ``file`` into ``folder``; returns its SHA-256."""
    folder.make()
    folder.write_progress("Reading", 0, 0)
    digest = hashlib.sha256()
    with open_private(folder.upload, "wb") as out:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            out.write(chunk)
    return digest.hexdigest()


def check_permission(kind: ImportKind, by) -> None:
    require(by, kind.permission, sentence=f"Importing {kind.title.lower()} takes another role. Ask a manager to do it.")


def forget_old() -> None:
    """What was uploaded more than a day ago and never imported goes, with its folder."""
    old = FileImport.objects.filter(made_at__lt=timezone.now() - timedelta(days=1))
    for file_import in old.exclude(stage=FileImport.Stage.DONE):
        is_alive = file_import.stage == FileImport.Stage.COMMITTING and not ImportFolder(file_import.token).is_stalled()
        if not is_alive and not forget(file_import):
            break  # somebody commits now; the others go the next time
    sweep(set(FileImport.objects.exclude(stage=FileImport.Stage.DONE).values_list("token", flat=True)))


def forget(file_import: FileImport) -> bool:
    """Removes an import that was not carried out, and its file; False for one that is being committed, or was.

    The file goes first: the database may need its room.
    """
    try:
        with transaction.atomic():
            # Who commits has the row (on SQLite the database) until it is done: one of both comes too late.
            free = FileImport.objects.select_for_update(skip_locked=True).filter(token=file_import.token)
            found = [one.pk for one in free.exclude(stage=FileImport.Stage.DONE)]
            if found:
                ImportFolder(file_import.token).remove()
            FileImport.objects.filter(pk__in=found).delete()
    except OperationalError as error:
        if not is_passing(error):
            raise
        return False
    return bool(found)
