"""Rows of movements.csv as documents of texts: what can be judged without the database (DESIGN 5.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from katana_trace.lib.days import parse_day, parse_instant
from katana_trace.lib.numbers import check_number, check_text, key_of
from katana_trace.lib.quantities import parse_quantity
from katana_trace.lib.safe_csv import Row
from tracking.documents.kinds import KINDS, SYSTEM_KINDS
from tracking.ledger.fingerprint import fingerprint_of
from tracking.resources.refused import MOST_REASONS, RowError

REQUIRED = (
    "kind", "document", "posted_at", "partner", "location", "sku", "batch_number", "expires_on", "serial_number",
    "quantity", "note",
)  # fmt: skip
IGNORED = ("item", "variant", "unit", "posted_by", "line", "recorded_at")
OPTIONAL = (*IGNORED, "reverses")
TEXT = ("document", "partner", "location", "sku", "batch_number", "serial_number", "note", "item", "variant", "unit",
        "posted_by", "reverses")  # fmt: skip
HEAD = ("document", "posted_at", "partner", "note", "reverses")


@dataclass(slots=True)
class TextLine:
    row: int
    sku: str
    location: str
    batch_number: str
    expires_on: date | None
    serial_number: str
    quantity: int


@dataclass(slots=True)
class TextDocument:
    """One document of the file; ``errors`` are what its rows have wrong by themselves."""

    row: int
    kind: str
    number: str
    posted_at: datetime | None
    partner: str
    note: str
    reverses: str
    head: tuple[str, ...]
    lines: list[TextLine] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)

    def fingerprint(self) -> str:
        return fingerprint_of(
            kind=self.kind,
            number=self.number,
            posted_at=self.posted_at,
            partner=self.partner,
            note=self.note,
            lines=[(t.sku, t.location, t.batch_number, t.serial_number, t.quantity) for t in self.lines],
        )


def documents_of(rows: Iterable[Row]) -> Iterator[TextDocument]:
    """Consecutive rows of the same kind and number as one document, in the order of the file."""
    seen: set[tuple[str, str]] = set()
    present: TextDocument | None = None
    place: tuple[str, str] | None = None
    for row in rows:
        cells = row.cells
        here = (cells["kind"].strip(), key_of(cells["document"]))
        if here != place or present is None:
            if present is not None:
                yield present
            present = head_of(row)
            if here in seen:
                present.errors.append(
                    RowError(
                        row.number,
                        f"{cells['document']} comes again later in the file. Put its rows together.",
                        "document",
                    )
                )
            seen.add(here)
            place = here
        else:
            for name, first in zip(HEAD[1:], present.head[1:], strict=True):
                if cells.get(name, "").strip() != first:
                    present.errors.append(
                        RowError(
                            row.number,
                            f"All rows of {present.number} have the same {name}, and this one differs.",
                            name,
                        )
                    )
        add_line(present, row)
        if len(present.errors) >= MOST_REASONS:
            break  # what comes of it is not posted, nor looked at
    if present is not None:
        yield present


def head_of(row: Row) -> TextDocument:
    cells = row.cells
    head = tuple(cells.get(name, "").strip() for name in HEAD)
    document = TextDocument(
        row=row.number, kind=cells["kind"].strip(), number=head[0], posted_at=None,
        partner=head[2], note=head[3], reverses=head[4], head=head,
    )  # fmt: skip
    kind = document.kind
    if kind in SYSTEM_KINDS:
        document.errors.append(
            RowError(
                row.number,
                f"“{kind}” is made by a switch of tracking and is not imported. Take these rows out.",
                "kind",
            )
        )
    elif kind not in KINDS:
        document.errors.append(
            RowError(row.number, f"“{kind[:40]}” is no kind. Use one of {', '.join(KINDS)}.", "kind")
        )
    checks = (
        ("document", lambda: check_number(document.number, "Document number")),
        ("partner", lambda: check_text(document.partner, what="Partner", limit=120, required=bool(document.partner))),
        ("note", lambda: check_text(document.note, what="Note", limit=1000, required=False, lines=True)),
        ("reverses", lambda: check_text(document.reverses, what="Number", limit=64, required=False)),
    )
    for column, check in checks:
        try:
            check()
        except ValueError as error:
            document.errors.append(RowError(row.number, str(error), column))
    try:
        document.posted_at = parse_instant(head[1])
    except ValueError as error:
        document.errors.append(RowError(row.number, str(error), "posted_at"))
    return document


def add_line(document: TextDocument, row: Row) -> None:
    cells = row.cells
    line = TextLine(
        row=row.number, sku=cells["sku"].strip(), location=cells["location"].strip(),
        batch_number=cells["batch_number"].strip(), expires_on=None, serial_number=cells["serial_number"].strip(), quantity=0,
    )  # fmt: skip
    if document.kind == "stocktake" and not any(
        (line.sku, line.location, line.batch_number, line.serial_number, cells["quantity"].strip())
    ):
        return  # a stocktake without differences: one row with a head alone
    column = ""
    try:
        column = "quantity"
        line.quantity = parse_quantity(cells["quantity"].strip())
        column = "expires_on"
        text = cells["expires_on"].strip()
        line.expires_on = parse_day(text) if text else None
        column = "location"
        check_text_cached(line.location, "Location")
        column = "sku"
        check_number(line.sku, "SKU")
        column = "batch_number"
        if line.batch_number:
            check_number(line.batch_number, "Batch number")
        elif line.expires_on:
            raise ValueError(
                "There is an expiry date without a batch number. Give the batch number, or leave the date out."
            )
        column = "serial_number"
        if line.serial_number:
            check_number(line.serial_number, "Serial number")
    except ValueError as error:
        document.errors.append(RowError(row.number, str(error), column))
    document.lines.append(line)


def check_text_cached(text: str, what: str) -> None:
    if text not in CHECKED_LOCATIONS:
        check_text(text, what=what, limit=120)
        if len(CHECKED_LOCATIONS) < 10_000:
            CHECKED_LOCATIONS.add(text)


CHECKED_LOCATIONS: set[str] = set()
