"""The log of changes: what every verb of this room writes in its own transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from katana_trace.lib import days
from katana_trace.lib.acts import log_act
from katana_trace.lib.numbers import check_text
from katana_trace.lib.refusal import Refusal
from tracking.ledger import changes as log
from tracking.models import Batch, SerialNumber

Record = Batch | SerialNumber
Value = str | date | None

REASON_LIMIT = 200
LOGGED = 100  # changes of one act that have a line of their own in the log of the site


@dataclass(frozen=True, slots=True)
class Change:
    """One value of ``record`` that becomes another."""

    record: Record
    field: str
    old: Value
    new: Value


def write_changes(changes: list[Change], *, by, reason: str) -> None:
    """A row of the log for each change, all at the present instant; they come before the changes themselves."""
    at = days.now()
    log.write_changes(
        [
            log.lot_change(
                change.record,
                field=change.field,
                old=as_text(change.old),
                new=as_text(change.new),
                by=by,
                reason=reason,
                at=at,
            )
            for change in changes
        ]
    )
    for change in changes[:LOGGED]:
        log_act("record_changed", by=by, number=change.record.number, field=change.field, to=as_text(change.new))
    if len(changes) > LOGGED:
        log_act("records_changed", by=by, more=len(changes) - LOGGED)


def as_text(value: Value) -> str:
    """A value as the log keeps it: dates as 2026-01-31, nothing as the empty text."""
    return value.isoformat() if isinstance(value, date) else value or ""


def check_reason(reason: str) -> str:
    """The reason without spaces around it. Raises Refusal when there is none, or too much of it."""
    try:
        return check_text(reason, what="Reason", limit=REASON_LIMIT)
    except ValueError as error:
        raise Refusal(str(error), field="reason") from error
