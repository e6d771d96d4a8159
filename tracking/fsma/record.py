"""What a row of the sheet is: who, where, which lot, in which event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracking.models import Kind
from tracking.trace.walk import Place


class Event(StrEnum):
    """The critical tracking events that this ledger has documents of."""

    RECEIVING = "receiving"
    TRANSFORMATION = "transformation"
    SHIPPING = "shipping"

    @property
    def section(self) -> str:
        return SECTIONS[self]

    @property
    def letter(self) -> str:
        """What the ids of its events begin with."""
        return self.value[0].upper()


# What must be kept of each event: https://www.ecfr.gov/current/title-21/part-1/subpart-S
SECTIONS = {
    Event.RECEIVING: "21 CFR 1.1345",
    Event.TRANSFORMATION: "21 CFR 1.1350",
    Event.SHIPPING: "21 CFR 1.1340",
}


class Role(StrEnum):
    """What the event did with the lot; rows of one event are in this order."""

    USED = "used"
    MADE = "made"
    SHIPPED = "shipped"
    RECEIVED = "received"


ROLES = tuple(Role)


@dataclass(frozen=True, slots=True)
class Party:
    """A location description: a partner, or a place of our own, whose ``name`` has the business before it.

    ``named`` is the name of the row that it was read from. An address is one line, as a cell is.
    """

    is_ours: bool
    id: int
    named: str
    name: str
    address: str
    phone: str


@dataclass(frozen=True, slots=True)
class Lot:
    """A batch or serial number: ``number`` is ours, ``code`` is what the trade knows it by; ``source`` gave it that code."""

    place: Place
    number: str
    code: str
    source: Party | None


@dataclass(frozen=True, slots=True)
class Product:
    """The variant of a line."""

    variant: int
    item: int
    item_name: str
    description: str
    unit: str
    mode: str
    sku: str
    gtin: str


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    id: int
    kind: str
    number: str
    on: date
    partner: Party | None

    @property
    def kind_name(self) -> str:
        return Kind(self.kind).label


@dataclass(frozen=True, slots=True)
class Line:
    """One ledger line. ``lot`` is None where the goods have no number."""

    product: Product
    location: Party
    lot: Lot | None
    quantity: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Record:
    """One row: what an event did with one lot, between two places. ``quantity`` is above 0, in millionths of the unit."""

    event: Event
    role: Role
    document: DocumentFacts
    product: Product
    lot: Lot | None
    epoch: int
    quantity: int
    sender: Party | None
    recipient: Party | None

    @property
    def event_id(self) -> str:
        return f"{self.event.letter}{self.document.id}"

    @property
    def needs_sender(self) -> bool:
        """Whether the rule asks where the goods came from; what is made came from nowhere."""
        return self.role != Role.MADE

    @property
    def needs_recipient(self) -> bool:
        return self.role != Role.USED

    @property
    def code(self) -> str:
        return self.lot.code if self.lot else ""

    @property
    def number(self) -> str:
        return self.lot.number if self.lot else ""

    @property
    def source(self) -> Party | None:
        return self.lot.source if self.lot else None
