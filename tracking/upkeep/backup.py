"""A backup of the embedded database, made while the site is in use and looked over before it counts as one."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from katana_trace.lib.refusal import Refusal
from tracking.ledger import triggers
from tracking.models import Document, LedgerLine
from tracking.upkeep import embedded


@dataclass(frozen=True, slots=True)
class Contents:
    """What a copy has in it; ``size`` in bytes."""

    size: int
    documents: int
    lines: int


def write_backup(target: Path) -> Contents:
    """Writes the site's database to the new file ``target``, and returns what is in it.

    ``target`` is there when it is whole, and not before. Raises Refusal when it is there already, cannot be written, or
    when the copy is not sound.
    """
    source = embedded.file_of_site()
    if target.exists():
        raise Refusal(f"{target} is there already, and a backup never replaces a file. Give another name.")
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        try:
            embedded.copy(source, part)
        except OSError as error:
            raise Refusal(
                f"{target} cannot be written ({error.strerror}). Name a file in a folder that is there and has room."
            ) from error
        contents = contents_of(part)
        os.link(part, target)  # unlike a renaming it never replaces what somebody else has put there meanwhile
        embedded.sync(target.parent)
    except FileExistsError as error:
        raise Refusal(f"{target} is there already, and a backup never replaces a file. Give another name.") from error
    finally:
        part.unlink(missing_ok=True)
    return contents


def contents_of(file: Path) -> Contents:
    """Raises Refusal when ``file`` is damaged or lacks triggers."""
    if fault := embedded.damage(file):
        raise Refusal(f"The backup was not kept: {fault}. Run manage.py verify on the site.")
    with embedded.looking_into(file):
        if names := triggers.missing(connection):
            raise Refusal(
                f"The backup was not kept: the trigger {names[0]} is missing in the database. Run manage.py migrate, "
                "then manage.py verify."
            )
        return Contents(file.stat().st_size, Document.objects.count(), LedgerLine.objects.count())
