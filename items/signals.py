"""What the items room announces. Whoever has a rule about it answers by raising ValidationError."""

from django.dispatch import Signal

# Sent by Item.clean() with ``item``: a receiver refuses a change by ValidationError, on the field it belongs to.
item_cleaning = Signal()

# Sent inside the saving transaction with ``item``, before it is written: a receiver locks, refuses (Refusal), prepares.
item_saving = Signal()

# Sent inside the same transaction with ``item`` and ``created``, after it was written: a receiver settles.
item_saved = Signal()
