"""Ledger lines as rows of movements.csv, in posting order, streamed (DESIGN 5.4).

Read in chunks, each finished before the next: constant memory, and no half-read query that keeps writers waiting.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from katana_trace.lib.quantities import plain
from katana_trace.lib.safe_csv import guard
from tracking.ledger.posting_order import PlacedDocument, documents_apart, in_posting_order, placed_documents
from tracking.ledger.sql import any_of, fetch, instant_of

COLUMNS = (
    "kind", "document", "posted_at", "partner", "location", "sku", "batch_number", "expires_on", "serial_number",
    "quantity", "note", "item", "variant", "unit", "posted_by", "line", "recorded_at", "reverses",
)  # fmt: skip
# A history of one item has these too (tracking/modes/history.py).
RECORD_COLUMNS = ("made_on", "supplier_batch", "status", "reason", "record_note")
HISTORY_COLUMNS = (*COLUMNS, *RECORD_COLUMNS)
CHUNK = 4000

LINE = """
    SELECT l.id, l.document_id, l.variant_id, l.location_id, l.batch_id, l.serial_id, l.quantity, l.uuid
    FROM tracking_ledgerline l WHERE
"""
OF_ITEM = "AND l.variant_id IN (SELECT id FROM items_variant WHERE item_id = %s)"
LINES = f"{LINE} l.id > %s {{narrowed}} ORDER BY l.id LIMIT %s"
OF_DOCUMENT = f"{LINE} l.document_id = %s {{narrowed}} ORDER BY l.id"
OF_DOCUMENTS = f"{LINE} {{wanted}} ORDER BY l.id"
DOCUMENTS = """
    SELECT d.id, d.kind, d.number, d.posted_at, d.partner_name, d.note, d.posted_by_name, d.recorded_at, r.number
    FROM tracking_document d
    LEFT JOIN tracking_document r ON r.id = d.reverses_id
    WHERE {wanted}
"""
VARIANTS = """
    SELECT v.id, v.sku, i.name, v.name, i.unit FROM items_variant v JOIN items_item i ON i.id = v.item_id WHERE {wanted}
"""
LOCATIONS = "SELECT id, name FROM tracking_location WHERE {wanted}"
BATCHES = "SELECT id, number, expires_on FROM tracking_batch WHERE {wanted}"
SERIALS = "SELECT id, number FROM tracking_serialnumber WHERE {wanted}"


def movement_rows(*, item: int | None = None, documents: Sequence[int] | None = None) -> Iterator[list[str]]:
    """A row of cells for each ledger line, of one item, of the documents with these ids, or of all."""
    variants: dict[int, tuple] = {}
    locations: dict[int, tuple] = {}
    for lines in lines_of_documents(documents) if documents is not None else lines_of_all(item):
        yield from cells_of(lines, variants, locations)


def lines_of_all(item: int | None) -> Iterator[list[tuple]]:
    """The lines of one item, or of all, in posting order, in chunks."""
    narrowed, more = (OF_ITEM, [item]) if item is not None else ("", [])
    return in_posting_order(
        chunks_by_id(LINES.format(narrowed=narrowed), more),
        apart=documents_apart(item=item),
        lines_of=lambda document: fetch(OF_DOCUMENT.format(narrowed=narrowed), [document, *more]),
    )


def chunks_by_id(query: str, parameters: Sequence) -> Iterator[list[tuple]]:
    last = 0
    while True:
        lines = fetch(query, [last, *parameters, CHUNK])
        yield lines
        if len(lines) < CHUNK:
            return
        last = lines[-1][0]


def lines_of_documents(documents: Sequence[int]) -> Iterator[list[tuple]]:
    """The lines of ``documents`` in posting order: of several at a time, or a long one in parts."""
    for some in groups_of(placed_documents(documents)):
        if len(some) == 1:
            yield from chunks_by_id(LINES.format(narrowed="AND l.document_id = %s"), [some[0].id])
            continue
        condition, parameter = any_of("l.document_id", [document.id for document in some])
        by_document: dict[int, list[tuple]] = {document.id: [] for document in some}
        for line in fetch(OF_DOCUMENTS.format(wanted=condition), [parameter]):
            by_document[line[1]].append(line)
        yield [line for lines in by_document.values() for line in lines]


def groups_of(documents: Sequence[PlacedDocument]) -> Iterator[list[PlacedDocument]]:
    """Runs of ``documents`` that have at most ``CHUNK`` lines together, or one alone that has more."""
    group: list[PlacedDocument] = []
    lines = 0
    for document in documents:
        if group and lines + document.lines > CHUNK:
            yield group
            group, lines = [], 0
        group.append(document)
        lines += document.lines
    if group:
        yield group


def cells_of(lines: list[tuple], variants: dict[int, tuple], locations: dict[int, tuple]) -> Iterator[list[str]]:
    """The rows of a chunk. What lines refer to is looked up by set: a join of nine tables is at the planner's mercy."""
    look_up(DOCUMENTS, "d.id", {line[1] for line in lines}, documents := {})
    look_up(VARIANTS, "v.id", {line[2] for line in lines} - variants.keys(), variants)
    look_up(LOCATIONS, "id", {line[3] for line in lines} - locations.keys(), locations)
    look_up(BATCHES, "id", {line[4] for line in lines} - {None}, batches := {None: ("", None)})
    look_up(SERIALS, "id", {line[5] for line in lines} - {None}, serials := {None: ("",)})
    heads = {id_: document_cells(document) for id_, document in documents.items()}
    for _, document, variant, location, batch, serial, quantity, uuid in lines:
        kind, number, posted_at, partner, note, user, recorded_at, reverses = heads[document]
        sku, item, name, unit = variants[variant]
        batch_number, expires_on = batches[batch]
        yield [
            kind, number, posted_at, partner, guard(locations[location][0]), guard(sku), guard(batch_number),
            str(expires_on or ""), guard(serials[serial][0]), plain(quantity), note, guard(item), guard(name), guard(unit),
            user, uuid_cell(uuid), recorded_at, reverses,
        ]  # fmt: skip


def document_cells(document: tuple) -> tuple[str, ...]:
    kind, number, posted_at, partner, note, user, recorded_at, reverses = document
    return (
        kind, guard(number), instant_cell(posted_at), guard(partner), guard(note), guard(user),
        instant_cell(recorded_at), guard(reverses or ""),
    )  # fmt: skip


def look_up(query: str, column: str, ids: set[int], found: dict) -> None:
    """Adds to ``found`` the rows of ``ids``, by their first column."""
    if ids:
        condition, parameter = any_of(column, sorted(ids))
        found.update((row[0], row[1:]) for row in fetch(query.format(wanted=condition), [parameter]))


def instant_cell(value: datetime | str) -> str:
    """An instant of a bare query as files have it: UTC, whole seconds."""
    return instant_of(value).isoformat(timespec="seconds")


def uuid_cell(value: UUID | str) -> str:
    return str(value if isinstance(value, UUID) else UUID(value))
