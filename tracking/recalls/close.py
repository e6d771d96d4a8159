"""Closing a case: what is left open is written down with it, and from then on it is read-only."""

from __future__ import annotations

from katana_trace.lib import days
from katana_trace.lib.numbers import check_text
from katana_trace.lib.refusal import Refusal
from tracking.ledger.recall_facts import closing_facts
from tracking.models import Recall, RecallCustomer
from tracking.recalls.state import in_open_case, write_event
from tracking.recalls.words import count_of

LIMIT = 2000


def close_recall(*, recall: Recall, summary: str, by) -> Recall:
    """Closes ``recall`` with ``summary`` (what was found, done and learned). Raises Refusal, PermissionDenied."""
    try:
        clean = check_text(summary.replace("\r\n", "\n"), what="Summary", limit=LIMIT, lines=True)
    except ValueError as error:
        raise Refusal(str(error), field="summary") from error

    def work(present: Recall) -> Recall:
        present.closed_at, present.closed_by, present.summary = days.now(), by, clean
        write_event(present, "Closed.", left_open(present), by=by, facts=closing_facts(present))
        present.save(update_fields=["closed_at", "closed_by", "summary"])
        return present

    return in_open_case(recall, by, work)


def left_open(recall: Recall) -> str:
    """The sentence that says how many of its named customers were not notified."""
    states = list(recall.customers.exclude(name="").values_list("state", flat=True))
    waiting = states.count(RecallCustomer.State.TO_NOTIFY)
    if waiting:
        return f"{waiting:,} of {count_of(len(states), 'customer')} {'was' if waiting == 1 else 'were'} not notified."
    return "Every customer was notified." if states else "No customer was reached."
