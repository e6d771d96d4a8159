"""Gaps that a restore leaves: goods that moved without their numbers while tracking was off (rules 6 and 7).

A restore brings back every number and link, and settles the quantities, but which of the restored units left, were used
or changed place meanwhile nobody wrote down. A trace through such a lot says so and never calls itself complete.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from katana_trace.lib import days
from katana_trace.lib.numbers import UNBATCHED_KEY
from tracking.ledger.sql import any_of, fetch
from tracking.models import Archive, Document
from tracking.trace.gaps import Gap
from tracking.trace.walk import Place, standing

# Goods of an item that went out under no number, or as UNBATCHED, between a switch and the document of its restore.
WENT = """
    SELECT DISTINCT l.variant_id FROM tracking_ledgerline l
    JOIN items_variant v ON v.id = l.variant_id JOIN tracking_document d ON d.id = l.document_id
    LEFT JOIN tracking_batch b ON b.id = l.batch_id
    WHERE v.item_id = %s AND l.epoch >= %s AND l.quantity < 0 AND l.document_id < %s
        AND d.kind NOT IN ('transfer', 'tracking_on', 'tracking_restored') AND (b.id IS NULL OR b.key = %s) AND {standing}
"""
# What of the restored lots was taken when it was settled: it left, or changed place.
SETTLED = """
    SELECT l.batch_id, l.serial_id FROM tracking_ledgerline l JOIN tracking_document d ON d.id = l.document_id
    LEFT JOIN tracking_batch b ON b.id = l.batch_id
    WHERE l.document_id = %s AND l.quantity < 0 AND (b.id IS NULL OR b.key <> %s) {until}
"""


@dataclass(frozen=True, slots=True)
class Restored:
    """An archive that was restored with a document that settled it."""

    item: int
    item_name: str
    epoch: int
    switched_at: datetime
    document: int


def settled_gaps(places: Iterable[Place], *, as_of: date | None = None) -> list[Gap]:
    """The gaps of the lots ``places``, (is serial, id) each, now or at the end of the day ``as_of``.

    One query where nothing was ever restored.
    """
    restored = restored_with_document()
    places = set(places)
    if not restored or not places:
        return []
    return sorted(
        {
            Gap(one.item_name, days.day_of(one.switched_at), is_settled=True)
            for one in restored
            if touches(one, places, as_of)
        }
    )


def restored_with_document() -> list[Restored]:
    archives = list(
        Archive.objects.filter(restored_at__isnull=False)
        .order_by("pk")
        .values_list("pk", "item", "item__name", "switch__epoch", "switch__switched_at")
    )
    if not archives:
        return []
    keys = [f"rst-{pk:06d}" for pk, *_ in archives]
    documents = dict(Document.objects.filter(kind="tracking_restored", key__in=keys).values_list("key", "pk"))
    return [
        Restored(item, name, epoch, switched_at, documents[key])
        for key, (_, item, name, epoch, switched_at) in zip(keys, archives, strict=True)
        if key in documents
    ]


def touches(restored: Restored, places: set[Place], as_of: date | None) -> bool:
    """Whether anything of ``places`` was settled by ``restored``, or was in stock when goods of its kind left unnumbered."""
    until, day = ("", []) if as_of is None else ("AND d.posted_on <= %s", [as_of.isoformat()])
    taken = fetch(SETTLED.format(until=until), [restored.document, UNBATCHED_KEY, *day])
    if any((batch is None, serial if batch is None else batch) in places for batch, serial in taken):
        return True
    batches = [id_ for is_serial, id_ in places if not is_serial]
    if not batches:
        return False  # of serial numbers a person said which left
    counts, days_ = standing(as_of)
    went = [
        variant
        for (variant,) in fetch(
            WENT.format(standing=counts), [restored.item, restored.epoch, restored.document, UNBATCHED_KEY, *days_]
        )
    ]
    return bool(went) and was_in_stock(batches, went, restored.epoch)


def was_in_stock(batches: list[int], variants: list[int], epoch: int) -> bool:
    """Whether any of ``batches`` of ``variants`` had stock when the switch ``epoch`` took its number off."""
    in_batches, some = any_of("l.batch_id", batches)
    in_variants, others = any_of("l.variant_id", variants)
    return bool(
        fetch(
            f"SELECT 1 FROM tracking_ledgerline l WHERE {in_batches} AND {in_variants} AND l.epoch < %s"
            " GROUP BY l.batch_id HAVING sum(l.quantity) > 0 LIMIT 1",
            [some, others, epoch],
        )
    )
