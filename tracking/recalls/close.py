"""Closing a case: what is left open is written down with it, and from then on it is read-only."""

from __future__ import annotations

from katana_trace.lib import days
from katana_trace.lib.numbers import check_text
from katana_trace.lib.refusal import Refusal
from tracking.models import Recall, RecallCustomer
from tracking.recalls.state import in_open_case, write_event

LIMIT = 2000


def close_recall(*, recall: Recall, summary: str, by) -> Recall:
    """Closes ``recall`` with ``summary`` (what was found, done and learned). Raises Refusal, PermissionDenied."""
    try:
        clean = check_text(summary.replace("\r\n", "\n"), what="Summary", limit=LIMIT, lines=True)
    except ValueError as error:
        raise Refusal(str(error), field="summary") from error

    def work(present: Recall) -> Recall:
        waiting = to_notify(present)
        left = f" {waiting:,} of its customers were not notified." if waiting else " Every customer was notified."
        write_event(present, f"Closed.{left}", by=by)
        present.closed_at, present.closed_by, present.summary = days.now(), by, clean
        present.save(update_fields=["closed_at", "closed_by", "summary"])
        return present

    return in_open_case(recall, by, work)


def to_notify(recall: Recall) -> int:
    """How many named customers are still to be notified."""
    return recall.customers.filter(state=RecallCustomer.State.TO_NOTIFY).exclude(name="").count()
