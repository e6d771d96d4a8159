"""Import and export of the catalogue in the admin: previewed, all or nothing, under the same rules as the forms."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from items.models import Item, Variant
from tests.build import item, line, location, partner, post, stock
from tracking.admin import catalogue as door
from tracking.admin import stored_upload
from tracking.models import Location, Partner, Switch
from tracking.resources import catalogue_csv

pytestmark = pytest.mark.django_db

ITEMS = "item,kind,unit,tracking,shelf_life_days\n"


@pytest.fixture
def in_admin(client, manager):
    manager.is_staff = True
    manager.save()
    client.force_login(manager)
    return client


@pytest.fixture(autouse=True)
def own_temporary_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def address(model: str, page: str) -> str:
    app = "items" if model in ("item", "variant") else "tracking"
    return reverse(f"admin:{app}_{model}_{page}")


def preview(client, model: str, content: str | bytes):
    data = content if isinstance(content, bytes) else content.encode()
    file = SimpleUploadedFile("file.csv", data, "text/csv")
    return client.post(address(model, "import"), {"import_file": file, "format": "0", "resource": "0"})


def confirm(client, model: str, previewed):
    form = previewed.context["confirm_form"]
    return client.post(address(model, "process_import"), {**form.initial, "confirm": "1"}, follow=True)


def text(response) -> str:
    return response.content.decode()


def refused(response) -> list[tuple[int, str, str]]:
    return [
        (row.number, column, sentence)
        for row in response.context["result"].invalid_rows
        for column, sentences in row.error_dict.items()
        for sentence in sentences
    ]


def test_import_shows_first_and_writes_then(in_admin):
    item("Flour", unit="kg", skus=("FLOUR",))
    file = ITEMS + "FLOUR ,material,kg,none,90\nBread,product,pcs,batch,\nFlour 2,product,pcs,none,\n"
    shown = preview(in_admin, "item", file)
    assert shown.status_code == 200
    assert "2 new, 1 changed, 0 as they are." in text(shown)
    assert "<del>product</del> <ins>material</ins>" in text(shown)
    assert Item.objects.count() == 1
    done = confirm(in_admin, "item", shown)
    assert "Imported: 2 new, 1 changed, 0 as they were." in text(done)
    flour = Item.objects.get(key="flour")
    assert (flour.name, flour.kind, flour.shelf_life_days) == ("Flour", "material", 90)
    assert Item.objects.get(key="bread").tracking_mode == "batch"
    again = preview(in_admin, "item", file)
    assert "0 new, 0 changed, 3 as they are." in text(again)


def test_import_switches_through_the_rules(in_admin, manager):
    item("Flour", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", "2.5"))
    shown = preview(in_admin, "item", ITEMS + "Flour,product,kg,batch,\n")
    assert not Switch.objects.exists()
    confirm(in_admin, "item", shown)
    assert stock() == {("FLOUR", "Main", "UNBATCHED"): "2.5"}
    switch = Switch.objects.get()
    assert (switch.switched_by, switch.reason) == (manager, "Import of items")


def test_batch_to_serial_is_refused_in_the_preview_in_the_words_of_the_form(in_admin):
    flour = item("Flour", "batch", unit="kg", skus=("FLOUR",))
    shown = preview(in_admin, "item", ITEMS + "Bread,product,pcs,none,\nFlour,product,kg,serial,\n")
    assert shown.status_code == 422
    form = {"name": "Flour", "kind": "product", "unit": "kg", "shelf_life_days": "", "tracking_mode": "serial"}
    in_form = in_admin.post(reverse("admin:items_item_change", args=[flour.pk]), form)
    sentence = in_form.context["adminform"].form.errors["tracking_mode"][0]
    assert refused(shown) == [(3, "tracking", sentence)]
    assert "confirm_form" not in shown.context


def test_import_of_another_tracking_needs_the_permission(in_admin, manager):
    manager.groups.clear()
    permissions = Permission.objects.filter(codename__in=["view_item", "change_item"])
    manager.user_permissions.add(*permissions)
    item("Flour", unit="kg", skus=("FLOUR",))
    shown = preview(in_admin, "item", ITEMS + "Flour,product,kg,batch,\nBread,product,pcs,none,\n")
    assert refused(shown) == [
        (2, "tracking", "You may not switch the tracking of Flour. Ask a manager, or give tracking as it is."),
        (3, "__all__", "“Bread” is new, and you may not add any item. Ask a manager."),
    ]


def test_import_needs_the_permission_to_change(client, operator):
    operator.is_staff = True
    operator.save()
    client.force_login(operator)
    for model in ("item", "variant", "location", "partner"):
        assert preview(client, model, "location\nShed\n").status_code == 403
        assert client.post(address(model, "process_import"), {}).status_code == 403
        assert "import_link" not in text(client.get(address(model, "changelist")))


def test_every_bad_row_is_named(in_admin):
    item("Flour", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 1))
    shown = preview(
        in_admin,
        "item",
        ITEMS
        + "Flour,product,g,none,\n\nA,thing,pcs,lots,0\nB,product,pcs,none,\n b,product,pcs,none,\n,product,pcs,none,\n"
        "C\u0007,product,pcs,none,\nD,product," + "x" * 17 + ",none,\n",
    )
    found = {}
    for row, column, sentence in refused(shown):
        found.setdefault((row, column), sentence)
    assert found[2, "__all__"] == "The unit of an item that has moved is fixed. Make a new item with the other unit."
    assert found[4, "kind"] == "“thing” is no kind. Use product or material."
    assert found[4, "tracking"] == "“lots” is no tracking. Use none, batch or serial."
    assert found[4, "shelf_life_days"].startswith("“0” is no shelf life.")
    assert found[6, "item"] == "“b” comes again in this file. Keep one row for it."
    assert (7, "item") in found
    assert "cannot be printed" in found[8, "item"]
    assert "the limit is 16" in found[9, "unit"]
    assert Item.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The submitted file is empty."),
        (b"location\n", "The file has a header but no rows."),
        (b"place\nShed\n", "The header lacks the column “location”."),
        (b"location,location\nA,B\n", "The header has the column “location” twice."),
        (b"location,colour\nA,B\n", "The header has an unknown column “colour”."),
        (b'location\n"Shed\n', "is opened and never closed"),
        (b"location\nSh\x00ed\n", "has a NUL character"),
        (b"location\n\xff\xe9\n", "The file is not in UTF-8"),
        ("location\nShed\n".encode("utf-16"), "This file is in UTF-16"),
        (b"PK\x03\x04rest", "This is a spreadsheet or zip file"),
    ],
)
def test_file_that_cannot_be_read_is_refused_in_a_sentence(in_admin, own_temporary_folder, content, sentence):
    answer = preview(in_admin, "location", content)
    assert answer.status_code == 422
    assert sentence in " ".join(answer.context["form"].errors["import_file"])
    assert not list(own_temporary_folder.iterdir())


def test_file_above_the_limits_is_refused(in_admin, monkeypatch):
    monkeypatch.setattr(catalogue_csv, "ROW_LIMIT", 2)
    answer = preview(in_admin, "location", "location\nA\nB\nC\n")
    assert "The file has more than 2 rows" in text(answer)
    monkeypatch.setattr(door, "SIZE_LIMIT", 10)
    answer = preview(in_admin, "location", "location\nA\nB\nC\n")
    assert "The file has 15 bytes, the limit is 10" in text(answer)
    assert answer.status_code == 422


def test_variants_find_their_item_by_name_and_stay_with_it(in_admin):
    item("Flour", skus=("FLOUR",))
    item("Bread", skus=("BREAD",))
    header = "sku;item;variant;gtin\n"
    shown = preview(in_admin, "variant", header + "FLOUR-25;flour;25 kg;\nbread;BREAD;500 g;4006381333931\n")
    confirm(in_admin, "variant", shown)
    assert Variant.objects.get(sku="FLOUR-25").item.name == "Flour"
    assert (Variant.objects.get(sku="BREAD").name, Variant.objects.get(sku="BREAD").gtin) == ("500 g", "4006381333931")
    shown = preview(in_admin, "variant", header + "FLOUR;Bread;;\nX;Cake;;\nY;Flour;;4006381333932\n")
    assert refused(shown) == [
        (2, "item", "The SKU FLOUR belongs to Flour, and this row says Bread. Correct one."),
        (3, "item", "There is no item “Cake”. Import the item first, or correct its name."),
        (4, "gtin", "“4006381333932” has the check digit 2, 1 is right. Compare it with the label."),
    ]


def test_locations_and_partners_are_found_by_key(in_admin):
    location("Cold Store")
    partner("Mill & Sons")
    for model, kept in (("location", "Cold Store"), ("partner", "Mill & Sons")):
        shown = preview(in_admin, model, f"{model}\n{kept.upper()}\nNew  place\n")
        assert "1 new, 0 changed, 1 as they are." in text(shown)
        confirm(in_admin, model, shown)
    assert set(Location.objects.values_list("name", flat=True)) == {"Cold Store", "New  place"}
    assert set(Partner.objects.values_list("name", flat=True)) == {"Mill & Sons", "New  place"}


def test_export_and_import_lose_nothing(in_admin):
    names = ["=1+1", "'quoted", "-5", 'Läden, "A"; B', "＝wide", "plain"]
    for name in names:
        location(name)
    answer = in_admin.get(address("location", "export"))
    assert answer.content.startswith("\ufefflocation,phone,address\r\n".encode())
    assert "\r\n'=1+1,,\r\n" in text(answer)
    assert "''quoted" in text(answer)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="locations.csv"'
    assert "no-store" in answer.headers["Cache-Control"]
    shown = preview(in_admin, "location", answer.content)
    assert f"0 new, 0 changed, {len(names)} as they are." in text(shown)
    Location.objects.all().delete()
    confirm(in_admin, "location", preview(in_admin, "location", answer.content))
    assert set(Location.objects.values_list("name", flat=True)) == set(names)


def test_export_of_items_and_variants_has_the_columns_of_the_import(in_admin):
    item("Flour", "batch", unit="kg", skus=("FLOUR",), shelf_life_days=1234)
    answer = in_admin.get(address("item", "export"))
    assert text(answer) == "\ufeffitem,kind,unit,tracking,shelf_life_days\r\nFlour,product,kg,batch,1234\r\n"
    answer = in_admin.get(address("variant", "export"))
    assert text(answer) == "\ufeffitem,sku,variant,gtin\r\nFlour,FLOUR,,\r\n"


def test_preview_has_no_inline_style(in_admin):
    item("Flour <b>", unit="kg", skus=("FLOUR",))
    page = text(preview(in_admin, "item", ITEMS + "Flour <b>,material,kg,none,\n"))
    assert " style=" not in page
    assert "Flour &lt;b&gt;" in page


def test_confirming_twice_or_another_file_is_a_sentence(in_admin, own_temporary_folder):
    shown = preview(in_admin, "location", "location\nShed\n")
    confirm(in_admin, "location", shown)
    assert "The uploaded file is not there any more" in text(confirm(in_admin, "location", shown))
    other = own_temporary_folder / "secret.csv"
    other.write_text("location\nSecret\n")
    form = {"import_file_name": "secret.csv", "original_file_name": "x", "format": "0"}
    waiting = preview(in_admin, "location", "location\nBarn\n").context["confirm_form"].initial
    for changed in (
        {},
        {"import_file_name": "../../etc/passwd"},
        {**waiting, "format": "7"},
        {**waiting, "format": "x"},
    ):
        answer = in_admin.post(address("location", "process_import"), {**form, **changed}, follow=True)
        assert "The uploaded file is not there any more" in text(answer)
    assert set(Location.objects.values_list("name", flat=True)) == {"Shed"}


def test_what_changed_since_the_preview_is_refused_and_nothing_is_written(in_admin):
    flour = item("Flour", unit="kg", skus=("FLOUR",))
    shown = preview(in_admin, "item", ITEMS + "Bread,product,pcs,none,\nFlour,product,kg,batch,\n")
    flour.tracking_mode = "serial"
    flour.save()
    answer = confirm(in_admin, "item", shown)
    assert answer.status_code == 422
    assert "cannot be switched from Serial numbers to Batch / lot numbers directly" in text(answer)
    assert not Item.objects.filter(key="bread").exists()


def test_uploads_that_were_never_confirmed_go_after_a_day(in_admin, own_temporary_folder, monkeypatch):
    preview(in_admin, "location", "location\nShed\n")
    assert len(list(own_temporary_folder.iterdir())) == 1
    later = Path(next(own_temporary_folder.iterdir())).stat().st_mtime + stored_upload.DAY + 1
    monkeypatch.setattr(stored_upload.time, "time", lambda: later)
    preview(in_admin, "location", "location\nShed\n")
    assert len(list(own_temporary_folder.iterdir())) == 1


def test_uploads_that_wait_have_a_quota_for_each_user(in_admin, own_temporary_folder, admin_client):
    for number in range(10):
        assert preview(in_admin, "location", f"location\nPlace {number}\n").status_code == 200
    before = sorted(own_temporary_folder.iterdir())
    refused = preview(in_admin, "location", "location\nPlace 11\n")
    assert refused.status_code == 422
    assert (
        "With this file you have 11 files of 188 bytes that are not confirmed yet; the limit is 10 files of 104,857,600 bytes "
        "(100 MiB). Confirm those that are previewed, or wait: a file that is not confirmed is removed after a day."
    ) in text(refused)
    assert sorted(own_temporary_folder.iterdir()) == before
    other = preview(admin_client, "location", "location\nPlace 11\n")
    assert other.status_code == 200
    confirmed = in_admin.post(
        address("location", "process_import"), {**other.context["confirm_form"].initial, "confirm": "1"}, follow=True
    )
    assert "The uploaded file is not there any more, so nothing was imported." in text(
        confirmed
    )  # it is another user's
    assert not Location.objects.exists()
