"""One event in the life of a number, as the page says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from katana_trace.lib.quantities import for_people
from tracking.models import Document


@dataclass(frozen=True, slots=True)
class Product:
    """What a production made of the number; ``number`` and ``address`` are of its batch or serial number, "" for several."""

    label: str
    number: str
    address: str
    quantity: int
    unit: str

    @property
    def amount(self) -> str:
        return f"{for_people(self.quantity)} {self.unit}"


@dataclass(frozen=True, slots=True)
class Event:
    """``at`` is the instant it was entered; ``place`` falls from the newest to the oldest of its source, and is above 0.

    ``what`` and ``partner`` make a phrase (“Shipped to”, “Corner Café”); ``old`` and ``new`` are a changed value in words.
    ``mirror`` is the document that reversed it. ``is_late`` says that it stands above what is dated later.
    ``quantity`` is in millionths, + for what came, without a sign for what was only moved; None where nothing moved.
    """

    at: datetime
    place: int
    what: str
    icon: str
    by: str
    reason: str = ""
    document: Document | None = None
    mirror: Document | None = None
    partner: str = ""
    quantity: int | None = None
    is_move: bool = False
    where: str = ""
    products: tuple[Product, ...] = ()
    more_products: int = 0
    old: str = ""
    new: str = ""
    is_late: bool = False

    @property
    def dated_at(self) -> datetime:
        return self.document.posted_at if self.document else self.at

    @property
    def amount(self) -> str:
        return "" if self.quantity is None else for_people(self.quantity, signed=not self.is_move)
