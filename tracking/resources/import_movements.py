"""Importing movements: all or nothing, in the order of the file, through the same posting as every page (DESIGN 5.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from django.core.exceptions import PermissionDenied
from django.db import transaction

from items.models import Variant
from katana_trace.lib.acting import acting
from katana_trace.lib.acts import log_act
from katana_trace.lib.numbers import key_of
from katana_trace.lib.refusal import Refusal
from katana_trace.lib.safe_csv import FileError, read_rows
from tracking.documents.kinds import KINDS
from tracking.documents.rule import NewDocument, NewLine, PartnerText
from tracking.ledger import locks
from tracking.ledger.former_names import FormerNames
from tracking.ledger.mirror import require_reversing
from tracking.ledger.post import Posting
from tracking.ledger.retry import in_transaction
from tracking.models import Location, Partner
from tracking.resources.movement_rows import OPTIONAL, REQUIRED, TEXT, TextDocument, documents_of
from tracking.resources.named import require_to_make
from tracking.resources.refused import FileRefused, RowError, is_enough
from tracking.resources.watch import Watch

CHUNK = 500


@dataclass(slots=True)
class MovementsImported:
    """What an import did: counts of documents, lines, and of what it made on the way."""

    documents: int = 0
    lines: int = 0
    skipped: int = 0
    locations: int = 0
    partners: int = 0


def import_movements(file: BinaryIO, *, by, dry_run: bool = False, watch: Watch | None = None) -> MovementsImported:
    """Posts every document of the CSV ``file`` that was not posted before; all in one transaction.

    With ``dry_run`` everything is tried and nothing kept. Raises FileRefused with every bad row, PermissionDenied when
    ``by`` may not post. A document that reverses another is a bad row where ``by`` may not reverse.
    """

    watch = watch or Watch()

    def work() -> MovementsImported:
        file.seek(0)
        watch.restart()
        locks.own_ledger()
        done = MovementImport(by=by, watch=watch).run(file)
        if dry_run:
            transaction.set_rollback(True)
        else:
            log_act("movements_imported", by=by, documents=done.documents, lines=done.lines, skipped=done.skipped)
        return done

    with acting(by, "Import of movements"):
        return in_transaction(work)


class MovementImport:
    def __init__(self, *, by, watch: Watch):
        self.posting = Posting(by=by)
        self.watch = watch
        self.done = MovementsImported()
        self.errors: list[RowError] = []
        self.variants = dict(Variant.objects.values_list("key", "pk"))
        self.locations = dict(Location.objects.values_list("key", "pk"))
        self.partners = dict(Partner.objects.values_list("key", "pk"))
        self.former_names = FormerNames()
        self.new_names: list[str] = []  # locations and partners that the present document makes

    def run(self, file: BinaryIO) -> MovementsImported:
        try:
            documents = documents_of(read_rows(file, required=REQUIRED, optional=OPTIONAL, text=TEXT))
            for chunk in chunks(documents):
                self.take(chunk)
                self.watch.read(chunk[-1].lines[-1].row if chunk[-1].lines else chunk[-1].row)
                if is_enough(self.errors):
                    break
        except FileError as error:
            self.errors.append(RowError(0, str(error)))
        if self.errors:
            raise FileRefused(self.errors)
        return self.done

    def take(self, chunk: list[TextDocument]) -> None:
        """Posts a chunk. After the first error nothing more is written; the rest is judged as far as it can be."""
        self.posting.load_fingerprints(document.number for document in chunk)
        known: list[tuple[TextDocument, NewDocument, str, str]] = []
        for document in chunk:
            if document.errors:
                self.errors += document.errors
                continue
            fingerprint = document.fingerprint()
            try:
                if self.posting.is_same(document.kind, document.number, fingerprint):
                    self.done.skipped += 1
                    self.watch.unchanged(document.row, f"{name_of(document)} was posted before")
                    continue
            except Refusal as refusal:
                self.refuse(document, refusal)
                continue
            resolved = self.resolve(document)
            if resolved is not None:
                known.append((document, resolved, fingerprint, ", ".join([said(document, resolved), *self.new_names])))
        self.posting.prepare([new for _, new, _, _ in known])
        for document, new, fingerprint, what in known:
            self.post(document, new, fingerprint, what)
        if not self.errors:
            self.posting.write()

    def post(self, document: TextDocument, new: NewDocument, fingerprint: str, what: str) -> None:
        if new.reverses and not self.may_reverse(document):
            return
        if new.reverses and self.errors:
            return  # its original may be among what was not written
        try:
            self.posting.add(new, fingerprint=fingerprint)
        except Refusal as refusal:
            self.refuse(document, refusal)
        else:
            self.done.documents += 1
            self.done.lines += len(new.lines)
            self.watch.made(document.row, what)
            if new.reverses:
                self.watch.reversal(document.row)

    def may_reverse(self, document: TextDocument) -> bool:
        """Whether the file's owner may reverse documents; each that reverses one is refused by its row where not."""
        try:
            require_reversing(self.posting.by)
        except PermissionDenied as denied:
            self.errors.append(RowError(document.row, str(denied), "reverses"))
            return False
        return True

    def resolve(self, document: TextDocument) -> NewDocument | None:
        """The document with ids for its texts; None when a SKU is unknown, or a partner's name is two partners'."""
        lines = []
        self.new_names = []
        before = len(self.errors)
        for line in document.lines:
            variant = self.variants.get(key_of(line.sku))
            if variant is None:
                self.errors.append(
                    RowError(
                        line.row, f"There is no SKU “{line.sku}”. Check it, or import it with the items first.", "sku"
                    )
                )
                continue
            try:
                place = self.location(line.location)
            except Refusal as refusal:
                self.errors.append(RowError(line.row, refusal.sentence, "location"))
                continue
            lines.append(NewLine(variant, place, line.quantity, line.batch_number, line.expires_on, line.serial_number))
        if len(self.errors) > before:
            return None
        try:
            partner, text = self.partner(document.partner) if document.partner else (None, None)
        except Refusal as refusal:
            self.refuse(document, refusal)
            return None
        return NewDocument(
            kind=document.kind,
            number=document.number,
            posted_at=document.posted_at,
            partner=partner,
            partner_text=text,
            note=document.note,
            lines=tuple(lines),
            reverses=document.reverses,
            reason=None if document.note else "Import of movements",
        )

    def location(self, name: str) -> int:
        key = key_of(name)
        if key not in self.locations:
            require_to_make(Location, name, by=self.posting.by)
            self.locations[key] = Location.objects.create(name=name).pk
            self.done.locations += 1
            self.new_names.append(f"new location {name}")
        return self.locations[key]

    def partner(self, name: str) -> tuple[int, PartnerText | None]:
        """The partner who is called ``name``, or was; then his document keeps that name, as the file has it (rule 25)."""
        key = key_of(name)
        if key not in self.partners:
            if former := self.former_names.find(name):
                return former.partner, former.text
            require_to_make(Partner, name, by=self.posting.by)
            self.partners[key] = Partner.objects.create(name=name).pk
            self.done.partners += 1
            self.new_names.append(f"new partner {name}")
        return self.partners[key], None

    def refuse(self, document: TextDocument, refusal: Refusal) -> None:
        row = document.lines[refusal.line].row if refusal.line is not None else document.row
        self.errors.append(RowError(row, refusal.sentence, refusal.field or ""))


def name_of(document: TextDocument) -> str:
    return f"{KINDS[document.kind].name} {document.number}"


def said(document: TextDocument, new: NewDocument) -> str:
    return f"{name_of(document)} with {'1 line' if len(new.lines) == 1 else f'{len(new.lines):,} lines'}"


def chunks(documents: Iterator[TextDocument]) -> Iterator[list[TextDocument]]:
    while chunk := list(islice(documents, CHUNK)):
        yield chunk
