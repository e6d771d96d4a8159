"""Forms of the admin: what is made, changed, deleted and imported there, the acts on its lists, and its pages that read."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.route_forms.form import DONE, Form, Sent
from tests.route_forms.records import CONTACT, NEW_PASSWORD
from tests.route_forms.workshop import Workshop
from tests.route_table import ADMIN

MANAGERS = frozenset(["staff", "superuser"])
ITEM = {
    "name": "Rye", "kind": "material", "unit": "kg", "shelf_life_days": "", "expiry_notice_days": "",
    "warranty_months": "", "number_pattern": "",
}  # fmt: skip
FILES = {
    "item": "item,kind,unit,tracking,shelf_life_days\nRye,material,kg,none,90\nBag,product,pcs,batch,\n",
    "variant": "item,sku,variant,gtin\nFlour,FLOUR-9,9 kg,\n",
    "location": "location\nCellar\n",
    "partner": "partner\nHotel\n",
}
TABLES = {name: f"{'items' if name in ('item', 'variant') else 'tracking'}_{name}" for name in FILES}
READS = ("index", "admin:password_change", "app_list", "_history", "_export", "_changelist")


def changed(**typed):
    """The form of a row that is there, with these fields."""
    return lambda company, client: typed


def chosen(action: str, which: str, **typed):
    """An act on the row of the company called ``which``, confirmed where a page would ask."""

    def make(company: Workshop, client: Client) -> dict:
        return {"action": action, "_selected_action": [str(getattr(company, which).pk)], **typed}

    return make


def deleted(which: str):
    return lambda company, client: Sent({"post": "yes"}, {"object_id": getattr(company, which).pk})


def uploaded(model: str):
    return lambda company, client: {"import_file": file_of(model), "format": "0", "resource": "0"}


def confirmed(model: str):
    """What was uploaded and previewed by this very person, or, where he may not, by somebody who may: the confirmation names
    the file."""

    def make(company: Workshop, client: Client) -> dict:
        for file in Path(tempfile.gettempdir()).glob("katana-trace-import-*"):
            file.unlink()  # those of the roles before, which nobody confirmed: a person has room for ten
        address = reverse(f"admin:{TABLES[model]}_import")
        sent = {"format": "0", "resource": "0"}
        for who in (client, company.admin):
            shown = who.post(address, {"import_file": file_of(model), **sent})
            if shown.context is not None and "confirm_form" in shown.context:
                break
        return {**shown.context["confirm_form"].initial, "confirm": "1"}

    return make


def file_of(model: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("file.csv", FILES[model].encode(), "text/csv")


def user_changed(company: Workshop, client: Client) -> Sent:
    everything = [str(pk) for pk in Permission.objects.values_list("pk", flat=True)]
    typed = {
        "username": "left", "first_name": "", "last_name": "", "email": "", "is_active": "on", "is_staff": "on",
        "is_superuser": "on", "user_permissions": everything, "date_joined_0": "2026-01-01", "date_joined_1": "08:00:00",
    }  # fmt: skip
    return Sent(typed, {"object_id": company.left.pk})


def group_changed(company: Workshop, client: Client) -> Sent:
    permission = Permission.objects.get(codename="reverse_document")
    return Sent({"name": "Packers", "permissions": [str(permission.pk)]}, {"object_id": company.packers.pk})


def password_of_another(company: Workshop, client: Client) -> Sent:
    typed = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "usable_password": "true"}
    return Sent(typed, {"id": company.left.pk})


def switched_in_form(company: Workshop, client: Client) -> Sent:
    typed = {**ITEM, "name": "Bag", "unit": "pcs", "tracking_mode": "batch", "switch_reason": "Audit"}
    return Sent(typed, {"object_id": company.bag.pk})


WORKSPACE = {
    "plan": "professional", "has_traceability_addon": "on", "default_tracking": "batch",
    "products_need_serials_on_receipt": "on", "business_name": "Bakery", "business_phone": "", "business_address": "",
}  # fmt: skip

MADE_AND_CHANGED = [
    Form("admin:items_item_add", changed(**ITEM, tracking_mode="serial"), "items_item"),
    Form(
        "admin:items_item_change",
        lambda company, client: Sent({**ITEM, "tracking_mode": "none"}, {"object_id": company.unused.pk}),
        "items_item tracking_recordchange",
    ),
    Form("admin:items_item_change", switched_in_form, "items_item tracking_switch", act="switch"),
    Form(
        "admin:items_variant_add",
        lambda company, client: {"item": company.flour.pk, "sku": "FLOUR-9", "name": "", "gtin": ""},
        "items_variant",
    ),
    Form(
        "admin:items_variant_change",
        lambda company, client: Sent(
            {"item": company.flour.pk, "sku": "FLOUR-25", "name": "", "gtin": ""},
            {"object_id": company.flour.variants.get().pk},
        ),
        "items_variant tracking_recordchange",
    ),
    Form("admin:tracking_location_add", changed(name="Cellar", **CONTACT), "tracking_location"),
    Form("admin:tracking_location_change", changed(name="Hall", **CONTACT), "tracking_location tracking_recordchange"),
    Form("admin:tracking_partner_add", changed(name="Hotel", email="", **CONTACT), "tracking_partner"),
    Form("admin:tracking_partner_change", changed(name="North", email="", **CONTACT), "tracking_partner"),
    Form("admin:tracking_workspace_change", changed(**WORKSPACE), "tracking_workspace"),
    Form("admin:auth_group_add", changed(name="Buyers"), "auth_group"),
    Form("admin:auth_group_change", group_changed, "auth_group_permissions"),
    Form(
        "admin:auth_user_add",
        changed(username="new", password1=NEW_PASSWORD, password2=NEW_PASSWORD, usable_password="true"),
        "auth_user",
    ),
    Form("admin:auth_user_change", user_changed, "auth_user auth_user_user_permissions"),
    Form("admin:auth_user_password_change", password_of_another, "auth_user"),
]
DELETED = [
    Form("admin:items_item_delete", deleted("empty"), "items_item"),
    Form("admin:items_variant_delete", deleted("unused_variant"), "items_variant"),
    Form("admin:tracking_location_delete", deleted("shelf"), "tracking_location"),
    Form("admin:tracking_partner_delete", deleted("idle"), "tracking_partner"),
    Form("admin:auth_group_delete", deleted("packers"), "auth_group"),
    Form("admin:auth_user_delete", deleted("left"), "auth_user"),
]
IMPORTED = [
    *[Form(f"admin:{table}_import", uploaded(model), "files") for model, table in TABLES.items()],
    *[Form(f"admin:{table}_process_import", confirmed(model), table, anew=True) for model, table in TABLES.items()],
]
ACTS = [
    *[
        Form(f"admin:{TABLES[model]}_changelist", chosen(action, which), TABLES[model], act=action, may=MANAGERS)
        for model, archived, brought_back in (
            ("item", "flour", "old"),
            ("variant", "of_bag", "old_variant"),
            ("location", "shelf", "old_location"),
            ("partner", "idle", "old_partner"),
        )
        for action, which in (("archive", archived), ("bring_back", brought_back))
    ],
    Form(
        "admin:items_item_changelist",
        chosen("switch_tracking", "bag", confirm="1", tracking_mode="batch", reason="Audit"),
        "items_item tracking_switch",
        act="switch_tracking",
        may=MANAGERS,
    ),
    Form("admin:items_item_changelist", chosen("export_history", "flour"), "", act="export_history"),
    *[
        Form(
            f"admin:tracking_{model}_changelist",
            chosen(action, which, confirm="1", reason="Smells"),
            f"tracking_{model} tracking_recordchange",
            act=action,
            may=MANAGERS,
        )
        for model, held, released in (("batch", "batch", "held_batch"), ("serialnumber", "serial", "held_serial"))
        for action, which in (("hold_records", held), ("release_records", released))
    ],
]
# Pages that answer a POST as they do a GET: an empty form is the valid one, and does nothing.
READING = [route for route, row in ADMIN.items() if route.endswith(READS) and row["post", "superuser"] in DONE]
