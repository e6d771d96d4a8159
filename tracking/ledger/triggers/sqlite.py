"""The triggers in SQLite's words: row by row, each line judged and counted as it comes."""

from __future__ import annotations

from tracking.ledger.firsts import TABLES
from tracking.ledger.triggers import rules
from tracking.ledger.triggers.first_rules import sqlite_trigger

PERMIT = (
    "SELECT 1 FROM tracking_relinkpermit p JOIN items_variant v ON v.item_id = p.item_id"
    " WHERE v.id = NEW.variant_id AND p.act = 'restore'"
)


def quote(sentence: str) -> str:
    return "'" + sentence.replace("'", "''") + "'"


def refuse(condition: str, sentence: str) -> str:
    return f"SELECT RAISE(ABORT, {quote(sentence)}) WHERE {condition};"


def line_insert_guard() -> str:
    whens = [
        f"WHEN {condition.format(l='NEW')} THEN RAISE(ABORT, {quote(text)})" for condition, text in rules.LINE_FAULTS
    ]
    whens += [
        "WHEN NEW.serial_id IS NOT NULL AND NEW.quantity > 0 AND s.location_id IS NOT NULL"
        f" THEN RAISE(ABORT, {quote(rules.SERIAL_IN_STOCK)})",
        "WHEN NEW.serial_id IS NOT NULL AND NEW.quantity < 0 AND s.location_id IS NOT NEW.location_id"
        f" THEN RAISE(ABORT, {quote(rules.SERIAL_NOT_HERE)})",
    ]
    restored = "SELECT 1 FROM tracking_document d WHERE d.id = NEW.document_id AND d.kind = 'tracking_restored'"
    taken = "EXISTS (SELECT 1 FROM tracking_ledgerline t WHERE t.id = NEW.id OR t.uuid = NEW.uuid)"
    cases = "\n        ".join(whens)
    return f"""CREATE TRIGGER tracking_line_insert_guard BEFORE INSERT ON tracking_ledgerline BEGIN
    {refuse(taken, rules.LINE_ID_TAKEN)}
    {refuse(f"EXISTS ({PERMIT}) AND NOT EXISTS ({restored})", rules.NOT_OF_RESTORE)}
    SELECT CASE
        {cases}
    END
    FROM items_variant v JOIN items_item i ON i.id = v.item_id {rules.LINE_JOINS.format(l="NEW")}
    WHERE v.id = NEW.variant_id
        AND NOT EXISTS (SELECT 1 FROM tracking_relinkpermit p WHERE p.item_id = v.item_id AND p.act = 'restore');
END"""


def line_insert_levels() -> str:
    level = "variant_id = NEW.variant_id AND location_id = NEW.location_id AND coalesce(batch_id, 0) = coalesce(NEW.batch_id, 0)"
    return f"""CREATE TRIGGER tracking_line_insert_levels AFTER INSERT ON tracking_ledgerline
WHEN NOT EXISTS ({PERMIT})
BEGIN
    INSERT INTO tracking_stocklevel (variant_id, location_id, batch_id, quantity, numbered)
    SELECT NEW.variant_id, NEW.location_id, NEW.batch_id, 0, 0
    WHERE NOT EXISTS (SELECT 1 FROM tracking_stocklevel WHERE {level});
    UPDATE tracking_stocklevel
    SET quantity = quantity + NEW.quantity,
        numbered = numbered + CASE WHEN NEW.serial_id IS NULL THEN 0 ELSE NEW.quantity END
    WHERE {level};
    UPDATE tracking_serialnumber SET location_id = CASE WHEN NEW.quantity > 0 THEN NEW.location_id END
    WHERE id = NEW.serial_id;
END"""


def line_insert_order() -> str:
    """Rule 11: ids rise, and the lines of a document stand together, so that no document is added to later."""
    line = "SELECT {what} FROM tracking_ledgerline t WHERE t.id {compared} NEW.id"
    later = line.format(what="1", compared=">")
    before = line.format(what="t.document_id", compared="<") + " ORDER BY t.id DESC LIMIT 1"
    begun = line.format(what="1", compared="<") + " AND t.document_id = NEW.document_id"
    return f"""CREATE TRIGGER tracking_line_insert_order AFTER INSERT ON tracking_ledgerline BEGIN
    {refuse(f"EXISTS ({later})", rules.OUT_OF_ORDER)}
    {refuse(f"({before}) <> NEW.document_id AND EXISTS ({begun})", rules.DOCUMENT_ADDED_TO)}
END"""


def line_update_guard() -> str:
    fixed = " OR ".join(
        f"NEW.{column} IS NOT OLD.{column}"
        for column in ("id", "uuid", "document_id", "variant_id", "location_id", "quantity", "epoch")
    )
    condition = f"""{fixed} OR NOT EXISTS (
        SELECT 1 FROM tracking_relinkpermit p JOIN items_variant v ON v.item_id = p.item_id
        WHERE v.id = OLD.variant_id AND (
            (p.act = 'off' AND NEW.batch_id IS NULL AND NEW.serial_id IS NULL)
            OR (p.act = 'restore' AND OLD.batch_id IS NULL AND OLD.serial_id IS NULL)))"""
    return f"""CREATE TRIGGER tracking_line_update_guard BEFORE UPDATE ON tracking_ledgerline BEGIN
    {refuse(condition, rules.LINE_UPDATED)}
END"""


def line_delete_guard() -> str:
    return f"""CREATE TRIGGER tracking_line_delete_guard BEFORE DELETE ON tracking_ledgerline BEGIN
    {refuse("1 = 1", rules.LINE_DELETED)}
END"""


def row_guard(name: str, table: str, event: str, condition: str, sentence: str) -> str:
    return f"""CREATE TRIGGER tracking_{name}_guard BEFORE {event} ON {table} BEGIN
    {refuse(condition, sentence)}
END"""


def all_triggers() -> dict[str, tuple[str, str]]:
    """By name: the table, and the statement that makes the trigger."""
    made = {
        "tracking_line_insert_guard": ("tracking_ledgerline", line_insert_guard()),
        "tracking_line_insert_levels": ("tracking_ledgerline", line_insert_levels()),
        "tracking_line_insert_order": ("tracking_ledgerline", line_insert_order()),
        "tracking_line_update_guard": ("tracking_ledgerline", line_update_guard()),
        "tracking_line_delete_guard": ("tracking_ledgerline", line_delete_guard()),
    }
    for column in TABLES:
        made[f"tracking_line_insert_first_{column}"] = ("tracking_ledgerline", sqlite_trigger(column))
    for guard in rules.ROW_GUARDS:
        made[f"tracking_{guard[0]}_guard"] = (guard[1], row_guard(*guard))
    return made


def all_guards() -> dict[str, str]:
    """By name: the statement of everything that should be there, as ``installed`` reads it."""
    return {name: statement for name, (_, statement) in all_triggers().items()}


def installed(cursor) -> dict[str, str]:
    """By name: the statement of each trigger that is there."""
    cursor.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'tracking\\_%' ESCAPE '\\'"
    )
    return dict(cursor.fetchall())


def foreign(cursor, tables: list[str]) -> set[str]:
    """Triggers on ``tables`` that are not ours."""
    cursor.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
    ours = all_triggers()
    return {
        f"The trigger {name} on {table}" for name, table in cursor.fetchall() if table in tables and name not in ours
    }


def create(cursor, name: str) -> None:
    cursor.execute(all_triggers()[name][1])


def own_ledger(cursor) -> None:
    """SQLite has one writer at a time."""


def drop(cursor, name: str) -> None:
    cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
