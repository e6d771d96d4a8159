"""Space kept on the disk of the embedded database, so that somebody can log in and clear up when it is full.

A login writes a few rows, and a backup a seal. So a file of a few MiB lies in the data folder for as long as there is room
enough; it is given up when one of these finds the disk full, and made again by a login once there is room.
"""

from __future__ import annotations

import logging
import os
import shutil
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import connection

from katana_trace.lib.private import open_private

log = logging.getLogger(__name__)

SIZE = 4 * 1024 * 1024
NEEDED = 1024 * 1024  # for a login, or a seal
PLENTY = 16 * SIZE  # only of so much room a part is taken


def file() -> Path:
    return Path(settings.DATA_DIR) / "reserve"


def make_room() -> None:
    """Gives the reserve up where the disk is full. On PostgreSQL the database is elsewhere, and there is none."""
    if connection.vendor != "sqlite":
        return
    with suppress(OSError):
        if shutil.disk_usage(settings.DATA_DIR).free < NEEDED and file().exists():
            file().unlink()
            log.warning(
                "The disk of %s is full. The reserve was given up so that people can log in.", settings.DATA_DIR
            )


def keep() -> None:
    """Makes the reserve where it is not there and there is plenty of room."""
    if connection.vendor != "sqlite" or file().exists():
        return
    try:
        if shutil.disk_usage(settings.DATA_DIR).free >= PLENTY:
            with open_private(file(), "xb") as out:
                os.posix_fallocate(out.fileno(), 0, SIZE)
    except FileExistsError:
        pass  # another login was first
    except OSError:
        with suppress(OSError):
            file().unlink()
