"""Finding posted documents and drafts by what the list may be asked for. Nothing is counted, and big tables are met by index."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from items.models import Variant
from katana_trace.lib.paging import PAGE, Page, read_cursor, write_cursor
from katana_trace.lib.search import search_key
from tracking.forms.document_filter import REVERSAL, REVERSED, STANDING
from tracking.ledger.former_names import partners_called
from tracking.models import Batch, Document, Draft, DraftBatch, DraftLine, LedgerLine, Partner, SerialNumber

STATUS = {
    STANDING: Q(reverses=None, reversed_by=None),
    REVERSED: Q(reversed_by__isnull=False),
    REVERSAL: Q(reverses__isnull=False),
}


def documents() -> QuerySet[Document]:
    """Posted documents with all that their head says."""
    return Document.objects.select_related("partner", "posted_by", "reverses", "reversed_by")


def documents_found(chosen: dict) -> QuerySet[Document]:
    """``chosen`` is what the filter form read (``DocumentFilterForm.chosen``)."""
    rows = documents()
    if key := search_key(chosen.get("q", "")):
        rows = rows.filter(key__contains=key)
    if kind := chosen.get("kind"):
        rows = rows.filter(kind=kind)
    if status := chosen.get("status"):
        rows = rows.filter(STATUS[status])
    if partner := chosen.get("partner"):
        rows = rows.filter(partner=partner)
    if key := search_key(chosen.get("partner_name", "")):
        # Plus zero, or SQLite sorts all documents of the partners by the index, instead of reading the newest of all.
        called = partners_called(Partner.objects.order_by(), key).values("pk")
        rows = rows.alias(whose=F("partner_id") + 0).filter(whose__in=called)
    if first := chosen.get("since"):
        rows = rows.filter(posted_on__gte=first)
    if last := chosen.get("until"):
        rows = rows.filter(posted_on__lte=last)
    if (variants := variants_asked(chosen)) is not None:
        rows = rows.filter(Exists(LedgerLine.objects.filter(document=OuterRef("pk"), variant__in=variants)))
    if key := search_key(chosen.get("number", "")):
        # A number has few lines, found by its index; a union, since an OR over both would read the whole ledger.
        of_batches = LedgerLine.objects.filter(batch__in=Batch.objects.filter(key=key))
        of_serials = LedgerLine.objects.filter(serial__in=SerialNumber.objects.filter(key=key))
        rows = rows.filter(pk__in=of_batches.values("document").union(of_serials.values("document")))
    return rows


def variants_asked(chosen: dict) -> QuerySet[Variant] | None:
    """The variants that ``item`` or ``item_name`` mean; None where no item is asked for."""
    key = search_key(chosen.get("item_name", ""))
    if not key and not chosen.get("item"):
        return None
    rows = Variant.objects.order_by()
    if chosen.get("item"):
        rows = rows.filter(item=chosen["item"])
    if key:
        rows = rows.filter(Q(key__contains=key) | Q(item__key__contains=key))
    return rows.values("pk")


def drafts_found(chosen: dict) -> QuerySet[Draft]:
    """Open drafts, the last saved first, each with ``line_count``. They hold typed text, so that is what is looked in."""
    lines = DraftLine.objects.filter(draft=OuterRef("pk")).order_by()
    rows = Draft.objects.select_related("partner", "saved_by").order_by("-saved_at", "-token")
    rows = rows.annotate(line_count=Subquery(lines.values("draft").annotate(total=Count("pk")).values("total")))
    if text := chosen.get("q"):
        rows = rows.filter(number__icontains=printable(text))
    if kind := chosen.get("kind"):
        rows = rows.filter(kind=kind)
    if partner := chosen.get("partner"):
        rows = rows.filter(partner=partner)
    if key := search_key(chosen.get("partner_name", "")):
        rows = rows.filter(Q(partner__key__contains=key) | Q(partner_name__icontains=key))
    if first := chosen.get("since"):
        rows = rows.filter(day__gte=first.isoformat())
    if last := chosen.get("until"):
        rows = rows.filter(day__lte=last.isoformat(), day__gt="")
    if (variants := variants_asked(chosen)) is not None:
        rows = rows.filter(Exists(lines.filter(variant__in=variants)))
    if key := search_key(chosen.get("number", "")):
        batches = DraftBatch.objects.filter(line__draft=OuterRef("pk"), key=key)
        rows = rows.filter(Exists(batches) | Exists(lines.filter(serial_numbers__icontains=key)))
    return rows


def page_of_drafts(rows: QuerySet[Draft], *, cursor: str, size: int = PAGE) -> Page:
    """The drafts after ``cursor``; one that cannot be read is the first page."""
    place = place_of(cursor)
    if place is not None:
        saved_at, token = place
        rows = rows.filter(Q(saved_at__lt=saved_at) | Q(saved_at=saved_at, token__lt=token))
    found = list(rows[: size + 1])
    more, found = len(found) > size, found[:size]
    after = write_cursor([found[-1].saved_at.isoformat(), str(found[-1].token)]) if more else None
    return Page(rows=found, next_cursor=after, is_first=place is None)


def place_of(cursor: str) -> tuple[datetime, UUID] | None:
    try:
        saved_at, token = read_cursor(cursor) or ("", "")
        place = datetime.fromisoformat(saved_at), UUID(token)
        return place if place[0].tzinfo else None
    except (TypeError, ValueError, AttributeError):
        return None


def printable(text: str) -> str:
    return "".join(char for char in text[:200] if char.isprintable())
