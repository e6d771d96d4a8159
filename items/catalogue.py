"""The verbs of the catalogue: make, change, archive. What the database refuses arrives as a sentence on its field.

Each asks whether ``by`` may, and tells the change log who it was (rule 25).
"""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from items.models import Item, Keyed, Variant
from katana_trace.lib import days
from katana_trace.lib.acting import acting
from katana_trace.lib.permission import require


def create_item(*, item: Item, variant: Variant, by) -> Item:
    """Saves a new item with its first variant, both or neither.

    Raises ValidationError, PermissionDenied, or Refusal from who listens.
    """
    require_to("add", item, by=by)
    require_to("add", variant, by=by)
    try:
        with acting(by), transaction.atomic():
            item.save()
            variant.item = item
            variant.save()
    except IntegrityError as error:
        raise as_validation_error(error, item, variant) from error
    return item


def create_variant(*, variant: Variant, by) -> Variant:
    """Saves a new variant. Raises ValidationError and PermissionDenied."""
    require_to("add", variant, by=by)
    try:
        with acting(by), transaction.atomic():
            variant.save()
    except IntegrityError as error:
        raise as_validation_error(error, variant) from error
    return variant


def change(*, row: Keyed, fields: Iterable[str], by, reason: str = "") -> None:
    """Saves ``fields`` of a row and nothing else; ``reason`` is for the change log. Raises ValidationError, PermissionDenied.

    Tracking is never among them: it is switched, and what was loaded of it may be old by now.
    """
    require_to("change", row, by=by)
    try:
        with acting(by, reason), transaction.atomic():
            row.save(update_fields=list(fields))
    except IntegrityError as error:
        raise as_validation_error(error, row) from error


def set_archived(*, row: Keyed, archived: bool, by) -> None:
    """Hides a row from pickers, or shows it again; what is so already stays as it is. Raises PermissionDenied."""
    require_to("change", row, by=by)
    if archived == (row.archived_at is not None):
        return
    row.archived_at = days.now() if archived else None
    with acting(by):
        row.save(update_fields=["archived_at"])


def require_to(verb: str, row: Keyed, *, by) -> None:
    """Raises PermissionDenied unless ``by`` may ``add`` or ``change`` rows like ``row``."""
    meta = row._meta
    doing = {"add": "make", "change": "change"}[verb]
    require(
        by,
        f"{meta.app_label}.{verb}_{meta.model_name}",
        sentence=f"Your role may not {doing} {meta.verbose_name_plural}. Ask a manager to do it.",
    )


def as_validation_error(error: IntegrityError, *rows: Keyed) -> ValidationError:
    """The sentence of a trigger on the unit, or of a name that somebody else took in the same moment."""
    text = str(error).partition("\nCONTEXT")[0].strip()
    for row in rows:
        if any(name in text for name in (f"{row._meta.db_table}.key", *(c.name for c in row._meta.constraints))):
            taken = getattr(row, row.NAMED)
            return ValidationError({row.NAMED: f"“{taken}” was taken by somebody else just now. Choose another."})
    if "unit" in text.lower() and text.endswith("."):
        return ValidationError({"unit": text})
    sentence = text if text.endswith(".") and "constraint" not in text.lower() else "The database refused this."
    return ValidationError(f"{sentence} Nothing was saved; load the page again.")
