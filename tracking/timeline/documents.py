"""Events out of the ledger: each document that moved the number is one event, whatever the number of its lines.

The number's lines are read from the newest down, by the index that has them in posting order. So a page costs what stands on
it, however long the history is; in the order of their dates, all its documents would be read and sorted for each page.
"""

from __future__ import annotations

from itertools import groupby

from django.db import connection
from django.db.models import Count, Min, Sum
from django.urls import reverse

from katana_trace.lib.fields import QuantityField
from katana_trace.lib.names import then_and_now
from katana_trace.lib.quantities import for_people, to_millionths
from tracking.ledger.sql import fetch
from tracking.models import Batch, Document, Kind, LedgerLine
from tracking.records.log import Record
from tracking.timeline.event import Event, Product

NAMED = 3  # products of one production that an event names

# What a kind of document did, and how it names its partner.
WORDS = {
    Kind.RECEIPT: ("Received", "from"),
    Kind.SHIPMENT: ("Shipped", "to"),
    Kind.CUSTOMER_RETURN: ("Returned", "by"),
    Kind.SUPPLIER_RETURN: ("Sent back", "to"),
    Kind.ADJUSTMENT: ("Adjusted", "for"),
    Kind.TRANSFER: ("Moved", "for"),
    Kind.STOCKTAKE: ("Counted", "for"),
    Kind.TRACKING_ON: ("Put under tracking", "for"),
    Kind.TRACKING_RESTORED: ("Settled when tracking was restored", "for"),
}
ICONS = {
    Kind.RECEIPT: "plus",
    Kind.PRODUCTION: "item",
    Kind.SHIPMENT: "partner",
    Kind.CUSTOMER_RETURN: "partner",
    Kind.SUPPLIER_RETURN: "partner",
    Kind.ADJUSTMENT: "edit",
    Kind.TRANSFER: "move",
    Kind.STOCKTAKE: "tick",
    Kind.TRACKING_ON: "batch",
    Kind.TRACKING_RESTORED: "batch",
}

LINES = """
    SELECT l.document_id, l.id, p.name, l.quantity FROM (
        SELECT m.document_id, m.id, m.location_id, m.quantity FROM tracking_ledgerline m WHERE {newest} LIMIT %s
    ) l JOIN tracking_location p ON p.id = l.location_id ORDER BY l.id DESC
"""
LINES_AT_ONCE = 8  # for each document that is looked for

Moves = list[tuple[str, int]]  # (location, millionths), in the order of the lines
# The lines of one document that follow each other among the number's own: (document, the first of them, their moves).
Run = tuple[int, int, Moves]


def first_line_of(record: Record) -> LedgerLine | None:
    """The line that the number's life began with; asked for as a range, for the reason that ``newest`` has."""
    ours = "batch" if isinstance(record, Batch) else "serial"
    lines = LedgerLine.objects.filter(**{f"{ours}__gte": record.pk, f"{ours}__lte": record.pk})
    return lines.select_related("document").order_by(f"{ours}_id", "id").first()


def document_events(record: Record, below: int, size: int) -> list[Event]:
    """The newest ``size`` events with lines below the id ``below``, in four queries as long as documents have few lines of it."""
    runs = runs_of(record, below, size)
    ids = {document for document, _, _ in runs}
    documents = Document.objects.select_related("partner", "posted_by", "reverses").in_bulk(ids)
    # Not by a join: after an ANALYZE, SQLite may read all documents to find the mirror of one.
    mirrors = {mirror.reverses_id: mirror for mirror in Document.objects.filter(reverses__in=ids)} if ids else {}
    products = products_of([documents[id_] for id_, _, moves in runs if is_use(documents[id_], moves)])
    return [
        event_of(documents[id_], first, moves, mirrors.get(id_), products.get(id_, [])) for id_, first, moves in runs
    ]


def runs_of(record: Record, below: int, size: int) -> list[Run]:
    """The newest ``size`` runs below the id ``below``: lines are read until there is one more, or no line is left."""
    rows: list[tuple] = []
    count = LINES_AT_ONCE * size
    while True:
        condition, parameters = newest(record, rows[-1][1] if rows else below)
        more = fetch(LINES.format(newest=condition), [*parameters, count])
        rows += more
        runs = [run_of(document, list(lines)) for document, lines in groupby(rows, key=lambda row: row[0])]
        if len(runs) > size or len(more) < count:
            return runs[:size]
        count *= LINES_AT_ONCE


