"""A few words to build data with, through the doors that users use: models with their rules, and posting."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import pytest

from items.models import Item, Variant
from katana_trace.lib.days import now, today
from katana_trace.lib.numbers import key_of
from katana_trace.lib.quantities import parse_quantity
from katana_trace.lib.refusal import Refusal
from tracking.documents.rule import NewDocument, NewLine
from tracking.ledger.laws import broken_laws
from tracking.ledger.post import post as post_document
from tracking.ledger.reverse import reverse_document
from tracking.models import Archive, Batch, Document, Location, Partner, SerialNumber, StockLevel
from tracking.modes.download import record_download
from tracking.modes.history import write_history
from tracking.modes.restore import restore_tracking
from tracking.modes.switch import disable_tracking, enable_tracking
from tracking.records.edit import edit_batch


def item(name: str, tracking: str = "none", unit: str = "pcs", skus: tuple[str, ...] = ("SKU",), **fields) -> Item:
    """An item with a variant for each SKU."""
    made = Item(name=name, tracking_mode=tracking, unit=unit, **fields)
    made.full_clean()
    made.save()
    for sku in skus:
        variant = Variant(item=made, sku=sku)
        variant.full_clean()
        variant.save()
    return made


def location(name: str = "Main") -> Location:
    return Location.objects.filter(key=key_of(name)).first() or Location.objects.create(name=name)


def partner(name: str) -> Partner:
    return Partner.objects.filter(key=key_of(name)).first() or Partner.objects.create(name=name)


def ahead(days: int) -> str:
    """The day that many days from now, for what is still to be usable then."""
    return (today() + timedelta(days=days)).isoformat()


def line(
    sku: str, quantity: str | int, batch: str = "", serial: str = "", expires: str | None = None, at: str = "Main"
) -> NewLine:
    """One line: ``line("FLOUR", "25.5", batch="L1", expires=ahead(90))``; − goes out."""
    return NewLine(
        variant=Variant.objects.get(key=key_of(sku)).pk,
        location=location(at).pk,
        quantity=parse_quantity(str(quantity)),
        batch_number=batch,
        expires_on=date.fromisoformat(expires) if expires else None,
        serial_number=serial,
    )


def post(
    kind: str, *lines: NewLine, partner: str = "", number: str = "", at: datetime | None = None, by=None, note: str = ""
) -> Document:
    """Posts one document of ``lines``, now or ``at`` an instant."""
    return post_document(
        NewDocument(
            kind=kind,
            posted_at=at or now(),
            lines=lines,
            number=number,
            partner=globals()["partner"](partner).pk if partner else None,
            note=note,
        ),
        by=by,
    )


def batch(number: str) -> Batch:
    return Batch.objects.get(key=key_of(number))


def serial(number: str) -> SerialNumber:
    return SerialNumber.objects.get(key=key_of(number))


def stock() -> dict[tuple[str, str, str], str]:
    """What is on hand: (SKU, location, batch number) to a plain quantity; empty levels left out."""
    return {
        (
            level.variant.sku,
            level.location.name,
            level.batch.number if level.batch else "",
        ): f"{level.quantity.normalize():f}"
        for level in StockLevel.objects.select_related("variant", "location", "batch").exclude(quantity=0)
    }


def serials() -> dict[str, str]:
    """Where each serial number is: number to location name, "" for out of stock."""
    return {
        serial.number: serial.location.name if serial.location else ""
        for serial in SerialNumber.objects.select_related("location")
    }


def refusal(act, *arguments, **named) -> str:
    """The sentence with which ``act`` is refused: ``refusal(post, "shipment", line(…))``."""
    with pytest.raises(Refusal) as caught:
        act(*arguments, **named)
    return caught.value.sentence


def reverse(document: Document, *, by=None, reason: str = "Entered by mistake") -> Document:
    return reverse_document(document, by=by, reason=reason)


def switch_on(of: Item, to: str, by) -> None:
    enable_tracking(item=of, to=to, by=by, reason="A customer asks for it")


def history_of(item: Item) -> bytes:
    """The bytes that a download of the item's history has."""
    with write_history(item).file as file:
        return file.read()


def switch_off(item: Item, by) -> bytes:
    """Downloads the history of ``item``, sets it to No tracking, and returns the downloaded bytes."""
    history = write_history(item)
    record_download(item=item, history=history, by=by)
    with history.file as file:
        content = file.read()
    disable_tracking(item=item, by=by, reason="Too much work")
    return content


def restore(item: Item, content: bytes, by, left: Iterable[str] = ()) -> Archive:
    return restore_tracking(item=item, content=content, by=by, left=left)


def broken() -> dict[int, list[str]]:
    """The laws that are broken: number to findings; {} when the ledger is honest."""
    return {law.number: findings for law, findings in broken_laws() if findings}


def set_expiry(number: str, day: str, by=None) -> None:
    """Another expiry of a batch, as its page gives it."""
    edit_batch(batch=batch(number), changes={"expires_on": date.fromisoformat(day)}, by=by, reason="Label")


def rename(row: Item | Variant | Location | Partner, name: str) -> None:
    """Another name or SKU, saved as every door saves it."""
    setattr(row, row.NAMED, name)
    row.save()
