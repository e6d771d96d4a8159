"""What a draft holds, as plain data: read from a posted form or from the database (``stored``), and handed around unchanged.

Everything is as it was typed. What it means is found out by ``check``, at every showing anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BatchContent:
    """One batch of a line. ``seen`` is ``new`` or ``there``: what the person was shown when the number was entered."""

    number: str = ""
    expires_on: str = ""
    quantity: str = ""
    expected: str = ""
    seen: str = ""
    why: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.number or self.quantity or self.expires_on)


@dataclass(frozen=True, slots=True)
class LineContent:
    """``id`` is the stored row, None until it was saved; ``variant`` what the ``sku`` was found to be when it was saved.

    Two lines are equal when the same was typed into them.
    """

    section: str
    id: int | None = field(default=None, compare=False)
    sku: str = ""
    variant: int | None = field(default=None, compare=False)
    location: int | None = None
    quantity: str = ""
    expected: str = ""
    batches: tuple[BatchContent, ...] = ()
    serials: tuple[str, ...] = ()

    @property
    def is_blank(self) -> bool:
        return not (self.sku or self.quantity or self.serials or any(not batch.is_blank for batch in self.batches))


@dataclass(frozen=True, slots=True)
class DraftContent:
    kind: str
    number: str = ""
    day: str = ""
    partner: str = ""  # the name, of a partner that is there or is to be made
    location: int | None = None
    to_location: int | None = None
    note: str = ""
    lines: tuple[LineContent, ...] = ()
    is_prefilled: bool = False
