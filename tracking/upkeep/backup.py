"""A backup of the embedded database, made while the site is in use and looked over before it counts as one.

The ledger is sealed first, and the head of the seal stands in a file beside the backup: whoever keeps that one elsewhere
can tell later that nothing under it was changed, in the backup and in the site.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from katana_trace.lib import reserve
from katana_trace.lib.private import BESIDE
from katana_trace.lib.refusal import Refusal
from tracking.ledger import triggers
from tracking.ledger.seals import make_seal, text_of_seal
from tracking.models import Document, LedgerLine, Seal
from tracking.upkeep import embedded, health

DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class Contents:
    """What a copy has in it; ``size`` in bytes."""

    size: int
    documents: int
    lines: int


@dataclass(frozen=True, slots=True)
class Backup:
    """``seal`` is None for a database of an older version than the program, which cannot be sealed yet."""

    contents: Contents
    seal: Seal | None


def write_backup(target: Path) -> Backup:
    """Seals the ledger, writes the site's database to the new file ``target``, and the head of the seal beside it.

    Both files are there when the copy is whole, and not before. Raises Refusal when one of them is there already or cannot
    be written, and when the copy is not sound.
    """
    embedded.file_of_site()
    refuse_existing(target)
    beside = seal_file(target)
    refuse_existing(beside)
    reserve.make_room()
    seal = make_seal(by=None) if health.is_of_this_version() else None
    with copied(target) as part:
        contents = contents_of(part, has_triggers=seal is not None)
        embedded.forget_logins(part)
        if seal is None:
            put(part, target)
        else:
            with written(beside, seal_text(seal, target)) as text:
                put_both(part, target, text, beside)
    return Backup(contents, seal)


def keep_copy(target: Path) -> None:
    """Writes the site's database to the new file ``target`` as it is, whatever is wrong with it: without a seal."""
    with copied(target) as part:
        put(part, target)


def seal_file(target: Path) -> Path:
    return target.with_name(f"{target.name}.seal")


def seal_text(seal: Seal, backup: Path) -> str:
    """The head alone on the first line, where a program finds it; then what it is of."""
    return (
        f"{seal.head}\n"
        f"{text_of_seal(seal)}, made before the backup {backup.name}.\n"
        f"Documents since the seal before: {seal.document_count:,}. Changes since then: {seal.change_count:,}.\n"
        "Keep this file elsewhere: manage.py verify --seal HEAD tells later whether anything under it was changed.\n"
    )


def refuse_existing(file: Path) -> None:
    if file.exists():
        raise Refusal(f"{file} is there already, and a backup never replaces a file. Give another name.")


@contextmanager
def copied(target: Path) -> Iterator[Path]:
    """A copy of the site's database in the folder of ``target``, under a name that goes after the block."""
    forget_old(target.parent, f".{target.name}.*.part*")
    part = part_of(target)
    try:
        try:
            embedded.copy(embedded.file_of_site(), part)
        except (OSError, sqlite3.Error) as error:
            raise cannot_be_written(target, error) from error
        yield part
    finally:
        remove(part)


def forget_old(folder: Path, names: str) -> None:
    """Deletes, after a day, what a killed process left behind."""
    for path in folder.glob(names):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > DAY:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def remove(part: Path) -> None:
    """Takes a part away, if there is one, with what SQLite left beside it: where it could not be made, that is the fault to be
    told."""
    for ending in BESIDE:
        with suppress(OSError):
            part.with_name(f"{part.name}{ending}").unlink()


@contextmanager
def written(target: Path, text: str) -> Iterator[Path]:
    """``text`` in the folder of ``target``, for its owner alone, under a name that goes after the block."""
    part = part_of(target)
    try:
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
            embedded.sync(part)
        except OSError as error:
            raise cannot_be_written(target, error) from error
        yield part
    finally:
        remove(part)


def put_both(part: Path, target: Path, text: Path, beside: Path) -> None:
    """The backup first: one without its head is a backup, a head without its backup is none."""
    put(part, target)
    try:
        put(text, beside)
    except Refusal:
        target.unlink()
        raise


def put(part: Path, target: Path) -> None:
    """Gives ``part`` the name ``target``; unlike a renaming it never replaces what somebody else has put there meanwhile."""
    try:
        os.link(part, target)
    except FileExistsError:
        refuse_existing(target)
    embedded.sync(target.parent)


def part_of(target: Path) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}.part")


def cannot_be_written(target: Path, error: OSError | sqlite3.Error) -> Refusal:
    why = getattr(error, "strerror", None) or error
    return Refusal(f"{target} cannot be written ({why}). Name a file in a folder that is there and has room.")


def contents_of(file: Path, *, has_triggers: bool = True) -> Contents:
    """Raises Refusal when ``file`` is damaged, or lacks triggers where it is of this version (``has_triggers``)."""
    if fault := embedded.damage(file):
        raise Refusal(f"The backup was not kept: {fault}. Run manage.py verify on the site.")
    with embedded.looking_into(file):
        if has_triggers and (names := triggers.missing(connection)):
            raise Refusal(
                f"The backup was not kept: the trigger {names[0]} is missing in the database. Run manage.py migrate, "
                "then manage.py verify."
            )
        return Contents(file.stat().st_size, Document.objects.count(), LedgerLine.objects.count())
