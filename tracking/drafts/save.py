"""Saving and deleting drafts. Who saves over what somebody else saved meanwhile is told first, so that nothing typed is lost."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from katana_trace.lib import days
from katana_trace.lib.numbers import check_text, key_of
from katana_trace.lib.permission import require
from katana_trace.lib.refusal import Refusal
from tracking.documents.kinds import rule_of
from tracking.drafts.check import check
from tracking.drafts.checked import CheckedDraft
from tracking.drafts.content import DraftContent
from tracking.drafts.layout import MOST_LINES
from tracking.drafts.stored import content_of
from tracking.ledger import locks
from tracking.ledger.retry import in_transaction
from tracking.models import Document, Draft, DraftBatch, DraftLine
from tracking.models.draft import TYPED


class PostedAlready(Exception):
    """The draft became ``document``, which somebody posted."""

    def __init__(self, document: Document):
        super().__init__(document.number)
        self.document = document


class SavedByAnother(Refusal):
    """Somebody else saved the draft since this person loaded it; ``revision`` is theirs."""

    def __init__(self, sentence: str, revision: int):
        super().__init__(sentence, field="revision")
        self.revision = revision


def may_write(by) -> None:
    """Raises PermissionDenied when ``by`` may not write documents."""
    require(
        by, "tracking.add_document", sentence="Writing documents takes the role Operator. Ask an operator to do it."
    )


def save_draft(*, token: UUID, content: DraftContent, revision: int, by) -> int:
    """Stores ``content`` under ``token``, as it was typed, and returns the revision that it is now.

    ``revision`` is the one that was loaded, 0 for a new draft. Saving what is stored already changes nothing. Raises
    Refusal (text that cannot be stored, too many lines), SavedByAnother, PostedAlready, PermissionDenied.
    """
    may_write(by)
    refuse_unstorable(content)

    def work() -> int:
        draft = locked(token)
        stored = content_of(draft) if draft is not None else None
        if draft is not None and stored == content:
            return draft.revision
        checked = check(content)
        if draft is None:
            draft = Draft(token=token, made_by=by, made_at=days.now())
        elif without_ids(stored) == without_ids(as_stored(checked)):
            return draft.revision
        elif draft.revision != revision:
            raise SavedByAnother(said_of(draft), draft.revision)
        write(draft, checked, by=by)
        return draft.revision

    return in_transaction(work)


def as_stored(checked: CheckedDraft) -> DraftContent:
    """What would be read again: with the SKU and the name of what the typed texts were found to be."""
    lines = tuple(
        replace(line.content, sku=line.variant.sku, variant=line.variant.pk)
        if line.variant is not None
        else replace(line.content, variant=None)
        for line in checked.lines
    )
    return replace(checked.content, partner=checked.partner_name or checked.content.partner, lines=lines)


def without_ids(content: DraftContent) -> DraftContent:
    """For comparing: the second click on a page that was never saved does not know the lines that the first one stored."""
    return replace(content, lines=tuple(replace(line, id=None) for line in content.lines))


def locked(token: UUID) -> Draft | None:
    """The draft, waited for. Raises PostedAlready when it was posted; None when it was never saved, or deleted."""
    locks.own_draft(token)
    draft = (
        Draft.objects.select_for_update(of=("self",)).select_related("saved_by", "partner").filter(token=token).first()
    )
    if draft is None:
        document = Document.objects.filter(token=token).first()
        if document is not None:
            raise PostedAlready(document)
    return draft


def said_of(draft: Draft) -> str:
    name = draft.saved_by.get_username() if draft.saved_by else "The program"
    return (
        f"{name} saved this draft after you opened it. What you typed is still here: save again to keep yours, "
        "or load the page again to see theirs."
    )


def refuse_unstorable(content: DraftContent) -> None:
    """Raises Refusal for what the databases cannot hold; what is merely wrong is kept, and said on the page."""
    rule_of(content.kind)
    if len(content.lines) > MOST_LINES:
        raise Refusal(
            f"The draft has {len(content.lines):,} lines, the limit of a page is {MOST_LINES}. Make several documents, "
            "or import them."
        )
    texts = [("Document number", content.number, 64), ("Date", content.day, TYPED), ("Partner", content.partner, 120)]
    for line in content.lines:
        texts += [("SKU", line.sku, 120), ("Quantity", line.quantity, TYPED)]
        for batch in line.batches:
            texts += [
                ("Batch number", batch.number, 64),
                ("Expiry date", batch.expires_on, TYPED),
                ("Quantity", batch.quantity, TYPED),
            ]
    try:
        for what, text, limit in texts:
            check_text(text, what=what, limit=limit, required=False)
        check_text(content.note, what="Note", limit=1000, required=False, lines=True)
    except ValueError as error:
        raise Refusal(str(error)) from error


def write(draft: Draft, checked: CheckedDraft, *, by) -> None:
    content = checked.content
    for name in ("kind", "number", "day", "note", "is_prefilled"):
        setattr(draft, name, getattr(content, name))
    draft.partner_id, draft.partner_name = checked.partner, "" if checked.partner else content.partner
    draft.location_id, draft.to_location_id = content.location, content.to_location
    draft.saved_by, draft.saved_at = by, days.now()
    draft.revision += 1
    draft.save(force_insert=draft._state.adding)
    stored = {line.pk: line for line in draft.lines.all()}
    lines = []
    for position, line in enumerate(checked.lines):
        row = stored.pop(line.content.id, None) or DraftLine(draft=draft)
        row.position, row.section = position, line.section
        row.sku, row.variant = line.content.sku, line.variant
        row.location_id = line.content.location
        row.quantity, row.expected = line.content.quantity, line.content.expected
        row.serial_numbers = "\n".join(line.content.serials)
        lines.append(row)
    draft.lines.filter(pk__in=stored).delete()
    new, there = [row for row in lines if row.pk is None], [row for row in lines if row.pk]
    DraftLine.objects.bulk_create(new)
    DraftLine.objects.bulk_update(
        there, ["position", "section", "sku", "variant", "location", "quantity", "expected", "serial_numbers"]
    )
    DraftBatch.objects.filter(line__draft=draft).delete()
    DraftBatch.objects.bulk_create(
        DraftBatch(
            line=row,
            position=position,
            number=batch.number,
            key=key_of(batch.number),
            expires_on=batch.expires_on,
            quantity=batch.quantity,
            expected=batch.expected,
            seen=batch.seen,
            why=batch.why,
        )
        for row, line in zip(lines, content.lines, strict=True)
        for position, batch in enumerate(line.batches)
    )


def delete_draft(*, token: UUID, by) -> None:
    """Deletes a draft; one that is gone stays gone. Raises PostedAlready, PermissionDenied."""
    may_write(by)

    def work() -> None:
        draft = locked(token)
        if draft is not None:
            draft.delete()

    in_transaction(work)
