"""Downloads of a history: one counts once its last byte was taken (rule 6)."""

from __future__ import annotations

from collections.abc import Iterator

from items.models import Item
from katana_trace.lib import days
from katana_trace.lib.acts import log_act
from tracking.models import HistoryDownload
from tracking.modes.history import HistoryFile

CHUNK = 64 * 1024


def record_download(*, item: Item, history: HistoryFile, by) -> HistoryDownload:
    """Keeps that ``by`` has exactly the bytes of ``history``."""
    log_act("history_downloaded", by=by, item=item.name, rows=history.row_count, sha256=history.sha256)
    return HistoryDownload.objects.create(
        item=item, downloaded_by=by, downloaded_at=days.now(), sha256=history.sha256, row_count=history.row_count
    )


def sent_and_recorded(*, item: Item, history: HistoryFile, by) -> Iterator[bytes]:
    """The bytes of ``history``, and after the last of them was taken, the record of the download."""
    with history.file as file:
        while chunk := file.read(CHUNK):
            yield chunk
    record_download(item=item, history=history, by=by)


def latest_download(*, item: Item, by) -> HistoryDownload | None:
    return HistoryDownload.objects.filter(item=item, downloaded_by=by).order_by("-pk").first()
