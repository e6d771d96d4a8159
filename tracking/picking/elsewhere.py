"""Where else a variant is that was asked for in vain: at which other places something may be taken (rule 11)."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Q, Sum

from katana_trace.lib.quantities import MILLION, for_people, to_millionths
from tracking.models import SerialNumber, StockLevel
from tracking.models.batch import RecordStatus

NAMED = 3  # places, those with the most


def batches_elsewhere(*, variant: int, location: int, day: date, unit: str) -> str:
    """Such as `` Cold room A has 170 kg.``; "" where there is nothing. Neither on hold, nor expired on ``day``."""
    unusable = Q(batch__status=RecordStatus.HELD) | Q(batch__expires_on__lt=day)
    levels = StockLevel.objects.filter(variant=variant, quantity__gt=0, batch__isnull=False)
    rows = (
        levels.exclude(unusable)
        .exclude(location=location)
        .values_list("location__name")
        .annotate(there=Sum("quantity"))
    )
    found = rows.order_by("-there", "location__key")[:NAMED]
    return said([(name, to_millionths(quantity)) for name, quantity in found], unit)


def serials_elsewhere(*, variant: int, location: int, unit: str) -> str:
    """The same of units with a serial number that are not on hold."""
    numbers = SerialNumber.objects.filter(variant=variant, location__isnull=False).exclude(status=RecordStatus.HELD)
    rows = numbers.exclude(location=location).values_list("location__name").annotate(there=Count("id"))
    found = rows.order_by("-there", "location__key")[:NAMED]
    return said([(name, count * MILLION) for name, count in found], unit)


def said(places: list[tuple[str, int]], unit: str) -> str:
    return "".join(f" {name} has {for_people(quantity)} {unit}." for name, quantity in places)
