"""What the home page shows: what needs a person now, a few rows of each, and where the rest of it is.

Each block is one look at what is there now, by an index; nothing here reads history, so the page costs the same in its
tenth year. Only the lines of the few recent documents are read from the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from items.twins import gtin_twins
from katana_trace.lib import days
from tracking.documents.traced import Traced, traced
from tracking.expiry.counts import count_batches
from tracking.expiry.due import due_batches
from tracking.expiry.windows import EXPIRED, THIS_WEEK, Window, by_week
from tracking.models import Document, Recall
from tracking.records.held import held_stock
from tracking.records.without_number import items_without_number, summary
from tracking.stock.numbers import numbers_in_stock
from tracking.views.document_contents import summaries
from tracking.views.document_search import documents, drafts_found, page_of_drafts
from tracking.views.recall_contents import rows_of

SHOWN = 6  # rows of a block
# Of the drawing, in its own units: how high the highest bar is and the lowest, and where all of them stand.
HIGHEST, LOWEST, GROUND = 81, 2, 108
FILLS = {EXPIRED: "fb", THIS_WEEK: "fw"}  # the others are plain


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the drawing; ``left`` and ``middle`` are percent of its width, so that it is as wide as the page is."""

    window: Window
    count: int
    fill: str
    left: str
    middle: str
    top: int
    height: int

    @property
    def above(self) -> int:
        return self.top - 7


@dataclass(frozen=True, slots=True)
class Recent:
    """A document with what it moved in words, and whether that has its numbers."""

    document: Document
    words: str
    traced: Traced


def shown_to(user) -> dict:
    """All that the page says; the drafts for those who post documents."""
    today = days.today()
    can_post = user.has_perm("tracking.add_document")
    due, due_count = due_batches(today, size=SHOWN)
    return {
        "today": today,
        "numbers": numbers_in_stock(),
        "can_post": can_post,
        "bars": bars_of(today),
        "due": due,
        "more_due": due_count - len(due),
        "without": items_without_number(size=SHOWN),
        "without_count": summary().items,
        "held": held_stock(size=SHOWN),
        "drafts": page_of_drafts(drafts_found({}), cursor="", size=SHOWN) if can_post else None,
        "recent": recent_documents(),
        "gtin_twins": gtin_twins(limit=SHOWN) if user.has_perm("items.change_variant") else [],
        **recalls(),
    }


def bars_of(today: date) -> list[Bar]:
    """Batches in stock by the week in which they expire; none where there is nothing to draw."""
    windows = by_week(today)
    counts = count_batches(windows)
    most, step = max(counts), 100 / len(windows)
    if not most:
        return []
    return [
        bar_of(window, count, left=place * step, step=step, most=most)
        for place, (window, count) in enumerate(zip(windows, counts, strict=True))
    ]


def bar_of(window: Window, count: int, *, left: float, step: float, most: int) -> Bar:
    """The bar stands in the middle of its ``step``, and fills half of it; a small count can still be seen."""
    height = max(count * HIGHEST // most, LOWEST) if count else 0
    return Bar(
        window=window,
        count=count,
        fill=FILLS.get(window.name, "fa"),
        left=f"{left + step / 4:.2f}%",
        middle=f"{left + step / 2:.2f}%",
        top=GROUND - height,
        height=height,
    )


def recent_documents() -> list[Recent]:
    found = list(documents().order_by("-id")[:SHOWN])
    words, numbers = summaries(found), traced(document.pk for document in found)
    return [Recent(document, words[document.pk], numbers[document.pk]) for document in found]


def recalls() -> dict:
    """The open cases, the newest first, and the last drill that was closed."""
    found = list(Recall.objects.filter(closed_at=None).order_by("-id")[: SHOWN + 1])
    drill = Recall.objects.filter(kind=Recall.Kind.DRILL, closed_at__isnull=False).order_by("-closed_at", "-id").first()
    rows = rows_of(found[:SHOWN] + ([drill] if drill else []))
    return {
        "recalls": [row for row in rows if row.recall.is_open],
        "more_recalls": len(found) > SHOWN,
        "drill": rows[-1] if drill else None,
    }
