"""Pages of the catalogue, through the forms that people fill in."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse

from items.catalogue import create_item, create_variant
from items.models import Item, Variant
from tests import build
from tracking.models import Workspace

NEW = {
    "name": "Country loaf",
    "kind": "product",
    "unit": "pcs",
    "shelf_life_days": "10",
    "tracking_mode": "batch",
    "sku": "CL-400",
    "variant": "400 g",
    "gtin": "5900005820007",
}


def names(response) -> list[str]:
    return [item.name for item in response.context["page"].rows]


def errors(response) -> dict[str, list[str]]:
    return {name: list(found) for name, found in response.context["form"].errors.items()}


@pytest.fixture
def catalogue(db):
    build.item("Rye flour", "batch", unit="kg", skus=("MAT-002",))
    build.item("Bread oven", "serial", skus=("OVEN-1", "OVEN-2"))
    build.item("Paper bag", skus=("BAG",))
    Variant.objects.filter(sku="BAG").update(gtin="5900005820007")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Bread oven", "Paper bag", "Rye flour"]),
        ("?q=ＲＹＥ", ["Rye flour"]),
        ("?q=oven-2", ["Bread oven"]),
        ("?q=05900005820007", ["Paper bag"]),
        ("?q=%00%0A", ["Bread oven", "Paper bag", "Rye flour"]),
        ("?q=100%25", []),
        ("?tracking=serial", ["Bread oven"]),
        ("?tracking=none&q=b", ["Paper bag"]),
        ("?tracking=other", ["Bread oven", "Paper bag", "Rye flour"]),
        ("?archived=1", []),
    ],
)
def test_item_list_finds(client, viewer, catalogue, query, expected):
    client.force_login(viewer)
    assert names(client.get(f"/items/{query}")) == expected


def test_item_list_tells_what_is_empty(client, viewer, manager):
    client.force_login(viewer)
    assert "There are no items yet." in client.get("/items/").content.decode()
    assert "/items/new/" not in client.get("/items/").content.decode()
    client.force_login(manager)
    assert "Create the first item" in client.get("/items/").content.decode()
    assert "No item matches this." in client.get("/items/?q=zz").content.decode()
    assert "No item is archived." in client.get("/items/?archived=1").content.decode()


def test_item_list_pages_by_key(client, viewer):
    for number in range(51):
        build.item(f"Item {number:02}", skus=())
    client.force_login(viewer)
    first = client.get("/items/?q=item")
    second = client.get("/items/", {"q": "item", "after": first.context["page"].next_cursor})
    assert names(first) + names(second) == [f"Item {number:02}" for number in range(51)]
    assert "q=item&amp;after=" in first.content.decode()


@pytest.mark.parametrize("count", [1, 50])
def test_item_list_asks_the_same_number_of_queries(client, viewer, count, django_assert_num_queries):
    for number in range(count):
        build.item(f"Item {number:02}", skus=(f"A-{number}", f"B-{number}"))
    client.force_login(viewer)
    with django_assert_num_queries(6):  # session, user, items, variants, permissions of the user and of the groups
        assert len(names(client.get("/items/"))) == count


def test_item_new_makes_item_and_variant_together(client, manager):
    client.force_login(manager)
    response = client.post("/items/new/", NEW)
    item = Item.objects.get()
    variant = Variant.objects.get()
    assert (response.status_code, response["Location"]) == (302, reverse("tracking:item_card", args=[item.pk]))
    assert (item.name, item.kind, item.unit, item.shelf_life_days, item.tracking_mode, item.tracking_epoch) == (
        "Country loaf",
        "product",
        "pcs",
        10,
        "batch",
        0,
    )
    assert (variant.item, variant.sku, variant.name, variant.gtin) == (item, "CL-400", "400 g", "5900005820007")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"name": ""}, {"name": ["Give the item a name."]}),
        ({"sku": " "}, {"sku": ["Give the first variant a SKU."]}),
        ({"unit": ""}, {"unit": ["Give the unit that stock is counted in, such as pcs."]}),
        (
            {"gtin": "5900005820008"},
            {"gtin": ["“5900005820008” has the check digit 8, 7 is right. Compare it with the label."]},
        ),
        (
            {"sku": "oven-1"},
            {"sku": ["“OVEN-1” exists already (case, width and spaces do not tell names apart). Choose another."]},
        ),
        (
            {"name": "BREAD  oven", "sku": "X\x07"},
            {
                "name": [
                    "“Bread oven” exists already (case, width and spaces do not tell names apart). Choose another."
                ],
                "sku": ["SKU “X\\u0007” has a character that cannot be printed (\\u0007). Remove it."],
            },
        ),
        ({"shelf_life_days": "0"}, {"shelf_life_days": ["Ensure this value is greater than or equal to 1."]}),
        ({"warranty_months": "601"}, {"warranty_months": ["Ensure this value is less than or equal to 600."]}),
    ],
)
def test_item_new_refuses_on_the_field_and_makes_nothing(client, manager, catalogue, typed, expected):
    client.force_login(manager)
    response = client.post("/items/new/", {**NEW, **typed})
    assert (response.status_code, errors(response)) == (422, expected)
    assert (Item.objects.count(), Variant.objects.count()) == (3, 4)
    page = response.content.decode()
    assert all(f'id="id_{name}_error"' in page for name in expected)
    assert f'value="{NEW["variant"]}"' in page


def test_item_new_begins_with_the_tracking_of_the_workspace(client, manager):
    client.force_login(manager)

    def checked() -> list[str]:
        return [card.value for card in client.get("/items/new/").context["form"].tracking_cards() if card.checked]

    assert checked() == ["none"]
    Workspace.objects.create(pk=1, default_tracking="serial")
    assert checked() == ["serial"]


def test_item_new_without_the_addon_offers_no_tracking_alone(client, manager):
    Workspace.objects.create(pk=1, plan="standard", default_tracking="batch")
    client.force_login(manager)
    page = client.get("/items/new/")
    cards = page.context["form"].tracking_cards()
    assert [(card.value, card.checked, bool(card.closed)) for card in cards] == [
        ("none", True, False),
        ("batch", False, True),
        ("serial", False, True),
    ]
    assert page.content.decode().count("belong to the Full Traceability add-on") == 1
    response = client.post("/items/new/", NEW)
    assert (response.status_code, list(errors(response))) == (422, ["tracking_mode"])
    assert Item.objects.count() == 0


def test_item_edit_changes_all_but_the_tracking(client, manager, catalogue):
    client.force_login(manager)
    item = Item.objects.get(key="rye flour")
    typed = {
        "name": "Rye flour T997",
        "kind": "material",
        "unit": "kg",
        "shelf_life_days": "90",
        "tracking_mode": "none",
    }
    response = client.post(f"/items/{item.pk}/edit/", typed)
    item.refresh_from_db()
    assert response["Location"] == f"/items/{item.pk}/"
    assert (item.name, item.key, item.kind, item.shelf_life_days, item.tracking_mode) == (
        "Rye flour T997",
        "rye flour t997",
        "material",
        90,
        "batch",
    )


def test_item_edit_keeps_the_warranty_and_takes_it_away(client, manager, catalogue):
    client.force_login(manager)
    oven = Item.objects.get(key="bread oven")
    typed = {"name": oven.name, "kind": oven.kind, "unit": oven.unit}
    found = []
    for months in ("24", "1", ""):
        assert client.post(f"/items/{oven.pk}/edit/", {**typed, "warranty_months": months}).status_code == 302
        form = client.get(f"/items/{oven.pk}/edit/").content.decode()
        card = client.get(f"/items/{oven.pk}/").content.decode()
        oven.refresh_from_db()
        words = [words in card for words in ("24 months from the shipment", "1 month from the shipment", "Warranty")]
        found.append((oven.warranty_months, f'name="warranty_months" value="{months}"' in form, words))
    assert found == [
        (24, True, [True, False, True]),
        (1, True, [False, True, True]),
        (None, False, [False, False, False]),
    ]


def test_item_edit_keeps_what_a_browser_sends_back_unchanged(client, manager):
    """Every field that is saved stands on the page: one that did not would be emptied by each save."""
    item = build.item("Oven", "serial", shelf_life_days=400, expiry_notice_days=30, warranty_months=24)
    client.force_login(manager)
    page = client.get(f"/items/{item.pk}/edit/")
    fields = page.context["form"].Meta.fields
    assert [name for name in fields if f'name="{name}"' not in page.content.decode()] == []
    shown = {name: page.context["form"][name].value() or "" for name in fields}
    assert client.post(f"/items/{item.pk}/edit/", shown).status_code == 302
    item.refresh_from_db()
    assert (item.shelf_life_days, item.expiry_notice_days, item.warranty_months) == (400, 30, 24)
    assert "<dt>Notice before expiry</dt><dd>30 days</dd>" in client.get(f"/items/{item.pk}/").content.decode()


def test_item_edit_refuses_another_unit_once_it_moved(client, manager, catalogue):
    build.post("receipt", build.line("MAT-002", "2.5", batch="L1"))
    client.force_login(manager)
    item = Item.objects.get(key="rye flour")
    typed = {"name": "Rye", "kind": "product", "unit": "g", "shelf_life_days": ""}
    response = client.post(f"/items/{item.pk}/edit/", typed)
    item.refresh_from_db()
    assert response.status_code == 422
    assert errors(response) == {
        "unit": ["The unit of an item that has moved is fixed. Make a new item with the other unit."]
    }
    assert (item.name, item.unit) == ("Rye flour", "kg")


def test_name_taken_in_the_same_moment_is_refused_on_its_field(catalogue):
    oven = Item.objects.get(key="bread oven")
    with pytest.raises(ValidationError) as refused:
        create_variant(variant=Variant(item=oven, sku="bag"), by=None)
    assert refused.value.message_dict == {"sku": ["“bag” was taken by somebody else just now. Choose another."]}
    with pytest.raises(ValidationError) as refused:
        create_item(item=Item(name="Rye Flour"), variant=Variant(sku="NEW"), by=None)
    assert refused.value.message_dict == {"name": ["“Rye Flour” was taken by somebody else just now. Choose another."]}
    with pytest.raises(ValidationError) as refused:
        create_item(item=Item(name="Spelt flour"), variant=Variant(sku="BAG"), by=None)
    assert refused.value.message_dict == {"sku": ["“BAG” was taken by somebody else just now. Choose another."]}
    assert (Item.objects.count(), Variant.objects.count()) == (3, 4)


def test_item_archive_hides_and_shows_again(client, manager, catalogue):
    client.force_login(manager)
    item = Item.objects.get(key="paper bag")
    for _ in range(2):
        client.post(f"/items/{item.pk}/archive/", {"archived": "1"})
    assert names(client.get("/items/")) == ["Bread oven", "Rye flour"]
    assert names(client.get("/items/?archived=1")) == ["Paper bag"]
    assert "Archived since" in client.get(f"/items/{item.pk}/edit/").content.decode()
    client.post(f"/items/{item.pk}/archive/", {"archived": "0"})
    assert names(client.get("/items/")) == ["Bread oven", "Paper bag", "Rye flour"]


def test_variant_new_edit_and_archive(client, manager, catalogue):
    client.force_login(manager)
    item = Item.objects.get(key="rye flour")
    made = client.post(f"/items/{item.pk}/variants/new/", {"sku": "MAT-002-5", "name": "5 kg", "gtin": ""})
    assert made["Location"] == f"/items/{item.pk}/"
    variant = item.variants.get(key="mat-002-5")
    twin = client.post(f"/variants/{variant.pk}/edit/", {"sku": " BAG", "name": "5 kg", "gtin": "12"})
    assert (twin.status_code, errors(twin)) == (
        422,
        {
            "sku": ["“BAG” exists already (case, width and spaces do not tell names apart). Choose another."],
            "gtin": ["“12” is not a GTIN. It has 8, 12, 13 or 14 digits."],
        },
    )
    client.post(f"/variants/{variant.pk}/edit/", {"sku": "R-5", "name": "Bag of 5 kg", "gtin": ""})
    client.post(f"/variants/{variant.pk}/archive/", {"archived": "1"})
    variant.refresh_from_db()
    assert (variant.item, variant.sku, variant.key, variant.name) == (item, "R-5", "r-5", "Bag of 5 kg")
    assert variant.archived_at is not None
    shown = [
        variant.sku for item in client.get("/items/?q=rye").context["page"].rows for variant in item.shown_variants
    ]
    assert shown == ["MAT-002"]


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_item_pages_that_change_are_for_managers(client, role, catalogue, request):
    client.force_login(request.getfixturevalue(role))
    item, variant = Item.objects.get(key="paper bag"), Variant.objects.get(key="bag")
    asked = [
        client.get("/items/new/"),
        client.post("/items/new/", NEW),
        client.get(f"/items/{item.pk}/edit/"),
        client.post(f"/items/{item.pk}/edit/", {"name": "X"}),
        client.post(f"/items/{item.pk}/archive/", {"archived": "1"}),
        client.post(f"/items/{item.pk}/variants/new/", {"sku": "X"}),
        client.post(f"/variants/{variant.pk}/edit/", {"sku": "X"}),
        client.post(f"/variants/{variant.pk}/archive/", {"archived": "1"}),
    ]
    assert [response.status_code for response in asked] == [403] * 8
    assert sorted(Variant.objects.filter(archived_at=None).values_list("sku", flat=True)) == [
        "BAG",
        "MAT-002",
        "OVEN-1",
        "OVEN-2",
    ]


# -- the pattern of new numbers -------------------------------------------------------------------------------------------


def preview(page: str) -> str:
    """What the page says of the next number."""
    found = re.search(r'<p class="s" id="pattern_preview" aria-live="polite">(.*?)</p>', page, re.DOTALL)[1]
    return " ".join(re.sub(r"<[^>]*>", "", found).split())


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"pattern": "{yy}{mm}{dd}-{n:04}"}, "Next number today: 261123-0001, when none was given yet"),
        ({"number_pattern": "L{jjj}-{n}", "sku": "X"}, "Next number today: L327-1, when none was given yet"),
        ({"pattern": "{sku}/{n}", "sku": "CL-8"}, "Next number today: CL-8/1, when none was given yet"),
        ({"pattern": "{sku}/{n}"}, "Next number today: SKU/1, when none was given yet"),
        ({"pattern": " "}, "Without a pattern no number is suggested."),
        ({}, "Without a pattern no number is suggested."),
        ({"pattern": "{n}{n}"}, "Pattern “{n}{n}” has 2 counters. Keep one {n}."),
        ({"pattern": "{sku}{n}", "sku": "x" * 64},
         f"With the SKU {'x' * 64} a number has more than 64 characters, so none is suggested. Shorten it."),
        ({"pattern": "{sku}{n}", "sku": "a\x00"},
         "SKU “a\\u0000” has a character that cannot be printed (\\u0000). Remove it."),
        ({"pattern": "<b>{n}"}, "Next number today: &lt;b&gt;1, when none was given yet"),
    ],
)  # fmt: skip
def test_pattern_preview_shows_the_next_number(client, viewer, stopped_clock, asked, said):
    client.force_login(viewer)
    response = client.get("/items/pattern/", asked)
    assert response.status_code == 200
    assert preview(response.content.decode()) == said


def test_pattern_preview_needs_a_login(client, db):
    assert client.get("/items/pattern/?pattern={n}").status_code == 302


def test_item_new_takes_a_pattern_and_shows_what_is_wrong_with_it(client, manager, stopped_clock):
    client.force_login(manager)
    assert preview(client.get("/items/new/").content.decode()) == "Without a pattern no number is suggested."
    response = client.post("/items/new/", {**NEW, "number_pattern": "{yy}", "unit": ""})
    assert (response.status_code, errors(response)) == (
        422,
        {
            "unit": ["Give the unit that stock is counted in, such as pcs."],
            "number_pattern": [
                "Pattern “{yy}” has no {n}, so two numbers of one day could not differ. "
                "Add {n} or {n:04} where the counter belongs."
            ],
        },
    )
    client.post("/items/new/", {**NEW, "number_pattern": " {sku}-{n:03} "})
    assert Item.objects.get().number_pattern == "{sku}-{n:03}"


def test_item_edit_shows_the_next_number_of_the_saved_pattern(client, manager, catalogue, stopped_clock):
    client.force_login(manager)
    item = Item.objects.get(key="bread oven")
    typed = {"name": item.name, "kind": "product", "unit": "pcs", "number_pattern": "{sku}-{jjj}-{n:03}"}
    assert client.post(f"/items/{item.pk}/edit/", typed).status_code == 302
    page = client.get(f"/items/{item.pk}/edit/").content.decode()
    assert 'value="{sku}-{jjj}-{n:03}"' in page
    assert preview(page) == "Next number today: OVEN-1-327-001, when none was given yet"
    for number, variant in enumerate(item.variants.all(), 1):
        assert f'<a href="/variants/{variant.pk}/recipe/">' in page, number
    refused = client.post(f"/items/{item.pk}/edit/", {**typed, "number_pattern": "{n"})
    assert (refused.status_code, list(errors(refused))) == (422, ["number_pattern"])
    client.post(f"/items/{item.pk}/edit/", {**typed, "number_pattern": ""})
    item.refresh_from_db()
    assert item.number_pattern == ""


def test_admin_form_of_an_item_takes_a_pattern(client, manager, catalogue):
    manager.is_staff = True
    manager.save()
    client.force_login(manager)
    item = Item.objects.get(key="bread oven")
    page = reverse("admin:items_item_change", args=[item.pk])
    typed = {"name": item.name, "kind": item.kind, "unit": item.unit, "tracking_mode": item.tracking_mode}
    refused = client.post(page, {**typed, "number_pattern": "{yy}{week}"})
    assert refused.status_code == 422
    assert "has {week}, which is no placeholder." in refused.content.decode()
    assert client.post(page, {**typed, "number_pattern": "{yy}-{n}"}).status_code == 302
    item.refresh_from_db()
    assert item.number_pattern == "{yy}-{n}"


def test_items_csv_has_no_pattern_and_leaves_it(catalogue, tmp_path):
    item = Item.objects.get(key="bread oven")
    item.number_pattern = "{yy}-{n}"
    item.save()
    file = tmp_path / "items.csv"
    call_command("export_csv", "items", output=file)
    assert file.read_text("utf-8-sig").splitlines()[0] == ("item,kind,unit,tracking,sku,variant,gtin,shelf_life_days")
    changed = file.read_text("utf-8-sig").replace("Bread oven,product", "Bread oven,material")
    file.write_text(changed)
    call_command("import_csv", "items", str(file))
    item.refresh_from_db()
    assert (item.kind, item.number_pattern) == ("material", "{yy}-{n}")
