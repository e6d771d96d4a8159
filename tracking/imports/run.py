"""The three steps of an import: read the file, try it, commit what the trial said. Each ends with its stage in the database."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from katana_trace.lib.acts import log_act
from katana_trace.lib.refusal import Refusal
from katana_trace.lib.safe_csv import FileError
from tracking.imports.convert import convert
from tracking.imports.folder import ImportFolder
from tracking.imports.kinds import KINDS, ImportKind
from tracking.imports.mapping import Mapping, mapping_of
from tracking.imports.outcomes import OutcomeFile, Progress
from tracking.imports.reading import read_upload, rows_of
from tracking.ledger import statistics
from tracking.ledger.retry import in_transaction
from tracking.models import FileImport
from tracking.resources.refused import FileRefused, RowError

Stage = FileImport.Stage
SENTENCE_LIMIT = 1000


class PreviewChanged(Exception):
    """The import would do something else than its preview said."""


class Removed(Exception):
    """The import was removed, or begun anew, before it was committed."""


def read(file_import: FileImport, *, by, progress: Progress) -> None:
    """Reads the upload. What is in our own columns is tried at once; for the rest a person chooses the columns first."""
    kind, folder = KINDS[file_import.kind], ImportFolder(file_import.token)
    try:
        table = read_upload(folder, progress)
    except FileError as error:
        settle(file_import, stage=Stage.REFUSED, sentence=str(error)[:SENTENCE_LIMIT])
        return
    settle(file_import, stage=Stage.READING, header=table.header, row_count=table.row_count, sheet=table.is_sheet)
    if kind.fits(table.header):
        preview(file_import, by=by, progress=progress)
    else:
        settle(file_import, stage=Stage.MAPPING)


def preview(file_import: FileImport, *, by, progress: Progress, is_renewed: bool = False) -> None:
    """Converts the rows where that is needed, tries the import, keeps what it would do, and takes it all back."""
    kind, folder = KINDS[file_import.kind], ImportFolder(file_import.token)
    progress.what, progress.total = "Checking", file_import.row_count + 1
    errors = in_our_columns(file_import, kind, folder)
    outcomes = OutcomeFile(folder.outcome, hash_of(folder.canonical()), progress)
    try:
        errors = errors or tried(kind, folder, outcomes, by)
        outcomes.refused(errors)
    finally:
        outcomes.close()
    settle(
        file_import,
        stage=Stage.REFUSED if errors else Stage.PREVIEWED,
        counts=outcomes.counts.as_json(),
        digest=outcomes.digest,
        sentence="",
        is_renewed=is_renewed,
    )


def tried(kind: ImportKind, folder: ImportFolder, outcomes: OutcomeFile, by) -> list[RowError]:
    """Runs the import and takes it back; returns why rows are refused."""
    try:
        with folder.canonical().open("rb") as file:
            kind.run(file, by=by, dry_run=True, watch=outcomes)
    except FileRefused as refused:
        return refused.errors
    except (Refusal, PermissionDenied) as refusal:
        return [RowError(0, str(refusal))]
    return []


def commit(file_import: FileImport, *, by, progress: Progress) -> None:
    """Does what the preview said, in one transaction. When anything would be done otherwise, nothing is, and the preview is
    made anew."""
    kind, folder = KINDS[file_import.kind], ImportFolder(file_import.token)
    progress.what, progress.total = "Importing", file_import.row_count + 1
    outcomes = OutcomeFile(folder.commit, hash_of(folder.canonical()), progress)

    def work() -> None:
        # From here on nobody removes it; who did so before has the say.
        if not FileImport.objects.select_for_update().filter(token=file_import.token, stage=Stage.COMMITTING).exists():
            raise Removed
        with folder.canonical().open("rb") as file:
            kind.run(file, by=by, watch=outcomes)
        if outcomes.digest != file_import.digest:
            raise PreviewChanged
        settle(file_import, stage=Stage.DONE, done_at=timezone.now())
        log_act("file_imported", by=by, kind=kind.name, file=file_import.filename, rows=file_import.row_count)

    try:
        in_transaction(work)
    except Removed:
        return
    except (PreviewChanged, FileRefused, Refusal, PermissionDenied):
        settle(file_import, stage=Stage.READING)  # the old preview is none from here on
        preview(file_import, by=by, progress=progress, is_renewed=True)
        return
    finally:
        outcomes.close()
    statistics.refresh(file_import.row_count)
    folder.remove()


def in_our_columns(file_import: FileImport, kind: ImportKind, folder: ImportFolder) -> list[RowError]:
    """Writes ``rows.csv`` unless the upload itself is in our columns; returns what could not be read."""
    folder.rows.unlink(missing_ok=True)
    if file_import.mapping is not None:
        mapping = mapping_of(file_import.mapping)
    elif file_import.sheet:
        mapping = own_columns(kind, file_import.header)
    else:
        return []
    return convert(rows_of(folder), folder.rows, kind=kind, mapping=mapping, is_guarded=not file_import.sheet)


def own_columns(kind: ImportKind, header: list[str]) -> Mapping:
    """The mapping of a header that is in our own columns."""
    places = {name.strip().lower(): place for place, name in enumerate(header)}
    return Mapping({name: places[name] for name in kind.names if name in places})


def hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def settle(file_import: FileImport, **values) -> None:
    """Keeps ``values`` on the import, unless it was removed meanwhile."""
    for name, value in values.items():
        setattr(file_import, name, value)
    FileImport.objects.filter(token=file_import.token).update(**values)
