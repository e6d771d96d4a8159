"""Forms of the catalogue: items, variants, recipes, and the tracking of an item."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from katana_trace.lib.identity import new_uuid
from tests.route_forms.form import Form, Sent
from tests.route_forms.workshop import Workshop
from tracking.models import Archive, StockLevel
from tracking.modes.restore_plan import plan_restore

ITEM = {
    "kind": "material", "unit": "kg", "shelf_life_days": "90", "expiry_notice_days": "", "warranty_months": "",
    "number_pattern": "",
}  # fmt: skip
VARIANT = {"sku": "FLOUR-9", "name": "9 kg", "gtin": "4006381333931"}


def item_new(company: Workshop, client: Client) -> dict:
    return {"name": "Rye", **ITEM, "tracking_mode": "batch", "sku": "RYE", "variant": "", "gtin": ""}


def switch_off(company: Workshop, client: Client) -> Sent:
    """After this very person downloaded the history: everybody may read it."""
    answer = client.get(f"/items/{company.barley.pk}/history.csv")
    if answer.streaming:  # who is not logged in gets none
        b"".join(answer.streaming_content)
    typed = {"tracking_mode": "none", "confirm": "Barley", "reason": "Too much work"}
    return Sent(typed, {"pk": company.barley.pk})


def history_file(company: Workshop, client: Client) -> dict:
    answer = company.desk.get(f"/archives/{Archive.objects.get().pk}/download/")
    return {"file": SimpleUploadedFile("history.csv", b"".join(answer.streaming_content), "text/csv")}


def restore(company: Workshop, client: Client) -> dict:
    return {"seen": plan_restore(Archive.objects.get()).digest, "left": ""}


def level_of(sku: str) -> StockLevel:
    """Where some of a SKU has no number."""
    levels = StockLevel.objects.filter(variant__sku=sku, quantity__gt=0)
    return levels.filter(batch__number="UNBATCHED").first() or levels.get(batch=None)


def assign_batch(company: Workshop, client: Client) -> dict:
    return {
        "level": level_of("FLOUR").pk, "token": str(new_uuid()), "batch_number": "L9", "quantity": "1", "expires_on": "",
    }  # fmt: skip


def connect_serials(company: Workshop, client: Client) -> Sent:
    typed = {"level": level_of("PUMP").pk, "token": str(new_uuid()), "numbers": "P1\r\nP2", "do": "connect"}
    return Sent(typed, {"pk": company.pump.pk})


FORMS = [
    Form("items:item_new", item_new, "items_item items_variant"),
    Form(
        "items:item_edit",
        lambda company, client: {"name": "White flour", **ITEM, "reason": "Two flours now"},
        "items_item tracking_recordchange",
    ),
    Form("items:item_archive", lambda company, client: {"archived": "1"}, "items_item"),
    Form(
        "items:item_archive",
        lambda company, client: Sent({"archived": "0"}, {"pk": company.old.pk}),
        "items_item",
        act="bring back",
    ),
    Form("items:variant_new", lambda company, client: VARIANT, "items_variant"),
    Form("items:variant_edit", lambda company, client: {**VARIANT, "reason": "A sack of 9 kg"}, "items_variant"),
    Form("items:variant_archive", lambda company, client: {"archived": "1"}, "items_variant"),
    Form(
        "items:variant_archive",
        lambda company, client: Sent({"archived": "0"}, {"pk": company.old_variant.pk}),
        "items_variant",
        act="bring back",
    ),
    Form(
        "items:recipe_edit",
        lambda company, client: {"do": "save", "makes": "10", "sku": ["BAG", ""], "quantity": ["2.5", ""]},
        "items_recipe items_recipeline",
        act="save",
    ),
    Form(
        "items:recipe_edit",
        lambda company, client: Sent({"do": "delete"}, {"pk": company.of_oven.pk}),
        "items_recipe items_recipeline",
        act="delete",
    ),
    Form(
        "tracking:item_tracking",
        lambda company, client: Sent({"tracking_mode": "batch", "reason": "Audit"}, {"pk": company.bag.pk}),
        "items_item tracking_switch tracking_batch tracking_stocklevel",
        act="on",
    ),
    Form(
        "tracking:item_tracking",
        switch_off,
        "items_item tracking_switch tracking_archive tracking_batch",
        act="off",
        anew=True,
    ),
    Form("tracking:item_restore", history_file, ""),
    Form("tracking:archive_restore", restore, "tracking_archive tracking_batch"),
    Form("tracking:item_assign", assign_batch, "tracking_document tracking_ledgerline tracking_batch", act="batch"),
    Form(
        "tracking:item_assign",
        connect_serials,
        "tracking_document tracking_ledgerline tracking_serialnumber",
        act="serial numbers",
    ),
]
