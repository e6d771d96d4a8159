"""What a recall case found when it was opened, and how it was closed, as texts that its events vouch for (law 17)."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import models

from katana_trace.lib.days import instant_text
from katana_trace.lib.fields import QuantityField
from katana_trace.lib.numbers import key_of
from katana_trace.lib.quantities import plain, to_millionths
from tracking.ledger.digest import FIELD, ChangeText, EventText, event_digest
from tracking.models import Recall, RecallCustomer, RecallEvent, RecallLot, RecallShipment, RecallStock, Subject

# What people do in a case after it was opened; its events say it. A partner who is deleted leaves the name that was kept.
LATER: dict[type[models.Model], set[str]] = {
    Recall: {"closed_at", "closed_by", "summary"},
    RecallCustomer: {"partner", "state", "notified_at", "notified_by", "replied_at", "note"},
    RecallShipment: {"recovered"},
}


def opening_facts(recall: Recall) -> tuple[str, ...]:
    """The rows of ``recall`` as they were when it was opened, with every column that nothing changes later."""
    rows: list[models.Model] = [recall]
    rows += RecallLot.objects.filter(recall=recall).order_by("id")
    rows += RecallStock.objects.filter(lot__recall=recall).order_by("id")
    rows += RecallCustomer.objects.filter(recall=recall).order_by("id")
    rows += RecallShipment.objects.filter(lot__recall=recall).order_by("id")
    return tuple(FIELD.join(cells_of(row)) for row in rows)


def closing_facts(recall: Recall) -> tuple[str, ...]:
    """When, by whom and with what words ``recall`` was closed; nothing while it is open."""
    if recall.closed_at is None:
        return ()
    return (FIELD.join([instant_text(recall.closed_at), str(recall.closed_by_id or ""), recall.summary]),)


def cells_of(row: models.Model) -> Iterator[str]:
    """``name=value`` of each column that is not empty: one that is added later, and empty on old rows, changes nothing."""
    yield row._meta.model_name or ""
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if not value or field.name in LATER.get(type(row), ()):
            continue
        if isinstance(field, QuantityField):
            value = plain(to_millionths(value))
        elif isinstance(field, models.DateTimeField):
            value = instant_text(value)
        yield f"{field.name}={value}"


def change_of_opening(recall: Recall, digest: str, *, reason: str, by) -> ChangeText:
    """The row of the change log that keeps the digest of an opening: over the log seals are made (rule 26)."""
    return ChangeText(
        subject=Subject.RECALL.value,
        subject_id=recall.pk,
        uuid=None,
        variant=None,
        name=recall.number,
        key=key_of(recall.number),
        field="opened",
        old="",
        new=digest,
        is_first=False,
        reason=reason,
        changed_by=by.pk if by else None,
        changed_by_name=by.get_username() if by else "",
        changed_at=recall.opened_at,
    )


def digest_of_event(event: RecallEvent, *, before: str, facts: tuple[str, ...]) -> str:
    return event_digest(
        EventText(recall=event.recall.number, at=event.at, by=event.by_id, text=event.text, before=before, facts=facts)
    )


def recomputed_events(recall: Recall) -> Iterator[tuple[RecallEvent, str]]:
    """Each event of ``recall`` with its recomputed digest: the first covers the opening, the last of a closed case its end."""
    events = list(RecallEvent.objects.filter(recall=recall).select_related("recall").order_by("id"))
    before = ""
    for place, event in enumerate(events):
        facts = opening_facts(recall) if place == 0 else ()
        if place == len(events) - 1:
            facts += closing_facts(recall)
        yield event, digest_of_event(event, before=before, facts=facts)
        before = event.digest
