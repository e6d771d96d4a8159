"""What tracking answers when an item is cleaned and saved: the one seam between the rooms, a call each."""

from __future__ import annotations

from tracking.modes import drafting, saving


def fill_draft(sender, *, draft, **kwargs) -> None:
    drafting.fill(draft)


def refuse_on_clean(sender, *, item, **kwargs) -> None:
    saving.refuse_on_clean(item)


def lock_and_refuse_on_save(sender, *, item, **kwargs) -> None:
    saving.before_save(item)


def settle_after_save(sender, *, item, created, **kwargs) -> None:
    saving.after_save(item)
