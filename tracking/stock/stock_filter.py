"""What a person asks of the stock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from katana_trace.lib import days
from tracking.expiry.windows import Window, window_named


@dataclass(frozen=True, slots=True)
class StockFilter:
    """``as_of`` is the day at whose end the stock is asked for, None for now.

    ``expiring`` counts days from that day (or today), and ``expiry`` is the name of a window as on that day. ``held`` and
    ``without`` find the part of a level that is on hold, or has no number: then only that part is counted. Names, tracking
    and holds are always those of today.
    """

    q: str = ""
    location: int | None = None
    tracking: str = ""
    expiring: int | None = None
    expiry: str = ""
    held: bool = False
    without: bool = False
    as_of: date | None = None

    @property
    def day(self) -> date:
        """The day on which expiry is judged."""
        return self.as_of or days.today()

    @property
    def last_expiry(self) -> date | None:
        """The latest expiry date that is asked for."""
        return None if self.expiring is None else self.day + timedelta(days=self.expiring)

    @property
    def window(self) -> Window | None:
        """The expiry dates that are asked for by name."""
        return window_named(self.expiry, self.day) if self.expiry else None
