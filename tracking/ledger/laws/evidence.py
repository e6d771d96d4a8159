"""Laws 14 and 15: documents and the change log are as they were written, and every seal follows from what it covers."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from katana_trace.lib.counts import counted
from katana_trace.lib.days import instant_text
from tracking.ledger import seals
from tracking.ledger.change_digests import stored_changes
from tracking.ledger.digest import change_digest
from tracking.ledger.document_digests import stored_digests
from tracking.ledger.laws.reading import Reading
from tracking.ledger.sql import fetch
from tracking.models import Baseline, Seal

# In no time zone does a day begin or end more than a day away from that of UTC.
DAYS = {
    "sqlite": "abs(julianday(posted_on) - julianday(date(posted_at))) > 1",
    "postgresql": "abs(posted_on - (posted_at AT TIME ZONE 'UTC')::date) > 1",
}
COUNTS = """
    SELECT s.id, s.document_count, count(d.id) FROM tracking_seal s
    LEFT JOIN tracking_document d ON d.id <= s.last_document
        AND d.id > coalesce((SELECT max(b.last_document) FROM tracking_seal b WHERE b.id < s.id), 0)
    GROUP BY s.id, s.document_count HAVING count(d.id) <> s.document_count ORDER BY s.id
"""

MOST = 9_223_372_036_854_775_807
# With a sum in it PostgreSQL does not walk all ids up to the first that is meant.
BOUNDS = "SELECT min(id + 0), max(id + 0) FROM tracking_ledgerline WHERE document_id BETWEEN %s AND %s"


def digests(reading: Reading) -> Iterator[str]:
    for stored in stored_digests():
        if stored.digest != stored.recomputed:
            yield f"{stored.number} is not as it was posted: its digest differs."
    yield from days()
    for seal, sealed, there in fetch(COUNTS):
        yield f"Seal {seal} covers {sealed:,} documents, but {there:,} are there."
    yield from early_lines()


def early_lines() -> Iterator[str]:
    """A posting after a seal gets line ids above those that the seal covers: a line below them was put in by force."""
    sealing = Seal.objects.exclude(document_count=0).order_by("pk")
    ranges = list(sealing.values_list("pk", "first_document", "last_document"))
    if not ranges:
        return
    highest = 0
    for seal, first, last in [*ranges, (None, ranges[-1][2] + 1, MOST)]:
        lowest, its_highest = fetch(BOUNDS, [first, last])[0]
        if lowest is not None and lowest < highest:
            what = f"that seal {seal} covers" if seal else "that no seal covers yet"
            yield f"A line of a document {what} comes before lines that an earlier seal covers."
        highest = max(highest, its_highest or 0)


def days() -> Iterator[str]:
    for number, day in fetch(f"SELECT number, posted_on FROM tracking_document WHERE {DAYS[connection.vendor]}"):
        yield f"{number} is dated {day}, which is not the day of its instant in any time zone."


def digests_of_before(reading: Reading) -> Iterator[str]:
    """The documents older than the digests, whose earlier changes no digest shows."""
    baseline = Baseline.objects.first()
    if baseline is not None and baseline.last_document:
        count = fetch("SELECT count(*) FROM tracking_document WHERE id <= %s", [baseline.last_document])[0][0]
        yield (
            f"{counted(count, 'document')} had no digest before {instant_text(baseline.made_at)}, when an upgrade made one for "
            "each. These digests cannot show what was changed before that."
        )


def chain(reading: Reading) -> Iterator[str]:
    if list(Baseline.objects.values_list("pk", flat=True)) != [1]:
        yield "The digests must have exactly one baseline, and do not. Run manage.py migrate."
    for change in stored_changes():
        if change.digest != change_digest(change.text):
            yield f"Row {change.id} of the change log ({change.text.name}: {change.text.field}) is not as it was written."
    before, head = None, seals.baseline_text()
    for seal in Seal.objects.order_by("pk"):
        found = seals.read_range(before, seal.last_document, seal.last_change)
        if seals.head_of(seal, before=head, digests=found.digests) != seal.head:
            yield f"Seal {seal.pk} of {instant_text(seal.made_at)} does not match what it covers."
        before, head = seal, seal.head


def not_sealed(reading: Reading) -> Iterator[str]:
    """How far the seals reach."""
    rest = seals.unsealed()
    if rest.documents or rest.changes:
        yield (
            f"Not sealed yet: {counted(rest.documents, 'document')} and {counted(rest.changes, 'change')}. "
            "Run manage.py seal, and keep the head that it prints."
        )
