"""What lies on the desk today: documents that somebody began and nobody has posted, each filled in by the page's own buttons."""

from __future__ import annotations

from dataclasses import replace

from items.models import TrackingMode
from katana_trace.lib.identity import new_uuid
from katana_trace.lib.quantities import plain
from tracking.demo.diary import Diary
from tracking.demo.entries import DISPATCH, FLOUR_STORE, WORKSHOP, Part
from tracking.drafts.check import check
from tracking.drafts.checked import CheckedLine
from tracking.drafts.content import BatchContent, DraftContent, LineContent
from tracking.drafts.save import save_draft
from tracking.drafts.suggest import fill_open, with_books, with_new_batches

ARRIVED = ("NC-2601", "NC-2602", "NC-2603", "NC-2604")  # of six controllers, the numbers read off so far
# SKU: what was counted, batch by batch from the one that expires first on. The rest of the store was not gone along yet.
COUNTED = {"BAG": ("1630",), "FL-R": ("2", "59.5"), "FL-W": ("128.5",)}


def leave_drafts(diary: Diary, *, manager) -> None:
    """Saves the drafts in the names of the diary's user and of ``manager``. Raises Refusal."""
    for content, by in ((order(diary), diary.by), (count(diary), diary.by), (delivery(diary), manager)):
        save_draft(token=new_uuid(), content=content, revision=0, by=by)


def order(diary: Diary) -> DraftContent:
    """A shipment: the first line filled by Suggest, the second half assigned by hand, the third not yet."""
    lines = (
        LineContent("out", sku="CL-800", quantity="36"),
        LineContent(
            "out", sku="OB-250", quantity="60", batches=(BatchContent(biscuits(diary), quantity="40", seen="there"),)
        ),
        LineContent("out", sku="RC-200", quantity="20"),
    )
    shipment = begun(diary, "shipment", DISPATCH, lines, partner="Northside Market", note="They collect it at 15:00")
    return fill_open(shipment, 0)[0]


def biscuits(diary: Diary) -> str:
    """The one batch of them that has a number."""
    return next(batch for _, batch, expires_on in diary.on_hand(Part("OB-250", None, DISPATCH)) if expires_on)


def count(diary: Diary) -> DraftContent:
    """A stocktake of the flour store, half counted."""
    content = with_books(begun(diary, "stocktake", FLOUR_STORE, note="Monthly count of the flour store"))
    lines = (counted(line, COUNTED.get(line.variant.sku, ())) for line in check(content).lines)
    return replace(content, lines=tuple(lines))


def counted(line: CheckedLine, found: tuple[str, ...]) -> LineContent:
    """``found`` typed into the line; what the books have there is kept with it, as the page does (rule 15)."""
    if not found:
        return line.content
    if line.mode != TrackingMode.BATCH:
        return replace(line.content, quantity=found[0], expected=plain(line.booked or 0))
    batches = (
        BatchContent(shelf.number, quantity=quantity, expected=plain(shelf.quantity), seen="there")
        for shelf, quantity in zip(line.picks, found, strict=False)
    )
    return replace(line.content, batches=tuple(batches))


def delivery(diary: Diary) -> DraftContent:
    """A receipt: four of six controllers are scanned, and the elements have the next number by their pattern."""
    lines = (
        LineContent("in", sku="OC-2", quantity="6", serials=ARRIVED),
        LineContent("in", sku="HE-3K", quantity="40"),
    )
    return with_new_batches(begun(diary, "receipt", WORKSHOP, lines, partner="Nordic Controls"))


def begun(
    diary: Diary, kind: str, at: str, lines: tuple[LineContent, ...] = (), *, partner: str = "", note: str = ""
) -> DraftContent:
    return DraftContent(
        kind, day=diary.today.isoformat(), partner=partner, location=diary.locations[at], note=note, lines=lines
    )
