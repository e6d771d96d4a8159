"""What is done in an open case: customers notified, what they answered, what came back, and the stock put on hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeVar

from katana_trace.lib import days
from katana_trace.lib.acts import log_act
from katana_trace.lib.numbers import check_text
from katana_trace.lib.permission import require
from katana_trace.lib.quantities import for_people, to_millionths
from katana_trace.lib.refusal import Refusal
from tracking.ledger import locks
from tracking.ledger.changes import write_changes
from tracking.ledger.recall_facts import change_of_standing, digest_of_event
from tracking.ledger.retry import in_transaction
from tracking.models import Batch, Recall, RecallCustomer, RecallEvent, RecallShipment, SerialNumber
from tracking.recalls.live import found_now
from tracking.recalls.scope import Scope, ScopeLot
from tracking.recalls.since import scope_now
from tracking.recalls.words import count_of, parts_of
from tracking.records.hold import hold

Result = TypeVar("Result")
State = RecallCustomer.State
EVENT_LIMIT = 1000  # characters of one event
MANAGERS = "Working on a recall or drill takes the role Manager. Ask a manager to do it."


def in_open_case(recall: Recall, by, work: Callable[[Recall], Result]) -> Result:
    """What ``work`` returns in one transaction, with the case locked. Raises Refusal for one that is closed."""
    require(by, "tracking.change_recall", sentence=MANAGERS)

    def locked() -> Result:
        locks.share_ledger()  # before the case: a seal waits for what is logged of it
        present = Recall.objects.select_for_update().get(pk=recall.pk)
        check_open(present)
        return work(present)

    return in_transaction(locked)


def check_open(recall: Recall) -> None:
    if not recall.is_open:
        raise Refusal(
            f"{recall.number} is closed, so nothing of it is changed. Open another case if there is more to do."
        )


def write_event(recall: Recall, *sentences: str, by, facts: tuple[str, ...] = ()) -> None:
    """Writes ``sentences`` down as one event, or as more where they are long; the last vouches for ``facts`` (law 17)."""
    before = RecallEvent.objects.filter(recall=recall).order_by("-id").values_list("digest", flat=True).first() or ""
    texts = list(parts_of(sentences, EVENT_LIMIT))
    for place, text in enumerate(texts):
        event = RecallEvent(recall=recall, at=days.now(), by=by, text=text)
        vouched = facts if place == len(texts) - 1 else ()
        event.digest = before = digest_of_event(event, before=before, facts=vouched)
        event.save(force_insert=True)
    write_changes([change_of_standing(recall, reason=sentences[0], by=by, at=days.now())])
    log_act("recall_event", by=by, recall=recall.number, event=sentences[0][:200])


def record_customer(
    *,
    customer: RecallCustomer,
    by,
    state: str | None = None,
    note: str | None = None,
    recovered: Mapping[int, Decimal] | None = None,
) -> RecallCustomer:
    """Sets what is given: the state, the note, and by shipment (its id) the quantity recovered. Logs what differs.

    Raises Refusal for a state that is none, a quantity below 0 or above what had not come back at the opening, a fraction
    of a unit with a serial number, or a closed case; PermissionDenied.
    """

    def work(recall: Recall) -> RecallCustomer:
        present = recall.customers.select_for_update().get(pk=customer.pk)
        words = [
            *(set_state(present, state, by=by) if state is not None else ()),
            *(set_note(present, note) if note is not None else ()),
        ]
        if words:
            present.save(update_fields=["state", "notified_at", "notified_by", "replied_at", "note"])
        words += set_recovered(present, recovered or {})
        if words:
            write_event(recall, f"{present.name or 'Nobody named'}: {words[0]}", *words[1:], by=by)
        return present

    return in_open_case(customer.recall, by, work)


def set_state(customer: RecallCustomer, state: str, *, by) -> list[str]:
    """Who replied was notified; going back takes away what is no longer true, and the events keep that it was said."""
    if state not in State.values:
        raise Refusal(f"“{state[:20]}” is no state. Choose one of {', '.join(State.labels)}.", field="state")
    if state == customer.state:
        return []
    if not customer.name:
        raise Refusal(
            "Nobody is named here who could be notified. Find out who received it, and write a note.", field="state"
        )
    customer.state = state
    at = days.now()
    if state == State.TO_NOTIFY:
        customer.notified_at = customer.notified_by = customer.replied_at = None
    elif customer.notified_at is None:
        customer.notified_at, customer.notified_by = at, by
    if state != State.TO_NOTIFY:
        customer.replied_at = at if state == State.REPLIED else None
    return [f"{State(state).label}."]


def set_note(customer: RecallCustomer, note: str) -> list[str]:
    try:
        clean = check_text(note.replace("\r\n", "\n"), what="Note", limit=1000, required=False, lines=True)
    except ValueError as error:
        raise Refusal(str(error), field="note") from error
    if clean == customer.note:
        return []
    customer.note = clean
    return [f"Note: {clean}" if clean else "The note was removed."]


def set_recovered(customer: RecallCustomer, recovered: Mapping[int, Decimal]) -> list[str]:
    words = []
    for shipment in customer.shipments.select_related("lot").filter(pk__in=recovered).order_by("id"):
        quantity = recovered[shipment.pk]
        if quantity == shipment.recovered:
            continue
        check_recovered(shipment, quantity)
        shipment.recovered = quantity
        shipment.save(update_fields=["recovered"])
        lot = shipment.lot
        words.append(
            f"{for_people(to_millionths(quantity))} {lot.unit} of {lot.sku} {lot.number} in {shipment.document} recovered."
        )
    return words


def check_recovered(shipment: RecallShipment, quantity: Decimal) -> None:
    lot, field, most = shipment.lot, f"recovered_{shipment.pk}", shipment.quantity - shipment.returned
    given, shipped, returned, limit = (
        for_people(to_millionths(value)) for value in (quantity, shipment.quantity, shipment.returned, most)
    )
    if quantity < 0 or quantity > most:
        before = f", and {returned} {lot.unit} had come back before the case" if shipment.returned else ""
        raise Refusal(
            f"{given} {lot.unit} of {lot.number} cannot be recovered: {shipped} {lot.unit} were shipped in "
            f"{shipment.document}{before}. Give 0 to {limit}.",
            field=field,
        )
    if lot.is_serial and quantity % 1:
        raise Refusal(f"{given} of serial number {lot.number} is no whole unit. Give 0 or 1.", field=field)


def notify_all(*, recall: Recall, by) -> int:
    """Marks every customer who is to be notified as notified now; how many they were. Raises Refusal, PermissionDenied."""

    def work(present: Recall) -> int:
        waiting = present.customers.filter(state=State.TO_NOTIFY).exclude(name="")
        count = waiting.update(state=State.NOTIFIED, notified_at=days.now(), notified_by=by)
        if not count:
            raise Refusal(f"No customer of {present.number} is to be notified any more. Load the page again.")
        write_event(present, f"{count_of(count, 'customer')} notified.", by=by)
        return count

    return in_open_case(recall, by, work)


def holdable(scope: Scope) -> list[ScopeLot]:
    """The lots of ``scope`` that are not on hold yet and can be sold: in stock, or shipped, so that they may come back."""
    return [lot for lot in scope.lots if (lot.on_hand or lot.flow.shipped) and not lot.facts.is_held]


def hold_all(*, recall: Recall, by) -> int:
    """Puts everything in scope that can be sold and is not on hold yet on hold, in one transaction; how many lots.

    What was made since the opening is in it, and what customers may send back: it must not go out again. Raises Refusal
    for a drill, a closed case, or nothing to hold; PermissionDenied.
    """

    def work() -> int:
        locks.own_ledger()
        return in_open_case(recall, by, hold_here)

    def hold_here(present: Recall) -> int:
        if present.kind == Recall.Kind.DRILL:
            raise Refusal(f"{present.number} is a drill, and a drill changes no stock. Open a recall to hold it.")
        rows = list(present.lots.all())
        scope = scope_now(rows, found_now(present, rows))
        lots = holdable(scope) if scope else []
        if not lots:
            raise Refusal(f"Everything of {present.number} is on hold already. Nothing was changed.")
        records = [
            *Batch.objects.select_related("variant")
            .in_bulk([one.place[1] for one in lots if not one.place[0]])
            .values(),
            *SerialNumber.objects.select_related("variant")
            .in_bulk([one.place[1] for one in lots if one.place[0]])
            .values(),
        ]
        hold(records=records, by=by, reason=f"{present.number}: {present.title}"[:200])
        write_event(present, f"{count_of(len(records), 'lot')} put on hold.", by=by)
        return len(records)

    require(by, "tracking.change_recall", sentence=MANAGERS)
    return in_transaction(work)
