"""The triggers in PostgreSQL's words: the lines of a statement are judged and counted as one set.

Levels are locked in the order of their key before they are updated: an aggregated UPDATE alone locks in the order of
its plan, and deadlocks. What is judged "in posting order" is a running sum by id. Where a serial number is, is sorted
before its lines instead of joined to them: a plan that was made for a few lines, or before the database knew how many
numbers there are, would compare each line with each number.
"""

from __future__ import annotations

from dataclasses import dataclass

from tracking.ledger.triggers import rules
from tracking.ledger.triggers.first_rules import postgresql_body

RAISE = "USING ERRCODE = '23000'"


def quote(sentence: str) -> str:
    return "'" + sentence.replace("'", "''").replace("%", "%%") + "'"


def refuse(sentence: str) -> str:
    return f"RAISE EXCEPTION {quote(sentence)} {RAISE};"


def line_insert() -> str:
    whens = "\n            ".join(
        f"WHEN {condition.format(l='l')} THEN {quote(sentence).replace('%%', '%')}"
        for condition, sentence in rules.LINE_FAULTS
    )
    return f"""
DECLARE
    fault text;
    permitted bigint;
    restored bigint;
    numbers bigint[];
    documents bigint[];
    first_line bigint;
    own bigint;
BEGIN
    SELECT count(*), count(*) FILTER (WHERE d.kind = 'tracking_restored') INTO permitted, restored FROM fresh l
        JOIN items_variant v ON v.id = l.variant_id
        JOIN tracking_relinkpermit p ON p.item_id = v.item_id AND p.act = 'restore'
        JOIN tracking_document d ON d.id = l.document_id;
    IF permitted > 0 THEN
        IF restored < (SELECT count(*) FROM fresh) THEN {refuse(rules.NOT_OF_RESTORE)} END IF;
        RETURN NULL;
    END IF;

    SELECT f.sentence INTO fault FROM (
        SELECT CASE
            {whens}
            END AS sentence
        FROM fresh l JOIN items_variant v ON v.id = l.variant_id JOIN items_item i ON i.id = v.item_id
        {rules.LINE_JOINS.format(l="l")}
    ) f WHERE f.sentence IS NOT NULL LIMIT 1;
    IF fault IS NOT NULL THEN RAISE EXCEPTION '%', fault {RAISE}; END IF;

    SELECT array_agg(DISTINCT serial_id) INTO numbers FROM fresh WHERE serial_id IS NOT NULL;
    IF numbers IS NOT NULL THEN
        PERFORM 1 FROM tracking_serialnumber s WHERE s.id = ANY(numbers) ORDER BY s.id FOR NO KEY UPDATE;
        SELECT CASE WHEN q.quantity > 0 THEN {quote(rules.SERIAL_IN_STOCK)} ELSE {quote(rules.SERIAL_NOT_HERE)} END
        INTO fault FROM (
            SELECT m.quantity, m.location_id, lag(m.place) OVER (PARTITION BY m.serial_id ORDER BY m.id) AS place FROM (
                SELECT s.id AS serial_id, 0 AS id, 0 AS quantity, NULL::bigint AS location_id, s.location_id AS place
                FROM tracking_serialnumber s WHERE s.id = ANY(numbers)
                UNION ALL
                SELECT serial_id, id, quantity, location_id, CASE WHEN quantity > 0 THEN location_id END
                FROM fresh WHERE serial_id IS NOT NULL
            ) m
        ) q WHERE (q.quantity > 0 AND q.place IS NOT NULL)
            OR (q.quantity < 0 AND q.place IS DISTINCT FROM q.location_id) LIMIT 1;
        IF fault IS NOT NULL THEN RAISE EXCEPTION '%', fault {RAISE}; END IF;
        UPDATE tracking_serialnumber s SET location_id = f.place
        FROM (
            SELECT DISTINCT ON (l.serial_id) l.serial_id, CASE WHEN l.quantity > 0 THEN l.location_id END AS place
            FROM fresh l WHERE l.serial_id IS NOT NULL ORDER BY l.serial_id, l.id DESC
        ) f WHERE s.id = f.serial_id AND s.location_id IS DISTINCT FROM f.place;
    END IF;

    PERFORM tracking_lock_levels(array_agg(variant_id), array_agg(location_id), array_agg(batch_id))
    FROM (SELECT DISTINCT variant_id, location_id, batch_id FROM fresh) t;

    -- Rule 11: whoever held one of these levels before has lower ids. Who drew his ids first and waited then draws them anew.
    -- Nearly always nobody drew ids meanwhile; else the lines since are looked at by the index of each variant.
    SELECT array_agg(DISTINCT document_id) INTO documents FROM fresh;
    SELECT min(id), count(*) INTO first_line, own FROM tracking_ledgerline WHERE document_id = ANY(documents);
    IF (SELECT max(id) FROM tracking_ledgerline) - first_line + 1 > own AND EXISTS (
        SELECT 1 FROM (SELECT DISTINCT variant_id FROM fresh) t WHERE (
            SELECT l.id FROM tracking_ledgerline l
            WHERE l.variant_id = t.variant_id AND l.id > first_line AND l.document_id <> ALL(documents) AND EXISTS (
                SELECT 1 FROM fresh f WHERE f.variant_id = l.variant_id AND f.location_id = l.location_id
                    AND coalesce(f.batch_id, 0) = coalesce(l.batch_id, 0))
            ORDER BY l.id DESC LIMIT 1) IS NOT NULL
    ) THEN RAISE EXCEPTION {quote(rules.OUT_OF_ORDER)} USING ERRCODE = '40001'; END IF;

    IF EXISTS (
        SELECT 1 FROM (
            SELECT variant_id, location_id, coalesce(batch_id, 0) AS batch,
                sum(quantity) OVER w AS quantity,
                sum(CASE WHEN serial_id IS NULL THEN 0 ELSE quantity END) OVER w AS numbered
            FROM fresh WINDOW w AS (PARTITION BY variant_id, location_id, coalesce(batch_id, 0) ORDER BY id)
        ) r JOIN tracking_stocklevel k
            ON k.variant_id = r.variant_id AND k.location_id = r.location_id AND coalesce(k.batch_id, 0) = r.batch
        WHERE k.quantity + r.quantity < 0
            OR k.numbered + r.numbered NOT BETWEEN 0 AND k.quantity + r.quantity
    ) THEN {refuse(rules.NOT_ENOUGH)} END IF;

    UPDATE tracking_stocklevel k SET quantity = k.quantity + t.quantity, numbered = k.numbered + t.numbered
    FROM (
        SELECT variant_id, location_id, coalesce(batch_id, 0) AS batch, sum(quantity)::bigint AS quantity,
            sum(CASE WHEN serial_id IS NULL THEN 0 ELSE quantity END)::bigint AS numbered
        FROM fresh GROUP BY 1, 2, 3
    ) t WHERE k.variant_id = t.variant_id AND k.location_id = t.location_id AND coalesce(k.batch_id, 0) = t.batch;
    RETURN NULL;
END"""


