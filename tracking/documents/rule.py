"""What a kind of document may do, and the lines and documents that doors hand to the ledger."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from katana_trace.lib.identity import new_uuid


@dataclass(frozen=True, slots=True)
class NewLine:
    """One line as a person or file gives it. ``quantity`` is in millionths, + into the location, − out of it.

    Numbers are typed text; the ledger finds or makes the batch or serial number. ``expires_on`` counts for a new batch.
    """

    variant: int
    location: int
    quantity: int
    batch_number: str = ""
    expires_on: date | None = None
    serial_number: str = ""


@dataclass(frozen=True, slots=True)
class PartnerText:
    """A partner's name and address as a document keeps them (rule 25)."""

    name: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document to post. An empty ``number`` is given by the program; ``reverses`` is the number it mirrors.

    ``partner_text`` is for a document that has an older name of ``partner``; None is the present name and address.
    ``carries_expiry``: a new batch without an expiry takes the earliest of those that this document makes it of (rule 10), as
    a person expects who types it; a file means what it says. ``reason`` is why one of them may expire later; None
    is for a document whose note is what a person wrote, and says it.
    """

    kind: str
    posted_at: datetime
    lines: tuple[NewLine, ...]
    number: str = ""
    partner: int | None = None
    partner_text: PartnerText | None = None
    note: str = ""
    reverses: str = ""
    carries_expiry: bool = False
    reason: str | None = None
    token: uuid.UUID = field(default_factory=new_uuid)


Check = Callable[[NewDocument], None]


@dataclass(frozen=True, slots=True)
class KindRule:
    """One row of the table of kinds: what is checked before a document of it is posted (rules 8, 10, 14)."""

    kind: str
    name: str
    prefix: str
    incoming: bool  # may have + lines
    outgoing: bool  # may have − lines
    creates: bool = False  # + lines may make batches and serial numbers
    uses: bool = False  # − lines need usable batches, and serial numbers
    relabels: bool = False  # what goes out of one batch or serial number may come in as another
    may_be_empty: bool = False
    check: Check | None = None
