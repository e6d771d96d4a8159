"""The verb that undoes a posted document (rule 12)."""

from __future__ import annotations

from uuid import UUID

from katana_trace.lib import days
from katana_trace.lib.identity import new_uuid
from katana_trace.lib.refusal import Refusal
from tracking.documents.kinds import KINDS
from tracking.documents.rule import NewDocument
from tracking.ledger import mirror
from tracking.ledger.post import post
from tracking.models import Document


def reverse_document(document: Document, *, by, reason: str, token: UUID | None = None) -> Document:
    """Posts the mirror of ``document``: opposite signs, the same goods, dated now, with ``reason`` as its note.

    Raises Refusal when it is a mirror itself, was reversed already, its goods are gone (naming what used them), or
    tracking was switched since; PermissionDenied when ``by`` may not.
    """
    mirror.require_reversing(by)
    if document.kind not in KINDS:
        raise Refusal(
            f"{document.number} was made by a switch of tracking, so it is not reversed. Switch tracking again instead."
        )
    if not reason.strip():
        raise Refusal("Say why this is reversed; the reason is kept with the document.", field="reason")
    return post(
        NewDocument(
            kind=document.kind,
            posted_at=days.now(),
            lines=mirror.mirrored_lines(document),
            partner=document.partner_id,
            note=reason.strip(),
            reverses=document.number,
            token=token or new_uuid(),
        ),
        by=by,
    )
