"""Stock and history of any size, made through the domain with all its checks, a few hundred documents at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from items.models import Item, Variant
from katana_trace.lib.days import now, today
from katana_trace.lib.quantities import MILLION
from tracking.documents.rule import NewDocument, NewLine
from tracking.ledger import locks, statistics
from tracking.ledger.post import Posting
from tracking.ledger.retry import in_transaction
from tracking.models import Location

AT_ONCE = 500  # documents


def item(name: str, tracking: str) -> Variant:
    """A variant of a new item of that name; the SKU is the name too."""
    made = Item(name=name, tracking_mode=tracking, unit="pcs")
    made.full_clean()
    made.save()
    variant = Variant(item=made, sku=name)
    variant.full_clean()
    variant.save()
    return variant


def place(name: str = "Main") -> Location:
    return Location.objects.get_or_create(name=name)[0]


def post_all(documents: Iterator[NewDocument]) -> None:
    """Posts them in order, in one transaction, as an import does."""

    def work() -> None:
        locks.own_ledger()
        posting = Posting(by=None)
        chunk: list[NewDocument] = []
        for document in documents:
            chunk.append(document)
            if len(chunk) == AT_ONCE:
                write(posting, chunk)
                chunk = []
        write(posting, chunk)

    in_transaction(work)
    statistics.refresh(statistics.MANY)


def write(posting: Posting, chunk: list[NewDocument]) -> None:
    posting.prepare(chunk)
    for document in chunk:
        posting.add(document)
    posting.write()


def document(kind: str, *lines: NewLine, number: str = "", **more) -> NewDocument:
    return NewDocument(kind=kind, posted_at=now(), lines=lines, number=number, **more)


def receipts(
    variant: Variant, location: Location, *, batches: int, times: int = 1, prefix: str = "B", units: int = 10
) -> Iterator[NewDocument]:
    """``times`` receipts of each of ``batches`` batches, which expire on a thousand different days from tomorrow on."""
    first = today() + timedelta(days=1)
    for turn in range(times):
        for batch in range(batches):
            expires_on = first + timedelta(days=batch * 7919 % 1000)
            line = NewLine(variant.pk, location.pk, units * MILLION, f"{prefix}{batch:06}", expires_on)
            yield document("receipt", line, number=f"{prefix}-{variant.pk}-{turn}-{batch}")


def serial_lines(variant: Variant, location: Location, count: int, *, sign: int = 1) -> tuple[NewLine, ...]:
    return tuple(
        NewLine(variant.pk, location.pk, sign * MILLION, serial_number=f"S{number:07}") for number in range(count)
    )


def moved(variant: Variant, location: Location, *, lines: int, batches: int, name: str) -> Iterator[NewDocument]:
    """``lines`` of receipts and shipments by turns, ``batches`` lines in each; without a number where ``batches`` is 0."""
    each = batches or 100
    numbers = [f"{name}{batch:04}" if batches else "" for batch in range(each)]
    for turn in range(lines // each):
        kind, units = ("shipment", -1) if turn % 2 else ("receipt", 2)
        rows = (NewLine(variant.pk, location.pk, units * MILLION, number) for number in numbers)
        yield document(kind, *rows, number=f"{name}-{turn}")
