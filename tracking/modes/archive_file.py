"""Which archive a file is: by its hash, or, when a spreadsheet saved it again, by its lines (rule 7).

Nothing is ever restored from a file's own bytes: they only find the archive, which has the bytes that were downloaded.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from items.models import Item
from katana_trace.lib.refusal import Refusal
from tracking.ledger.sql import fetch
from tracking.models import Archive, HistoryDownload, LedgerLine
from tracking.modes.edited_file import Comparison, FileRows, compare_files, read_archive_rows, read_file_rows
from tracking.modes.history_content import as_uuid

NAMED = 10  # misfits in a sentence
SPARE = 10_000  # rows that a file may have more than the longest archive; each of them is shown as one too many
ASKED = 500  # lines of a file that are looked for in other items' ledgers


@dataclass(frozen=True, slots=True)
class FoundArchive:
    """The archive that a file is of. ``comparison`` is None when the file has the archive's very bytes."""

    archive: Archive
    comparison: Comparison | None


def recognise_file(item: Item, content: bytes) -> FoundArchive:
    """The archive of ``item`` whose file ``content`` is, or was before it was edited. Raises Refusal when there is none."""
    sha256 = hashlib.sha256(content).hexdigest()
    same = Archive.objects.defer("content").select_related("item", "switch").filter(sha256=sha256).order_by("-pk")
    archive = same.filter(item=item).first()
    if archive is not None:
        return FoundArchive(archive, None)
    other = same.first()
    if other is not None:
        raise Refusal(sentence_of_other(item, other.item), field="file")
    most = SPARE + max((lines + records for lines, records in sizes_of(item)), default=0)
    rows = read_file_rows(content, most=most)
    refuse_strangers(item, rows)
    if rows.is_cut:
        raise Refusal(
            f"This file has more than {most:,} rows, far more than any archive of {item.name}. "
            "Use the file as it was downloaded before tracking was switched off, or restore from Archives.",
            field="file",
        )
    closest = closest_archive(item, rows)
    if closest is None:
        raise Refusal(sentence_of_none(item, sha256), field="file")
    archive, archived = closest
    return FoundArchive(archive, compare_files(archived, rows))


def sizes_of(item: Item) -> Iterable[tuple[int, int]]:
    """How many lines and records each archive of ``item`` has."""
    return Archive.objects.filter(item=item).values_list("line_count", "record_count")


def find_archive(item: Item, content: bytes) -> Archive:
    """As ``recognise_file``; a file whose contents were edited is refused, with the first rows that do not fit."""
    found = recognise_file(item, content)
    if found.comparison is not None and found.comparison.count:
        page = reverse("tracking:archive_restore", args=[found.archive.pk])
        told = "; ".join(misfit.sentence() for misfit in found.comparison.misfits[:NAMED])
        more = f"; and {found.comparison.count - NAMED:,} more" if found.comparison.count > NAMED else ""
        raise Refusal(
            f"{sentence_of_edited(found)} {told}{more}. "
            f"Nothing was restored. The archive itself is unchanged: restore from it on the page {page}, or download it there.",
            field="file",
        )
    return found.archive


def sentence_of_edited(found: FoundArchive) -> str:
    count, day = found.comparison.count, f"{found.archive.switch.switched_at:%Y-%m-%d}"
    what = "cell or row of it does" if count == 1 else "cells or rows of it do"
    return f"This file was edited since it was downloaded: {count:,} {what} not fit the archive of {day}."


def sentence_of_other(item: Item, other: Item) -> str:
    return f"This is a history of {other.name}, not of {item.name}. Restore it on the tracking page of {other.name}."


def sentence_of_none(item: Item, sha256: str) -> str:
    download = HistoryDownload.objects.filter(item=item, sha256=sha256).order_by("-pk").first()
    if download is not None:
        return (
            f"This history of {item.name} was downloaded on {download.downloaded_at:%Y-%m-%d}, but its tracking was not "
            "switched off with it, so there is nothing of it to restore."
        )
    return (
        f"This file is not a history that was archived for {item.name}: it has nothing in common with an archive of it. "
        "Use the file as it was downloaded before tracking was switched off, or restore from Archives."
    )


def refuse_strangers(item: Item, rows: FileRows) -> None:
    """Raises Refusal when the lines of a file are in the ledger of another item, or in none."""
    if not rows.lines:
        return
    own = {as_uuid(uuid) for (uuid,) in fetch(OWN, [item.pk])}
    if rows.lines.keys() & own:
        return
    some = [uuid for uuid in rows.lines if uuid != UUID(int=0)][:ASKED]
    other = LedgerLine.objects.select_related("variant__item").filter(uuid__in=some).first()
    if other is not None:
        raise Refusal(sentence_of_other(item, other.variant.item), field="file")
    raise Refusal(
        f"The ledger of {item.name} has none of the lines in this file, so it was made by another installation, or before "
        "this ledger was begun anew. Lines are found by their UUID: restore it where it was downloaded.",
        field="file",
    )


OWN = "SELECT l.uuid FROM tracking_ledgerline l JOIN items_variant v ON v.id = l.variant_id WHERE v.item_id = %s"


def closest_archive(item: Item, rows: FileRows) -> tuple[Archive, FileRows] | None:
    """The archive of ``item`` that has most rows in common with the file; of two the one of its length, then the newest."""
    best, best_score = None, (0, 0)
    # One by one and each finished before the next: a query that is half read keeps SQLite's writers waiting.
    for pk in list(Archive.objects.filter(item=item).order_by("-pk").values_list("pk", flat=True)):
        archive = Archive.objects.select_related("item", "switch").get(pk=pk)
        archived = read_archive_rows(gzip.decompress(archive.content))
        score = (len(archived.keys() & rows.keys()), -abs(archived.count - rows.count))
        if score[0] and (best is None or score > best_score):
            best, best_score = (archive, archived), score
    return best
