"""Holding and releasing one lot, with all that was made from it where that is asked for: each in one transaction.

The ledger is taken for itself while the reach is read, so nothing is made from any of it, and nothing leaves, meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from katana_trace.lib.permission import require
from katana_trace.lib.refusal import Refusal
from tracking.holds.extent import Lot, held_with, made_from, mark_of
from tracking.ledger import locks
from tracking.ledger.retry import in_transaction
from tracking.models import Batch, SerialNumber
from tracking.records import hold as verbs
from tracking.records.log import REASON_LIMIT, Record, check_reason

MOVED_ON = (
    "What is on hold because of {number} is not what was shown to you: somebody held or released something meanwhile. "
    "Look at it again, and press once more."
)


def hold_lot(*, record: Record, by, reason: str, extend: bool = False) -> int:
    """Puts ``record`` on hold; with ``extend`` also all that was made from it. How many of these, what was held left out.

    With ``extend`` the record itself may be on hold already. Raises Refusal, also for nothing to hold; PermissionDenied.
    """

    def work(present: Record, reason: str) -> int:
        found = made_from(present).lots if extend else ()
        if not present.is_held or not extend:
            verbs.hold(records=[present], by=by, reason=reason)
        elif not found:
            raise Refusal(
                f"{verbs.NAMES[type(present)]} {present.number} is on hold already, and so is all that was made from it. "
                "Nothing was changed."
            )
        if found:
            verbs.hold(records=records_of(found), by=by, reason=marked(present, reason))
        return len(found)

    return alone(record, by, reason, work)


def release_lot(*, record: Record, by, reason: str, extend: bool = False, seen: str | None = None) -> int:
    """Releases ``record``; with ``extend`` also what is on hold because of it. How many of these.

    ``seen`` is that of the ``HeldWith`` that was shown; where it is another by now, nothing is released. What something
    else on hold went into stays on hold. Raises Refusal and PermissionDenied.
    """

    def work(present: Record, reason: str) -> int:
        found = held_with(present)
        if present.is_held and seen is not None and seen != found.seen:
            raise Refusal(MOVED_ON.format(number=present.number))
        verbs.release(records=[present], by=by, reason=reason)
        if not (extend and found.lots):
            return 0
        verbs.release(records=records_of(found.lots), by=by, reason=marked(present, reason))
        return len(found.lots)

    return alone(record, by, reason, work)


def alone(record: Record, by, reason: str, work: Callable[[Record, str], int]) -> int:
    """What ``work`` returns for the record as it is while nothing else is posted, held or switched."""
    require(by, verbs.PERMISSIONS[type(record)], sentence=verbs.ROLE_NEEDED)
    reason = check_reason(reason)

    def locked() -> int:
        locks.own_ledger()
        (present,) = verbs.present([record])
        return work(present, reason)

    return in_transaction(locked)


def marked(record: Record, reason: str) -> str:
    """The reason of what was made from ``record``, which has it in full."""
    text = mark_of(record) + reason
    return text if len(text) <= REASON_LIMIT else f"{text[: REASON_LIMIT - 1]}…"


def records_of(lots: Iterable[Lot]) -> list[Record]:
    """The batches and serial numbers themselves."""
    places = [lot.facts.place for lot in lots]
    return [
        record
        for model in (Batch, SerialNumber)
        for record in model.objects.select_related("variant")
        .in_bulk([pk for is_serial, pk in places if is_serial == (model is SerialNumber)])
        .values()
    ]
