"""A history file as it is read: its lines that have a number, and its records."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from uuid import UUID

from katana_trace.lib.refusal import Refusal
from katana_trace.lib.safe_csv import FileError, Row, read_rows
from tracking.ledger.movement_export import HISTORY_COLUMNS, RECORD_COLUMNS
from tracking.modes.history import RECORD

TEXT = tuple(name for name in HISTORY_COLUMNS if name not in ("kind", "posted_at", "expires_on", "quantity", "line",
             "recorded_at", "made_on", "status"))  # fmt: skip


# What is needed of a line to find it in the ledger: a long history is held in memory by these cells alone.
MATCHED = ("kind", "document", "posted_at", "sku", "batch_number", "serial_number", "quantity", "line", "reverses")
# And of a record to make it again.
MADE = ("sku", "batch_number", "serial_number", "expires_on", "line", *RECORD_COLUMNS)


@dataclass(slots=True)
class HistoryContent:
    """A history file as it is read: its lines with a number, and its records."""

    lines: list[Row] = field(default_factory=list)
    records: list[Row] = field(default_factory=list)


def read_history(content: bytes) -> HistoryContent:
    """The rows of a history file. Raises Refusal when it cannot be read."""
    found = HistoryContent()
    try:
        for row in read_rows(io.BytesIO(content), required=HISTORY_COLUMNS, text=TEXT):
            if row.cells["kind"] == RECORD:
                found.records.append(Row(row.number, {name: row.cells[name] for name in MADE}))
            elif row.cells["batch_number"] or row.cells["serial_number"]:
                found.lines.append(Row(row.number, {name: row.cells[name] for name in MATCHED}))
    except FileError as error:
        if "no rows" not in str(error):
            raise Refusal(str(error), field="file") from error
    return found


def as_uuid(value: UUID | str) -> UUID:
    if isinstance(value, UUID):
        return value
    try:
        return UUID(value)
    except ValueError:
        return UUID(int=0)
