"""Several sources, one order, one page: each source hands in as many events as a page has, and the newest of all are shown.

The order is that of entry, which the ledger judges by: a document that was dated back stands where it was posted. Each
source is read on from its own last event, so whatever order the clocks say, no event is shown twice or left out, and a page
costs the same wherever it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from heapq import merge
from itertools import islice

from katana_trace.lib.paging import PAGE, Page
from tracking.records.log import Record
from tracking.timeline.documents import document_events
from tracking.timeline.event import Event
from tracking.timeline.notes import notes_on

MOVEMENTS, CHANGES = "movements", "changes"
NEWEST = 2**63 - 1  # above every place
DIGITS = 18  # of a place in a cursor

Source = Callable[[int, int], list[Event]]  # the newest events below a place, so many of them


def timeline_of(record: Record, *, show: str = "", cursor: str = "", size: int = PAGE) -> Page:
    """The page of events of ``record`` after ``cursor``, the newest first.

    ``show`` is MOVEMENTS (what the ledger has), CHANGES (all the rest), or anything else for both.
    """
    sources = sources_of(record, show)
    begun = read_places(cursor, len(sources))
    places = begun or [0] * len(sources)
    found = [source(place or NEWEST, size + 1) for source, place in zip(sources, places, strict=True)]
    merged = list(islice(newest_first(found), size + 1))
    for source, event in merged[:size]:
        places[source] = event.place
    return Page(
        rows=with_late_ones([event for _, event in merged])[:size],
        next_cursor="-".join(map(str, places)) if len(merged) > size else None,
        is_first=begun is None,
    )


def sources_of(record: Record, show: str) -> list[Source]:
    """Their order is that of what happened in the same second: documents before what was noted."""
    sources: list[Source] = []
    if show != CHANGES:
        sources.append(partial(document_events, record))
    if show != MOVEMENTS:
        sources += notes_on(record)
    return sources


def newest_first(found: Sequence[list[Event]]):
    """(source, event) of all: always the newest of those that come next in their source."""
    streams = [[(source, event) for event in events] for source, events in enumerate(found)]
    return merge(*streams, key=lambda pair: (pair[1].at, pair[0]), reverse=True)


def with_late_ones(events: list[Event]) -> list[Event]:
    """``events``, each marked that is dated before one below it: the page says when it was entered, for its date does not."""
    latest = events[-1].dated_at if events else None
    found = []
    for event in reversed(events):
        is_late = event.dated_at < latest and event.dated_at != event.at
        found.append(replace(event, is_late=True) if is_late else event)
        latest = max(latest, event.dated_at)
    return found[::-1]


def read_places(cursor: str, count: int) -> list[int] | None:
    """Where each source goes on, 0 where it has not begun; None for a cursor that cannot be read, which is the first page."""
    parts = cursor.split("-")
    if len(parts) != count or not all(part.isascii() and part.isdigit() and len(part) <= DIGITS for part in parts):
        return None
    return list(map(int, parts))
