"""Which labels are asked for: of batches, of serial numbers, of all that a document brought in or took out."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from katana_trace.lib.numbers import UNBATCHED, UNBATCHED_KEY
from katana_trace.lib.refusal import Refusal
from tracking.labels.label import LabelFacts
from tracking.models import Batch, LedgerLine, SerialNumber

MOST = 1_000  # labels of one page


def labels_wanted(
    *, batches: Sequence[int], serials: Sequence[int], documents: Sequence[int], copies: int
) -> tuple[list[LabelFacts], list[str]]:
    """The facts of the labels, in the order batches, serial numbers, by SKU and number; and what has none, and why.

    ``copies`` is how many of each are to be printed. Raises Refusal when that is more than a page can have.
    """
    if documents:
        lines = LedgerLine.objects.filter(document__in=documents)
        incoming = lines.filter(quantity__gt=0)
        # Whatever a document brings in, numbered or not, its labels are of that: what a production used is not what it made.
        moved = lines.filter(Q(quantity__gt=0) | ~Q(document__in=incoming.values("document")))
        batches = [*batches, *moved.filter(batch__isnull=False).values_list("batch_id", flat=True).distinct()]
        serials = [*serials, *moved.filter(serial__isnull=False).values_list("serial_id", flat=True)[: MOST + 1]]
    count = len(set(batches)) + len(set(serials))
    if count * copies > MOST:
        raise Refusal(
            f"These are {count * copies:,} labels, the limit of a page is {MOST:,}. Print them in parts: fewer copies, or of "
            "single batches and serial numbers.",
            field="copies",
        )
    found = [facts_of_batch(batch) for batch in rows(Batch.objects.exclude(key=UNBATCHED_KEY), batches)]
    found += [facts_of_serial(serial) for serial in rows(SerialNumber.objects.all(), serials)]
    said = []
    if Batch.objects.filter(pk__in=set(batches), key=UNBATCHED_KEY).exists():
        said.append(f"{UNBATCHED} is stock without a batch number, so it has no label. Assign batch numbers first.")
    return found, said


def rows(records: QuerySet, ids: Sequence[int]) -> QuerySet:
    return records.filter(pk__in=set(ids)).select_related("variant__item").order_by("variant__key", "key")


def facts_of_batch(batch: Batch) -> LabelFacts:
    variant = batch.variant
    return LabelFacts(
        batch.number, False, variant.item.name, variant.name, variant.sku, variant.gtin, batch.expires_on, batch.made_on,
        batch.is_held,
    )  # fmt: skip


def facts_of_serial(serial: SerialNumber) -> LabelFacts:
    variant = serial.variant
    return LabelFacts(
        serial.number, True, variant.item.name, variant.name, variant.sku, variant.gtin, None, None, serial.is_held
    )
