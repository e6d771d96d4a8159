"""Digests of a document, a change and a recall event, as they were written (rule 26). Pure.

SHA-256 over their texts, with separators that no text of ours may have. A field that is added later is appended as
``name=value`` and left out where it is empty, so that the digests of before stay right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from katana_trace.lib.days import instant_text
from katana_trace.lib.numbers import UNBATCHED, UNBATCHED_KEY

FIELD, ROW = "\x1f", "\x1e"


class DigestLine(NamedTuple):
    """``uuid`` in 32 digits; ``number`` is that of its batch or serial number, as printed ("" without one); ``quantity`` in
    millionths."""

    uuid: str
    variant: int
    location: int
    number: str
    quantity: int
    epoch: int


@dataclass(frozen=True, slots=True)
class DocumentHead:
    """A document without its lines, with the names it was posted with; ``reverses`` is the number of its original."""

    kind: str
    number: str
    sequence: int | None
    posted_at: datetime
    posted_on: date
    partner: int | None
    partner_name: str
    partner_address: str
    note: str
    posted_by: int | None
    posted_by_name: str
    recorded_at: datetime
    reverses: str
    fingerprint: str
    token: UUID


@dataclass(frozen=True, slots=True)
class ChangeText:
    """A row of the change log but for its id."""

    subject: str
    subject_id: int | None
    uuid: UUID | None
    variant: int | None
    name: str
    key: str
    field: str
    old: str
    new: str
    is_first: bool
    reason: str
    changed_by: int | None
    changed_by_name: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class EventText:
    """An event of a recall case; ``facts`` are the texts of the rows that it vouches for, ``before`` the digest before it."""

    recall: str
    at: datetime
    by: int | None
    text: str
    before: str
    facts: tuple[str, ...] = ()


def printed_number(number: str, key: str) -> str:
    """A number as digests have it: the reserved name is the same however a restored history typed it."""
    return UNBATCHED if key == UNBATCHED_KEY else number


def document_digest(head: DocumentHead, lines: Iterable[DigestLine]) -> str:
    """The digest of a document, its ``lines`` in line order."""
    texts = [
        head.kind, head.number, text_of(head.sequence), instant_text(head.posted_at), head.posted_on.isoformat(),
        text_of(head.partner), head.partner_name, head.partner_address, head.note, text_of(head.posted_by),
        head.posted_by_name, instant_text(head.recorded_at), head.reverses, head.fingerprint, head.token.hex,
    ]  # fmt: skip
    rows = [
        f"{uuid}\x1f{variant}\x1f{location}\x1f{number}\x1f{quantity}\x1f{epoch}"
        for uuid, variant, location, number, quantity, epoch in lines
    ]
    return sha256(FIELD.join(texts), rows)


def change_digest(change: ChangeText) -> str:
    """The digest of a row of the change log."""
    texts = [
        change.subject, text_of(change.subject_id), change.uuid.hex if change.uuid else "", text_of(change.variant),
        change.name, change.key, change.field, change.old, change.new, str(int(change.is_first)), change.reason,
        text_of(change.changed_by), change.changed_by_name, instant_text(change.changed_at),
    ]  # fmt: skip
    return sha256(FIELD.join(texts), ())


def event_digest(event: EventText) -> str:
    """The digest of an event of a recall case."""
    texts = [event.recall, instant_text(event.at), text_of(event.by), event.text, event.before]
    return sha256(FIELD.join(texts), event.facts)


def sha256(head: str, rows: Iterable[str]) -> str:
    """SHA-256 in hex of a head and its rows."""
    return hashlib.sha256(ROW.join([head, *rows]).encode()).hexdigest()


def text_of(value: int | None) -> str:
    return "" if value is None else str(value)
