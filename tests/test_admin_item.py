"""Items in the admin: tracking in the form, the switch as an action, histories as files; the rules of the item card."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError
from django.urls import reverse

from items.models import Item, Variant
from katana_trace.lib.refusal import Refusal
from tests.build import item, line, post, stock
from tracking.models import HistoryDownload, Switch, Workspace
from tracking.modes import saving
from tracking.modes.history import history_chunks

pytestmark = pytest.mark.django_db

LIST = reverse("admin:items_item_changelist")


@pytest.fixture
def in_admin(client, manager):
    manager.is_staff = True
    manager.save()
    client.force_login(manager)
    return client


def page_of(made: Item) -> str:
    return reverse("admin:items_item_change", args=[made.pk])


def form_of(made: Item, **changes) -> dict:
    return {
        "name": made.name, "kind": made.kind, "unit": made.unit, "shelf_life_days": made.shelf_life_days or "",
        "tracking_mode": made.tracking_mode, "switch_reason": "", **changes,
    }  # fmt: skip


def chosen(*items: Item, **more) -> dict:
    return {"action": "switch_tracking", "_selected_action": [made.pk for made in items], **more}


def text(response) -> str:
    return response.content.decode()


# -- the form ---------------------------------------------------------------------------------------------------------


def test_enabling_in_the_form_moves_stock_and_keeps_who_and_why(in_admin, manager):
    flour = item("Flour", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", "2.5"))
    assert (
        in_admin.post(page_of(flour), form_of(flour, tracking_mode="batch", switch_reason="Audit")).status_code == 302
    )
    assert stock() == {("FLOUR", "Main", "UNBATCHED"): "2.5"}
    switch = Switch.objects.get()
    assert (switch.to_mode, switch.switched_by, switch.reason) == ("batch", manager, "Audit")


def test_enabling_in_the_form_without_a_reason_names_the_door(in_admin):
    flour = item("Flour", skus=("FLOUR",))
    in_admin.post(page_of(flour), form_of(flour, tracking_mode="serial"))
    assert Switch.objects.get().reason == "Admin"


def test_batch_to_serial_is_refused_on_its_field(in_admin):
    flour = item("Flour", "batch", skus=("FLOUR",))
    answer = in_admin.post(page_of(flour), form_of(flour, tracking_mode="serial", name="Flour 2"))
    assert answer.status_code == 422
    assert "Flour 2 cannot be switched from Batch / lot numbers to Serial numbers directly" in text(answer)
    assert "tracking_mode" in answer.context["adminform"].form.errors
    flour.refresh_from_db()
    assert (flour.name, flour.tracking_mode) == ("Flour", "batch")


def test_to_no_tracking_the_form_names_the_page(in_admin):
    flour = item("Flour", "batch", skus=("FLOUR",))
    answer = in_admin.post(page_of(flour), form_of(flour, tracking_mode="none"))
    assert answer.status_code == 422
    assert f"/items/{flour.pk}/tracking/?to=none" in text(answer)


def test_without_the_permission_tracking_is_read_only(in_admin, manager):
    manager.groups.clear()
    manager.user_permissions.add(*Permission.objects.filter(codename__in=["view_item", "change_item"]))
    flour = item("Flour", skus=("FLOUR",))
    page = text(in_admin.get(page_of(flour)))
    assert 'name="tracking_mode"' not in page
    assert 'name="switch_reason"' not in page
    assert in_admin.post(page_of(flour), form_of(flour, tracking_mode="batch", name="Flour 2")).status_code == 302
    flour.refresh_from_db()
    assert (flour.name, flour.tracking_mode) == ("Flour 2", "none")


def test_refusal_while_saving_comes_back_in_the_form(in_admin, monkeypatch):
    """Somebody else switches between the check of the form and the save."""

    def refuse(made):
        raise Refusal("Tracking of Flour was switched by somebody else. Load it again.", field="tracking_mode")

    flour = item("Flour", skus=("FLOUR",))
    monkeypatch.setattr(saving, "before_save", refuse)
    answer = in_admin.post(page_of(flour), form_of(flour, kind="material", tracking_mode="batch"))
    assert answer.status_code == 422
    assert answer.context["adminform"].form.errors["tracking_mode"] == [
        "Tracking of Flour was switched by somebody else. Load it again."
    ]
    assert 'value="material" selected' in text(answer)


def test_constraint_while_saving_is_a_sentence(in_admin, monkeypatch):
    def break_it(made):
        raise IntegrityError("UNIQUE constraint failed: items_item.key")

    flour = item("Flour", skus=("FLOUR",))
    monkeypatch.setattr(saving, "before_save", break_it)
    answer = in_admin.post(page_of(flour), form_of(flour, kind="material"))
    assert answer.status_code == 422
    assert "Somebody else took this name or number just now. Choose another." in text(answer)


def test_unit_of_what_has_moved_is_fixed(in_admin):
    flour = item("Flour", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 1))
    answer = in_admin.post(page_of(flour), form_of(flour, unit="g"))
    assert answer.status_code == 422
    assert "The unit of an item that has moved is fixed." in text(answer)
    flour.refresh_from_db()
    assert flour.unit == "kg"


def test_variant_that_has_moved_stays_with_its_item(in_admin):
    item("Flour", skus=("FLOUR",))
    bread = item("Bread", skus=("BREAD",))
    post("receipt", line("FLOUR", 1))
    variant = Variant.objects.get(sku="FLOUR")
    address = reverse("admin:items_variant_change", args=[variant.pk])
    answer = in_admin.post(address, {"item": bread.pk, "sku": "FLOUR", "name": "", "gtin": ""})
    assert answer.status_code == 422
    assert "A variant that has moved stays with its item." in text(answer)


def test_new_item_begins_with_the_choice_that_was_made(in_admin, manager):
    """The first choice is no switch, so it takes no permission to switch."""
    manager.groups.clear()
    manager.user_permissions.add(*Permission.objects.filter(codename__in=["view_item", "add_item"]))
    form = {"name": "Pump", "kind": "product", "unit": "pcs", "shelf_life_days": "", "tracking_mode": "serial"}
    assert in_admin.post(reverse("admin:items_item_add"), form).status_code == 302
    assert Item.objects.get().tracking_mode == "serial"
    answer = in_admin.post(reverse("admin:items_item_add"), {**form, "name": "Pu\u0007mp"})
    assert len(answer.context["adminform"].form.errors["name"]) == 1
    answer = in_admin.post(reverse("admin:items_item_add"), {**form, "name": " pUMP "})
    assert answer.status_code == 422
    assert "“Pump” exists already" in text(answer)


def test_the_form_keeps_the_warranty(in_admin):
    oven = item("Oven", "serial", skus=("OVEN",))
    assert in_admin.post(page_of(oven), form_of(oven, warranty_months="24")).status_code == 302
    oven.refresh_from_db()
    assert oven.warranty_months == 24
    assert 'name="warranty_months" value="24"' in text(in_admin.get(page_of(oven)))
    assert in_admin.post(page_of(oven), form_of(oven, warranty_months="0")).status_code == 422


# -- the switch as an action ------------------------------------------------------------------------------------------


def test_switch_of_several_items_asks_and_then_does(in_admin, manager):
    flour, bread = item("Flour", unit="kg", skus=("FLOUR",)), item("Bread", skus=("BREAD",))
    post("receipt", line("FLOUR", "2.5"), line("BREAD", 4))
    asked = in_admin.post(LIST, chosen(flour, bread))
    assert asked.status_code == 200
    assert "Show what it does" in text(asked)
    shown = in_admin.post(LIST, chosen(flour, bread, preview="1", tracking_mode="batch", reason="Audit"))
    assert 'name="confirm"' in text(shown)
    assert "All of its stock moves to a batch named UNBATCHED" in text(shown)
    assert "<td>2.5 kg</td>" in text(shown)
    assert not Switch.objects.exists()
    done = in_admin.post(LIST, chosen(flour, bread, confirm="1", tracking_mode="batch", reason="Audit"), follow=True)
    assert "2 items switched to Batch / lot numbers." in text(done)
    assert stock() == {("FLOUR", "Main", "UNBATCHED"): "2.5", ("BREAD", "Main", "UNBATCHED"): "4"}
    assert {(switch.switched_by, switch.reason) for switch in Switch.objects.all()} == {(manager, "Audit")}


def test_switch_of_several_items_is_all_or_nothing_and_names_the_item(in_admin):
    bread, flour = item("Bread", skus=("BREAD",)), item("Flour", "batch", skus=("FLOUR",))
    shown = in_admin.post(LIST, chosen(flour, bread, preview="1", tracking_mode="serial", reason="Audit"))
    assert "Flour cannot be switched from Batch / lot numbers to Serial numbers directly" in text(shown)
    assert 'name="confirm"' not in text(shown)
    answer = in_admin.post(LIST, chosen(flour, bread, confirm="1", tracking_mode="serial", reason="Audit"))
    assert answer.status_code == 422
    assert "Flour cannot be switched from Batch / lot numbers to Serial numbers directly" in text(answer)
    assert not Switch.objects.exists()
    bread.refresh_from_db()
    assert bread.tracking_mode == "none"


def test_switch_names_the_item_where_the_rule_does_not(in_admin):
    Workspace.objects.create(plan="standard")
    flour = item("Flour", skus=("FLOUR",))
    answer = in_admin.post(LIST, chosen(flour, confirm="1", tracking_mode="batch", reason="Audit"))
    assert answer.status_code == 422
    (sentence,) = answer.context["form"].non_field_errors()
    assert sentence.startswith("Flour: Batch / lot numbers and Serial numbers belong to the Full Traceability add-on")


def test_switch_needs_a_reason_and_a_choice(in_admin):
    flour = item("Flour", skus=("FLOUR",))
    answer = in_admin.post(LIST, chosen(flour, confirm="1", tracking_mode="batch", reason=" "))
    assert answer.status_code == 422
    assert answer.context["form"].errors["reason"] == [
        "Say why tracking is switched; the reason is kept with your name."
    ]
    assert in_admin.post(LIST, chosen(flour, confirm="1", tracking_mode="", reason="Audit")).status_code == 422
    assert not Switch.objects.exists()


def test_switch_to_no_tracking_opens_the_page_of_one_item(in_admin):
    flour, bread = item("Flour", "batch", skus=("FLOUR",)), item("Bread", "batch", skus=("BREAD",))
    answer = in_admin.post(LIST, chosen(flour, preview="1", tracking_mode="none"))
    assert answer.headers["Location"] == f"/items/{flour.pk}/tracking/?to=none"
    answer = in_admin.post(LIST, chosen(flour, bread, preview="1", tracking_mode="none"))
    assert answer.status_code == 422
    assert "2 items were chosen, and to No tracking goes one at a time" in text(answer)


def test_switch_is_no_action_without_its_permission(in_admin, manager):
    manager.groups.clear()
    manager.user_permissions.add(*Permission.objects.filter(codename__in=["view_item", "change_item"]))
    flour = item("Flour", skus=("FLOUR",))
    in_admin.post(LIST, chosen(flour, confirm="1", tracking_mode="batch", reason="Audit"))
    assert not Switch.objects.exists()


# -- histories --------------------------------------------------------------------------------------------------------


def test_export_of_one_item_is_its_csv_and_no_download(in_admin):
    flour = item("Flour", "batch", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 2, batch="L1"))
    answer = in_admin.post(LIST, {"action": "export_history", "_selected_action": [flour.pk]})
    assert b"".join(answer.streaming_content) == b"".join(history_chunks(flour))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="history-flour-{flour.pk}.csv"'
    assert "no-store" in answer.headers["Cache-Control"]
    assert not HistoryDownload.objects.exists()


def test_export_of_several_items_is_a_zip_with_one_file_each(in_admin):
    one, two = item("Flour / 5", "batch", skus=("A",)), item("Flour \\ 5", "serial", skus=("B",))
    post("receipt", line("A", 2, batch="L1"), line("B", 1, serial="S1"))
    answer = in_admin.post(LIST, {"action": "export_history", "_selected_action": [one.pk, two.pk]})
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert {name: archive.read(name) for name in archive.namelist()} == {
        f"history-flour-5-{made.pk}.csv": b"".join(history_chunks(made)) for made in (one, two)
    }
    assert answer.headers["Content-Type"] == "application/zip"
    assert "no-store" in answer.headers["Cache-Control"]
    assert not HistoryDownload.objects.exists()


def test_export_says_that_it_is_not_the_download_of_a_switch(in_admin):
    item("Flour", skus=("FLOUR",))
    assert "does not count as the download before switching off" in text(in_admin.get(LIST))
