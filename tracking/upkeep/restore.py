"""Putting a backup of the embedded database back: looked over wholly first, then put in place at one moment."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command
from django.utils import timezone

from katana_trace.lib.refusal import Refusal
from tracking.ledger.laws import broken_laws
from tracking.upkeep import embedded, health
from tracking.upkeep.backup import Contents, contents_of, forget_old, keep_copy


@dataclass(frozen=True, slots=True)
class Restored:
    """What is in the database now, and the file in which the one of before was kept (None where there was none)."""

    contents: Contents
    kept: Path | None


def restore_backup(file: Path) -> Restored:
    """Puts the backup ``file`` in the place of the site's database, which is kept first in a file beside it.

    A backup of an older version is brought up to this one. Raises Refusal for what is no whole backup of a site of this
    version or an older one; nothing is changed then.
    """
    present = embedded.file_of_site()
    with checked_copy(file, present.parent) as copy:
        contents = contents_of(copy)
        kept = keep(present)
        try:
            embedded.overwrite(copy, present)
        except BaseException:
            if kept:
                kept.unlink()  # the present database is as it was
            raise
    return Restored(contents, kept)


@contextmanager
def checked_copy(file: Path, folder: Path) -> Iterator[Path]:
    """A copy of ``file`` that goes after the block, migrated, with all laws kept."""
    if not file.is_file():
        raise Refusal(f"{file} is no file. Give the name of a backup.")
    if fault := embedded.damage(file):
        raise Refusal(f"{file} cannot be restored: {fault}. Take another backup.")
    forget_old(folder, ".restore-*")
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=folder) as room:
        copy = Path(room) / "copy.sqlite3"
        embedded.copy(file, copy)
        with embedded.looking_into(copy):
            applied = health.applied_migrations()
            if ("tracking", "0001_initial") not in applied:
                raise Refusal(f"{file} is a database, but not one of Katana Trace. Take another backup.")
            if newer := health.unknown_migrations(applied):
                raise Refusal(
                    f"{file} is of a newer version than this program, which does not know {newer[0]}. "
                    "Install that version first."
                )
            call_command("migrate", verbosity=0)
            broken = [(law, findings) for law, findings in broken_laws() if findings]
        embedded.forget_logins(copy)
        if broken:
            law, findings = broken[0]
            raise Refusal(
                f"{file} breaks law {law.number} of the ledger ({law.sentence.rstrip('.')}): {findings[0]} "
                "Take another backup."
            )
        yield copy


def keep(present: Path) -> Path | None:
    """Writes the present database to a file of its own, named by the moment; None where there is nothing in it yet.

    As it is, also where it is of an older version or has lost a guard: that may be why another one is put in its place.
    """
    if not health.applied_migrations():
        return None
    name = f"{present.stem}-before-restore-{timezone.now():%Y%m%d-%H%M%S-%f}-{os.getpid()}{present.suffix}"
    kept = present.with_name(name)
    keep_copy(kept)
    return kept
