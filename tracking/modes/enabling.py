"""Enabling tracking over stock: what is there goes to ``UNBATCHED`` (rule 3), or stays without numbers (rule 4).

No cost per line of history: the quantities are read from the levels. The lines that take stock from "without batch"
are made under the old epoch, before the item is written; those that put it into ``UNBATCHED`` under the new one, after.
"""

from __future__ import annotations

from dataclasses import dataclass

from items.models import Item, TrackingMode
from katana_trace.lib import days
from katana_trace.lib.acts import log_act
from katana_trace.lib.identity import new_uuids
from katana_trace.lib.numbers import UNBATCHED
from tracking.ledger import relink, system
from tracking.ledger.changes import write_changes
from tracking.ledger.sql import fetch
from tracking.ledger.switch_log import change_of_switch
from tracking.ledger.write import LineRow, write_lines
from tracking.models import Document, RelinkPermit, Switch


@dataclass(frozen=True, slots=True)
class Enabling:
    """A switch that was begun: its document (None without stock) and the lines that put the stock under the new mode."""

    document: Document | None = None
    rows: tuple[LineRow, ...] = ()


def begin(item: Item, *, present: str, by, reason: str) -> Enabling:
    """Keeps the switch, and for batch tracking takes all stock out of "without batch". The item is locked."""
    RelinkPermit.objects.create(item=item, act=RelinkPermit.Act.ON, epoch=item.tracking_epoch)
    switch = Switch.objects.create(
        item=item,
        from_mode=present,
        to_mode=item.tracking_mode,
        switched_by=by,
        reason=reason[:200],
        switched_at=days.now(),
        epoch=item.tracking_epoch,
    )
    write_changes([change_of_switch(switch)])
    log_act("tracking_switched", by=by, item=item.name, was=present, to=item.tracking_mode, epoch=switch.epoch)
    if item.tracking_mode != TrackingMode.BATCH:
        return Enabling()
    levels = tuple(
        fetch(
            "SELECT k.variant_id, k.location_id, k.quantity FROM tracking_stocklevel k"
            " JOIN items_variant v ON v.id = k.variant_id"
            " WHERE v.item_id = %s AND k.quantity > 0 ORDER BY k.variant_id, k.location_id",
            [item.pk],
        )
    )
    if not levels:
        return Enabling()
    moved = [(variant, location, part) for variant, location, all_ in levels for part in system.in_lines(all_)]
    uuids = iter(new_uuids(2 * len(moved)))
    out = [
        LineRow(next(uuids), variant, location, None, None, "", -part, item.tracking_epoch - 1)
        for variant, location, part in moved
    ]
    into = [
        LineRow(next(uuids), variant, location, None, None, UNBATCHED, part, item.tracking_epoch)
        for variant, location, part in moved
    ]
    note = f"Batch tracking of {item.name} was switched on"
    document = system.make_document(
        kind="tracking_on", number=f"TRK-{switch.pk:06d}", by=by, note=note, rows=[*out, *into]
    )
    write_lines({document.pk: out})
    return Enabling(document, tuple(into))


def finish(item: Item, begun: Enabling) -> None:
    """Puts what was taken out into the ``UNBATCHED`` batch of each variant. The item was written."""
    relink.close_permit(item.pk)
    if begun.document is None:
        return
    unbatched = {
        variant: system.unbatched_of(variant).pk for variant in dict.fromkeys(row.variant for row in begun.rows)
    }
    write_lines({begun.document.pk: [row._replace(batch=unbatched[row.variant]) for row in begun.rows]})
