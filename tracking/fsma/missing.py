"""What the records lack, and where it can be given: each empty cell that the rule asks for is named here.

Collected while the rows go by, so that it is of the same rows; it grows with what is missing, not with the records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.urls import reverse

from items.models import Item, TrackingMode
from tracking.fsma.record import Party, Product, Record
from tracking.trace.gaps import gaps_of

NEVER, UNBATCHED, UNNUMBERED = "never", "unbatched", "unnumbered"
WHY = {
    NEVER: "Lot code: the item has No tracking. Where it is a food on the list, choose batch numbers for it",
    UNBATCHED: "Lot code: this went through UNBATCHED. Give batch numbers to what is left of it",
    UNNUMBERED: "Lot code: this moved before it had a number. Give numbers to what is left of it",
}
SWITCHED_OFF = "Lot code: tracking was switched off on {}. Restore its archive to follow"
NO_SOURCE = (
    "Lot code source: no receipt and no production stands behind this number. Reverse what first booked it, and post the "
    "receipt with its supplier"
)
ORDER = ("Business", "Location", "Partner", "Item", "Batch", "Serial number", "Document")
NOT_SAID = {
    "receipt": "From: the receipt names no supplier. Reverse it, and post it with the supplier",
    "customer_return": "From: the return names no customer. Reverse it, and post it with the customer",
    "shipment": "To: the shipment names no customer. Reverse it, and post it with the customer",
    "supplier_return": "To: the return names no supplier. Reverse it, and post it with the supplier",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """``what`` it is (Partner, Location …) and its ``name``; ``lacks`` says what is not there and what helps.

    ``rows`` are the records that it leaves a hole in. ``address`` is the page where it is mended, for who has ``right``.
    """

    what: str
    name: str
    lacks: str
    rows: int
    address: str
    right: str = ""


@dataclass(slots=True)
class Missing:
    """``see`` every record once, then read ``gaps``."""

    rows: int = 0
    business: Party | None = None
    parties: dict[tuple[bool, int], Party] = field(default_factory=dict)
    items: dict[int, Product] = field(default_factory=dict)
    bare: set[tuple[int, int]] = field(default_factory=set)
    documents: dict[int, tuple[str, str]] = field(default_factory=dict)
    lots: dict[tuple[bool, int], str] = field(default_factory=dict)
    counts: Counter = field(default_factory=Counter)

    def see(self, record: Record) -> None:
        self.rows += 1
        if not record.code:
            self.see_bare(record)
        elif record.source is None:
            place = record.lot.place
            self.lots[place] = f"{record.product.sku} {record.number}"
            self.counts["lot", place] += 1
        sides = ((record.needs_sender, record.sender), (record.needs_recipient, record.recipient))
        if any(needed and party is None for needed, party in sides):
            document = record.document
            self.documents[document.id] = (document.kind, document.number)
            self.counts["document", document.id] += 1
        for party in {record.source, record.sender, record.recipient} - {None}:
            if lacking(party):
                key = (party.is_ours, party.id)
                self.parties[key] = party
                self.counts["party", key] += 1
        if self.business is not None and not self.business.name and is_ours(record):
            self.counts["business"] += 1

    def see_bare(self, record: Record) -> None:
        """A row without a lot code."""
        product = record.product
        if record.lot is not None:
            why = UNBATCHED
        else:
            why = NEVER if product.mode == TrackingMode.NONE else UNNUMBERED
            self.bare.add((product.variant, record.epoch))
        self.items[product.item] = product
        self.counts["item", product.item, why] += 1

    def gaps(self) -> list[Gap]:
        """All of them, by what they are and name; what leaves a hole in most of the rows comes first."""
        found = [*self.of_business(), *self.of_parties(), *self.of_items(), *self.of_documents(), *self.of_lots()]
        return sorted(found, key=lambda gap: (ORDER.index(gap.what), gap.name, gap.lacks))

    def of_business(self) -> Iterator[Gap]:
        if rows := self.counts["business"]:
            lacks = "Business name: the names of our own places begin with it. Give it in the workspace, in the admin"
            address = reverse("admin:tracking_workspace_change", args=[1])
            yield Gap("Business", "Ours", lacks, rows, address, "tracking.change_workspace")

    def of_parties(self) -> Iterator[Gap]:
        for key, party in self.parties.items():
            what, page = ("Location", "location") if party.is_ours else ("Partner", "partner")
            lacks = " and ".join(lacking(party)).capitalize()
            address = reverse(f"tracking:{page}_edit", args=[party.id])
            yield Gap(what, party.named, lacks, self.counts["party", key], address, f"tracking.change_{page}")

    def of_items(self) -> Iterator[Gap]:
        """Items with rows that have no lot code; where tracking was switched off, that is said, and what helps (rule 6)."""
        off = {gap.item: gap.switched_off_on for gap in gaps_of(self.bare)}
        for item, product in self.items.items():
            for why, lacks in WHY.items():
                rows = self.counts["item", item, why]
                if not rows:
                    continue
                is_off = why != UNBATCHED and product.item_name in off
                words = SWITCHED_OFF.format(off[product.item_name]) if is_off else lacks
                is_assigned = not is_off and product.mode != TrackingMode.NONE
                page, right = ("item_assign", "tracking.add_document") if is_assigned else ("item_card", "")
                yield Gap("Item", product.item_name, words, rows, reverse(f"tracking:{page}", args=[item]), right)
        unseen = off.keys() - {product.item_name for product in self.items.values()}
        for item in Item.objects.filter(name__in=unseen):
            yield Gap("Item", item.name, SWITCHED_OFF.format(off[item.name]), 0, item.get_absolute_url())

    def of_documents(self) -> Iterator[Gap]:
        for id_, (kind, number) in self.documents.items():
            address = reverse("tracking:document_detail", args=[id_])
            yield Gap("Document", number, NOT_SAID[kind], self.counts["document", id_], address)

    def of_lots(self) -> Iterator[Gap]:
        for place, name in self.lots.items():
            page = "tracking:serial_detail" if place[0] else "tracking:batch_detail"
            what = "Serial number" if place[0] else "Batch"
            yield Gap(what, name, NO_SOURCE, self.counts["lot", place], reverse(page, args=[place[1]]))


def lacking(party: Party) -> list[str]:
    return [what for what, text in (("address", party.address), ("phone", party.phone)) if not text]


def is_ours(record: Record) -> bool:
    return any(party is not None and party.is_ours for party in (record.source, record.sender, record.recipient))
