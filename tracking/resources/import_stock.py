"""Importing stock on hand: what is there when a company comes from elsewhere, as one adjustment for each location.

The file names no documents, so nothing but its bytes tells that it comes again: a document's token is made of their hash.
A file that comes again changes nothing, until what it posted was reversed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import transaction

from items.models import Variant
from katana_trace.lib import days
from katana_trace.lib.acting import acting
from katana_trace.lib.days import parse_day
from katana_trace.lib.numbers import check_number, check_text, key_of
from katana_trace.lib.permission import require
from katana_trace.lib.quantities import MILLION, parse_quantity, plain, shown
from katana_trace.lib.refusal import Refusal
from katana_trace.lib.safe_csv import FileError, Row, read_rows
from tracking.documents.adjustment import ADJUSTMENT
from tracking.documents.rule import NewDocument, NewLine
from tracking.ledger import locks
from tracking.ledger.fit import check_fit, check_quantity
from tracking.ledger.post import Posting
from tracking.ledger.retry import in_transaction
from tracking.models import Document, Location
from tracking.resources.named import require_to_make
from tracking.resources.refused import FileRefused, RowError, is_enough
from tracking.resources.taken import rows_taken
from tracking.resources.watch import Watch

REQUIRED = ("sku", "location")
OPTIONAL = ("quantity", "batch_number", "expires_on", "serial_number")
TEXT = ("sku", "location", "batch_number", "serial_number")
MOST_LINES = 10_000  # of one document


@dataclass(slots=True)
class Page:
    """The lines of one adjustment, all at one location, with their rows in the file."""

    location: str
    place: int
    lines: list[NewLine] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    what: list[str] = field(default_factory=list)


def import_stock(
    file: BinaryIO, *, by, dry_run: bool = False, watch: Watch | None = None, note: str = "Stock on hand, imported"
) -> int:
    """Adds what the CSV ``file`` says is on hand; returns the number of lines posted.

    Raises FileRefused with every bad row, PermissionDenied when ``by`` may not post.
    """
    require(by, "tracking.add_document", sentence="Importing stock takes the role Operator. Ask an operator to do it.")

    watch = watch or Watch()

    def work() -> int:
        file.seek(0)
        watch.restart()
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        locks.own_ledger()
        count = StockImport(by=by, watch=watch, note=note, digest=digest).run(file)
        if dry_run:
            transaction.set_rollback(True)
        return count

    with acting(by, "Import of stock"):
        return in_transaction(work)


class StockImport:
    def __init__(self, *, by, watch: Watch, note: str, digest: str):
        self.posting = Posting(by=by)
        self.watch = watch
        self.note = note
        self.digest = digest
        self.errors: list[RowError] = []
        self.variants = {variant.key: variant for variant in Variant.objects.select_related("item")}
        self.locations = dict(Location.objects.values_list("key", "pk"))
        self.pages: dict[str, list[Page]] = {}
        self.seen: dict[tuple[int, str], int] = {}  # serial numbers by item: the row

    def run(self, file: BinaryIO) -> int:
        try:
            for row in read_rows(file, required=REQUIRED, optional=OPTIONAL, text=TEXT):
                try:
                    self.take(row)
                except Refusal as refusal:
                    self.errors.append(RowError(row.number, refusal.sentence, refusal.field or ""))
                if is_enough(self.errors):
                    break
                if row.number % 500 == 0:
                    self.watch.read(row.number)
        except FileError as error:
            self.errors.append(RowError(0, str(error)))
        fresh = self.without_posted()
        self.errors += rows_taken(self.seen)
        self.watch.begin("Posting")
        refused = {error.row for error in self.errors}
        count = sum(self.post(token, page, refused) for token, page in fresh)
        if self.errors:
            raise FileRefused(sorted(self.errors, key=lambda error: error.row))
        self.posting.write()
        return count

    def take(self, row: Row) -> None:
        cells = {name: row.cells.get(name, "").strip() for name in (*REQUIRED, *OPTIONAL)}
        variant = self.variants.get(key_of(cells["sku"]))
        if variant is None:
            raise Refusal(
                f"There is no SKU “{shown(cells['sku'])}”. Check it, or import it with the items first.", field="sku"
            )
        line = line_of(variant, cells)
        self.check(line)
        if line.serial_number:
            first = self.seen.setdefault((variant.item_id, key_of(line.serial_number)), row.number)
            if first != row.number:
                raise Refusal(
                    f"Serial number {line.serial_number} stands in row {first} already. Keep one of them.",
                    field="serial_number",
                )
        page = self.page(cells["location"])
        page.lines.append(line)
        page.rows.append(row.number)
        named = f"batch {line.batch_number} " if line.batch_number else ""
        named = f"serial number {line.serial_number} " if line.serial_number else named
        page.what.append(f"{variant.sku} {named}+{plain(line.quantity)} {variant.item.unit} at {page.location}")

    def check(self, line: NewLine) -> None:
        """What posting would refuse in this line by itself, so that each row gets its reason and not the first alone."""
        holdings = self.posting.holdings
        holdings.load_variants([line.variant])
        facts = holdings.variants[line.variant]
        check_quantity(line, facts, ADJUSTMENT, mirror=False)
        check_fit(line, facts, ADJUSTMENT, holdings, mirror=False)

    def page(self, name: str) -> Page:
        key = key_of(name)
        pages = self.pages.setdefault(key, [])
        if not pages or len(pages[-1].lines) == MOST_LINES:
            pages.append(Page(name, self.location(name)))
        return pages[-1]

    def location(self, name: str) -> int:
        key = key_of(name)
        if key not in self.locations:
            try:
                name = check_text(name, what="Location", limit=120)
            except ValueError as error:
                raise Refusal(str(error), field="location") from error
            require_to_make(Location, name, by=self.posting.by)
            self.locations[key] = Location.objects.create(name=name).pk
        return self.locations[key]

    def without_posted(self) -> list[tuple[UUID, Page]]:
        """The parts of the file that are to be posted, with their tokens."""
        fresh = []
        for key, pages in self.pages.items():
            for place, page in enumerate(pages):
                token, before = self.token(key, place)
                if before is None:
                    fresh.append((token, page))
                    continue
                for row in page.rows:
                    self.watch.unchanged(row, f"this file was posted before, as {before.number}")
                posted = set(page.rows)
                self.seen = {number: row for number, row in self.seen.items() if row not in posted}
        return fresh

    def post(self, token: UUID, page: Page, refused: set[int]) -> int:
        lines = tuple(
            NewLine(line.variant, page.place, line.quantity, line.batch_number, line.expires_on, line.serial_number)
            for line in page.lines
        )
        document = NewDocument(kind="adjustment", posted_at=days.now(), lines=lines, note=self.note, token=token)
        try:
            self.posting.prepare([document])
            self.posting.add(document)
        except Refusal as refusal:
            row = page.rows[refusal.line] if refusal.line is not None else page.rows[0]
            self.errors.append(RowError(row, refusal.sentence, refusal.field or ""))
            return 0
        for row, what in zip(page.rows, page.what, strict=True):
            if row not in refused:
                self.watch.made(row, what)
        return len(lines)

    def token(self, key: str, place: int) -> tuple[UUID, Document | None]:
        """The token of this part of the file, and the document that has it already and was not reversed."""
        for time in range(1000):
            token = uuid5(NAMESPACE_OID, f"stock on hand {self.digest} {place} {time} {key}")
            there = Document.objects.filter(token=token).first()
            if there is None or not Document.objects.filter(reverses=there).exists():
                return token, there
        raise Refusal("This file was posted and reversed a thousand times. Change it to import it once more.")


def line_of(variant: Variant, cells: dict[str, str]) -> NewLine:
    """The cells of one row as a line without its location. Raises Refusal on the column that cannot be read."""
    column = "quantity"
    try:
        serial, batch = cells["serial_number"], cells["batch_number"]
        quantity = parse_quantity(cells["quantity"]) if cells["quantity"] or not serial else MILLION
        if quantity <= 0:
            raise ValueError(f"“{shown(cells['quantity'])}” is on hand. Give a quantity above 0, or take this row out.")
        column = "batch_number"
        batch = check_number(batch, "Batch number") if batch else ""
        column = "serial_number"
        serial = check_number(serial, "Serial number") if serial else ""
        column = "expires_on"
        expires_on: date | None = parse_day(cells["expires_on"]) if cells["expires_on"] else None
        if expires_on and not batch:
            raise ValueError("There is an expiry date without a batch number. Give the batch number, or no date.")
    except ValueError as error:
        raise Refusal(str(error), field=column) from error
    return NewLine(variant.pk, 0, quantity, batch, expires_on, serial)
