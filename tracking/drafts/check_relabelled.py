"""Batches that a draft makes from others: a new one takes the earliest expiry among those, a later expiry needs a note."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from katana_trace.lib.numbers import key_of
from tracking.documents.kinds import KINDS
from tracking.drafts.checked import CheckedBatch, CheckedDraft, CheckedLine
from tracking.drafts.facts import Facts
from tracking.ledger.holdings import BatchFacts
from tracking.ledger.relabelling import earliest_of, is_later


def check_relabelled(draft: CheckedDraft, facts: Facts) -> None:
    """Says which expiry each new batch takes, and asks for a note where a batch would expire later than those it is made from.
    Who may post that, the ledger decides.
    """
    if not KINDS[draft.content.kind].relabels:
        return
    taken: dict[int, list[BatchFacts]] = defaultdict(list)
    for line, batch in moved(draft, out=True):
        known = facts.holdings.batches.get((line.variant.pk, key_of(batch.number)))
        if known is not None:
            taken[line.variant.pk].append(known)
    draft.sources = {variant: source for variant, batches in taken.items() if (source := earliest_of(batches))}
    for line, batch in moved(draft, out=False):
        source = draft.sources.get(line.variant.pk)
        if source is None or "expires_on" in batch.errors:
            continue
        if batch.state == "new" and batch.expires_on is None:
            batch.carried = source
            batch.missing.pop("expires_on", None)  # that of the shelf life, which it does not begin anew
        elif is_later(batch.expires_on, source.expires_on) and not draft.content.note.strip():
            draft.missing.setdefault(
                "note",
                f"Batch {batch.number} of {line.variant.sku} expires later than {source.number}, which it is made from here. "
                "Explain why in the note.",
            )


def moved(draft: CheckedDraft, *, out: bool) -> Iterator[tuple[CheckedLine, CheckedBatch]]:
    """The batches that go out of stock, or those that come in; of a count, by what the books have."""
    for line in draft.lines:
        for batch in line.batches if line.variant is not None else ():
            if line.section == "count":
                difference = (batch.quantity or 0) - (batch.on_hand or 0) if batch.quantity is not None else 0
            else:
                difference = {"out": -1, "in": 1}.get(line.section, 0)
            if difference and (difference < 0) == out:
                yield line, batch
