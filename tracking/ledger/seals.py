"""Seals: a chain over the documents in posting order and the change log, to compare today's ledger with its past.

A seal is SHA-256 over the seal before, its own row, the digests of the documents since, and the change log since (rule 26,
laws 14 and 15). Who keeps the head of a seal elsewhere can tell later that nothing under it was changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from katana_trace.lib import days
from katana_trace.lib.acts import log_act
from katana_trace.lib.days import instant_text
from katana_trace.lib.numbers import can_be_stored
from katana_trace.lib.permission import require
from tracking.ledger import locks
from tracking.ledger.digest import FIELD, sha256, text_of
from tracking.ledger.retry import in_transaction
from tracking.ledger.sql import fetch
from tracking.models import Baseline, Document, RecordChange, Seal

# The digests of documents in posting order (rule 11); those without lines come last, by id.
DOCUMENTS = """
    SELECT d.id, d.digest FROM tracking_document d LEFT JOIN (
        SELECT document_id, min(id) AS line FROM tracking_ledgerline WHERE document_id > %s AND document_id <= %s GROUP BY 1
    ) f ON f.document_id = d.id WHERE d.id > %s AND d.id <= %s
    ORDER BY CASE WHEN f.line IS NULL THEN 1 ELSE 0 END, f.line, d.id
"""
CHANGES = "SELECT id, digest FROM tracking_recordchange WHERE id > %s AND id <= %s ORDER BY id"


@dataclass(frozen=True, slots=True)
class SealedRange:
    """What a seal covers beyond the one before: ids of documents and changes, with their digests in order."""

    documents: tuple[tuple[int, str], ...]
    changes: tuple[tuple[int, str], ...]

    @property
    def first_document(self) -> int:
        return min((id_ for id_, _ in self.documents), default=0)

    @property
    def digests(self) -> list[str]:
        return [digest for _, digest in (*self.documents, *self.changes)]


@dataclass(frozen=True, slots=True)
class Unsealed:
    """How many documents and changes no seal covers yet."""

    documents: int
    changes: int

    @property
    def total(self) -> int:
        return self.documents + self.changes


@dataclass(frozen=True, slots=True)
class Sealing:
    """What came of sealing: the newest seal, and whether it was made now or stood already."""

    seal: Seal
    is_new: bool


def make_seal(*, by) -> Seal:
    """``seal_ledger``, for those who want the newest seal alone."""
    return seal_ledger(by=by).seal


def seal_ledger(*, by) -> Sealing:
    """Makes a seal over what came since the last one; none where nothing came since.

    ``by`` is the user, or None for the program itself. Nothing is posted or logged meanwhile. Raises PermissionDenied.
    """
    require(by, "tracking.add_seal", sentence="Sealing the ledger takes the role Manager. Ask a manager to do it.")
    return in_transaction(lambda: seal_here(by=by))


def seal_here(*, by) -> Sealing:
    """``seal_ledger`` in the caller's own transaction."""
    locks.own_ledger()
    last = Seal.objects.order_by("-pk").first()
    found = read_range(last, last_id(Document), last_id(RecordChange))
    if last is not None and not found.documents and not found.changes:
        return Sealing(last, is_new=False)
    seal = Seal(
        first_document=found.first_document,
        last_document=max((id_ for id_, _ in found.documents), default=last.last_document if last else 0),
        document_count=len(found.documents),
        last_change=max((id_ for id_, _ in found.changes), default=last.last_change if last else 0),
        change_count=len(found.changes),
        made_at=days.now(),
        made_by=by,
        made_by_name=by.get_username() if by else "",
    )
    seal.head = head_of(seal, before=last.head if last else baseline_text(), digests=found.digests)
    seal.save(force_insert=True)
    log_act("ledger_sealed", by=by, head=seal.head, documents=seal.document_count, changes=seal.change_count)
    return Sealing(seal, is_new=True)


def last_id(model: type[Document] | type[RecordChange]) -> int:
    return model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def read_range(before: Seal | None, last_document: int, last_change: int) -> SealedRange:
    """What follows the seal ``before``, up to these ids."""
    document, change = (before.last_document, before.last_change) if before else (0, 0)
    return SealedRange(
        tuple(fetch(DOCUMENTS, [document, last_document, document, last_document])),
        tuple(fetch(CHANGES, [change, last_change])),
    )


def head_of(seal: Seal, *, before: str, digests: Sequence[str]) -> str:
    """The head of ``seal`` after the head (or baseline) ``before``, over ``digests`` of documents and changes in order."""
    own = [
        before, str(seal.first_document), str(seal.last_document), str(seal.document_count), str(seal.last_change),
        str(seal.change_count), instant_text(seal.made_at), text_of(seal.made_by_id), seal.made_by_name,
    ]  # fmt: skip
    return sha256(FIELD.join(own), digests)


def baseline_text() -> str:
    """What the first seal stands on: where digests began."""
    baseline = Baseline.objects.order_by("pk").first()
    if baseline is None:
        return ""
    ids = [str(baseline.last_document), str(baseline.last_line), str(baseline.last_change)]
    return FIELD.join([instant_text(baseline.made_at), *ids])


def unsealed() -> Unsealed:
    """What came since the last seal."""
    last = Seal.objects.order_by("-pk").first()
    document, change = (last.last_document, last.last_change) if last else (0, 0)
    return Unsealed(
        Document.objects.filter(pk__gt=document).count(), RecordChange.objects.filter(pk__gt=change).count()
    )


def text_of_seal(seal: Seal) -> str:
    """``Seal 12 of 2026-11-24 06:00 UTC``."""
    return f"Seal {seal.pk} of {seal.made_at:%Y-%m-%d %H:%M} UTC"


def seal_of_head(head: str) -> Seal | None:
    """The seal whose head somebody kept; None when this ledger has none like it."""
    head = head.strip().lower()
    return Seal.objects.filter(head=head).first() if can_be_stored(head, limit=64) else None


def sealed_through(seal: Seal) -> datetime | None:
    """When the newest document under ``seal`` was recorded; None without one."""
    rows = Document.objects.filter(pk__lte=seal.last_document).order_by("-pk")
    return rows.values_list("recorded_at", flat=True).first()
