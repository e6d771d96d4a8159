"""What a recall case found when it was opened, and how it was closed, as texts that its events vouch for (law 17)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from django.db import models

from katana_trace.lib.days import instant_text
from katana_trace.lib.fields import QuantityField
from katana_trace.lib.numbers import key_of
from katana_trace.lib.quantities import plain, to_millionths
from tracking.ledger.digest import FIELD, ChangeText, EventText, event_digest, sha256
from tracking.models import Recall, RecallCustomer, RecallEvent, RecallLot, RecallShipment, RecallStock, Subject

# What people do in a case after it was opened; its events say it. A partner who is deleted leaves the name that was kept.
LATER: dict[type[models.Model], set[str]] = {
    Recall: {"closed_at", "closed_by", "summary"},
    RecallCustomer: {"partner", "state", "notified_at", "notified_by", "replied_at", "note"},
    RecallShipment: {"recovered"},
}

# Their columns that an event speaks of, after the id; the partner is his who stands on the documents.
DONE: dict[type[models.Model], tuple[str, ...]] = {
    RecallCustomer: ("id", "state", "notified_at", "notified_by", "replied_at", "note"),
    RecallShipment: ("id", "recovered"),
}
STANDING = "standing"  # the field of the change log that keeps its digest


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


def standing_of(recall: Recall) -> str:
    """The digest of what was done in ``recall`` since it was opened: its last event, and what people set. "" before that."""
    last = RecallEvent.objects.filter(recall=recall).order_by("-id").values_list("pk", "digest")[:2]
    customers = RecallCustomer.objects.filter(recall=recall).order_by("id").values_list(*DONE[RecallCustomer])
    shipments = RecallShipment.objects.filter(lot__recall=recall).order_by("id").values_list(*DONE[RecallShipment])
    rows = [
        FIELD.join(text(value) for value in row)
        for row in (*customers, *shipments)
        if any(value and value != RecallCustomer.State.TO_NOTIFY for value in row[1:])
    ]
    return sha256(last[0][1], rows) if rows or len(last) > 1 else ""


def text(value: object) -> str:
    """A cell of what was done, the same from both databases."""
    if isinstance(value, Decimal):
        return plain(to_millionths(value))
    return instant_text(value) if isinstance(value, datetime) else str(value or "")


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
    return change_of_case(recall, field="opened", new=digest, reason=reason, by=by, at=recall.opened_at)


def change_of_standing(recall: Recall, *, reason: str, by, at: datetime) -> ChangeText:
    """The row of the change log that keeps what was done in a case, after each event of it."""
    return change_of_case(recall, field=STANDING, new=standing_of(recall), reason=reason[:200], by=by, at=at)


def change_of_case(recall: Recall, *, field: str, new: str, reason: str, by, at: datetime) -> ChangeText:
    return ChangeText(
        subject=Subject.RECALL.value,
        subject_id=recall.pk,
        uuid=None,
        variant=None,
        name=recall.number,
        key=key_of(recall.number),
        field=field,
        old="",
        new=new,
        is_first=False,
        reason=reason,
        changed_by=by.pk if by else None,
        changed_by_name=by.get_username() if by else "",
        changed_at=at,
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
