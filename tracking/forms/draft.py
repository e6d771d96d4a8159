"""Reading the form of a draft: everything as it was typed, whatever it means (``tracking.drafts.check`` finds that out).

Fields of a line end in its place on the page (``sku-3``), those of a batch row in the line's and its own (``number-3-0``).
Serial numbers are not in the form, they stay with the stored line: ten thousand of them would go to and fro.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from django.http import QueryDict

from katana_trace.lib.numbers import can_be_stored, key_of
from tracking.drafts.content import BatchContent, DraftContent, LineContent
from tracking.drafts.layout import LAYOUTS, MOST_LINES
from tracking.models.draft import TYPED


def read_draft(
    post: QueryDict, *, kind: str, serials: Mapping[int, tuple[str, ...]], locations: Collection[int]
) -> DraftContent:
    """What the form says, empty lines in their places.

    ``serials`` are the numbers of the stored lines by their ids, ``locations`` those that exist.
    """
    return DraftContent(
        kind=kind,
        number=text(post, "number"),
        day=text(post, "day"),
        partner=text(post, "partner") if LAYOUTS[kind].partner else "",
        location=one_of(locations, post.get("location")),
        to_location=one_of(locations, post.get("to_location")) if LAYOUTS[kind].to_location else None,
        note=post.get("note", "").replace("\r\n", "\n").strip(),
        lines=tuple(read_lines(post, kind, serials, locations)),
        is_prefilled=post.get("is_prefilled") == "1",
    )


def read_lines(
    post: QueryDict, kind: str, serials: Mapping[int, tuple[str, ...]], locations: Collection[int]
) -> Iterator[LineContent]:
    sections = {section.section for section in LAYOUTS[kind].sections}
    # The page groups its lines by section, and the buttons name a line by its place in the draft: so in that order.
    places = {place for place in post.getlist("line") if place.isdecimal() and len(place) < 6}
    for place in sorted(places, key=int)[: 2 * MOST_LINES]:
        section = post.get(f"section-{place}")
        if section not in sections:
            continue
        id_ = one_of(serials, post.get(f"id-{place}"))
        variant = post.get(f"variant-{place}", "")
        yield LineContent(
            section=section,
            id=id_,
            sku=text(post, f"sku-{place}"),
            variant=int(variant) if variant.isdecimal() and len(variant) < 19 else None,
            location=one_of(locations, post.get(f"location-{place}")),
            quantity=text(post, f"quantity-{place}"),
            expected=hidden(post, f"expected-{place}", TYPED),
            batches=tuple(read_batches(post, place)),
            serials=serials.get(id_, ()),
        )


def read_batches(post: QueryDict, place: str) -> Iterator[BatchContent]:
    """The rows with something in them; of the batches that are only listed, those that are taken or counted."""
    rows = post.get(f"rows-{place}", "")
    for row in range(int(rows) if rows.isdecimal() and len(rows) < 6 else 0):
        end = f"{place}-{row}"
        if f"pick-{end}" not in post and f"number-{end}" not in post:
            return
        listed = text(post, f"pick-{end}")
        batch = BatchContent(
            number=listed or text(post, f"number-{end}"),
            expires_on=text(post, f"expires-{end}"),
            quantity=text(post, f"quantity-{end}"),
            expected=hidden(post, f"expected-{end}", TYPED),
            seen=seen_of(post, end),
            why=hidden(post, f"why-{end}", 200),
        )
        if batch.quantity or (not listed and not batch.is_blank):
            yield batch


def text(post: QueryDict, name: str) -> str:
    return post.get(name, "").strip()


def hidden(post: QueryDict, name: str, limit: int) -> str:
    """What the page kept for itself; nothing when it cannot have come from there."""
    kept = text(post, name)
    return kept if can_be_stored(kept, limit=limit) else ""


def seen_of(post: QueryDict, end: str) -> str:
    """What the person was shown of the number; that it is there already, only while it is the number that was shown."""
    seen = post.get(f"seen-{end}", "")
    if seen == "there" and f"was-{end}" in post:
        return seen if key_of(text(post, f"was-{end}")) == key_of(text(post, f"number-{end}")) else ""
    return seen if seen in ("new", "there") else ""


def one_of(known: Collection[int], value: str | None) -> int | None:
    """The id that was sent, when it is one of those known."""
    if not value or not value.isdecimal() or len(value) > 18:
        return None
    return int(value) if int(value) in known else None
