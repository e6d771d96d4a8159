"""What the form of a new item offers: the workspace's default, and why a choice is closed (rules 1, 2)."""

from __future__ import annotations

from items.models import TrackingMode
from items.signals import ItemDraft
from tracking.models import Workspace
from tracking.modes import check


def fill(draft: ItemDraft) -> None:
    """Sets the tracking that a new item begins with, and closes both kinds of tracking without the add-on."""
    sentence = check.refusal_of_addon()
    if sentence:
        draft.closed.update({TrackingMode.BATCH: sentence, TrackingMode.SERIAL: sentence})
    default = Workspace.get().default_tracking
    draft.tracking_mode = TrackingMode.NONE if default in draft.closed else default
