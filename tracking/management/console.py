"""What the commands share: who does it, and a progress bar on a terminal."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from items.models import Item
from katana_trace.lib.numbers import can_be_stored, key_of
from katana_trace.lib.quantities import shown
from tracking.resources.watch import Watch
from tracking.upkeep import health


class SiteCommand(BaseCommand):
    """A command on the site's database: what the database or the disk refuses is a sentence too, and exit code 1."""

    def execute(self, *args, **options):
        try:
            return super().execute(*args, **options)
        except (DatabaseError, sqlite3.Error) as error:
            raise CommandError(sentence_of_database(error)) from error
        except OSError as error:
            raise CommandError(
                f"{shown(str(error.filename or 'A file'))} cannot be used ({error.strerror or error}). "
                "Check its name, who may use it, and the space on the disk."
            ) from error


def sentence_of_database(error: Exception) -> str:
    """That it is of another version, where it is; else what the database itself said."""
    try:
        if sentence := health.version_fault():
            return sentence
    except DatabaseError:
        pass  # it refuses that as well, and has said why
    return (
        f"The database refused this ({shown(' '.join(str(error).split()))}). "
        "Check who may write to it, and the space on its disk."
    )


def user_named(name: str | None):
    """The active user of this name; None when no name was given."""
    if name is None:
        return None
    users = get_user_model().objects.filter(username=name, is_active=True)
    user = users.first() if can_be_stored(name, limit=150) else None
    if user is None:
        raise CommandError(f"There is no active user “{shown(name)}”. Give the name of a user who can log in.")
    return user


def item_named(name: str) -> Item:
    """The item of this name, found by its key."""
    item = Item.objects.filter(key=key_of(name)).first() if can_be_stored(name, limit=120) else None
    if item is None:
        raise CommandError(f"There is no item “{shown(name)}”. Check its name, as it stands on the item card.")
    return item


def count_lines(file: Path) -> int:
    """About how many rows a file has: enough for a progress bar."""
    with file.open("rb") as opened:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: opened.read(1 << 20), b""))


class Bar(Watch):
    """A progress bar on a terminal, shown for what takes longer than two seconds; silent elsewhere."""

    WIDTH = 30

    def __init__(self, out, *, total: int):
        self.out = out
        self.total = total
        self.begun = time.monotonic()
        self.shown = False
        self.active = total > 0 and hasattr(out, "isatty") and out.isatty()

    def read(self, row: int) -> None:
        self.show(row)

    def show(self, done: int) -> None:
        if not self.active or time.monotonic() - self.begun < 2:
            return
        part = min(done / self.total, 1)
        filled = round(part * self.WIDTH)
        self.out.write(f"\r[{'█' * filled}{'·' * (self.WIDTH - filled)}] {part:4.0%}  {done:,} rows", ending="")
        self.out.flush()
        self.shown = True

    def close(self) -> None:
        if self.shown:
            self.out.write("")
