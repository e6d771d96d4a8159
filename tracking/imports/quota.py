"""How much may wait in the data folder to be imported: for each user, for all users, and never the last space on the disk.

An embedded database is on the same disk: with the last byte gone nobody could log in to clear up.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings
from django.db.models import Count, QuerySet, Sum

from katana_trace.lib.counts import counted
from katana_trace.lib.refusal import Refusal
from tracking.models import FileImport

MIB = 1024 * 1024
OF_ONE, BYTES_OF_ONE = 10, 100 * MIB  # as many as the page lists, so that each can be removed
OF_ALL, BYTES_OF_ALL = 100, 1024 * MIB
TIMES = 4  # the rows as text, in our columns, and what is said of them may be as long as the file, each
LEFT_FREE = 16 * MIB


def check_quota(made: FileImport, *, by) -> None:
    """Raises Refusal when the files that wait are too many with ``made``, which is among them already.

    The row is written first and checked then: of many uploads at the same moment the last one sees all.
    """
    waiting = FileImport.objects.exclude(stage=FileImport.Stage.DONE)
    hint = "Import or remove some of those below, then upload this one again."
    refuse_above(waiting.filter(made_by=by), OF_ONE, BYTES_OF_ONE, whose="you have", who="one user", hint=hint)
    hint = "Ask those who uploaded them to import or remove some, or wait: a file that is not imported is removed after a day."
    refuse_above(waiting, OF_ALL, BYTES_OF_ALL, whose="all users together have", who="all users", hint=hint)


def refuse_above(files: QuerySet[FileImport], most: int, most_bytes: int, *, whose: str, who: str, hint: str) -> None:
    found = files.aggregate(count=Count("pk"), size=Sum("size"))
    if found["count"] > most:
        raise Refusal(
            f"With this file {whose} {counted(found['count'], 'file')} that are not imported yet; the limit for {who} is "
            f"{most}. {hint}",
            field="file",
        )
    if found["size"] > most_bytes:
        raise Refusal(
            f"With this file {whose} {found['size']:,} bytes in files that are not imported yet; the "
            f"limit for {who} is {most_bytes:,} ({most_bytes // MIB:,} MiB). {hint}",
            field="file",
        )


def check_room(size: int) -> None:
    """Raises Refusal where a file of ``size`` bytes, with its preview, would take the last of the disk."""
    free = shutil.disk_usage(Path(settings.DATA_DIR)).free
    needed = size * TIMES + LEFT_FREE
    if free < needed:
        raise Refusal(
            f"The site’s disk has {free:,} bytes free. This file and its preview may take {size * TIMES:,}, and "
            f"{LEFT_FREE:,} (16 MiB) must stay free for the database. "
            "Ask whoever runs the site to free some space, then upload it again.",
            field="file",
        )
