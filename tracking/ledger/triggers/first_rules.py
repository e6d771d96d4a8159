"""When a lot first came in (rule 10), kept with each line that may change it; see ``ledger/firsts`` for what it is.

A lot is looked through only where it may become another instant: a + line of a lot that has come in before costs one look
for a document that stands at the instant which is kept, and that is nearly always its first.
"""

from __future__ import annotations

from tracking.ledger.firsts import BROUGHT, EARLIEST, MAKING, TABLES

# A scalar, not EXISTS: PostgreSQL might answer that by reading the whole ledger once.
STANDS_THERE = """(SELECT 1 FROM tracking_ledgerline q CROSS JOIN tracking_document e
            WHERE q.{column} = {t}.id AND e.id = q.document_id AND q.quantity > 0 AND e.posted_at = {t}.first_at
                AND e.reverses_id IS NULL{kinds}
                AND NOT EXISTS (SELECT 1 FROM tracking_document m WHERE m.reverses_id = e.id) LIMIT 1)"""
ALL_KINDS, MAKINGS = "", " AND e.kind IN ('receipt', 'production')"


def may_change(line: str, lot: str, column: str) -> str:
    """A condition: ``line`` of the document ``d`` may change when the row of ``lot`` first came in."""
    stands = STANDS_THERE.replace("{column}", column).replace("{t}", lot)
    made, any_kind = stands.replace("{kinds}", MAKINGS), stands.replace("{kinds}", ALL_KINDS)
    return f"""(
        ({line}.quantity > 0 AND d.reverses_id IS NULL AND ({lot}.first_at IS NULL
            OR {MAKING} AND (d.posted_at < {lot}.first_at OR {made} IS NULL)
            OR NOT {MAKING} AND (d.posted_at < {lot}.first_at OR {any_kind} IS NULL) AND {made} IS NULL))
        OR ({line}.quantity < 0 AND d.reverses_id IS NOT NULL
            AND {lot}.first_at = (SELECT o.posted_at FROM tracking_document o WHERE o.id = d.reverses_id)))"""


def sqlite_trigger(column: str) -> str:
    """Row by row; UPDATE in a trigger of SQLite knows the table by its own name alone."""
    table = TABLES[column]
    return f"""CREATE TRIGGER tracking_line_insert_first_{column} AFTER INSERT ON tracking_ledgerline
WHEN NEW.{column} IS NOT NULL
BEGIN
    UPDATE {table} SET first_at = (SELECT {EARLIEST} {BROUGHT} AND l.{column} = NEW.{column})
    WHERE id = NEW.{column} AND EXISTS (
        SELECT 1 FROM tracking_document d WHERE d.id = NEW.document_id AND {may_change("NEW", table, column)});
END"""


def postgresql_body() -> str:
    """By set, after the trigger that locks and moves the levels, whose name sorts before: then lots, in the order of ids."""
    parts = "".join(
        f"""
    SELECT array_agg(DISTINCT t.id) INTO lots FROM fresh l JOIN tracking_document d ON d.id = l.document_id
        JOIN {table} t ON t.id = l.{column}
    WHERE {may_change("l", "t", column)};
    IF lots IS NOT NULL THEN
        PERFORM 1 FROM {table} t WHERE t.id = ANY(lots) ORDER BY t.id FOR NO KEY UPDATE;
        UPDATE {table} t SET first_at = f.first_at
        FROM (SELECT l.{column} AS lot, {EARLIEST} AS first_at {BROUGHT} AND l.{column} = ANY(lots) GROUP BY 1) f
        WHERE t.id = f.lot AND t.first_at IS DISTINCT FROM f.first_at;
    END IF;"""
        for column, table in TABLES.items()
    )
    return f"""
DECLARE
    lots bigint[];
BEGIN{parts}
    RETURN NULL;
END"""
