"""Importing the catalogue: one row per variant, through the models' own rules; another tracking is the switch (DESIGN 5.4)."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError

from items.models import Item, Variant
from tests.build import item, line, post, stock
from tests.worlds import exported, run
from tracking.models import Switch, Workspace

pytestmark = pytest.mark.django_db

NO_SHELF_LIFE = "is no shelf life. Give whole days from 1 to 36500, or leave it empty."
HEADER = "item,kind,unit,tracking,sku,variant,gtin,shelf_life_days"


@pytest.fixture
def load(tmp_path):
    """Imports rows of items.csv and returns what the command printed."""

    def load(*rows: str, by: str = "", dry_run: bool = False) -> str:
        file = tmp_path / "items.csv"
        file.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
        return run("import_csv", "items", str(file), *(["--by", by] if by else []), *["--dry-run"] * dry_run)

    return load


@pytest.fixture
def refused(load):
    """The sentence that refuses rows of items.csv, after which the catalogue is as it was."""

    def refuse(*rows: str, by: str = "") -> str:
        before = exported("items"), Switch.objects.count(), stock()
        with pytest.raises(CommandError) as caught:
            load(*rows, by=by)
        assert (exported("items"), Switch.objects.count(), stock()) == before
        return str(caught.value).removesuffix("\nNothing was imported: 1 row is refused.")

    return refuse


def test_items_and_variants_are_made(load):
    said = load(
        "Flour,material,kg,batch,F-1,1 kg,4006381333931,180",
        "Flour,material,kg,batch,F-25,25 kg,,180",
        "Oven,product,pcs,serial,OVEN,,,",
    )
    assert said == "2 new items, 3 new variants, 0 changed, 0 items with tracking switched, 0 as they were.\n"
    assert exported("items").splitlines() == [
        HEADER,
        "Flour,material,kg,batch,F-1,1 kg,4006381333931,180",
        "Flour,material,kg,batch,F-25,25 kg,,180",
        "Oven,product,pcs,serial,OVEN,,,",
    ]


def test_the_same_file_again_changes_nothing(load):
    rows = "Flour,material,kg,batch,F-1,1 kg,,180", "Oven,product,pcs,serial,OVEN,,,"
    load(*rows)
    assert load(*rows) == "0 new items, 0 new variants, 0 changed, 0 items with tracking switched, 2 as they were.\n"
    load(*(row.replace("Flour", "ＦLOUR ").replace("F-1", "f-1") for row in rows))
    assert list(Item.objects.values_list("name", flat=True)) == ["Flour", "Oven"]


def test_what_differs_is_changed(load):
    load("Flour,material,kg,batch,F-1,1 kg,,180")
    said = load("Flour,product,g,batch,F-1,one,4006381333931,")
    assert said == "0 new items, 0 new variants, 2 changed, 0 items with tracking switched, 0 as they were.\n"
    assert exported("items").splitlines()[1:] == ["Flour,product,g,batch,F-1,one,4006381333931,"]


def test_a_dry_run_keeps_nothing(load):
    said = load("Flour,material,kg,batch,F-1,1 kg,,180", dry_run=True)
    assert said == (
        "1 new item, 1 new variant, 0 changed, 0 items with tracking switched, 0 as they were.\n"
        "This was a dry run: nothing was kept.\n"
    )
    assert not Item.objects.exists()


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("Salt,product,kg,lots,S,,,", "Row 2, tracking: “lots” is no tracking. Use none, batch or serial."),
        ("Salt,thing,kg,none,S,,,", "Row 2, kind: “thing” is no kind. Use product or material."),
        ("Salt,product,kg,none,S,,,0", f"Row 2, shelf_life_days: “0” {NO_SHELF_LIFE}"),
        ("Salt,product,kg,none,S,,,1.5", f"Row 2, shelf_life_days: “1.5” {NO_SHELF_LIFE}"),
        ("Salt,product,kg,none,S,,,³", f"Row 2, shelf_life_days: “³” {NO_SHELF_LIFE}"),
        (
            "Salt,product,kg,none,S,,4006381333932,",
            "Row 2, gtin: “4006381333932” has the check digit 2, 1 is right. Compare it with the label.",
        ),
        ("Salt,product,kg,none,S,,12,", "Row 2, gtin: “12” is not a GTIN. It has 8, 12, 13 or 14 digits."),
    ],
)
def test_a_bad_cell_is_refused(row, sentence, refused):
    assert refused(row) == sentence


@pytest.mark.parametrize(
    ("row", "column", "part"),
    [
        (",product,kg,none,S,,,", "item", "."),
        ("Salt,product,kg,none,,,,", "sku", "."),
        ("Salt,product,,none,S,,,", "unit", "."),
        (f"{'x' * 121},product,kg,none,S,,,", "item", "121 characters, the limit is 120"),
        (f"Salt,product,kg,none,{'x' * 65},,,", "sku", "65 characters, the limit is 64"),
        (f"Salt,product,{'x' * 17},none,S,,,", "unit", "17 characters, the limit is 16"),
        (f"Salt,product,kg,none,S,{'x' * 121},,", "variant", "121 characters, the limit is 120"),
        ("Sa\x07lt,product,kg,none,S,,,", "item", "cannot be printed"),
        ("Salt,product,kg,none,S\x07,,,", "sku", "cannot be printed"),
        ("Salt,product,k\x07g,none,S,,,", "unit", "cannot be printed"),
    ],
)
def test_a_text_that_cannot_be_is_refused_on_its_column(row, column, part, refused):
    text = refused(row)
    assert text.startswith(f"Row 2, {column}: ")
    assert text.count("\n") == 0
    assert part in text


def test_a_sku_twice_in_the_file_and_one_of_another_item_are_refused(refused):
    assert refused("Salt,product,kg,none,S,,,", "Salt,product,kg,none,s,,,") == (
        "Row 3, sku: The SKU s comes again in this file. Keep one row for it."
    )
    item("Flour", skus=("F-1",))
    assert (
        refused("Salt,product,kg,none,F-1,,,")
        == "Row 2, sku: The SKU F-1 belongs to Flour, and this row says Salt. Correct one."
    )


def test_rows_of_one_item_that_differ_are_refused(refused):
    assert refused("Salt,product,kg,none,S-1,,,", "Salt,product,g,none,S-2,,,") == (
        "Row 3, unit: All rows of Salt have the same unit, and row 2 has another."
    )


def test_the_unit_of_what_has_moved_is_refused(refused):
    item("Salt", unit="kg", skus=("S",))
    post("receipt", line("S", 1))
    text = refused("Salt,product,g,none,S,,,")
    assert "The unit of an item that has moved is fixed. Make a new item with the other unit." in text


# -- tracking -------------------------------------------------------------------------------------------------------------


def test_another_tracking_of_an_untracked_item_is_the_switch(load, manager):
    item("Salt", unit="kg", skus=("S",))
    post("receipt", line("S", 5))
    said = load("Salt,product,kg,batch,S,,,", by="manager")
    assert said == "0 new items, 0 new variants, 0 changed, 1 item with tracking switched, 1 as they were.\n"
    assert stock() == {("S", "Main", "UNBATCHED"): "5"}
    switch = Switch.objects.get()
    assert (switch.from_mode, switch.to_mode, switch.switched_by, switch.reason) == (
        "none",
        "batch",
        manager,
        "Import of items",
    )


def test_importing_items_takes_a_manager(refused, operator):
    item("Salt", unit="kg", skus=("S",))
    for row in ("Salt,product,kg,batch,S,,,", "Salt,product,kg,none,S,,,", "Sugar,product,kg,none,SUGAR,,,"):
        assert (
            refused(row, by="operator")
            == "Importing items takes the role Manager. Ask a manager to do it. operator may not."
        )


EDITS = [f"{verb}_{model}" for verb in ("add", "change") for model in ("item", "variant")]


@pytest.mark.parametrize("lacking", EDITS)
def test_whoever_may_not_write_items_and_variants_imports_none(refused, operator, lacking):
    """A file of items makes and changes both."""
    operator.user_permissions.add(*Permission.objects.filter(codename__in=set(EDITS) - {lacking}))
    assert refused("Salt,product,kg,none,S,,,", by="operator").startswith(
        "Importing items takes the role Manager. Ask a manager to do it."
    )


def test_whoever_may_import_and_not_switch_does_not_switch_by_import(refused, operator):
    operator.user_permissions.add(*Permission.objects.filter(codename__in=EDITS))
    item("Salt", unit="kg", skus=("S",))
    assert refused("Salt,product,kg,batch,S,,,", by="operator") == (
        "Row 2: operator may not switch the tracking of Salt. Ask a manager, or give tracking as it is."
    )


def test_batch_to_serial_is_refused_with_the_usual_sentence(refused):
    item("Flour", "batch", skus=("F",))
    assert refused("Flour,product,pcs,serial,F,,,") == (
        "Row 2, tracking: Flour cannot be switched from Batch / lot numbers to Serial numbers directly. "
        "Create a new item with Serial numbers, or set Flour to No tracking first."
    )


def test_to_no_tracking_is_refused_naming_page_and_command(refused):
    flour = item("Flour", "batch", skus=("F",))
    assert refused("Flour,product,pcs,none,F,,,") == (
        "Row 2, tracking: Switching Flour to No tracking deletes its batches, so its history is downloaded first. "
        f"Do it on the page /items/{flour.pk}/tracking/?to=none, or by manage.py switch_tracking “Flour” none."
    )


def test_without_the_addon_new_tracking_is_refused_and_old_goes_on(refused, load):
    item("Flour", "batch", skus=("F",))
    item("Salt", skus=("S",))
    Workspace(pk=1, plan="standard").save()
    sentence = (
        "Row 2, tracking: Batch / lot numbers and Serial numbers belong to the Full Traceability add-on, and this workspace "
        "has the Standard plan without it. Ask an administrator to add it; what is tracked already goes on."
    )
    assert refused("Salt,product,pcs,batch,S,,,") == sentence
    assert refused("Oven,product,pcs,serial,O,,,") == sentence
    load("Flour,material,pcs,batch,F,,,")
    assert Item.objects.get(name="Flour").kind == "material"


def test_serial_tracking_over_half_units_is_refused(refused):
    item("Pump", skus=("P",))
    post("receipt", line("P", "2.5"))
    assert refused("Pump,product,pcs,serial,P,,,") == (
        "Row 2, tracking: Serial numbers are for whole units, and Main has 2.5 pcs of P. Adjust it to a whole number first."
    )


def test_names_that_look_like_formulas_come_back(load):
    load("'=Flour,product,kg,none,'-F,'@v,,")
    assert (Item.objects.get().name, Variant.objects.get().sku, Variant.objects.get().name) == ("=Flour", "-F", "@v")
    assert exported("items").splitlines()[1] == "'=Flour,product,kg,none,'-F,'@v,,"
