"""Posting: the one door through which stock moves (rules 8 to 12, 14). Pages, imports and commands all come in here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from katana_trace.lib import days
from katana_trace.lib.acts import log_act
from katana_trace.lib.numbers import check_number, check_text, key_of
from katana_trace.lib.permission import require
from katana_trace.lib.refusal import Refusal
from tracking.documents.kinds import KINDS, rule_of
from tracking.documents.rule import KindRule, NewDocument, PartnerText
from tracking.ledger import locks, mirror
from tracking.ledger.fingerprint import fingerprint_of
from tracking.ledger.holdings import Holdings
from tracking.ledger.new_lots import PlannedDocument
from tracking.ledger.plan import NotThere, Planner
from tracking.ledger.retry import in_transaction
from tracking.ledger.sql import any_of, fetch
from tracking.ledger.write import write_documents
from tracking.models import Document


def post(document: NewDocument, *, by) -> Document:
    """Posts one document in one transaction and returns it.

    A document whose token was posted already is returned as it is: a double click or a retry gives the first result. So
    is the very same document, of the same number and fingerprint.
    ``by`` is the user, or None for the program itself. Raises Refusal, or PermissionDenied when ``by`` may not post;
    nothing is written then.
    """
    return in_transaction(lambda: post_here(document, by=by))


def post_here(document: NewDocument, *, by) -> Document:
    """``post`` in the caller's own transaction, which ``retry.in_transaction`` wraps: what a constraint refuses is for it."""
    check_numbers(document)
    variants = [line.variant for line in document.lines]
    posted = locks.begin_posting(document.token, variants, is_mirror=bool(document.reverses))
    if posted is not None:
        return Document.objects.get(pk=posted)
    posting = Posting(by=by)
    posting.prepare([document], are_locked=True)
    if not posting.add(document):
        return Document.objects.get(kind=document.kind, key=key_of(document.number))
    made = posting.write()[0]
    log_act(
        "document_reversed" if made.reverses_id else "document_posted",
        by=by,
        kind=made.kind,
        document=made.number,
        lines=len(document.lines),
        **({"reverses": document.reverses} if made.reverses_id else {}),
    )
    return made


def check_numbers(document: NewDocument) -> None:
    """Raises Refusal for a number that cannot be printed or stored; the databases could not even look for it."""
    given = [(document.number, "Document number", "document", None)]
    for position, line in enumerate(document.lines):
        given.append((line.batch_number, "Batch number", "batch_number", position))
        given.append((line.serial_number, "Serial number", "serial_number", position))
    for number, what, field, position in given:
        try:
            if number:
                check_number(number, what)
        except ValueError as error:
            raise Refusal(str(error), field=field, line=position) from error


