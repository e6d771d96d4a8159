"""Whose a serial number is now, and until when its warranty holds: what support asks first."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef

from katana_trace.lib import days
from katana_trace.lib.names import then_and_now
from tracking.models import Document, Kind, LedgerLine, SerialNumber


@dataclass(frozen=True, slots=True)
class Warranty:
    """``months`` from the day of ``shipment``; it holds through ``until``. Without a shipment it has not begun."""

    months: int
    shipment: Document | None
    until: date | None

    @property
    def has_expired(self) -> bool:
        return self.until is not None and days.today() > self.until


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """``sentence`` says where the number is and whose it is; ``document`` is what it went by, where it is not in stock."""

    sentence: str
    document: Document | None = None


def standing_lines(serial: SerialNumber):
    """The number's − lines that count, the latest first: of documents that are neither reversed nor mirrors.

    A document that took it out and put it in again (a transfer, a repair) is none by which it went.
    """
    lines = LedgerLine.objects.filter(serial=serial)
    back = lines.filter(document=OuterRef("document"), quantity__gt=0)
    standing = lines.filter(quantity__lt=0, document__reverses__isnull=True, document__reversed_by__isnull=True)
    return standing.exclude(Exists(back)).select_related("document__partner").order_by("-id")


def whereabouts_of(serial: SerialNumber) -> Whereabouts:
    """A number that is not in stock went by its last standing document; who was sent it has it, until it comes back."""
    if serial.location:
        return Whereabouts(f"In stock at {serial.location.name}")
    last = standing_lines(serial).first()
    if last is None:
        return Whereabouts("Not in stock")
    document = last.document
    partner = then_and_now([document.partner_name], document.partner.name if document.partner else "")
    if document.kind == Kind.SHIPMENT:
        return Whereabouts(f"With {partner}" if partner else "With a customer who was not named", document)
    if document.kind == Kind.SUPPLIER_RETURN:
        return Whereabouts(f"Sent back to {partner}" if partner else "Sent back to its supplier", document)
    if document.kind == Kind.PRODUCTION:
        return Whereabouts(f"Not in stock: used in {document.number}", document)
    return Whereabouts(f"Not in stock: taken out by {document.get_kind_display().lower()} {document.number}", document)


def warranty_of(serial: SerialNumber) -> Warranty | None:
    """The item's months, counted from the day of the number's last standing shipment; None for an item without warranty.

    A return does not end it: the next shipment begins it anew.
    """
    months = serial.variant.item.warranty_months
    if not months:
        return None
    line = standing_lines(serial).filter(document__kind=Kind.SHIPMENT).first()
    if line is None:
        return Warranty(months, None, None)
    return Warranty(months, line.document, months_later(line.document.posted_on, months))


def months_later(day: date, months: int) -> date:
    """The same day of the month ``months`` later, or the last of that month: 31 Jan and one month is 28 or 29 Feb."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
