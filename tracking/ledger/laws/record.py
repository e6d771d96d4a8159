"""Law 17: records match the change log, the downloads and the openings of recalls."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from tracking.ledger import triggers
from tracking.ledger.laws.cases import recalls
from tracking.ledger.laws.lots import lots
from tracking.ledger.laws.reading import Reading
from tracking.ledger.laws.subjects import memberships, subjects
from tracking.ledger.sql import fetch

DOWNLOADS = """
    SELECT i.name, a.id FROM tracking_archive a JOIN items_item i ON i.id = a.item_id
    JOIN tracking_switch s ON s.id = a.switch_id WHERE NOT EXISTS (
        SELECT 1 FROM tracking_historydownload h WHERE h.item_id = a.item_id AND h.sha256 = a.sha256
            AND h.downloaded_by_id = s.switched_by_id AND h.row_count = a.line_count + a.record_count)
"""
STEPS = """
    SELECT i.name, q.epoch FROM (
        SELECT s.item_id, s.epoch, s.from_mode, s.to_mode,
            lag(s.epoch) OVER w AS last_epoch, lag(s.to_mode) OVER w AS last_mode,
            lead(s.epoch) OVER w AS next_epoch
        FROM tracking_switch s WINDOW w AS (PARTITION BY s.item_id ORDER BY s.epoch)
    ) q JOIN items_item i ON i.id = q.item_id
    WHERE q.epoch <> coalesce(q.last_epoch, 0) + 1 OR q.from_mode <> coalesce(q.last_mode, q.from_mode)
        OR (q.next_epoch IS NULL AND (q.epoch <> i.tracking_epoch OR q.to_mode <> i.tracking_mode))
    UNION
    SELECT i.name, i.tracking_epoch FROM items_item i
    WHERE i.tracking_epoch <> 0 AND NOT EXISTS (SELECT 1 FROM tracking_switch s WHERE s.item_id = i.id)
"""
# Each switch, archive and restore has its row of the log.
ACTS = (
    (
        "SELECT i.name FROM tracking_switch s JOIN items_item i ON i.id = s.item_id WHERE NOT EXISTS ("
        " SELECT 1 FROM tracking_recordchange c WHERE c.subject = 'item' AND c.subject_id = s.item_id"
        " AND c.field = 'tracking_mode' AND c.old = s.from_mode AND c.new = s.to_mode AND c.reason = s.reason"
        " AND c.changed_at = s.switched_at AND coalesce(c.changed_by_id, 0) = coalesce(s.switched_by_id, 0))",
        "A switch of {0} does not match the change log.",
    ),
    (
        "SELECT i.name FROM tracking_archive a JOIN items_item i ON i.id = a.item_id WHERE NOT EXISTS ("
        " SELECT 1 FROM tracking_recordchange c WHERE c.subject = 'item' AND c.subject_id = a.item_id"
        " AND c.field = 'archive' AND c.new = a.sha256)",
        "The change log has no archive of {0} with these bytes.",
    ),
    (
        "SELECT i.name FROM tracking_archive a JOIN items_item i ON i.id = a.item_id WHERE a.restored_at IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM tracking_recordchange c WHERE c.subject = 'item' AND c.subject_id = a.item_id"
        " AND c.field = 'restored' AND c.new = a.sha256 AND c.changed_at = a.restored_at"
        " AND coalesce(c.changed_by_id, 0) = coalesce(a.restored_by_id, 0))",
        "An archive of {0} was restored, but the change log does not say so, or says it otherwise.",
    ),
    (
        "SELECT i.name FROM tracking_recordchange c JOIN items_item i ON i.id = c.subject_id WHERE c.subject = 'item'"
        " AND c.field = 'restored' AND NOT EXISTS (SELECT 1 FROM tracking_archive a WHERE a.item_id = c.subject_id"
        " AND a.sha256 = c.new AND a.restored_at = c.changed_at)",
        "The change log says that an archive of {0} was restored, but no archive says so.",
    ),
)
# Rows of the log whose switch or archive is missing.
UNDONE = (
    (
        "SELECT c.name FROM tracking_recordchange c WHERE c.subject = 'item' AND c.field = 'tracking_mode' AND NOT c.is_first"
        " AND NOT EXISTS (SELECT 1 FROM tracking_switch s WHERE s.item_id = c.subject_id AND s.from_mode = c.old"
        " AND s.to_mode = c.new AND s.switched_at = c.changed_at)",
        "The change log has a switch of {0} that is missing.",
    ),
    (
        "SELECT c.name FROM tracking_recordchange c WHERE c.subject = 'item' AND c.field = 'archive'"
        " AND NOT EXISTS (SELECT 1 FROM tracking_archive a WHERE a.item_id = c.subject_id AND a.sha256 = c.new)",
        "The change log has an archive of {0} that is missing.",
    ),
)
# Where a switch and its archive contradict each other or themselves.
PARTS = (
    (
        "SELECT i.name FROM tracking_archive a JOIN items_item i ON i.id = a.item_id JOIN tracking_switch s ON s.id = a.switch_id"
        " WHERE a.item_id <> s.item_id OR a.mode <> s.from_mode OR a.line_count <> s.line_count"
        " OR a.record_count <> s.batch_count + s.serial_count"
        " OR (a.mode = 'batch' AND s.serial_count <> 0) OR (a.mode = 'serial' AND s.batch_count <> 0)",
        "An archive of {0} does not match its switch.",
    ),
    (
        "SELECT i.name FROM tracking_switch s JOIN items_item i ON i.id = s.item_id"
        " WHERE s.to_mode <> 'none' AND (s.line_count <> 0 OR s.batch_count <> 0 OR s.serial_count <> 0)",
        "A switch that turned tracking of {0} on says that it removed numbers, which no such switch does.",
    ),
    (
        "SELECT i.name FROM tracking_archive a JOIN items_item i ON i.id = a.item_id"
        " WHERE a.restored_at IS NULL AND a.restored_by_id IS NOT NULL",
        "An archive of {0} says who restored it, but not when.",
    ),
)


def recorded(reading: Reading) -> Iterator[str]:
    for item, archive in fetch(DOWNLOADS):
        yield f"The archive of {item} ({archive}) does not match any history that the user who switched it off had downloaded."
    for item, epoch in fetch(STEPS):
        yield f"{item}: its switches do not lead to its tracking at epoch {epoch}."
    for query, sentence in (*ACTS, *UNDONE, *PARTS):
        for (item,) in fetch(query):
            yield sentence.format(item)
    yield from lots()
    yield from subjects()
    yield from memberships()
    yield from recalls()
    for name in triggers.foreign(connection):
        yield f"{name} does not belong to this program. Find out who made it, and remove it."
