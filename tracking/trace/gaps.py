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
    """The trace would go on through ``item``, whose numbers were taken off on ``switched_off_on``.

    ``is_settled`` when they are back, and goods had moved without them (see ``settled``).
    """

    item: str
    switched_off_on: date
    is_settled: bool = False

    def sentence(self) -> str:
        if self.is_settled:
            return (
                f"May continue through {self.item}: goods moved without their numbers after its tracking was switched off "
                f"on {self.switched_off_on}. They were settled when it was restored; look through its documents since then."
            )
        return f"Continues through {self.item}, tracking switched off on {self.switched_off_on}; restore to follow."


def gaps_of(bare: Iterable[tuple[int, int]]) -> list[Gap]:
    """The gaps behind lines without a number, each given as (variant, epoch of the line)."""
    return sorted(set(gaps_by_line(bare).values()))


def gaps_by_line(bare: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Gap]:
    """The gap behind each (variant, epoch) that has one; the others never had a number."""
    bare = set(bare)
    if not bare:
        return {}
    condition, parameter = any_of("id", sorted({variant for variant, _ in bare}))
    items = dict(fetch(f"SELECT id, item_id FROM items_variant WHERE {condition}", [parameter]))
    ends: dict[int, list[Switch]] = {}
    for switch in (
        Switch.objects.filter(item__in=set(items.values()), to_mode="none")
        .select_related("item", "archive")
        .defer("archive__content")
        .order_by("epoch")
    ):
        ends.setdefault(switch.item_id, []).append(switch)
    starts = starts_of(ends) if ends else {}
    found = {}
    for variant, epoch in bare:
        switches = ends.get(items[variant], [])
        # The line was made while the item had the mode that this switch ended.
        ended = next((switch for switch in switches if starts[switch.pk] <= epoch < switch.epoch), None)
        if ended is not None and (last := last_unrestored(ended, switches)) is not None:
            found[variant, epoch] = Gap(last.item.name, days.day_of(last.switched_at))
    return found


def last_unrestored(switch: Switch, switches: list[Switch]) -> Switch | None:
    """Where the numbers that ``switch`` took off went: its restored archive may have been switched off again, and again.

    ``switches`` are all those of the item to No tracking, in their order. None when what it took is back.
    """
    for later in switches:
        restored_at = switch.archive.restored_at
        if restored_at is None:
            return switch
        same_mode = later.from_mode == switch.from_mode
        if later.epoch > switch.epoch and same_mode and later.switched_at >= restored_at:
            switch = later
    return switch if switch.archive.restored_at is None else None


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
