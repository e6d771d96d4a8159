"""The verbs: switch tracking on, and off (rules 2 to 6). Pages, the admin and the command call these."""

from __future__ import annotations

import gzip

from django.core.exceptions import PermissionDenied

from items.models import Item, TrackingMode
from katana_trace.lib import days
from katana_trace.lib.acts import log_act
from katana_trace.lib.numbers import check_text
from katana_trace.lib.refusal import Refusal
from tracking.ledger import locks, relink
from tracking.ledger.changes import write_changes
from tracking.ledger.retry import in_transaction
from tracking.ledger.switch_log import change_of_archive, change_of_switch
from tracking.models import Archive, HistoryDownload, RelinkPermit, Switch
from tracking.modes import check
from tracking.modes.history import HistoryFile, write_history


def enable_tracking(*, item: Item, to: str, by, reason: str) -> Switch:
    """Switches ``item`` from No tracking to ``to`` (batch or serial) and returns the switch.

    Raises Refusal (rules 2, 4, 5), PermissionDenied when ``by`` may not switch.
    """
    check_reason(reason)
    if to not in (TrackingMode.BATCH, TrackingMode.SERIAL):
        raise Refusal(f"“{to}” is no tracking to enable. Use batch or serial.", field="tracking_mode")

    def work() -> Switch:
        fresh = Item.objects.get(pk=item.pk)
        if fresh.tracking_mode == to:
            raise Refusal(check.refusal_of_enabling(fresh, present=to, to=to), field="tracking_mode")
        fresh.tracking_mode = to
        fresh.switched_by, fresh.switch_reason = by, reason.strip()
        fresh.save()
        return Switch.objects.get(item=fresh, epoch=fresh.tracking_epoch)

    switch = in_transaction(work)
    item.refresh_from_db()
    return switch


def disable_tracking(*, item: Item, by, reason: str) -> Archive:
    """Switches ``item`` to No tracking: archives its history, then deletes its batches or serial numbers (rule 6).

    ``by`` must have downloaded exactly the present history. Raises Refusal, PermissionDenied.
    """
    check_reason(reason)
    check_permission(by)

    def work() -> Archive:
        locks.share_ledger()
        locks.own_items([item.pk])
        fresh = Item.objects.get(pk=item.pk)
        if fresh.tracking_mode == TrackingMode.NONE:
            raise Refusal(f"{fresh.name} has No tracking already. Nothing was switched.", field="tracking_mode")
        sentence = check.refusal_of_holds(fresh) or check.refusal_of_recalls(fresh) or check.refusal_of_sums(fresh)
        if sentence:
            raise Refusal(sentence)
        history = write_history(fresh)
        with history.file:
            check_downloaded(fresh, history, by)
            return switch_off(fresh, history, by=by, reason=reason.strip())

    archive = in_transaction(work)
    item.refresh_from_db()
    return archive


def switch_off(item: Item, history: HistoryFile, *, by, reason: str) -> Archive:
    """The deleting part; the item is locked and the fence was passed."""
    with relink.permit(item, RelinkPermit.Act.OFF):
        archive = keep_archive(keep_switch(item, history, by=by, reason=reason), history)
        write_changes([change_of_switch(archive.switch), change_of_archive(archive)])
        relink.unlink_lines(item.pk)
        Item.objects.filter(pk=item.pk).update(tracking_mode=TrackingMode.NONE, tracking_epoch=archive.switch.epoch)
    log_act(
        "tracking_switched", by=by, item=item.name, was=archive.mode, to=TrackingMode.NONE, epoch=archive.switch.epoch
    )
    return archive


def keep_switch(item: Item, history: HistoryFile, *, by, reason: str) -> Switch:
    serial = item.tracking_mode == TrackingMode.SERIAL
    return Switch.objects.create(
        item=item,
        from_mode=item.tracking_mode,
        to_mode=TrackingMode.NONE,
        switched_by=by,
        reason=reason[:200],
        switched_at=days.now(),
        epoch=item.tracking_epoch + 1,
        line_count=history.line_count,
        batch_count=0 if serial else history.record_count,
        serial_count=history.record_count if serial else 0,
    )


def keep_archive(switch: Switch, history: HistoryFile) -> Archive:
    """The bytes of ``history`` as they were downloaded, compressed."""
    return Archive.objects.create(
        switch=switch,
        item=switch.item,
        mode=switch.from_mode,
        content=gzip.compress(history.file.read(), compresslevel=6, mtime=0),
        sha256=history.sha256,
        size=history.size,
        line_count=history.line_count,
        record_count=history.record_count,
    )


def check_downloaded(item: Item, history: HistoryFile, by) -> None:
    """The export fence: the hash of what would be deleted now must be one that this user has."""
    downloads = HistoryDownload.objects.filter(item=item, downloaded_by=by)
    if downloads.filter(sha256=history.sha256).exists():
        return
    if downloads.exists():
        raise Refusal(
            f"The history of {item.name} has changed since you downloaded it. Download it again, then turn off tracking.",
            field="download",
        )
    raise Refusal(f"You have not downloaded the history of {item.name} yet. Download it first.", field="download")


def check_reason(reason: str) -> None:
    if not reason.strip():
        raise Refusal("Say why tracking is switched; the reason is kept with your name.", field="reason")
    if len(reason.strip()) > 200:
        raise Refusal(f"The reason has {len(reason.strip())} characters, the limit is 200. Shorten it.", field="reason")
    try:
        check_text(reason, what="Reason", limit=200)
    except ValueError as error:  # what the databases could not store
        raise Refusal(str(error), field="reason") from error


def check_permission(by) -> None:
    if by is None or not by.has_perm("items.switch_tracking"):
        raise PermissionDenied("Only a manager switches product tracking.")