class Posting:
    """The postings of one transaction. Whoever adds more than one document owns the ledger first (``locks.own_ledger``)."""

    def __init__(self, *, by):
        require(
            by, "tracking.add_document", sentence="Posting documents takes the role Operator. Ask an operator to do it."
        )
        self.by = by
        self.holdings = Holdings()
        self.fingerprints: dict[tuple[str, str], str] = {}
        self.asked: set[str] = set()
        self.pending: list[PlannedDocument] = []
        self.sequences: dict[str, int] = {}

    def prepare(self, documents: Sequence[NewDocument], *, are_locked: bool = False) -> None:
        """Locks the items of ``documents``, where they are not yet, and loads what their planning needs, by set."""
        variants = {line.variant for document in documents for line in document.lines}
        unknown = variants - self.holdings.variants.keys()
        if unknown:
            if not are_locked:
                locks.share_items_of(unknown)
            self.holdings.load_variants(unknown)
        self.holdings.load(documents)
        self.load_fingerprints(document.number for document in documents if document.number)
        self.holdings.load_directory(
            {line.location for document in documents for line in document.lines},
            {document.partner for document in documents if document.partner},
        )

    def load_fingerprints(self, numbers: Iterable[str]) -> None:
        keys = {key_of(number) for number in numbers} - self.asked
        if not keys:
            return
        condition, parameter = any_of("key", sorted(keys))
        for kind, key, fingerprint in fetch(
            f"SELECT kind, key, fingerprint FROM tracking_document WHERE {condition}", [parameter]
        ):
            self.fingerprints[kind, key] = fingerprint
        self.asked |= keys

    def add(self, new: NewDocument, *, fingerprint: str = "") -> bool:
        """Plans one document; it is written with the next ``write``. False when the very same one was posted before.

        ``fingerprint`` may be given by who has computed it already. Raises Refusal, or PermissionDenied for a mirror when
        ``by`` may not reverse; what was added before stays planned.
        """
        rule = rule_of(new.kind)
        if new.number and not fingerprint:
            fingerprint = self.fingerprint(new)
        if new.number and self.is_same(new.kind, new.number, fingerprint):
            return False
        self.check_head(new)
        if new.posted_at.microsecond:  # instants are whole seconds (DESIGN 5.4)
            new = replace(new, posted_at=new.posted_at.replace(microsecond=0))
        original = self.find_original(new, rule) if new.reverses else None
        planner = Planner(new, rule, self.holdings, by=self.by)
        try:
            lines = planner.plan()
        except NotThere as refusal:
            if original is None:
                raise
            raise Refusal(mirror.used_by(original, refusal), field=refusal.field, line=refusal.line) from refusal
        number = new.number.strip() or self.next_number(rule)
        key = key_of(number)
        fingerprint = fingerprint or self.fingerprint(new, number)
        self.fingerprints[new.kind, key] = fingerprint
        partner = self.partner_text(new)
        self.pending.append(
            PlannedDocument(
                Document(
                    kind=new.kind,
                    number=number,
                    key=key,
                    sequence=sequence_of(key, rule) if new.number else self.sequences[rule.kind],
                    posted_at=new.posted_at,
                    posted_on=planner.day,
                    partner_id=new.partner,
                    partner_name=partner.name,
                    partner_address=partner.address,
                    note=new.note.strip(),
                    posted_by=self.by,
                    posted_by_name=self.by.get_username() if self.by else "",
                    recorded_at=days.now(),
                    reverses=original,
                    fingerprint=fingerprint,
                    token=new.token,
                ),
                lines,
                planner.later,
            )
        )
        return True

    def write(self) -> list[Document]:
        """Writes what was added since the last write, and returns it."""
        planned, self.pending = self.pending, []
        write_documents(planned)
        return [document.document for document in planned]

    # -- the head ---------------------------------------------------------------------------------------------------------

    def fingerprint(self, new: NewDocument, number: str = "") -> str:
        variants, holdings = self.holdings.variants, self.holdings
        holdings.load_directory({line.location for line in new.lines})
        return fingerprint_of(
            kind=new.kind,
            number=new.number or number,
            posted_at=new.posted_at,
            partner=self.partner_text(new).name,
            note=new.note.strip(),
            lines=[
                (
                    variants[line.variant].sku if line.variant in variants else "",
                    holdings.locations.get(line.location, ""),
                    line.batch_number,
                    line.serial_number,
                    line.quantity,
                )
                for line in new.lines
            ],
        )

    def partner_text(self, new: NewDocument) -> PartnerText:
        """The name and address that the document keeps."""
        return new.partner_text or self.holdings.partners.get(new.partner or 0, PartnerText())

    def is_same(self, kind: str, number: str, fingerprint: str) -> bool:
        """Whether this very document was posted already. Raises Refusal when another one has its number."""
        there = self.fingerprints.get((kind, key_of(number)))
        if there is None:
            return False
        if there == fingerprint:
            return True
        raise Refusal(
            f"{KINDS[kind].name} {number} was posted already, and differs from this one. "
            "Posted documents are never changed: choose another number, or reverse the posted one.",
            field="document",
        )

    def check_head(self, new: NewDocument) -> None:
        try:
            if new.number:
                check_number(new.number, "Document number")
            check_text(new.note, what="Note", limit=1000, required=False, lines=True)
            check_text(new.reason or "", what="Reason", limit=1000, required=False, lines=True)
        except ValueError as error:
            raise Refusal(str(error), field=str(error).partition(" ")[0].lower()) from error  # document, note or reason
        latest = days.latest_posting()
        if new.posted_at > latest:
            raise Refusal(
                f"The date {days.instant_text(new.posted_at)} is more than a day ahead; the latest is "
                f"{days.instant_text(latest)}. Check the date.",
                field="posted_at",
            )

    def find_original(self, new: NewDocument, rule: KindRule) -> Document:
        """The document that ``new`` mirrors, which must be posted, no mirror, not reversed yet, and its exact opposite."""
        mirror.require_reversing(self.by)
        if self.pending:
            self.write()
        return mirror.find_original(new, rule)

    def next_number(self, rule: KindRule) -> str:
        """The number after the highest that the program could have given for this kind: PO-000124."""
        if rule.kind not in self.sequences:
            self.sequences[rule.kind] = locks.own_numbering(list(KINDS).index(rule.kind), rule.kind)
        self.sequences[rule.kind] += 1
        return numbered(rule, self.sequences[rule.kind])


def next_number(kind: str) -> str:
    """The number that a document of ``kind`` would get now; somebody else may get it first."""
    return numbered(rule_of(kind), highest_sequence(kind) + 1)


def highest_sequence(kind: str) -> int:
    return fetch("SELECT max(sequence) FROM tracking_document WHERE kind = %s", [kind])[0][0] or 0


def numbered(rule: KindRule, sequence: int) -> str:
    return f"{rule.prefix}-{sequence:06d}"


def sequence_of(key: str, rule: KindRule) -> int | None:
    """The digits of a number in the program's own form, however it was typed, for the next number to follow."""
    found = re.fullmatch(rf"{rule.prefix.lower()}-([0-9]{{1,15}})", key, re.ASCII)
    return int(found[1]) if found else None
