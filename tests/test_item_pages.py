"""Pages of the catalogue, through the forms that people fill in."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
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
        create_variant(variant=Variant(item=oven, sku="bag"))
    assert refused.value.message_dict == {"sku": ["“bag” was taken by somebody else just now. Choose another."]}
    with pytest.raises(ValidationError) as refused:
        create_item(item=Item(name="Rye Flour"), variant=Variant(sku="NEW"))
    assert refused.value.message_dict == {"name": ["“Rye Flour” was taken by somebody else just now. Choose another."]}
    with pytest.raises(ValidationError) as refused:
        create_item(item=Item(name="Spelt flour"), variant=Variant(sku="BAG"))
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
