"""What a save of an item does about its tracking (rules 3 to 6): refuse, lock, and settle in the same transaction.

Whoever wants to say who and why sets ``item.switched_by`` and ``item.switch_reason`` before saving.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError

from items.models import Item, TrackingMode
from katana_trace.lib.permission import require
from katana_trace.lib.refusal import Refusal
from tracking.ledger import locks
from tracking.modes import check, enabling


def refuse_on_clean(item: Item) -> None:
    """For forms, the admin and imports: ValidationError on ``tracking_mode``."""
    sentence = ""
    if item.tracking_mode not in check.LABELS:
        return  # the field says so itself
    if item._state.adding:
        sentence = check.refusal_of_new(item)
    elif was_changed(item):
        present = mode_and_epoch(item)[0]
        if item.tracking_mode != present:
            sentence = refusal_of_change(item, present=present)
    if sentence:
        raise ValidationError({"tracking_mode": sentence})


def before_save(item: Item) -> None:
    """Raises Refusal when tracking may not change so; else locks the item and begins the switch.

    An instance that was loaded before somebody else's switch, and whose mode nobody touched, takes the present mode.
    """
    item.__dict__.pop("enabling", None)  # of an earlier save that failed
    if item._state.adding:
        item.tracking_epoch = 0
        sentence = check.refusal_of_new(item)
        if sentence:
            raise Refusal(sentence, field="tracking_mode")
        return
    present, epoch = mode_and_epoch(item)
    if not was_changed(item) or item.tracking_mode == present:
        item.tracking_mode, item.tracking_epoch = present, epoch
        return
    by = getattr(item, "switched_by", None)
    require(by, "items.switch_tracking", sentence="Only a manager switches product tracking.")
    locks.share_ledger()
    locks.own_items([item.pk])
    present, epoch = mode_and_epoch(item)
    loaded = getattr(item, "loaded_tracking", None)
    if loaded is not None and loaded != (present, epoch):
        raise Refusal(
            f"Tracking of {item.name} was switched by somebody else since you loaded it; it is {check.LABELS[present]} now. "
            "Load it again.",
            field="tracking_mode",
        )
    sentence = refusal_of_change(item, present=present)
    if sentence:
        raise Refusal(sentence, field="tracking_mode")
    item.tracking_epoch = epoch + 1
    item.enabling = enabling.begin(item, present=present, by=by, reason=getattr(item, "switch_reason", "") or "Saved")


def after_save(item: Item) -> None:
    """Settles a switch that ``before_save`` began: what was in stock gets its place under the new mode."""
    begun = item.__dict__.pop("enabling", None)
    if begun is not None:
        enabling.finish(item, begun)


def refusal_of_change(item: Item, *, present: str) -> str:
    if item.tracking_mode == TrackingMode.NONE:
        return check.refusal_of_save_to_none(item, present=present)
    return check.refusal_of_enabling(item, present=present, to=item.tracking_mode)


def was_changed(item: Item) -> bool:
    """Whether a person set another mode than the one that was loaded."""
    loaded = getattr(item, "loaded_tracking", None)
    return loaded is None or item.tracking_mode != loaded[0]


def mode_and_epoch(item: Item) -> tuple[str, int]:
    """As they are in the database now."""
    return Item.objects.values_list("tracking_mode", "tracking_epoch").get(pk=item.pk)
