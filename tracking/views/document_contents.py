"""What documents have in them, in a number of queries that does not depend on how many lines there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, ExpressionWrapper, F, Min, Q, QuerySet, Sum, Value

from items.models import TrackingMode
from katana_trace.lib.fields import QuantityField
from katana_trace.lib.quantities import for_people, to_millionths
from tracking.documents.kinds import KINDS
from tracking.models import Document, Kind, LedgerLine

NAMED = 1  # variants that a row of the list names
TOTALS = 50  # variants that the page of a document sums up
SIGNED = (Kind.ADJUSTMENT, Kind.STOCKTAKE)
MOVED = {
    "into": Sum("quantity", filter=Q(quantity__gt=0), default=0, output_field=QuantityField()),
    "out": Sum("quantity", filter=Q(quantity__lt=0), default=0, output_field=QuantityField()),
}


@dataclass(frozen=True, slots=True)
class Moved:
    """What one document did with one variant: ``into`` is what came, ``out`` what went (below 0 or 0)."""

    variant: int
    item: int
    sku: str
    label: str
    unit: str
    into: Decimal
    out: Decimal
    line_count: int


@dataclass(frozen=True, slots=True)
class Section:
    """Lines or groups that stand under one heading."""

    title: str
    rows: list


@dataclass(slots=True)
class Group:
    """Lines of one variant, place and batch; ``serials`` are the (key, number) of those that have one."""

    sku: str
    label: str
    unit: str
    location: str
    batch: str
    expires_on: date | None
    is_serial: bool
    quantity: Decimal
    serials: list[tuple[str, str]]

    @property
    def unnumbered(self) -> Decimal:
        """How many units of a serial-tracked item have no number."""
        return abs(self.quantity) - len(self.serials) if self.is_serial else Decimal(0)


def can_be_reversed(document: Document) -> bool:
    """Rule 12: neither a switch's document, nor a mirror, nor one that was reversed. ``document`` comes with both links."""
    return document.kind in KINDS and document.reverses is None and getattr(document, "reversed_by", None) is None


# -- sums -----------------------------------------------------------------------------------------------------------------


def moved_by(lines: QuerySet[LedgerLine]) -> QuerySet:
    """One row for each document and variant, in the order of the document's lines."""
    names = ("variant__item", "variant__sku", "variant__name", "variant__item__name", "variant__item__unit")
    rows = lines.values("document", "variant", *names)
    return rows.annotate(first=Min("id"), line_count=Count("id"), **MOVED).order_by("document", "first")


def as_moved(row: dict) -> Moved:
    name, item = row["variant__name"], row["variant__item__name"]
    return Moved(
        variant=row["variant"],
        item=row["variant__item"],
        sku=row["variant__sku"],
        label=f"{item}, {name}" if name else item,
        unit=row["variant__item__unit"],
        into=row["into"],
        out=row["out"],
        line_count=row["line_count"],
    )


def totals_of(document: Document) -> tuple[list[Moved], bool]:
    """What the document did with its first ``TOTALS`` variants, and whether there are more."""
    found = [as_moved(row) for row in moved_by(LedgerLine.objects.filter(document=document))[: TOTALS + 1]]
    return found[:TOTALS], len(found) > TOTALS


def summaries(documents: Iterable[Document]) -> dict[int, str]:
    """What each document moved in a few words (“Country loaf: 24 pcs, +2 more”), by its id. One query for all."""
    documents = list(documents)
    found: dict[int, list[Moved]] = {document.pk: [] for document in documents}
    for row in moved_by(LedgerLine.objects.filter(document__in=documents)) if documents else ():
        found[row["document"]].append(as_moved(row))
    return {document.pk: in_words(document, found[document.pk]) for document in documents}


def in_words(document: Document, moved: list[Moved]) -> str:
    if document.kind == Kind.PRODUCTION:  # what was made says more than what was used for it
        made = [one for one in moved if (one.out if document.reverses_id else one.into)]
        moved = made or moved
    named = ", ".join(f"{one.label}: {amount(document.kind, one)} {one.unit}" for one in moved[:NAMED])
    return f"{named}, +{len(moved) - NAMED:,} more" if len(moved) > NAMED else named


def amount(kind: str, moved: Moved) -> str:
    """An adjustment says its sign; the direction of every other kind is in its name."""
    into, out = to_millionths(moved.into), to_millionths(moved.out)
    if kind in SIGNED:
        return " ".join(for_people(part, signed=True) for part in (out, into) if part)
    return for_people(into or -out)


# -- lines ----------------------------------------------------------------------------------------------------------------


def lines_of(document: Document, *, mirrored: bool = False) -> QuerySet[LedgerLine]:
    """The lines with all that a row says; ``moves`` is the quantity, or with ``mirrored`` its opposite."""
    quantity = F("quantity") * Value(-1) if mirrored else F("quantity")
    rows = document.lines.select_related("variant__item", "location", "batch", "serial")
    return rows.annotate(moves=ExpressionWrapper(quantity, output_field=QuantityField()))


def source_of(document: Document) -> str:
    """Where a transfer took everything from; "" where that were several places, and for other kinds."""
    if document.kind != Kind.TRANSFER:
        return ""
    lines = document.lines.filter(quantity__lt=0).order_by()
    places = list(lines.values_list("location__name", flat=True).distinct()[:2])
    return places[0] if len(places) == 1 else ""


def title_of(document: Document, *, into: bool, mirrored: bool = False) -> str:
    """The heading that a line stands under: a production tells what was used from what was made."""
    if document.kind != Kind.PRODUCTION:
        return "Lines"
    if document.reverses_id or mirrored:
        return "Ingredients put back" if into else "Output taken back"
    return "Made" if into else "Used"


def sections_of(document: Document, lines: Iterable[LedgerLine], *, mirrored: bool = False) -> list[Section]:
    """``lines`` under their headings, each in its order."""
    found: dict[str, list] = {}
    for line in lines:
        found.setdefault(title_of(document, into=line.moves > 0, mirrored=mirrored), []).append(line)
    return [Section(title, rows) for title, rows in found.items()]


# -- the whole document on paper ------------------------------------------------------------------------------------------

GROUPED = (
    "quantity", "variant", "location", "batch", "variant__sku", "variant__name", "variant__item__name",
    "variant__item__unit", "variant__item__tracking_mode", "location__name", "batch__number", "batch__expires_on",
    "serial__key", "serial__number",
)  # fmt: skip


def groups_of(document: Document, *, source: str) -> list[Section]:
    """All lines by variant, place and batch under their headings; of a transfer from one ``source`` only what arrived."""
    lines = document.lines.filter(quantity__gt=0) if source else document.lines.all()
    found: dict[str, dict[tuple, Group]] = {}
    for row in lines.order_by("id").values_list(*GROUPED):
        quantity, variant, location, batch, sku, name, item, unit, mode, place, number, expires_on, key, serial = row
        groups = found.setdefault(title_of(document, into=quantity > 0), {})
        group = groups.get((variant, location, batch, quantity > 0))
        if group is None:
            group = groups[variant, location, batch, quantity > 0] = Group(
                sku=sku,
                label=f"{item}, {name}" if name else item,
                unit=unit,
                location=place,
                batch=number or "",
                expires_on=expires_on,
                is_serial=mode == TrackingMode.SERIAL,
                quantity=Decimal(0),
                serials=[],
            )
        group.quantity += quantity
        if serial:
            group.serials.append((key, serial))
    for groups in found.values():
        for group in groups.values():
            group.serials.sort()
    return [Section(title, list(groups.values())) for title, groups in found.items()]
