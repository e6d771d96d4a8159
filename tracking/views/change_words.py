"""The change log in words: what a field is called, and how its values read."""

from __future__ import annotations

from datetime import date

from items.models import Item, TrackingMode
from katana_trace.lib.days import parse_instant
from katana_trace.templatetags.trace_tags import day, moment
from tracking.models import RecordChange, Subject
from tracking.models.batch import RecordStatus

FIELDS = {
    "name": "Name",
    "email": "Email",
    "phone": "Phone",
    "address": "Address",
    "archived_at": "Archived",
    "kind": "Type",
    "unit": "Unit",
    "shelf_life_days": "Shelf life, days",
    "expiry_notice_days": "Notice before expiry, days",
    "warranty_months": "Warranty, months",
    "number_pattern": "Pattern of numbers",
    "tracking_mode": "Product tracking",
    "archive": "Archive kept, SHA-256",
    "restored": "Archive restored, SHA-256",
    "item_id": "Item, id",
    "sku": "SKU",
    "gtin": "GTIN",
    "expires_on": "Expiry date",
    "later_expiry": "Expires later than what it was made of",
    "made_on": "Date of making",
    "supplier_batch": "Supplier's batch number",
    "status": "Status",
    "note": "Note",
    "plan": "Plan",
    "has_traceability_addon": "Full Traceability add-on",
    "default_tracking": "Tracking of new items",
    "products_need_serials_on_receipt": "Serial numbers of products required on receipt",
    "materials_need_serials_on_receipt": "Serial numbers of materials required on receipt",
    "business_name": "Name of the business",
    "business_phone": "Phone of the business",
    "business_address": "Address of the business",
    "username": "User name",
    "first_name": "First name",
    "last_name": "Last name",
    "is_active": "May log in",
    "is_staff": "May enter the admin",
    "is_superuser": "May do everything",
    "password": "Password",
    "role": "Role",
    "permission": "Permission",
    "opened": "Opened, digest",
    "closed": "Closed, digest",
    "standing": "What was done, digest",
    "deleted": "Deleted",
}
CHOICES = {
    "tracking_mode": TrackingMode,
    "default_tracking": TrackingMode,
    "status": RecordStatus,
    "kind": Item.Kind,
}
DATES = {"expires_on", "made_on"}
WITHOUT_OLD = {"password", "archive", "restored", "opened", "closed", "standing", "deleted"}
DIGESTS = {"archive", "restored", "opened", "closed", "standing"}
CODES = {"sku", "gtin", "number_pattern", "supplier_batch", "permission", *DIGESTS}
NUMBERED = {Subject.BATCH, Subject.SERIAL, Subject.VARIANT, Subject.RECALL}  # their names are read off a label


def field_in_words(field: str) -> str:
    return FIELDS.get(field, field.replace("_", " ").capitalize())


def value_in_words(field: str, value: str) -> str:
    """A value of the log as pages write it; what cannot be read stands as it is."""
    if field in CHOICES and value in CHOICES[field].values:
        return str(CHOICES[field](value).label)
    try:
        if field in DATES and value:
            return day(date.fromisoformat(value))
        if field == "archived_at" and value:
            return moment(parse_instant(value))
    except ValueError:
        return value
    return value


def has_old(change: RecordChange) -> bool:
    """Whether the old value says something."""
    return not change.is_first and change.field not in WITHOUT_OLD
