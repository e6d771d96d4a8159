"""Turning one lot into another, by an adjustment or a stocktake, loses neither its hold nor its expiry.

Rule 13: each + lot descends from each − lot of its variant in the document. So only a user who may release a lot on hold can
take from it, and only a user who may change an expiry can make a lot expire later than its source, with a reason (rule 10).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from katana_trace.lib.permission import may
from katana_trace.lib.refusal import Refusal
from tracking.documents.rule import NewDocument
from tracking.ledger.holdings import BatchFacts
from tracking.ledger.planned import PlannedLine

MAY_CHANGE_EXPIRY = "tracking.change_batch"
MAY_RELEASE = {False: "tracking.change_batch", True: "tracking.change_serialnumber"}  # by whether it is a serial number
LATER = "later_expiry"  # the field of the change log
REASON_LIMIT = 200  # characters of a reason in the change log


@dataclass(frozen=True, slots=True)
class Source:
    """Of the lots that a variant is taken from in a document, the one that expires first."""

    number: str
    expires_on: date


@dataclass(frozen=True, slots=True)
class LaterExpiry:
    """``batch`` takes in what comes from ``source``, and expires later than it; ``reason`` says why that is right."""

    batch: BatchFacts
    source: Source
    reason: str


def earliest_of(taken: Iterable[BatchFacts]) -> Source | None:
    """The batch of ``taken`` that expires first; None where none of them expires."""
    first = min(
        (batch for batch in taken if batch.expires_on is not None),
        key=lambda batch: (batch.expires_on, batch.key),
        default=None,
    )
    return Source(first.number, first.expires_on) if first is not None and first.expires_on is not None else None


def is_later(expires_on: date | None, than: date) -> bool:
    """Whether ``expires_on`` is after ``than``; a batch without an expiry expires last of all."""
    return expires_on is None or expires_on > than


def check_held(line: PlannedLine, *, sku: str, kind: str, by) -> None:
    """Raises Refusal where a − line takes from a lot on hold and ``by`` may not release it (rule 13)."""
    if line.quantity > 0 or not line.is_held or may(by, MAY_RELEASE[line.serial is not None]):
        return
    raise Refusal(
        f"{line.number} of {sku} is on hold, and this {kind} takes from it. Only someone who may release it can do that: "
        "ask a manager to post this, or to release it first.",
        field="serial_number" if line.serial else "batch_number",
    )


def later_expiries(
    lines: Mapping[int, PlannedLine],
    sources: Mapping[int, Source],
    *,
    skus: Mapping[int, str],
    kind: str,
    by,
    document: NewDocument,
) -> tuple[LaterExpiry, ...]:
    """The + batches that expire later than what they come from, once each; ``sources`` are by variant (rule 10).

    The reason is that of ``document``, or else its note. ``lines`` are by their position in it, which a Refusal names.
    Raises Refusal where ``by`` may not change an expiry, or nobody said why.
    """
    found: dict[int, LaterExpiry] = {}
    is_in_note = document.reason is None
    reason = (document.note if document.reason is None else document.reason).strip()
    for position, line in lines.items():
        source, batch = sources.get(line.variant), line.batch
        if line.quantity < 0 or batch is None or source is None or not is_later(batch.expires_on, source.expires_on):
            continue
        if not may(by, MAY_CHANGE_EXPIRY):
            raise Refusal(sentence_of(batch, source, skus[line.variant], kind), field="expires_on", line=position)
        if not reason:
            raise Refusal(
                f"Batch {batch.number} of {skus[line.variant]} expires later than {source.number}, which this {kind} "
                f"takes from. Explain why{' in the note' if is_in_note else ''}.",
                field="note" if is_in_note else "reason",
            )
        found.setdefault(id(batch), LaterExpiry(batch, source, shortened(reason)))
    return tuple(found.values())


def sentence_of(batch: BatchFacts, source: Source, sku: str, kind: str) -> str:
    expiry = f"expires on {batch.expires_on.isoformat()}" if batch.expires_on else "has no expiry date"
    way_out = (
        f"Give it {source.expires_on.isoformat()} or an earlier date"
        if batch.is_new
        else f"Put it into a batch that expires on {source.expires_on.isoformat()} or earlier"
    )
    return (
        f"{source.number} of {sku} expires on {source.expires_on.isoformat()}, and this {kind} would turn it into "
        f"{batch.number}, which {expiry}. {way_out}, or ask a manager to post this with the reason in its note."
    )


def shortened(reason: str) -> str:
    return reason if len(reason) <= REASON_LIMIT else f"{reason[: REASON_LIMIT - 1]}…"