def lock_levels() -> str:
    """Makes the levels that are missing and locks all of them, both in the order of their keys."""
    return """
BEGIN
    INSERT INTO tracking_stocklevel (variant_id, location_id, batch_id, quantity, numbered)
    SELECT DISTINCT w.variant_id, w.location_id, w.batch_id, 0, 0
    FROM unnest(variants, locations, batches) AS w(variant_id, location_id, batch_id)
    WHERE NOT EXISTS (
        SELECT 1 FROM tracking_stocklevel k WHERE k.variant_id = w.variant_id AND k.location_id = w.location_id
            AND coalesce(k.batch_id, 0) = coalesce(w.batch_id, 0))
    ORDER BY 1, 2, 3 NULLS FIRST
    ON CONFLICT DO NOTHING;

    PERFORM 1 FROM tracking_stocklevel k JOIN (
        SELECT DISTINCT variant_id, location_id, coalesce(batch_id, 0) AS batch
        FROM unnest(variants, locations, batches) AS w(variant_id, location_id, batch_id)
    ) t ON k.variant_id = t.variant_id AND k.location_id = t.location_id AND coalesce(k.batch_id, 0) = t.batch
    ORDER BY k.variant_id, k.location_id, coalesce(k.batch_id, 0) FOR NO KEY UPDATE OF k;
END"""


