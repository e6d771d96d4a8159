"""The verbs on locations and partners: make, change, archive, bring back.

What has moved is never deleted (rule 9). A location is archived empty, under the lock that no posting shares: else goods
could stand where nobody looks for them.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Sum

from items import catalogue
from katana_trace.lib.acting import acting
from katana_trace.lib.permission import require
from katana_trace.lib.quantities import for_people, to_millionths
from katana_trace.lib.refusal import Refusal
from tracking.ledger import locks
from tracking.ledger.retry import in_transaction
from tracking.models import Location, Partner, StockLevel

Place = Location | Partner

NAMED = 3  # SKUs that a refusal names


def create(*, place: Place, by) -> Place:
    """Saves a new location or partner. Raises ValidationError on the field it belongs to, and PermissionDenied."""
    what = place._meta.verbose_name_plural
    require(by, permission("add", place), sentence=f"Making {what} takes the role Operator. Ask an operator to do it.")
    try:
        with acting(by), transaction.atomic():
            place.save()
    except IntegrityError as error:
        raise catalogue.as_validation_error(error, place) from error
    return place


def change(*, place: Place, fields: Iterable[str], by, reason: str = "") -> None:
    """Saves ``fields`` of a location or partner and nothing else; ``reason`` is for the change log.

    Raises ValidationError and PermissionDenied.
    """
    require_manager(by, place, "Changing")
    catalogue.change(row=place, fields=fields, by=by, reason=reason)


def archive_location(*, location: Location, by) -> None:
    """Archives an empty location, into which nothing is posted from then on; one that is archived stays as it is.

    Raises Refusal while stock is there, naming the first of it, and PermissionDenied.
    """
    require_manager(by, location, "Archiving")

    def work() -> None:
        locks.own_ledger()
        present = Location.objects.filter(pk=location.pk).first()
        if present is None:
            raise Refusal(f"{location.name} is no longer there. Load the list again.")
        if present.archived_at is None:
            check_empty(present)
        catalogue.set_archived(row=present, archived=True, by=by)
        location.archived_at = present.archived_at

    in_transaction(work)


def archive_partner(*, partner: Partner, by) -> None:
    """Hides a partner from pickers; one that is archived already stays as it is. Raises PermissionDenied."""
    require_manager(by, partner, "Archiving")
    catalogue.set_archived(row=partner, archived=True, by=by)


def bring_back(*, place: Place, by) -> None:
    """Shows a location or partner in pickers again; one that is in use stays as it is. Raises PermissionDenied."""
    require_manager(by, place, "Bringing back")
    catalogue.set_archived(row=place, archived=False, by=by)


def stock_at(location: Location) -> QuerySet:
    """What is at ``location``, by SKU: dicts with ``variant__sku``, ``variant__item__unit`` and ``total`` in units."""
    levels = StockLevel.objects.filter(location=location, quantity__gt=0)
    by_sku = levels.values("variant__key", "variant__sku", "variant__item__unit")
    return by_sku.annotate(total=Sum("quantity")).order_by("variant__key")


def check_empty(location: Location) -> None:
    """Raises Refusal while anything is at ``location``."""
    found = list(stock_at(location)[: NAMED + 1])
    if not found:
        return
    names = [
        f"{for_people(to_millionths(row['total']))} {row['variant__item__unit']} of {row['variant__sku']}"
        for row in found[:NAMED]
    ]
    if len(found) > NAMED:
        more = stock_at(location).count() - NAMED
        names.append(f"{more:,} more SKU{'' if more == 1 else 's'}")
    there = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    raise Refusal(
        f"{location.name} is not archived, because stock is there: {there}. Transfer it to another location first."
    )


def require_manager(by, place: Place, doing: str) -> None:
    what = place._meta.verbose_name_plural
    require(by, permission("change", place), sentence=f"{doing} {what} takes the role Manager. Ask a manager to do it.")


def permission(verb: str, place: Place) -> str:
    return f"{place._meta.app_label}.{verb}_{place._meta.model_name}"
