"""Where a file lies until it is imported: a folder of its own below the data folder, gone after a day or once it is in.

``upload`` is the file as it came, ``source.csv`` its rows as text when it was a spreadsheet, ``rows.csv`` the rows in our
own columns when they were mapped, ``outcome.jsonl`` what the preview found, ``commit.jsonl`` what the import does,
``progress.json`` how far the work is.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from django.conf import settings

from katana_trace.lib.private import FILE, FOLDER, narrow, open_private

DAY = 24 * 3600
STALLED = 30  # seconds without a sign of life


class ImportFolder:
    """The paths of one import; made by ``make``."""

    def __init__(self, token: UUID):
        self.path = Path(settings.DATA_DIR) / "imports" / str(token)
        self.upload = self.path / "upload"
        self.source = self.path / "source.csv"
        self.rows = self.path / "rows.csv"
        self.outcome = self.path / "outcome.jsonl"
        self.commit = self.path / "commit.jsonl"
        self.progress = self.path / "progress.json"

    def make(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=FOLDER)
        self.path.mkdir(mode=FOLDER)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)

    def narrow(self) -> None:
        """Whoever made the files, under whatever umask: they are the owner's alone."""
        for file in self.path.glob("*"):
            narrow(file, FILE)

    def remove_work(self) -> None:
        """What was made of the upload, which stays: after a failure it is made anew, and its room is needed first."""
        for file in (self.source, self.rows, self.outcome, self.commit):
            remove(file)

    @property
    def exists(self) -> bool:
        return self.upload.is_file()

    def table(self) -> Path:
        """The file whose records are the rows as they came."""
        return self.source if self.source.is_file() else self.upload

    def canonical(self) -> Path:
        """The file whose records are in our own columns."""
        return self.rows if self.rows.is_file() else self.upload

    def write_progress(self, what: str, done: int, total: int) -> None:
        """Replaces the file at once: who reads it never sees half of it. Where there is no room, the sign of life is kept."""
        fresh = self.progress.with_suffix(".new")
        try:
            with open_private(fresh, "w", encoding="utf-8") as out:
                json.dump({"what": what, "done": done, "total": total}, out)
            fresh.replace(self.progress)
        except OSError:
            remove(fresh)
            with suppress(OSError):
                os.utime(self.progress)

    def read_progress(self) -> dict:
        try:
            return json.loads(self.progress.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {"what": "Waiting", "done": 0, "total": 0}

    def is_stalled(self) -> bool:
        """Whether nobody works on it: the process that did has ended."""
        try:
            return time.time() - self.progress.stat().st_mtime > STALLED
        except OSError:
            return True


def remove(path: Path) -> None:
    """Takes away a file, or what stands in its place."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
        return
    with suppress(OSError):
        path.unlink()


def sweep(tokens_in_use: set[UUID]) -> None:
    """Removes the folders that are older than a day, and those that no import knows."""
    root = Path(settings.DATA_DIR) / "imports"
    if not root.is_dir():
        return
    known = {str(token) for token in tokens_in_use}
    for folder in root.iterdir():
        try:
            is_old = time.time() - folder.stat().st_mtime > DAY
        except OSError:
            continue  # taken away meanwhile
        if is_old and folder.name not in known:
            shutil.rmtree(folder, ignore_errors=True)
