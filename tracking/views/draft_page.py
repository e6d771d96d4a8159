"""What the page of a draft shows, made ready for its templates: sections of lines, and the rows of their batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from items.models import TrackingMode
from katana_trace.lib.quantities import MILLION
from tracking.documents.kinds import KINDS
from tracking.drafts.checked import CheckedDraft, CheckedLine
from tracking.drafts.content import DraftContent, LineContent
from tracking.drafts.layout import Layout, Section
from tracking.numbering.serial_check import CheckedNumber
from tracking.views.draft_boxes import Box, Picker, pickers_of
from tracking.views.draft_rows import BatchRow, expected_of, rows_of

LISTED = 20  # serial numbers that a line lists; its own page has them all

Finding = tuple[int | None, str, str]


@dataclass(slots=True)
class PageLine:
    """``key`` closes the names of the line's fields; ``errors`` are those that are shown now, by field."""

    key: str
    line: CheckedLine
    section: Section
    errors: dict[str, str]
    rows: list[BatchRow] = field(default_factory=list)
    faults: list[CheckedNumber] = field(default_factory=list)
    listed: list[CheckedNumber] = field(default_factory=list)
    more: int = 0
    scan: str = ""
    range: str = ""
    refused: list[CheckedNumber] = field(default_factory=list)
    box: Box | None = None
    picker: Picker | None = None
    expected: str = ""
    is_redrawn: bool = False

    @property
    def content(self) -> LineContent:
        return self.line.content

    @property
    def entry(self) -> str:
        """Which fragment takes the line's numbers."""
        if self.line.variant is None:
            return "none"
        if self.line.mode == TrackingMode.BATCH:
            return (
                "batches_in"
                if self.line.section == "in"
                else "batches_count"
                if self.line.section == "count"
                else "batches_out"
            )
        return "serials" if self.line.mode == TrackingMode.SERIAL else "untracked"

    @property
    def entry_template(self) -> str:
        return f"tracking/_draft_{self.entry}.html"

    @property
    def sku_id(self) -> str:
        return f"id_sku_{self.key}"

    @property
    def quantity_id(self) -> str:
        return f"id_quantity_{self.key}"

    @property
    def scan_id(self) -> str:
        return f"id_scan_{self.key}"

    @property
    def box_said(self) -> str:
        return self.box.said_of(self.line) if self.box else ""

    @property
    def can_fill(self) -> bool:
        """Whether there is something for a suggestion to take from."""
        return bool(self.line.section in ("out", "move") and self.line.open and self.line.place)

    @property
    def can_generate(self) -> bool:
        line = self.line
        return bool(line.section == "in" and line.open and line.variant and line.variant.item.number_pattern)

    @property
    def left_count(self) -> int:
        """Units that have no serial number yet."""
        return self.line.open // MILLION

    @property
    def shape(self) -> str:
        """What the fragment of the numbers was drawn for; when that changes, it is drawn anew."""
        variant = self.line.variant
        return f"{variant.pk}:{self.line.mode}:{self.line.place or ''}" if variant else ""

    @property
    def is_open(self) -> bool:
        line = self.line
        return bool(
            line.open or line.has_errors or self.errors or self.refused or self.scan or self.entry == "batches_count"
        )

    @property
    def number_errors(self) -> list[str]:
        return [
            self.errors[name] for name in ("numbers", "serials", "leftovers", "batch_number") if name in self.errors
        ]

    @property
    def kept_numbers(self) -> int:
        return len(self.content.batches) + len(self.content.serials)


@dataclass(slots=True)
class PageSection:
    section: Section
    lines: list[PageLine]
    can_fill: bool
    has_recipe: bool = False

    @property
    def uncounted(self) -> int:
        """Lines of a stocktake that nobody counted yet."""
        lines = [line for line in self.lines if line.line.section == "count" and not line.content.is_blank]
        return sum(1 for line in lines if line.line.quantity is None)


@dataclass(slots=True)
class DraftPage:
    token: UUID
    revision: int
    draft: CheckedDraft
    sections: list[PageSection]
    errors: dict[str, str]
    findings: list[tuple[str, str, str]]  # (id of the field, what, sentence)
    told: list[str]
    focus: str = ""

    @property
    def layout(self) -> Layout:
        return self.draft.layout

    @property
    def kind_name(self) -> str:
        return KINDS[self.draft.content.kind].name

    @property
    def lines(self) -> Iterable[PageLine]:
        return [line for section in self.sections for line in section.lines]


def with_blanks(content: DraftContent, sections: Iterable[Section], add: str = "") -> DraftContent:
    """``content`` with an empty line in each section that has none, and one more in the section ``add``."""
    lines = list(content.lines)
    for section in sections:
        if section.section == add or not any(line.section == section.section for line in lines):
            lines.append(LineContent(section.section))
    return replace(content, lines=tuple(lines))


