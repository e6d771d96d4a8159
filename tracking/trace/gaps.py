"""Gaps: where a trace ends because tracking of an item was switched off and not restored (rule 6).

A trace that meets one says so and never calls itself complete.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from katana_trace.lib import days
from tracking.ledger.sql import any_of, fetch
from tracking.models import Switch


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """The trace would go on through ``item``, whose numbers were taken off on ``switched_off_on``."""

    item: str
    switched_off_on: date

    def sentence(self) -> str:
        return f"Continues through {self.item}, tracking switched off on {self.switched_off_on}; restore to follow."


def gaps_of(bare: Iterable[tuple[int, int]]) -> list[Gap]:
    """The gaps behind lines without a number, each given as (variant, epoch of the line)."""
    bare = set(bare)
    if not bare:
        return []
    condition, parameter = any_of("id", sorted({variant for variant, _ in bare}))
    items = dict(fetch(f"SELECT id, item_id FROM items_variant WHERE {condition}", [parameter]))
    ends: dict[int, list[Switch]] = {}
    for switch in (
        Switch.objects.filter(item__in=set(items.values()), to_mode="none", archive__restored_at__isnull=True)
        .select_related("item")
        .order_by("epoch")
    ):
        ends.setdefault(switch.item_id, []).append(switch)
    starts = starts_of(ends)
    found = set()
    for variant, epoch in bare:
        for switch in ends.get(items[variant], ()):
            # The line was made while the item had the mode that this switch ended.
            if starts[switch.pk] <= epoch < switch.epoch:
                found.add(Gap(switch.item.name, days.day_of(switch.switched_at)))
    return sorted(found)


def starts_of(ends: dict[int, list[Switch]]) -> dict[int, int]:
    """The epoch at which the mode that each switch ended had begun: that of the switch before it, or 0."""
    epochs: dict[int, list[int]] = {}
    for item, epoch in Switch.objects.filter(item__in=ends).order_by("epoch").values_list("item", "epoch"):
        epochs.setdefault(item, []).append(epoch)
    return {
        switch.pk: max((epoch for epoch in epochs[item] if epoch < switch.epoch), default=0)
        for item, switches in ends.items()
        for switch in switches
    }
