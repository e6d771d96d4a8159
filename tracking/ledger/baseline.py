"""Where digests begin: computed once for all that an installed site has, by the ``migrate`` that brings them (rule 26).

It comes after the migrations, over every column that there is then, and before the guards are put up. What is filled in is
said to be of that day: whatever was changed before, no digest can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connections, transaction

from katana_trace.lib import days
from tracking.ledger import document_digests, first_values
from tracking.ledger.change_digests import stored_changes
from tracking.ledger.changes import write_first
from tracking.ledger.digest import change_digest
from tracking.ledger.recall_facts import (
    change_of_opening,
    change_of_standing,
    closing_facts,
    digest_of_event,
    opening_facts,
    standing_of,
)
from tracking.ledger.sql import fetch
from tracking.models import Baseline, Recall, RecallEvent

CHUNK = 5_000


def create_after_migrate(*, using: str, **kwargs) -> None:
    """Makes the baseline of a database that has none; all of it or nothing."""
    if "tracking_baseline" not in connections[using].introspection.table_names() or Baseline.objects.exists():
        return
    with transaction.atomic():
        for recall in Recall.objects.order_by("pk"):
            fill_events(recall)
        first_values.write_all()
        fill("tracking_document", ((one.recomputed, one.id) for one in document_digests.stored_digests()))
        fill("tracking_recordchange", ((change_digest(one.text), one.id) for one in stored_changes() if not one.digest))
        Baseline.objects.create(
            pk=1,
            made_at=days.now(),
            last_document=highest("tracking_document"),
            last_line=highest("tracking_ledgerline"),
            last_change=highest("tracking_recordchange"),
        )


def fill(table: str, digests: Iterable[tuple[str, int]]) -> None:
    """Sets (digest, id) of a table, some thousand rows at a time."""
    rows: list[tuple[str, int]] = []
    for row in digests:
        rows.append(row)
        if len(rows) == CHUNK:
            update(table, rows)
            rows = []
    update(table, rows)


def update(table: str, rows: Sequence[tuple[str, int]]) -> None:
    with connections["default"].cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET digest = %s WHERE id = %s", rows)


def fill_events(recall: Recall) -> None:
    """The events of a case from before, in a chain: the first vouches for the opening, the last of a closed case for its end."""
    before, events = "", list(RecallEvent.objects.filter(recall=recall).select_related("recall").order_by("id"))
    for place, event in enumerate(events):
        facts = opening_facts(recall) if place == 0 else ()
        facts += closing_facts(recall) if place == len(events) - 1 else ()
        before = digest_of_event(event, before=before, facts=facts)
        RecallEvent.objects.filter(pk=event.pk).update(digest=before)
        if place == 0:
            write_first([change_of_opening(recall, before, reason=first_values.REASON, by=None)])
    if standing_of(recall):
        write_first([change_of_standing(recall, reason=first_values.REASON, by=None, at=days.now())])


def highest(table: str) -> int:
    return fetch(f"SELECT max(id) FROM {table}")[0][0] or 0
