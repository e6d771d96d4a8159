"""The documents that are asked for, by day, with their lines: a chunk at a time, each read to its end.

Memory does not grow with the period, and no half-read query keeps writers waiting.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from tracking.fsma.asked import Asked
from tracking.fsma.events import READ_AS
from tracking.fsma.facts import Facts
from tracking.fsma.record import DocumentFacts, Line
from tracking.ledger.sql import any_of, fetch
from tracking.models import Kind
from tracking.trace.walk import STANDING

CHUNK = 500

HEAD = "SELECT d.posted_on, d.id, d.kind, d.number, d.partner_id, d.partner_name, d.partner_address"
# By kinds that are left out, and with a unary plus: else SQLite begins with all documents of the kinds, or with all that
# are no mirror, and sorts them.
LEFT_OUT = ", ".join(repr(kind.value) for kind in Kind if kind not in READ_AS)
WANTED = f"d.kind NOT IN ({LEFT_OUT}) AND +{STANDING}"
LINES = """
    SELECT l.document_id, l.variant_id, l.location_id, l.batch_id, l.serial_id, l.quantity, l.epoch
    FROM tracking_ledgerline l CROSS JOIN tracking_document d
    WHERE {documents} AND d.id = l.document_id AND {narrowed} ORDER BY l.id
"""


def read_documents(asked: Asked, facts: Facts) -> Iterator[tuple[DocumentFacts, list[Line]]]:
    """Each document with the lines that are asked for, by day and posting order; a production with all its lines."""
    for rows in chunks_of(asked):
        lines = lines_of([row[1] for row in rows], asked)
        facts.look_up(rows, lines)
        by_document: dict[int, list[Line]] = {}
        for row in lines:
            by_document.setdefault(row[0], []).append(facts.line(row))
        for row in rows:
            yield facts.document(row), by_document.get(row[1], [])


def chunks_of(asked: Asked) -> Iterator[list[tuple]]:
    """The documents (day, id, kind, number, partner with name and address), by day and id."""
    if asked.variants is None:
        return days_chunks(asked)
    return chunked(iter(fetch(*touching(asked))))


def chunked(rows: Iterator[tuple]) -> Iterator[list[tuple]]:
    while found := list(islice(rows, CHUNK)):
        yield found


def days_chunks(asked: Asked) -> Iterator[list[tuple]]:
    """All documents of the days, page by page along the index of days."""
    condition, parameters = period(asked)
    after, place = "", []
    while True:
        rows = fetch(
            f"{HEAD} FROM tracking_document d WHERE {WANTED}{condition}{after} ORDER BY d.posted_on, d.id LIMIT {CHUNK}",
            [*parameters, *place],
        )
        if rows:
            yield rows
        if len(rows) < CHUNK:
            return
        after, place = " AND (d.posted_on, d.id) > (%s, %s)", [str(rows[-1][0]), rows[-1][1]]


def touching(asked: Asked) -> tuple[str, list]:
    """The query for the documents with a line of the lots, or of the variants, that are asked for."""
    condition, parameters = of_lots(asked) if asked.lots is not None else any_line("l.variant_id", asked.variants or ())
    days, limits = period(asked)
    query = (
        f"{HEAD} FROM (SELECT DISTINCT l.document_id FROM tracking_ledgerline l WHERE {condition}) w"
        f" CROSS JOIN tracking_document d WHERE d.id = w.document_id AND {WANTED}{days} ORDER BY d.posted_on, d.id"
    )
    return query, [*parameters, *limits]


def lines_of(documents: Iterable[int], asked: Asked) -> list[tuple]:
    """The lines of the documents. Of a production and of a relabelling an event is known by all its rows.

    The unary plus keeps SQLite to the index of documents.
    """
    chosen, parameter = any_of("l.document_id", list(documents))
    if asked.variants is None:
        return fetch(LINES.format(documents=chosen, narrowed="1 = 1"), [parameter])
    variants, ours = any_line("+l.variant_id", asked.variants)
    if asked.lots is None:
        narrowed, parameters = f"(d.kind = 'production' OR {variants})", ours
    else:
        lots, places = of_lots(asked, mark="+")
        narrowed = f"(d.kind = 'production' OR (d.kind = 'adjustment' AND {variants}) OR {lots})"
        parameters = [*ours, *places]
    return fetch(LINES.format(documents=chosen, narrowed=narrowed), [parameter, *parameters])


def of_lots(asked: Asked, mark: str = "") -> tuple[str, list]:
    lots = asked.lots or frozenset()
    batches, ours = any_line(f"{mark}l.batch_id", (id_ for is_serial, id_ in lots if not is_serial))
    serials, theirs = any_line(f"{mark}l.serial_id", (id_ for is_serial, id_ in lots if is_serial))
    return f"({batches} OR {serials})", [*ours, *theirs]


def any_line(column: str, ids: Iterable[int]) -> tuple[str, list]:
    condition, parameter = any_of(column, sorted(ids))
    return condition, [parameter]


def period(asked: Asked) -> tuple[str, list[str]]:
    parts = [(">=", asked.since), ("<=", asked.until)]
    given = [(sign, day.isoformat()) for sign, day in parts if day is not None]
    return "".join(f" AND d.posted_on {sign} %s" for sign, _ in given), [day for _, day in given]
