"""Restoring a history: every batch, serial number and ledger link is back, to the byte (rule 7).

Lines are matched by their UUID, and what moved while tracking was off is settled by one document. What is restored is
always an archive's own bytes: a file is only looked up among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from django.core.exceptions import PermissionDenied

from items.models import Item, TrackingMode
from katana_trace.lib import days
from katana_trace.lib.acts import log_act
from katana_trace.lib.identity import new_uuids
from katana_trace.lib.quantities import MILLION
from katana_trace.lib.refusal import Refusal
from tracking.ledger import locks, relink, system
from tracking.ledger.changes import write_changes
from tracking.ledger.retry import in_transaction
from tracking.ledger.switch_log import change_of_restore
from tracking.ledger.write import LineRow, write_lines
from tracking.models import Archive, RelinkPermit
from tracking.modes.archive_file import find_archive
from tracking.modes.left_serials import Left, named_left
from tracking.modes.restore_plan import RestorePlan, plan_restore
from tracking.modes.restored_records import make_records
from tracking.modes.settlement import Number

CHANGED = "What restoring does has changed since it was shown to you. Look at it again below, then restore."


def restore_tracking(*, item: Item, content: bytes, by, left: Iterable[str] = ()) -> Archive:
    """Puts the history ``content`` (the bytes of an archive or of the downloaded file) back; returns its archive.

    ``left`` names the serial numbers that left while tracking was off. Raises Refusal when it cannot be restored,
    PermissionDenied when ``by`` may not.
    """
    check_permission(by)
    return restore_archive(archive=find_archive(item, content), by=by, left=left)


def restore_archive(*, archive: Archive, by, left: Iterable[str] = (), seen: str = "") -> Archive:
    """Restores ``archive`` and returns it anew. ``seen`` is the digest of the plan that ``by`` was shown, if one was.

    Raises Refusal when it cannot be restored, or would do something else than was shown (field ``seen``);
    PermissionDenied when ``by`` may not.
    """
    check_permission(by)
    left = list(left)

    def work() -> Archive:
        locks.share_ledger()
        locks.own_items([archive.item_id])
        fresh = Archive.objects.select_related("item", "switch").get(pk=archive.pk)
        plan = plan_restore(fresh)
        if plan.refusal:
            raise Refusal(plan.refusal)
        if seen and seen != plan.digest:
            raise Refusal(CHANGED, field="seen")
        with relink.permit(fresh.item, RelinkPermit.Act.RESTORE, archive=fresh.pk):
            put_back(plan, named_left(plan, left), by=by)
            fresh.restored_at, fresh.restored_by = days.now(), by
            fresh.save(update_fields=["restored_at", "restored_by"])
        write_changes([change_of_restore(fresh)])
        log_act("tracking_restored", by=by, item=fresh.item.name, archive=fresh.pk, lines=fresh.line_count)
        return fresh

    return in_transaction(work)


def check_permission(by) -> None:
    if by is None or not by.has_perm("items.switch_tracking"):
        raise PermissionDenied("Only a manager restores product tracking.")


def put_back(plan: RestorePlan, left: Left, *, by) -> None:
    """Makes the records, links the lines, settles what moved since, and rebuilds the levels; the permit is open."""
    item, is_batch = plan.item, plan.archive.mode == TrackingMode.BATCH
    ids = make_records(item, plan.archive.mode, plan.records, by=by)
    relink.link_lines([(uuid, ids[name], None) if is_batch else (uuid, None, ids[name]) for uuid, name in plan.links])
    lines = list(batch_lines(plan, ids) if is_batch else serial_lines(left, ids))
    if lines:
        rows = [
            LineRow(uuid, *line, item.tracking_epoch) for uuid, line in zip(new_uuids(len(lines)), lines, strict=True)
        ]
        document = system.make_document(
            kind="tracking_restored", number=f"RST-{plan.archive.pk:06d}", by=by, note=note_of(plan), rows=rows
        )
        write_lines({document.pk: rows})
    relink.rebuild(item.pk)


def note_of(plan: RestorePlan) -> str:
    if plan.archive.mode == TrackingMode.BATCH:
        return f"Batches of {plan.item.name} were restored from the archive"
    return f"Serial numbers of {plan.item.name} were restored from the archive, these had left"


# Variant, location, batch, serial number (ids), its number as printed, millionths.
Line = tuple[int, int, int | None, int | None, str, int]


def batch_lines(plan: RestorePlan, ids: dict[Number, int]) -> Iterator[Line]:
    """+R without batch, then −R from ``UNBATCHED`` and the batches, per variant and location: so no sum passes below zero."""
    places = sorted(plan.batch_places, key=lambda place: (place.variant, place.location))
    for place in places:
        for some in system.in_lines(place.restored):
            yield place.variant, place.location, None, None, "", some
    for place in places:
        for part in place.parts:
            batch = system.unbatched_of(place.variant).pk if part.name is None else ids[part.name]
            for some in system.in_lines(part.quantity):
                yield place.variant, place.location, batch, None, part.number, -some


def serial_lines(left: Left, ids: dict[Number, int]) -> Iterator[Line]:
    """As many units without a number as left, and −1 with the number for each, per variant and location."""
    counts = Counter((place.variant, place.location) for place, _ in left)
    for (variant, location), count in sorted(counts.items()):
        for some in system.in_lines(count * MILLION):
            yield variant, location, None, None, "", some
    for place, record in sorted(left, key=lambda one: (one[0].variant, one[0].location, ids[one[1].name])):
        yield place.variant, place.location, None, ids[record.name], record.number, -MILLION
