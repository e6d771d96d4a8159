"""What the change log keeps of partners, locations, items, variants, the workspace, users and roles (rule 25).

A value that differs from what the database has is logged before it is saved; a new row is logged with the values it was
made with, those aside that need no word. A password is said to have changed, never what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import Model

from items.models import Item, Variant
from katana_trace.lib import days
from katana_trace.lib.acting import actor
from katana_trace.lib.days import instant_text
from katana_trace.lib.numbers import key_of
from tracking.ledger.changes import write_changes
from tracking.ledger.digest import ChangeText
from tracking.models import Location, Partner, Subject, Workspace

PASSWORD = "password"  # noqa: S105 the name of a column
LIMIT = 1000  # characters of a value in the log
KEY_LIMIT = 400  # of a key there: the key of a long name of a user or a role would not fit


@dataclass(frozen=True, slots=True)
class Logged:
    """``fields`` are the columns that the log keeps, each with the text of the value that needs no first row."""

    subject: Subject
    named: str
    fields: Mapping[str, str]


LOGGED: dict[type[Model], Logged] = {
    Partner: Logged(Subject.PARTNER, "name", dict.fromkeys(("name", "email", "phone", "address", "archived_at"), "")),
    Location: Logged(Subject.LOCATION, "name", dict.fromkeys(("name", "phone", "address", "archived_at"), "")),
    Item: Logged(
        Subject.ITEM,
        "name",
        {
            "name": "", "kind": "product", "unit": "", "shelf_life_days": "", "expiry_notice_days": "",
            "warranty_months": "", "number_pattern": "", "tracking_mode": "none", "archived_at": "",
        },
    ),
    Variant: Logged(Subject.VARIANT, "sku", dict.fromkeys(("item_id", "sku", "name", "gtin", "archived_at"), "")),
    Workspace: Logged(
        Subject.WORKSPACE,
        "business_name",
        {
            "plan": "professional", "has_traceability_addon": "no", "default_tracking": "none",
            "products_need_serials_on_receipt": "no", "materials_need_serials_on_receipt": "no", "business_name": "",
            "business_phone": "", "business_address": "",
        },
    ),
    get_user_model(): Logged(
        Subject.USER,
        "username",
        {
            "username": "", "first_name": "", "last_name": "", "email": "", "is_active": "yes", "is_staff": "no",
            "is_superuser": "no",
        },
    ),
    Group: Logged(Subject.ROLE, "name", {"name": ""}),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of a row that becomes another text."""

    field: str
    old: str
    new: str


def log_row(row: Model, changes: Iterable[FieldChange], *, is_first: bool = False) -> None:
    """Adds ``changes`` of ``row`` to the log, in the name of who acts."""
    who = actor.get()
    by = who.user()
    at = days.now()
    write_changes(
        [
            change_of(row, one, by=by, reason=who.reason, at=at, is_first=is_first)
            for one in changes
            if one.old != one.new
        ]
    )


def change_of(row: Model, one: FieldChange, *, by, reason: str, at: datetime, is_first: bool = False) -> ChangeText:
    """The row of the log that says it; ``by`` is the user, or None for the program itself."""
    logged = LOGGED[type(row)]
    name = (getattr(row, logged.named) or logged.subject.label)[:150]
    return ChangeText(
        subject=logged.subject.value,
        subject_id=row.pk,
        uuid=None,
        variant=None,
        name=name,
        key=key_of(name)[:KEY_LIMIT],
        field=one.field,
        old=one.old[:LIMIT],
        new=one.new[:LIMIT],
        is_first=is_first,
        reason=reason[:200],
        changed_by=by.pk if by else None,
        changed_by_name=by.get_username() if by else "",
        changed_at=at,
    )


def first_values(row: Model) -> Iterator[FieldChange]:
    """What a new ``row`` was made with, as far as it needs a word."""
    for field, empty in LOGGED[type(row)].fields.items():
        value = text_of(stored_value(row, field))
        if value != empty:
            yield FieldChange(field, "", value)


def differences(before: Model, row: Model, fields: Iterable[str]) -> Iterator[FieldChange]:
    """What of ``fields`` a save of ``row`` changes; ``before`` is as the database has it."""
    for field in fields:
        old, new = text_of(getattr(before, field)), text_of(stored_value(row, field))
        if old != new:
            yield FieldChange(field, old, new)


def stored_value(row: Model, field: str):
    """The value that the database will have: a 1 for yes, or an expression, is stored as what it comes to."""
    value = getattr(row, field)
    if hasattr(value, "resolve_expression"):
        return type(row)._default_manager.filter(pk=row.pk).values_list(value, flat=True).get()
    return row._meta.get_field(field).to_python(value)


def text_of(value) -> str:
    """A value as the log keeps it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return instant_text(value)
    return "" if value is None else str(value)