def highest_number() -> str:
    """The highest sequence of a kind of document, once its numbering is locked: what others gave meanwhile is seen."""
    return """
BEGIN
    PERFORM pg_advisory_xact_lock(lock);
    RETURN (SELECT coalesce(max(d.sequence), 0) FROM tracking_document d WHERE d.kind = document_kind);
END"""


@dataclass(frozen=True, slots=True)
class Function:
    """A function that is no trigger's own."""

    parameters: str
    returns: str
    body: str


FUNCTIONS = {
    "tracking_lock_levels": Function("variants bigint[], locations bigint[], batches bigint[]", "void", lock_levels()),
    "tracking_highest_number": Function("lock bigint, document_kind text", "bigint", highest_number()),
}


def line_update() -> str:
    same = " AND ".join(
        f"o.{column} = n.{column}"
        for column in ("uuid", "document_id", "variant_id", "location_id", "quantity", "epoch")
    )
    return f"""
BEGIN
    IF EXISTS (
        SELECT 1 FROM was o
        LEFT JOIN fresh n ON n.id = o.id AND {same}
        LEFT JOIN items_variant v ON v.id = o.variant_id
        LEFT JOIN tracking_relinkpermit p ON p.item_id = v.item_id
        WHERE n.id IS NULL OR p.id IS NULL OR p.act = 'on'
            OR (p.act = 'off' AND (n.batch_id IS NOT NULL OR n.serial_id IS NOT NULL))
            OR (p.act = 'restore' AND (o.batch_id IS NOT NULL OR o.serial_id IS NOT NULL))
    ) THEN {refuse(rules.LINE_UPDATED)} END IF;
    RETURN NULL;
END"""


def line_delete() -> str:
    return f"""
BEGIN
    {refuse(rules.LINE_DELETED)}
END"""


def row_guard(event: str, condition: str, sentence: str) -> str:
    return f"""
BEGIN
    IF {condition} THEN {refuse(sentence)} END IF;
    RETURN {"OLD" if event == "DELETE" else "NEW"};
END"""


def all_triggers() -> dict[str, tuple[str, str, str]]:
    """By name: the table, when the trigger fires, and the body of its function."""
    line = "tracking_ledgerline"
    made = {
        "tracking_line_insert": (
            line,
            "AFTER INSERT ON tracking_ledgerline REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT",
            line_insert(),
        ),
        "tracking_line_update": (
            line,
            "AFTER UPDATE ON tracking_ledgerline REFERENCING OLD TABLE AS was NEW TABLE AS fresh FOR EACH STATEMENT",
            line_update(),
        ),
        "tracking_line_delete": (line, "BEFORE DELETE ON tracking_ledgerline FOR EACH ROW", line_delete()),
        "tracking_line_truncate": (line, "BEFORE TRUNCATE ON tracking_ledgerline FOR EACH STATEMENT", line_delete()),
    }
    made["tracking_line_insert_firsts"] = (
        line,
        "AFTER INSERT ON tracking_ledgerline REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT",
        postgresql_body(),
    )
    for name, table, event, condition, sentence in rules.ROW_GUARDS:
        if event == "DELETE" and (condition == "1 = 1" or name in rules.NEVER_EMPTIED):
            when = f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"
            made[f"tracking_{name}_all"] = (table, when, row_guard(event, "1 = 1", sentence))
        made[f"tracking_{name}"] = (
            table,
            f"BEFORE {event} ON {table} FOR EACH ROW",
            row_guard(event, condition, sentence),
        )
    return made


# Nobody's temporary tables stand before ours while a guard looks: a permit or a change log of his own would open every door.
SEARCH_PATH = "quote_ident(current_schema()) || ', pg_temp'"


def all_guards() -> dict[str, str]:
    """By name: everything that should be there, in the words in which ``installed`` reads it."""
    functions = {name: f"{function.parameters}{function.body}" for name, function in FUNCTIONS.items()}
    return functions | {name: f"{statement(name, when)}{body}" for name, (_, when, body) in all_triggers().items()}