def newest(record: Record, below: int) -> tuple[str, list[int]]:
    """What a query asks for the number's lines below an id, the newest first, and its parameters.

    PostgreSQL may take an equality for a reason to read the whole ledger backwards until it meets the number. Asked for a
    range in the order of both columns, it has only their index; SQLite keeps within both columns by an equality alone.
    """
    ours = "batch_id" if isinstance(record, Batch) else "serial_id"
    if connection.vendor == "postgresql":
        condition = f"m.{ours} >= %s AND (m.{ours}, m.id) < (%s, %s) ORDER BY m.{ours} DESC, m.id DESC"
        return condition, [record.pk, record.pk, below]
    return f"m.{ours} = %s AND m.id < %s ORDER BY m.id DESC", [record.pk, below]


def run_of(document: int, rows: list[tuple]) -> Run:
    """What came and what went at one location stays apart."""
    sums: dict[tuple[str, bool], int] = {}
    for _, _, location, quantity in reversed(rows):
        place = (location, quantity > 0)
        sums[place] = sums.get(place, 0) + quantity
    return document, rows[-1][1], [(location, quantity) for (location, _), quantity in sums.items()]


def event_of(document: Document, place: int, moves: Moves, mirror: Document | None, products: list[Product]) -> Event:
    came, went = sum(q for _, q in moves if q > 0), sum(q for _, q in moves if q < 0)
    is_move = bool(came and went) and came == -went
    what, word = words_of(document, is_made=came > 0, is_both=is_move)
    partner = then_and_now([document.partner_name], document.partner.name if document.partner else "")
    by = then_and_now([document.posted_by_name], document.posted_by.get_username() if document.posted_by else "")
    return Event(
        at=document.recorded_at,
        place=place,
        what=f"{what} {word}" if partner else what,
        icon="restore" if document.reverses else ICONS[document.kind],
        by=by,
        reason=document.note,
        document=document,
        mirror=mirror,
        partner=partner,
        quantity=came if is_move else came + went,
        is_move=is_move,
        where=places_in_words(moves),
        products=tuple(products[:NAMED]),
        more_products=len(products[NAMED:]),
    )


def words_of(document: Document, *, is_made: bool, is_both: bool) -> tuple[str, str]:
    if document.kind == Kind.PRODUCTION:
        what = "Repaired" if is_both else "Made" if is_made != bool(document.reverses) else "Used in production"
        word = "for"
    else:
        what, word = WORDS[document.kind]
    return (f"Reversal: {what.lower()}" if document.reverses else what), word


def is_use(document: Document, moves: Moves) -> bool:
    """Whether the number went into something else, which is not so where it came out again (a repair)."""
    return document.kind == Kind.PRODUCTION and not document.reverses and all(quantity < 0 for _, quantity in moves)


def places_in_words(moves: Moves) -> str:
    """“Main → Cold room” for what was moved, “Main” for one place, “Main +3, Cold room +4” for several."""
    into = [name for name, quantity in moves if quantity > 0]
    out_of = [name for name, quantity in moves if quantity < 0]
    if into and out_of:
        if into == out_of:
            return ", ".join(into)
        return f"{', '.join(out_of)} → {', '.join(into)}"
    if len(moves) == 1:
        return moves[0][0]
    return ", ".join(f"{name} {for_people(quantity, signed=True)}" for name, quantity in moves)


def products_of(documents: list[Document]) -> dict[int, list[Product]]:
    """By production what it made: a row for each batch, and one for all serial numbers of a variant."""
    if not documents:
        return {}
    names = ("variant__name", "variant__item__name", "variant__item__unit", "batch__number")
    rows = (
        LedgerLine.objects.filter(document__in=documents, quantity__gt=0)
        .order_by()
        .values("document_id", "variant_id", "batch_id", *names)
        .annotate(
            total=Sum("quantity", output_field=QuantityField()),
            first=Min("id"),
            numbered=Count("serial_id"),
            only=Min("serial_id"),
            only_number=Min("serial__number"),
        )
        .order_by("document_id", "first")
    )
    found: dict[int, list[Product]] = {}
    for row in rows:
        found.setdefault(row["document_id"], []).append(as_product(row))
    return found


def as_product(row: dict) -> Product:
    item, variant = row["variant__item__name"], row["variant__name"]
    number = address = ""
    if row["batch_id"]:
        number, address = row["batch__number"], reverse("tracking:batch_detail", args=[row["batch_id"]])
    elif row["numbered"] == 1:
        number, address = row["only_number"], reverse("tracking:serial_detail", args=[row["only"]])
    return Product(
        label=f"{item}, {variant}" if variant else item,
        number=number,
        address=address,
        quantity=to_millionths(row["total"]),
        unit=row["variant__item__unit"],
    )
