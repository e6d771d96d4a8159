"""Recipes: the page, its verbs and the amounts; and how a variant is found by what a person types or scans."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from items.listing import find_variants, resolve_variant, resolve_variants, why_unresolved
from items.models import Item, Recipe, RecipeLine, Variant
from items.recipes import Ingredient, delete_recipe, ingredients_for, save_recipe
from katana_trace.lib.quantities import LINE_LIMIT, MILLION, parse_quantity
from tests import build


@pytest.fixture
def kitchen(db):
    build.item("Country loaf", "batch", skus=("CL-400", "CL-800"))
    Variant.objects.filter(sku="CL-400").update(name="400 g", gtin="9521234500018")
    Variant.objects.filter(sku="CL-800").update(name="800 g")
    build.item("Rye flour", "batch", unit="kg", skus=("FLOUR",))
    build.item("Sea salt", unit="kg", skus=("SALT",))
    build.item("Bread mould", "serial", skus=("MOULD",))
    build.item("Paper bag", skus=("BAG-7",))
    Variant.objects.filter(sku="BAG-7").update(name="Größe 7")
    build.item("Old yeast", skus=("YEAST",))
    Variant.objects.filter(sku="YEAST").update(archived_at="2026-01-01T00:00:00Z")


def variant(sku: str) -> Variant:
    return Variant.objects.select_related("item").get(sku=sku)


def pages(sku: str = "CL-400") -> str:
    return f"/variants/{variant(sku).pk}/recipe/"


def recipe(sku: str, makes: str, *lines: tuple[str, str]) -> Recipe:
    return save_recipe(
        variant=variant(sku),
        quantity=parse_quantity(makes),
        lines=[Ingredient(variant(ingredient), parse_quantity(quantity)) for ingredient, quantity in lines],
        by=None,
    )


def form(makes: str, *rows: tuple[str, str], do: str = "save") -> dict:
    return {"makes": makes, "sku": [row[0] for row in rows], "quantity": [row[1] for row in rows], "do": do}


def stored(sku: str = "CL-400") -> list:
    """What the recipe of ``sku`` makes and takes; [] without one."""
    found = Recipe.objects.filter(variant__sku=sku).first()
    if found is None:
        return []
    lines = found.lines.select_related("ingredient")
    return [found.quantity.normalize(), *((line.ingredient.sku, line.quantity.normalize()) for line in lines)]


def shown(response) -> list[tuple[str, str]]:
    """The filled rows of a page."""
    rows = [(row["sku"].value(), row["quantity"].value()) for row in response.context["sheet"].rows]
    return [row for row in rows if any(row)]


def errors(response) -> dict[str, str]:
    sheet = response.context["sheet"]
    found = {name: " ".join(told) for name, told in sheet.makes.errors.items()}
    return found | {field.auto_id: sentence for field, sentence in sheet.errors}


# -- the page -------------------------------------------------------------------------------------------------------------


def test_recipe_edit_saves_what_was_typed(client, manager, kitchen):
    client.force_login(manager)
    typed = form("30", ("FLOUR", "12"), ("", ""), (" sea  SALT ", "0.25"), ("mould", "4"), ("", ""))
    response = client.post(pages(), typed)
    assert (response.status_code, response["Location"]) == (302, pages())
    assert stored() == [30, ("FLOUR", 12), ("SALT", Decimal("0.25")), ("MOULD", 4)]
    page = client.get(pages())
    assert shown(page) == [("FLOUR", "12"), ("SALT", "0.25"), ("MOULD", "4")]
    text = page.content.decode()
    assert "The recipe of CL-400 was saved." in text
    assert 'kg <small class="dim">Rye flour</small>' in text
    assert 'value="30"' in text
    assert len(page.context["sheet"].rows) == 6


def test_recipe_edit_replaces_the_lines_in_their_order(client, manager, kitchen):
    recipe("CL-400", "30", ("FLOUR", "12"), ("SALT", "0.25"))
    client.force_login(manager)
    client.post(pages(), form("60", ("SALT", "0.5"), ("MOULD", "4"), ("FLOUR", "24")))
    assert stored() == [60, ("SALT", Decimal("0.5")), ("MOULD", 4), ("FLOUR", 24)]
    assert (Recipe.objects.count(), RecipeLine.objects.count()) == (1, 3)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (form("", ("FLOUR", "1")), {"makes": "Give how much one run makes, such as 100."}),
        (form("0", ("FLOUR", "1")), {"makes": "A recipe cannot make 0. Give more than 0, and at most 1,000,000,000."}),
        (form("1e3", ("FLOUR", "1")),
         {"makes": "“1e3” is not a quantity. Write a plain number with a point, such as 12 or 0.25."}),
        (form("30"), {"__all__": "The recipe has no ingredient yet. Give at least one, or delete the recipe."}),
        (form("30", ("", ""), ("BUTTER", "1")),
         {"id_sku_0": "No variant has the SKU, GTIN or name “BUTTER”. Look it up in the list of items."}),
        (form("30", ("FLOUR", "1"), ("flour", "2")),
         {"id_sku_1": "FLOUR stands in a line above already. Give all of it in one line."}),
        (form("30", ("CL-400", "1"), ("CL-800", "1")),
         {"id_sku_0": "CL-400 cannot be an ingredient of itself. Choose another variant."}),
        (form("30", ("FLOUR", "-1"), ("SALT", "0"), ("MOULD", "0.0000001")),
         {"id_quantity_0": "A recipe cannot take -1. Give more than 0, and at most 1,000,000,000.",
          "id_quantity_1": "A recipe cannot take 0. Give more than 0, and at most 1,000,000,000.",
          "id_quantity_2": "“0.0000001” has more than 6 places after the point. Round it to 6 places."}),
        (form("30", ("", "1"), ("FLOUR", "")),
         {"id_sku_0": "Give the SKU, or empty the quantity too.",
          "id_quantity_1": "Give how much of it one run takes."}),
        (form("30", ("yeast", "1")),
         {"id_sku_0": "YEAST is archived. Choose another variant, or use it again on its edit page."}),
        (form("30", ("Country", "1")), {"id_sku_0": "“Country” may be CL-400, CL-800. Give the SKU of one."}),
        (form("x", ("CL-400", "0"), ("\x00", "1")),
         {"makes": "“x” is not a quantity. Write a plain number with a point, such as 12 or 0.25.",
          "id_sku_0": "CL-400 cannot be an ingredient of itself. Choose another variant.",
          "id_quantity_0": "A recipe cannot take 0. Give more than 0, and at most 1,000,000,000.",
          "id_sku_1": "Null characters are not allowed. No variant has the SKU, GTIN or name “\\u0000”. "
          "Look it up in the list of items."}),
    ],
)  # fmt: skip
def test_recipe_edit_refuses_on_the_field_and_saves_nothing(client, manager, kitchen, typed, expected):
    recipe("CL-400", "10", ("SALT", "1"))
    client.force_login(manager)
    response = client.post(pages(), typed)
    assert (response.status_code, errors(response)) == (422, expected)
    assert stored() == [10, ("SALT", 1)]
    text = response.content.decode()
    for name in expected:
        assert name == "__all__" or f'href="#{name if name.startswith("id_") else "id_" + name}"' in text
        assert name == "__all__" or f'id="{name if name.startswith("id_") else "id_" + name}_error"' in text
    assert text.count('aria-invalid="true"') == len([name for name in expected if name != "__all__"])
    assert shown(response) == [row for row in zip(typed["sku"], typed["quantity"], strict=True) if any(row)]


def test_recipe_edit_refuses_more_lines_than_one_can_read(client, manager, kitchen):
    client.force_login(manager)
    response = client.post(pages(), form("30", *[("FLOUR", "1")] * 201))
    assert response.status_code == 422
    assert errors(response)["__all__"] == "The recipe has 201 ingredients, the limit is 200. Leave some out."


@pytest.mark.parametrize("htmx", [True, False])
def test_recipe_edit_adds_and_removes_lines(client, manager, kitchen, htmx):
    client.force_login(manager)
    headers = {"HX-Request": "true"} if htmx else {}

    def press(do: str, *rows: tuple[str, str]):
        response = client.post(pages(), form("oops", *rows, do=do), headers=headers)
        text = response.content.decode()
        assert (response.status_code, "<main" in text, 'id="recipe_lines"' in text) == (200, not htmx, True)
        assert "aria-invalid" not in text
        return response

    rows = [("FLOUR", "12"), ("", ""), ("nothing", "x"), ("SALT", "1"), ("", ""), ("", "")]
    added = press("add", *rows)
    assert shown(added) == [("FLOUR", "12"), ("nothing", "x"), ("SALT", "1")]
    assert len(added.context["sheet"].rows) == 9
    assert "No variant has the SKU, GTIN or name “nothing”." in added.content.decode()
    assert 'kg <small class="dim">Sea salt</small>' in added.content.decode()
    removed = press("remove:2", *rows)
    assert shown(removed) == [("FLOUR", "12"), ("SALT", "1")]
    assert len(removed.context["sheet"].rows) == 5
    assert [row.place for row in removed.context["sheet"].rows] == [0, 1, 2, 3, 4]
    assert len(shown(press("remove:99", *rows))) == 3
    assert len(shown(press("remove:" + "9" * 5000, *rows))) == 3
    assert len(shown(press("other", *rows))) == 3
    assert stored() == []


def test_recipe_edit_keeps_the_quantity_made_while_lines_are_added(client, manager, kitchen):
    client.force_login(manager)
    text = client.post(pages(), form("17", ("FLOUR", "1"), do="add")).content.decode()
    assert 'value="17"' in text


def test_recipe_edit_saves_first_when_enter_is_pressed(client, manager, kitchen):
    """A browser presses the first button of a form; that must not take a line out."""
    client.force_login(manager)
    text = client.get(pages()).content.decode()
    assert text.index('name="do" value="save"') < text.index('value="remove:0"')
    client.post(pages(), {**form("30", ("FLOUR", "1")), "do": []})
    assert stored() == [30, ("FLOUR", 1)]


def test_recipe_edit_deletes_the_recipe(client, manager, kitchen):
    client.force_login(manager)
    assert "Delete recipe" not in client.get(pages()).content.decode()
    recipe("CL-400", "30", ("FLOUR", "12"))
    assert "Delete recipe" in client.get(pages()).content.decode()
    response = client.post(pages(), {"do": "delete"}, follow=True)
    assert "The recipe of CL-400 was deleted." in response.content.decode()
    assert (stored(), RecipeLine.objects.count()) == ([], 0)
    assert "was deleted" not in client.post(pages(), {"do": "delete"}, follow=True).content.decode()


def test_recipe_edit_shows_an_ingredient_that_was_archived_since(client, manager, kitchen):
    recipe("CL-400", "30", ("FLOUR", "12"))
    Item.objects.filter(name="Rye flour").update(archived_at="2026-01-01T00:00:00Z")
    client.force_login(manager)
    text = client.get(pages()).content.decode()
    assert "Rye flour is archived. Choose another variant, or use it again on its edit page." in text
    response = client.post(pages(), form("30", ("FLOUR", "12")))
    assert errors(response) == {
        "id_sku_0": "Rye flour is archived. Choose another variant, or use it again on its edit page."
    }


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_recipe_edit_is_read_by_all_and_written_by_managers(client, role, kitchen, request):
    client.force_login(request.getfixturevalue(role))
    text = client.get(pages()).content.decode()
    assert "CL-400 has no recipe, so a production begins without ingredients. A manager writes it." in text
    recipe("CL-400", "30", ("FLOUR", "12.5"))
    text = client.get(pages()).content.decode()
    assert "One run makes 30 pcs" in text
    assert "12.5 kg" in text
    assert "<input" not in text.partition("<main")[2]
    for do in ("save", "add", "delete"):
        assert client.post(pages(), form("1", ("SALT", "1"), do=do)).status_code == 403
    assert stored() == [30, ("FLOUR", Decimal("12.5"))]


def test_recipe_edit_of_nothing_is_not_found(client, manager):
    client.force_login(manager)
    assert client.get("/variants/12345/recipe/").status_code == 404


def test_recipe_edit_needs_a_login(client, kitchen):
    assert client.get(pages()).status_code == 302


@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize(("role", "queries"), [("manager", 9), ("viewer", 7)])
def test_recipe_edit_asks_the_same_number_of_queries(
    client, request, kitchen, role, queries, count, django_assert_num_queries
):
    for number in range(count):
        build.item(f"Spice {number}", skus=(f"SP-{number}",))
    recipe("CL-400", "30", *((f"SP-{number}", "1") for number in range(count)))
    user = request.getfixturevalue(role)
    client.force_login(user)
    address = pages()
    with django_assert_num_queries(queries):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("count", [1, 50])
def test_recipe_edit_saves_with_the_same_number_of_queries(client, manager, kitchen, count, django_assert_num_queries):
    for number in range(count):
        build.item(f"Spice {number}", skus=(f"SP-{number}",))
    client.force_login(manager)
    address, typed = pages(), form("30", *((f"SP-{number}", "1") for number in range(count)))
    client.post(address, typed)
    with django_assert_num_queries(14):
        assert client.post(address, typed).status_code == 302


# -- the verbs ------------------------------------------------------------------------------------------------------------


def test_save_recipe_refuses_with_field_and_line(kitchen):
    flour, loaf = variant("FLOUR"), variant("CL-400")
    sentence = build.refusal(
        save_recipe, variant=loaf, quantity=MILLION, lines=[Ingredient(flour, 1), Ingredient(flour, 1)], by=None
    )
    assert sentence == "FLOUR stands in a line above already. Give all of it in one line."
    sentence = build.refusal(save_recipe, variant=loaf, quantity=LINE_LIMIT + 1, lines=[Ingredient(flour, 1)], by=None)
    assert sentence == "A recipe cannot make 1000000000.000001. Give more than 0, and at most 1,000,000,000."
    sentence = build.refusal(save_recipe, variant=loaf, quantity=1, lines=[Ingredient(variant("YEAST"), 1)], by=None)
    assert sentence == "YEAST is archived. Choose another variant, or use it again on its edit page."
    assert stored() == []


def test_save_recipe_refuses_a_variant_that_was_deleted_meanwhile(committed_db):
    build.item("Country loaf", skus=("CL-400",))
    build.item("Sea salt", skus=("SALT",))
    loaf, salt = variant("CL-400"), variant("SALT")
    Variant.objects.filter(pk=salt.pk).delete()
    sentence = build.refusal(save_recipe, variant=loaf, quantity=MILLION, lines=[Ingredient(salt, MILLION)], by=None)
    assert sentence == "A variant in the recipe of CL-400 was deleted just now. Load the page again."
    assert stored() == []


def test_delete_recipe_says_whether_there_was_one(kitchen):
    recipe("CL-400", "30", ("FLOUR", "12"))
    assert delete_recipe(variant=variant("CL-400"), by=None) is True
    assert delete_recipe(variant=variant("CL-400"), by=None) is False


def needs(*makes: tuple[str, str]) -> dict[str, int]:
    found = ingredients_for([(variant(sku).pk, parse_quantity(quantity)) for sku, quantity in makes])
    skus = dict(Variant.objects.values_list("pk", "sku"))
    return {skus[ingredient]: quantity for ingredient, quantity in found.items()}


def test_ingredients_for_sums_over_all_outputs(kitchen):
    recipe("CL-400", "30", ("FLOUR", "12"), ("SALT", "0.25"))
    recipe("CL-800", "10", ("MOULD", "1"), ("SALT", "0.2"), ("FLOUR", "8"))
    assert needs(("CL-400", "45")) == {"FLOUR": 18_000_000, "SALT": 375_000}
    both = needs(("CL-800", "5"), ("CL-400", "30"), ("CL-800", "5"))
    assert both == {"MOULD": 1_000_000, "SALT": 450_000, "FLOUR": 20_000_000}
    assert list(both) == ["MOULD", "SALT", "FLOUR"]
    assert list(needs(("CL-400", "1"), ("CL-800", "1"))) == ["FLOUR", "SALT", "MOULD"]


def test_ingredients_for_rounds_once_half_up_and_serials_to_whole_units(kitchen):
    recipe("CL-400", "3", ("FLOUR", "1"), ("SALT", "0.000001"), ("MOULD", "1"))
    recipe("CL-800", "3", ("FLOUR", "1"))
    assert needs(("CL-400", "1")) == {"FLOUR": 333_333, "MOULD": 1_000_000}
    assert needs(("CL-400", "2")) == {"FLOUR": 666_667, "SALT": 1, "MOULD": 1_000_000}
    assert needs(("CL-400", "1.5")) == {"FLOUR": 500_000, "SALT": 1, "MOULD": 1_000_000}
    assert needs(("CL-400", "3.000001"))["MOULD"] == 2_000_000
    assert needs(("CL-400", "1"), ("CL-800", "1"))["FLOUR"] == 666_667
    assert needs(("CL-400", "1"), ("CL-400", "1"), ("CL-400", "1"))["FLOUR"] == 1_000_000


def test_ingredients_for_what_has_no_recipe_is_nothing(kitchen):
    recipe("CL-400", "3", ("FLOUR", "1"))
    assert needs(("CL-800", "5")) == {}
    assert needs(("CL-400", "0"), ("CL-400", "-3")) == {}
    assert needs() == {}
    assert needs(("CL-800", "5"), ("CL-400", "3")) == {"FLOUR": 1_000_000}


def test_ingredients_for_asks_once(kitchen, django_assert_num_queries):
    recipe("CL-400", "3", ("FLOUR", "1"), ("SALT", "1"), ("MOULD", "1"))
    recipe("CL-800", "3", ("FLOUR", "1"))
    makes = [(variant("CL-400").pk, MILLION), (variant("CL-800").pk, MILLION)]
    with django_assert_num_queries(1):
        ingredients_for(makes)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    makes=st.integers(1, LINE_LIMIT),
    flour=st.integers(1, LINE_LIMIT),
    mould=st.integers(1, LINE_LIMIT),
    wanted=st.lists(st.integers(1, LINE_LIMIT), min_size=1, max_size=3),
)
def test_ingredients_for_is_exact(kitchen, makes, flour, mould, wanted):
    loaf = variant("CL-400")
    lines = [Ingredient(variant("FLOUR"), flour), Ingredient(variant("MOULD"), mould)]
    save_recipe(variant=loaf, quantity=makes, lines=lines, by=None)
    found = ingredients_for([(loaf.pk, quantity) for quantity in wanted])
    runs = Fraction(sum(wanted), makes)
    assert found.get(lines[0].variant.pk, 0) == floor(runs * flour + Fraction(1, 2))
    assert found[lines[1].variant.pk] == ceil(runs * mould / MILLION) * MILLION


# -- finding a variant ----------------------------------------------------------------------------------------------------


def skus(q: str) -> list[str]:
    return [found.sku for found in find_variants(q)]


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("", []),
        (" \x00 ", []),
        ("flour", ["FLOUR"]),
        ("ＦＬＯＵＲ", ["FLOUR"]),
        ("rye", ["FLOUR"]),
        ("9521234500018", ["CL-400"]),
        ("09521234500018", ["CL-400"]),
        ("95212345", ["CL-400"]),
        ("cl", ["CL-400", "CL-800"]),
        ("Country loaf, 800 g", ["CL-800"]),
        ("loaf 400", ["CL-400"]),
        ("o", ["MOULD", "CL-400", "CL-800", "FLOUR"]),
        ("yeast", []),
        ("Größe ７", ["BAG-7"]),
        ("100%", []),
        ("_", []),
    ],
)
def test_find_variants_finds_what_is_typed_or_scanned(kitchen, q, expected):
    assert skus(q) == expected


def test_find_variants_puts_the_exact_sku_first_then_the_gtin(kitchen):
    build.item("A flour sifter", skus=("A-FLOUR-SIFTER",))
    build.item("Anything", skus=("9521234500018",))
    assert skus("flour") == ["FLOUR", "A-FLOUR-SIFTER"]
    assert skus("9521234500018") == ["9521234500018", "CL-400"]
    assert len(find_variants("o", limit=2)) == 2


def test_find_variants_leaves_out_archived_items(kitchen):
    Item.objects.filter(name="Rye flour").update(archived_at="2026-01-01T00:00:00Z")
    assert skus("flour") == []
    assert resolve_variant("FLOUR") == (None, [])
    assert why_unresolved("FLOUR", []).startswith("Rye flour is archived.")


def test_find_variants_asks_once(kitchen, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert [found.label for found in find_variants("o")][1:3] == ["Country loaf, 400 g", "Country loaf, 800 g"]


@pytest.mark.parametrize(
    ("text", "meant", "candidates"),
    [
        ("flour", "FLOUR", []),
        (" Rye flour ", "FLOUR", []),
        ("9521234500018", "CL-400", []),
        ("09521234500018", "CL-400", []),
        ("sea", "SALT", []),
        ("Country loaf", None, ["CL-400", "CL-800"]),
        ("country LOAF, 800 g", "CL-800", []),
        ("cl-80", "CL-800", []),
        ("zz", None, []),
        ("", None, []),
        ("YEAST", None, []),
    ],
)
def test_resolve_variant_takes_the_one_that_is_meant(kitchen, text, meant, candidates):
    found, others = resolve_variant(text)
    assert (found and found.sku, [other.sku for other in others]) == (meant, candidates)


def test_resolve_variant_prefers_the_exact_name(kitchen):
    build.item("Rye", skus=("RYE-GRAIN-1",))
    assert resolve_variant("rye")[0].sku == "RYE-GRAIN-1"


def test_resolve_variant_of_a_gtin_on_two_variants_tells_both(kitchen):
    Variant.objects.filter(sku="CL-800").update(gtin="9521234500018")
    found, others = resolve_variant("9521234500018")
    assert (found, [other.sku for other in others]) == (None, ["CL-400", "CL-800"])


@pytest.mark.parametrize("count", [1, 50])
def test_resolve_variants_asks_once_for_all_skus(kitchen, count, django_assert_num_queries):
    for number in range(count):
        build.item(f"Spice {number}", skus=(f"SP-{number}",))
    with django_assert_num_queries(1):
        found = resolve_variants([f"sp-{number}" for number in range(count)])
    assert [one.sku for one, _ in found.values()] == [f"SP-{number}" for number in range(count)]


def test_variant_find_answers_the_options_of_a_datalist(client, viewer, kitchen):
    client.force_login(viewer)
    options = (
        '<option value="CL-400" label="Country loaf, 400 g"></option>'
        '<option value="CL-800" label="Country loaf, 800 g"></option>'
    )
    assert client.get("/variants/find/?q=loaf").content.decode().strip() == options
    assert client.get("/variants/find/?line-2-sku=loaf").content.decode().strip() == options
    assert client.get("/variants/find/?q=").content.decode().strip() == ""
    assert client.get("/variants/find/").content.decode().strip() == ""


def test_variant_find_writes_names_as_text(client, viewer, db):
    build.item('<b>"Loaf"', skus=("X<1>",))
    client.force_login(viewer)
    page = client.get("/variants/find/?q=loaf").content.decode()
    assert '<option value="X&lt;1&gt;" label="&lt;b&gt;&quot;Loaf&quot;">' in page


def test_variant_find_needs_a_login(client, db):
    assert client.get("/variants/find/?q=loaf").status_code == 302


@pytest.mark.parametrize(
    ("q", "said"),
    [
        ("flour", "kg <small"),
        ("loaf", "“loaf” may be CL-400, CL-800. Give the SKU of one."),
        ("zz", "No variant has the SKU, GTIN or name “zz”."),
        ("", "<span></span>"),
    ],
)
def test_variant_meant_says_what_was_found(client, viewer, kitchen, q, said):
    client.force_login(viewer)
    assert said in client.get("/variants/meant/", {"sku": q}).content.decode()
