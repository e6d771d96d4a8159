"""Posting a draft: one transaction in which the partner is made, the document posted, and the draft is gone."""

from __future__ import annotations

from uuid import UUID

from katana_trace.lib.acting import acting
from katana_trace.lib.permission import may
from katana_trace.lib.refusal import Refusal
from tracking.drafts.build import Built, build
from tracking.drafts.check import check
from tracking.drafts.checked import CheckedDraft
from tracking.drafts.content import DraftContent
from tracking.drafts.facts import Facts, find_variants_of
from tracking.drafts.save import SavedByAnother, locked, may_write, said_of
from tracking.drafts.stored import content_of
from tracking.ledger import locks
from tracking.ledger.post import post_here
from tracking.ledger.retry import in_transaction
from tracking.models import Document, Partner


class NotPosted(Exception):
    """What keeps the draft from being posted; ``findings`` are (index of the line or None, field, sentence)."""

    def __init__(self, draft: CheckedDraft, findings: list[tuple[int | None, str, str]]):
        super().__init__(findings[0][2])
        self.draft = draft
        self.findings = findings


class Unsaved(Exception):
    """What the person looked at is not what is stored; it is to be saved first."""


def post_draft(*, token: UUID, revision: int, by, seen: DraftContent | None = None) -> Document:
    """Posts the stored draft and deletes it; ``revision`` is the one that the person looked at, or ``seen`` its content.

    Raises Unsaved when ``seen`` is not what is stored, SavedByAnother when it is another revision by now, NotPosted with
    everything that is missing or refused, PostedAlready when somebody was first, Refusal when the draft is gone,
    PermissionDenied. Nothing is written then.
    """
    may_write(by)
    tried: list[tuple[CheckedDraft, Built]] = []

    def work() -> Document:
        draft = locked(token)
        content = content_of(draft) if draft is not None else None
        if seen is not None and seen != content:
            raise Unsaved
        if draft is None:
            raise Refusal("This draft was deleted. Nothing was posted.")
        if seen is None and draft.revision != revision:
            raise SavedByAnother(said_of(draft), draft.revision)
        locks.share_ledger()
        if content.kind == "stocktake":
            locks.own_items(items_of(content))
        checked = check(content)
        findings = list(checked.findings())
        if findings:
            raise NotPosted(checked, findings)
        built = build(checked, token=token, partner=partner_of(checked, by=by))
        tried[:] = [(checked, built)]
        draft.delete()
        return post_here(built.document, by=by)

    try:
        return in_transaction(work)
    except SavedByAnother:
        raise
    except Refusal as refusal:
        if not tried:
            raise
        checked, built = tried[0]
        raise NotPosted(checked, [built.on_draft(refusal)]) from refusal


def items_of(content: DraftContent) -> set[int]:
    """The items that are counted, as they are typed now: nothing of them moves until the difference is posted."""
    facts = Facts()
    find_variants_of(content.lines, facts)
    return {variant.item_id for variant in facts.variants.values()}


def partner_of(checked: CheckedDraft, *, by) -> int | None:
    """The partner of the document, made on the spot where the name is new."""
    if not checked.new_partner:
        return checked.partner
    if not may(by, "tracking.add_partner"):
        raise Refusal(
            f"There is no partner “{checked.content.partner}”, and you may not make one. Choose one from the list.",
            field="partner",
        )
    with acting(by, "Made with the document that names it"):
        return Partner.objects.create(name=checked.content.partner).pk