def statement(name: str, when: str) -> str:
    return f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}_fn()"


def installed(cursor) -> dict[str, str]:
    """By name: the statement and body of each trigger that is there and enabled, and each function of ours.

    What is disabled, or has a function that is set to look elsewhere, is told from what it should be by a word more.
    """
    cursor.execute(
        f"""
        SELECT t.tgname, CASE WHEN t.tgenabled = 'O' THEN '' ELSE 'disabled ' END || {ODD}
            || pg_get_triggerdef(t.oid, true) || p.prosrc
        FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        JOIN pg_language g ON g.oid = p.prolang JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND t.tgname LIKE 'tracking\\_%%' AND c.relnamespace = current_schema()::regnamespace
        UNION ALL
        SELECT p.proname, {ODD} || pg_get_function_identity_arguments(p.oid) || p.prosrc
        FROM pg_proc p JOIN pg_language g ON g.oid = p.prolang
        WHERE p.proname = ANY(%s) AND pg_get_function_identity_arguments(p.oid) = ANY(%s)
            AND p.pronamespace = current_schema()::regnamespace
    """,
        [list(FUNCTIONS), [function.parameters for function in FUNCTIONS.values()]],
    )
    return dict(cursor.fetchall())


ODD = f"""CASE WHEN g.lanname = 'plpgsql' AND NOT p.prosecdef
    AND p.proconfig = ARRAY['search_path=' || {SEARCH_PATH}] THEN '' ELSE 'altered ' END"""


def foreign(cursor, tables: list[str]) -> set[str]:
    """Triggers and rules on ``tables`` that are not ours, and other functions of our functions' names."""
    cursor.execute(
        """
        SELECT 'The trigger ' || t.tgname || ' on ' || c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND c.relname = ANY(%s) AND c.relnamespace = current_schema()::regnamespace
            AND t.tgname <> ALL(%s)
        UNION ALL
        SELECT 'The rule ' || r.rulename || ' on ' || c.relname FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
        WHERE c.relname = ANY(%s) AND c.relnamespace = current_schema()::regnamespace
        UNION ALL
        SELECT 'The policy ' || p.polname || ' on ' || c.relname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
        WHERE c.relname = ANY(%s) AND c.relnamespace = current_schema()::regnamespace
        UNION ALL
        SELECT 'The event trigger ' || evtname FROM pg_event_trigger
        UNION ALL
        SELECT 'The function ' || p.oid::regprocedure FROM pg_proc p
        WHERE p.pronamespace = current_schema()::regnamespace AND p.proname LIKE 'tracking\\_%%'
            AND p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' <> ALL(%s)
        """,
        [
            tables,
            list(all_triggers()),
            tables,
            tables,
            [
                *(f"{name}({function.parameters})" for name, function in FUNCTIONS.items()),
                *(f"{name}_fn()" for name in all_triggers()),
            ],
        ],
    )
    return {name for (name,) in cursor.fetchall()}


def create(cursor, name: str) -> None:
    cursor.execute(f"SELECT {SEARCH_PATH}")
    how = f"LANGUAGE plpgsql SET search_path = {cursor.fetchone()[0]}"
    if name in FUNCTIONS:
        made = FUNCTIONS[name]
        cursor.execute(
            f"CREATE FUNCTION {name}({made.parameters}) RETURNS {made.returns} {how} AS $body${made.body}$body$"
        )
        return
    table, when, body = all_triggers()[name]
    cursor.execute(f"CREATE OR REPLACE FUNCTION {name}_fn() RETURNS trigger {how} AS $body${body}$body$")
    cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
    cursor.execute(statement(name, when))


def own_ledger(cursor) -> None:
    """Waits for whatever is being posted: it had its guards to the end (``tracking.ledger.locks`` names this lock)."""
    cursor.execute("SELECT pg_advisory_xact_lock(-1)")


def drop(cursor, name: str) -> None:
    if name in FUNCTIONS:
        cursor.execute(f"DROP FUNCTION IF EXISTS {name}")
        return
    cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {all_triggers()[name][0]}")
