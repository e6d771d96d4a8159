"""Where ``UNBATCHED`` stock came from, as far as the ledger can tell: suggestions for the batches it is given (rule 3).

Stock is used oldest first, so what is left of it is the newest: the documents that brought it in are counted up from the
last one on, until the quantity is covered. What was given a batch from one of them already is read from the note of that
adjustment, where it is written for people too; a ledger line could not say it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from katana_trace.lib.quantities import to_millionths
from tracking.ledger.sql import fetch
from tracking.models import Document, StockLevel
from tracking.models.document import Kind
from tracking.numbering.suggest import suggest_batch_number
from tracking.trace.walk import STANDING

SHOWN = 8
LOOKED_AT = 500  # + lines of one level, the newest
CAME_WITH = ", came with "

# The day of these is the day on which the goods were made or bought; a transfer or a return brings them in later.
BRINGS_NEW = (Kind.RECEIPT, Kind.PRODUCTION)

# Lines into UNBATCHED, and lines from before batch tracking: these end where the present epoch begins. CROSS JOIN keeps
# SQLite to the lines first; it would rather begin with all documents that stand.
INCOMING = f"""
    SELECT id, document_id, quantity, kind, number FROM (
        SELECT l.id, l.document_id, l.quantity, d.kind, d.number
        FROM tracking_ledgerline l CROSS JOIN tracking_document d
        WHERE d.id = l.document_id AND l.batch_id = %s AND l.location_id = %s AND l.quantity > 0
            AND d.kind NOT IN ('tracking_on', 'tracking_restored') AND {STANDING}
        ORDER BY l.id DESC LIMIT {LOOKED_AT}) AS since
    UNION ALL
    SELECT id, document_id, quantity, kind, number FROM (
        SELECT l.id, l.document_id, l.quantity, d.kind, d.number
        FROM tracking_ledgerline l CROSS JOIN tracking_document d
        WHERE d.id = l.document_id AND l.variant_id = %s AND l.location_id = %s AND l.quantity > 0 AND l.batch_id IS NULL
            AND l.id < coalesce((SELECT min(id) FROM tracking_ledgerline WHERE batch_id = %s AND epoch = %s), 9223372036854775807)
            AND d.kind NOT IN ('tracking_on', 'tracking_restored') AND {STANDING}
        ORDER BY l.id DESC LIMIT {LOOKED_AT}) AS before
    ORDER BY id DESC
"""
ASSIGNED = f"""
    SELECT d.note, sum(-l.quantity) FROM tracking_ledgerline l CROSS JOIN tracking_document d
    WHERE d.id = l.document_id AND l.batch_id = %s AND l.location_id = %s AND l.quantity < 0
        AND d.kind = 'adjustment' AND {STANDING}
    GROUP BY d.note
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """A document that brought stock in, and how many millionths of it are plausibly still without a batch."""

    document: Document
    quantity: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``batch_number`` is "" for an item without a pattern; ``expires_on`` None without a shelf life, or a known day."""

    origin: Origin
    batch_number: str
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Origins:
    """The newest first; ``rest`` is how many millionths of the level are left over for older documents, or for none."""

    found: tuple[Origin, ...]
    rest: int


def note_of_origin(document: Document) -> str:
    """What the note of an assignment says of where the stock came from; ``assigned_from`` reads it back."""
    return f"{CAME_WITH}{named(document.kind, document.number)}"


def named(kind: str, number: str) -> str:
    return f"{Kind(kind).label.lower()} {number}"


def origins_of(level: StockLevel) -> Origins:
    """The documents that the ``UNBATCHED`` stock of ``level`` plausibly came with; reversed ones and mirrors left out.

    Three queries, whatever the history; at most ``SHOWN`` documents.
    """
    batch, location = level.batch_id, level.location_id
    epoch = level.variant.item.tracking_epoch
    brought: dict[tuple[int, str], int] = {}
    for _, document, quantity, kind, number in fetch(
        INCOMING, [batch, location, level.variant_id, location, batch, epoch]
    ):
        goods = document, named(kind, number)
        brought[goods] = brought.get(goods, 0) + quantity
    assigned = assigned_from(level)
    rest, plausible = to_millionths(level.quantity), {}
    for (document, name), quantity in brought.items():
        part = min(rest, quantity - assigned.get(name, 0))
        if part > 0:
            plausible[document] = part
            rest -= part
        if not rest or len(plausible) == SHOWN:
            break
    documents = Document.objects.in_bulk(plausible)
    return Origins(tuple(Origin(documents[id_], quantity) for id_, quantity in plausible.items()), rest)


def assigned_from(level: StockLevel) -> dict[str, int]:
    """By name of the document that it came with, the millionths of ``level`` that were given a batch already."""
    found: dict[str, int] = {}
    for note, quantity in fetch(ASSIGNED, [level.batch_id, level.location_id]):
        origin = note.rpartition(CAME_WITH)[2]
        found[origin] = found.get(origin, 0) + int(quantity)
    return found


def suggestions_of(origins: Origins, level: StockLevel) -> list[Suggestion]:
    """A batch for each origin: the next number by the item's pattern, of the day on which the goods came in."""
    item, numbers, found = level.variant.item, [], []
    for origin in origins.found:
        day = origin.document.posted_on
        number = suggest_batch_number(variant=level.variant, day=day, avoid=numbers)
        numbers.append(number)
        keeps = item.shelf_life_days if origin.document.kind in BRINGS_NEW else None
        found.append(Suggestion(origin, number, day + timedelta(days=keeps) if keeps else None))
    return found