def page_of(
    draft: CheckedDraft,
    *,
    token: UUID,
    revision: int,
    findings: Iterable[Finding] = (),
    posting: bool = False,
    told: Iterable[str] = (),
    scans: Mapping[int, tuple[str, list[CheckedNumber], str]] | None = None,
    boxes: Mapping[int, Box] | None = None,
) -> DraftPage:
    """The page of a checked draft. ``posting`` shows what is missing too; ``scans`` are, by line, the text and faults of
    serial numbers that were not taken, ``boxes`` what would become of those that are being typed."""
    findings = list(findings)
    lines = [
        line_of(line, draft, findings, posting, (scans or {}).get(line.index, ("", [], ""))) for line in draft.lines
    ]
    pickers = pickers_of(draft)
    for line in lines:
        line.picker, line.box = pickers.get(line.line.index), (boxes or {}).get(line.line.index)
        line.refused = line.refused or list(line.box.faults if line.box else ())
    sections = [
        PageSection(
            section,
            [line for line in lines if line.line.section == section.section],
            can_fill=section.section in ("out", "move"),
            has_recipe=draft.content.kind == "production" and section.section == "out",
        )
        for section in draft.layout.sections
    ]
    errors = {**draft.errors, **(draft.missing if posting else {})}
    errors |= {name: sentence for index, name, sentence in findings if index is None}
    page = DraftPage(token, revision, draft, sections, errors, [], list(told))
    page.findings = list(addressed(page)) if posting or findings else []
    return page


def line_of(
    line: CheckedLine,
    draft: CheckedDraft,
    findings: list[Finding],
    posting: bool,
    scan: tuple[str, list[CheckedNumber], str],
) -> PageLine:
    errors = {**line.errors, **(line.missing if posting else {})}
    of_rows: dict[int, dict[str, str]] = {}
    for index, name, sentence in findings:
        if index == line.index:
            field_name, _, row = name.rpartition("-")
            if row.isdecimal():
                of_rows.setdefault(int(row), {})[field_name] = sentence
            else:
                errors[name] = sentence
    page = PageLine(
        str(line.index),
        line,
        draft.layout.section(line.section),
        errors,
        scan=scan[0],
        range=scan[2],
        refused=scan[1][:LISTED],
    )
    if line.mode == TrackingMode.BATCH:
        page.rows = rows_of(line, page.key, of_rows, posting)
    elif line.mode == TrackingMode.SERIAL:
        page.faults = line.bad_serials[:LISTED]
        page.listed = [number for number in line.serials[-LISTED:] if number.is_good]
        page.more = len(line.serials) - len(page.listed) - len(page.faults)
    if line.booked is not None and line.place:
        counted = line.content.quantity or "".join(line.content.serials[:1])
        told = posting and line.quantity is not None
        page.expected = expected_of(counted, line.content.expected, line.booked, told)
    return page


def addressed(page: DraftPage) -> Iterable[tuple[str, str, str]]:
    """The findings as links: (id of the field, what it is about, sentence)."""
    names = {"number": "Number", "day": "Date", "location": page.layout.location, "to_location": page.layout.to_location,
             "partner": page.layout.partner, "note": "Note"}  # fmt: skip
    for name, sentence in page.errors.items():
        yield f"id_{name}" if name in names else "draft_lines", names.get(name, ""), sentence
    for line in page.lines:
        what = line.line.variant.sku if line.line.variant else f"Line {int(line.key) + 1}"
        for name, sentence in line.errors.items():
            anchor = {"sku": "id_sku_", "quantity": "id_quantity_"}.get(name, "numbers_")
            yield f"{anchor}{line.key}", what, sentence
        for row in line.rows:
            for name, sentence in row.errors.items():
                yield f"id_{'quantity' if name in ('quantity', 'moved') else 'number'}_{row.end}", what, sentence
        for number in line.faults:
            yield f"numbers_{line.key}", what, number.fault


def next_field(page: DraftPage) -> str:
    """The id of the field that a person fills in next, "" when nothing is open."""
    for line in page.lines:
        if line.content.is_blank:
            continue
        if line.line.variant is None:
            return f"id_sku_{line.key}"
        if line.line.quantity is None and line.entry != "batches_count":
            return f"id_quantity_{line.key}"
        if line.entry == "serials" and (line.line.open or line.line.section == "count"):
            return f"id_scan_{line.key}"
        if line.entry == "batches_in" and line.line.open:
            return f"id_number_{line.rows[-1].end}"
        if line.entry == "batches_out" and line.line.open:
            suggested = next((row for row in line.rows if row.is_listed and row.placeholder), None)
            return suggested.quantity_id if suggested else line.rows[-1].number_id
    blank = [line for line in page.lines if line.content.is_blank]
    return f"id_sku_{blank[-1].key}" if blank else ""
