"""Editing what is written on a batch. Its number and variant never change; its quantities move by documents alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from katana_trace.lib.days import FIRST_YEAR, LAST_YEAR
from katana_trace.lib.numbers import check_text
from katana_trace.lib.permission import require
from katana_trace.lib.refusal import Refusal
from tracking.ledger import locks
from tracking.ledger.retry import in_transaction
from tracking.models import Batch
from tracking.records.log import Change, Value, check_reason, write_changes

DATES = {"expires_on": "The expiry date", "made_on": "The date of making"}
TEXTS = {"supplier_batch": ("Supplier's batch number", 64), "note": ("Note", 1000)}


def edit_batch(*, batch: Batch, changes: Mapping[str, Value], by, reason: str) -> Batch:
    """Sets ``changes`` (``expires_on`` and ``made_on`` as dates or None, ``supplier_batch`` and ``note`` as text).

    Returns the batch as it is now. What differs is logged, a row for each field, in the same transaction. The item is
    locked, so that no posting judges the expiry while it changes. Raises Refusal and PermissionDenied.
    """
    require(by, "tracking.change_batch", sentence="Editing a batch takes the role Manager. Ask a manager to do it.")
    reason = check_reason(reason)
    wanted = {name: checked(name, value) for name, value in changes.items()}

    def work() -> Batch:
        locks.share_ledger()
        locks.own_items([batch.variant.item_id])
        present = Batch.objects.select_related("variant__item").filter(pk=batch.pk).first()
        if present is None:
            raise Refusal(
                f"Batch {batch.number} is no longer there: tracking of its item was switched. Look in the archives."
            )
        found = differences(present, wanted)
        if not found:
            raise Refusal(f"Nothing of batch {present.number} would change. Change a value, or go back.")
        write_changes(found, by=by, reason=reason)
        for change in found:
            setattr(present, change.field, change.new)
        present.save(update_fields=[change.field for change in found])
        return present

    return in_transaction(work)


def differences(present: Batch, wanted: Mapping[str, Value]) -> list[Change]:
    """What of ``wanted``, whose values are ``checked``, differs from ``present``."""
    return [
        Change(present, name, getattr(present, name), value)
        for name, value in wanted.items()
        if getattr(present, name) != value
    ]


def checked(name: str, value: Value) -> Value:
    """``value`` as it will be stored. Raises Refusal on its field."""
    if name in DATES:
        return checked_day(name, value)
    if name not in TEXTS:
        raise Refusal(f"“{name}” of a batch cannot be edited. Use one of {', '.join([*DATES, *TEXTS])}.", field=name)
    what, limit = TEXTS[name]
    try:
        return check_text(value or "", what=what, limit=limit, required=False, lines=name == "note")
    except ValueError as error:
        raise Refusal(str(error), field=name) from error


def checked_day(name: str, value: date | None) -> date | None:
    if value is not None and not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise Refusal(
            f"{DATES[name]} {value.isoformat()} is outside the years {FIRST_YEAR} to {LAST_YEAR}. Check the year.",
            field=name,
        )
    return value
