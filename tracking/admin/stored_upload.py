"""The file of an import in the admin between its preview and its confirmation: in the folder for temporary files, a day at most.

The same quotas hold as on the import page, for each user and for all.
"""

from __future__ import annotations

import re
import tempfile
import time
from pathlib import Path

from import_export.tmp_storages import TempFolderStorage

from katana_trace.lib.acting import actor
from katana_trace.lib.counts import counted
from katana_trace.lib.refusal import Refusal
from tracking.imports.quota import BYTES_OF_ALL, BYTES_OF_ONE, MIB, OF_ALL, OF_ONE

PREFIX = "katana-trace-import-"
DAY = 24 * 3600


class StoredUpload(TempFolderStorage):
    """Removes a file that is not confirmed within a day, and at once one that cannot be written completely."""

    def save(self, data):
        try:
            super().save(data)
        except BaseException:
            if self.name:
                remove(self.name)
            raise

    def _open(self, mode="r"):
        if self.name:
            return Path(self.get_full_path()).open(mode)
        sweep()
        file = tempfile.NamedTemporaryFile(prefix=own_prefix(), delete=False)  # noqa: SIM115 the caller closes it
        self.name = Path(file.name).name
        return file


def own_prefix() -> str:
    """What the names of this user's files begin with."""
    return f"{PREFIX}{getattr(actor.get().user(), 'pk', 0)}-"


def is_own(name: str) -> bool:
    """Whether ``name`` is that of a file that this user uploaded and that is still there."""
    return bool(re.fullmatch(rf"{own_prefix()}[A-Za-z0-9_]+", name)) and Path(tempfile.gettempdir(), name).is_file()


def remove(name: str) -> None:
    Path(tempfile.gettempdir(), name).unlink(missing_ok=True)


def sweep() -> None:
    for file in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            if time.time() - file.stat().st_mtime > DAY:
                file.unlink(missing_ok=True)
        except OSError:
            continue  # another user's, or taken away meanwhile


def check_quota(size: int) -> None:
    """Raises Refusal where one more file of ``size`` bytes is too much for this user, or for all of them."""
    sweep()
    refuse_above(sizes_of(own_prefix()), size, OF_ONE, BYTES_OF_ONE, "you have")
    refuse_above(sizes_of(PREFIX), size, OF_ALL, BYTES_OF_ALL, "all users together have")


def sizes_of(prefix: str) -> list[int]:
    found = []
    for file in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        try:
            found.append(file.stat().st_size)
        except OSError:
            continue  # taken away meanwhile
    return found


def refuse_above(sizes: list[int], size: int, most: int, most_bytes: int, whose: str) -> None:
    if len(sizes) < most and sum(sizes) + size <= most_bytes:
        return
    raise Refusal(
        f"With this file {whose} {counted(len(sizes) + 1, 'file')} of {sum(sizes) + size:,} bytes that are not confirmed yet; the "
        f"limit is {most} files of {most_bytes:,} bytes ({most_bytes // MIB:,} MiB). Confirm those that are previewed, or wait: "
        "a file that is not confirmed is removed after a day."
    )
