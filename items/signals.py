"""What the items room announces. Whoever has a rule about it answers by raising ValidationError."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.dispatch import Signal


@dataclass(slots=True)
class ItemDraft:
    """What the form of a new item begins with; ``closed`` has, by tracking mode, the reason why it cannot be chosen."""

    tracking_mode: str = "none"
    closed: dict[str, str] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """The sentence to show once beneath the closed choices."""
        return " ".join(dict.fromkeys(self.closed.values()))


# Sent with ``draft`` before the form of a new item is shown or read: a receiver fills in the draft.
item_drafting = Signal()

# Sent by Item.clean() with ``item``: a receiver refuses a change by ValidationError, on the field it belongs to.
item_cleaning = Signal()

# Sent inside the saving transaction with ``item``, before it is written: a receiver locks, refuses (Refusal), prepares.
item_saving = Signal()

# Sent inside the same transaction with ``item`` and ``created``, after it was written: a receiver settles.
item_saved = Signal()
