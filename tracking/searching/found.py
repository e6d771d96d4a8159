"""What a search found, as plain data: hits in sections, and what a scanned code asks for that is not there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from items.models import Variant
from tracking.scanning.code import Code

SHOWN = 10  # hits of a section


@dataclass(frozen=True, slots=True)
class Hit:
    """``is_exact``: the text is its number or name, or the code names it."""

    address: str
    name: str
    detail: str
    sku: str = ""
    expires_on: date | None = None
    is_held: bool = False
    is_archived: bool = False
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """``more`` is the address of the list that has the others, "" where all are shown."""

    name: str
    title: str
    hits: tuple[Hit, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A batch or serial number of a code whose GTIN belongs to ``variant``, and that is not there yet."""

    variant: Variant
    what: str
    number: str
    code: Code


@dataclass(frozen=True, slots=True)
class Found:
    """``notes`` are sentences on the code: what it has wrong, or says otherwise than the books."""

    text: str
    sections: tuple[Section, ...] = ()
    code: Code | None = None
    unknown: tuple[Unknown, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def has_lots(self) -> bool:
        """Whether the batch or serial number of a code is here."""
        return any(section.name == "lots" for section in self.sections)

    @property
    def only(self) -> str:
        """The address to open at once: of the one exact hit, else of the one hit; "" where a person must choose or read."""
        if self.unknown or self.notes:
            return ""
        hits = [hit for section in self.sections for hit in section.hits]
        for some in ([hit for hit in hits if hit.is_exact], hits):
            addresses = {hit.address for hit in some}
            if addresses:
                return addresses.pop() if len(addresses) == 1 else ""
        return ""
