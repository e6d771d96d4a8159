"""The documents that a switch posts by itself: they move nothing, they change under which name stock is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from katana_trace.lib import days
from katana_trace.lib.identity import new_uuid
from katana_trace.lib.numbers import UNBATCHED, UNBATCHED_KEY, key_of
from katana_trace.lib.quantities import LINE_LIMIT
from tracking.ledger.fingerprint import fingerprint_of
from tracking.ledger.write import LineRow, digest_of
from tracking.models import Batch, Document


def make_document(*, kind: str, number: str, by, note: str, rows: Sequence[LineRow]) -> Document:
    """The head of a system document that will have ``rows``, in line order, dated now."""
    posted_at = days.now()
    document = Document(
        kind=kind,
        number=number,
        key=key_of(number),
        posted_at=posted_at,
        posted_on=days.day_of(posted_at),
        note=note,
        posted_by=by,
        posted_by_name=by.get_username() if by else "",
        recorded_at=posted_at,
        fingerprint=fingerprint_of(kind=kind, number=number, posted_at=posted_at, partner="", note=note, lines=[]),
        token=new_uuid(),
    )
    document.digest = digest_of(document, rows)
    document.save(force_insert=True)
    return document


def unbatched_of(variant: int) -> Batch:
    """The reserved batch of ``variant``, made at the first call (rule 3)."""
    found = Batch.objects.filter(variant_id=variant, key=UNBATCHED_KEY).first()
    return found or Batch.objects.create(variant_id=variant, number=UNBATCHED, key=UNBATCHED_KEY)


def in_lines(quantity: int) -> Iterator[int]:
    """``quantity`` millionths cut into as many lines as the limit of one line asks for."""
    while quantity > 0:
        yield min(quantity, LINE_LIMIT)
        quantity -= LINE_LIMIT
