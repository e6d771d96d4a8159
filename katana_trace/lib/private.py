"""What is for the owner of the site alone, whatever the umask: the data folder 0700, and the files in it 0600.

The database has the hashes of passwords, sessions and the whole ledger in it; uploads have what others sent.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core import checks

FOLDER, FILE = 0o700, 0o600
BESIDE = ("", "-journal", "-wal", "-shm")  # what SQLite keeps beside a database, with the mode of the database


def open_private(path: Path, mode: str, **named) -> IO:
    """Opens ``path`` for writing; where that makes the file, its owner alone may read it."""
    return open(path, mode, opener=lambda name, flags: os.open(name, flags, FILE), **named)


def narrow(path: Path, mode: int) -> None:
    """Takes away what others may do with ``path``, and nothing else; what is not there, or another user's, stays as it is."""
    with suppress(OSError):
        present = stat.S_IMODE(path.stat().st_mode)
        if present & ~mode:
            path.chmod(present & mode)


def narrow_folder(folder: Path) -> None:
    """A folder that many share by its nature, as /tmp is, stays shared: it has the sticky bit."""
    with suppress(OSError):
        if not folder.stat().st_mode & stat.S_ISVTX and folder != Path(folder.anchor):
            narrow(folder, FOLDER)


def narrow_database(*, connection, **kwargs) -> None:
    """Follows each new connection: SQLite itself makes the file, and gives its mode to what it keeps beside it."""
    if connection.vendor != "sqlite":
        return
    file = Path(connection.settings_dict["NAME"])
    for ending in BESIDE:
        narrow(file.with_name(f"{file.name}{ending}"), FILE)


def check_data_folder(app_configs, **kwargs) -> list[checks.CheckMessage]:
    """A warning where others can open the data folder and this process may not change that: it is of another user, or shared."""
    folder = Path(settings.DATA_DIR)
    mode = stat.S_IMODE(folder.stat().st_mode)
    if not mode & ~FOLDER:
        return []
    return [
        checks.Warning(
            f"Other users of this machine can open the data folder “{folder}” (its mode is {mode:04o}).",
            hint="Run chmod 700 as its owner, or name a folder in KATANA_TRACE_DATA that is the site's own.",
            id="katana_trace.W001",
        )
    ]
