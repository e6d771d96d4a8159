"""A GTIN belongs to one variant (rule 9), however many zeros stand before it, at every door."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from items.catalogue import set_archived
from items.models import Variant
from tests.build import broken, item
from tests.worlds import exported, run
from tracking.ledger import triggers
from tracking.ledger.subjects import FieldChange, log_row
from tracking.resources.catalogue import VariantResource

GTIN = "4006381333931"
SENTENCE = (
    "The GTIN {} belongs to CL-800 (Country loaf) already. Give each variant its own, or remove it from CL-800 first."
)
ITEMS = "item,kind,unit,tracking,sku,variant,gtin,shelf_life_days\n"


def variant(sku: str) -> Variant:
    return Variant.objects.get(sku=sku)


def give(sku: str, gtin: str) -> Variant:
    row = variant(sku)
    row.gtin = gtin
    row.save()
    return row


@pytest.fixture
def loaf(db):
    item("Country loaf", skus=("CL-800", "CL-400"))
    item("Rye", skus=("RYE",))
    return give("CL-800", GTIN)


@pytest.fixture
def twins(loaf):
    """As a site of before has them: the same GTIN on three variants, of which the first has the key."""
    for row in Variant.objects.filter(sku__in=["CL-400", "RYE"]):
        log_row(row, [FieldChange("gtin", "", "0" + GTIN)])
    Variant.objects.filter(sku__in=["CL-400", "RYE"]).update(gtin="0" + GTIN)
    return loaf


def refused(sku: str, gtin: str) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        give(sku, gtin)
    return caught.value.message_dict


# -- every door -----------------------------------------------------------------------------------------------------------


def test_the_shell_is_refused_and_names_whose_it_is(loaf):
    assert loaf.gtin_key == "0" + GTIN
    assert refused("CL-400", GTIN) == {"gtin": [SENTENCE.format(GTIN)]}
    assert refused("RYE", "0" + GTIN) == {"gtin": [SENTENCE.format("0" + GTIN)]}
    assert refused("RYE", "4006381333932") == {
        "gtin": ["“4006381333932” has the check digit 2, 1 is right. Compare it with the label."]
    }
    rye = variant("RYE")
    rye.gtin = GTIN
    with pytest.raises(ValidationError) as caught:
        rye.full_clean()
    assert caught.value.message_dict == {"gtin": [SENTENCE.format(GTIN)]}
    assert variant("RYE").gtin == ""


def test_eight_digits_are_the_same_with_six_zeros(loaf):
    give("CL-800", "96385074")
    assert variant("CL-800").gtin_key == "00000096385074"
    assert refused("RYE", "00000096385074")["gtin"] == [SENTENCE.format("00000096385074")]
    give("RYE", GTIN)


def test_the_pages_are_refused_on_the_field(client, loaf, manager):
    client.force_login(manager)
    edited = client.post(f"/variants/{variant('RYE').pk}/edit/", {"sku": "RYE", "name": "", "gtin": GTIN})
    added = client.post(f"/items/{loaf.item_id}/variants/new/", {"sku": "CL-1", "name": "", "gtin": GTIN})
    typed = {"name": "Bun", "kind": "product", "unit": "pcs", "tracking_mode": "none", "sku": "BUN", "gtin": GTIN}
    new = client.post("/items/new/", typed)
    for page in (edited, added, new):
        assert page.status_code == 422
        assert page.context["form"].errors == {"gtin": [SENTENCE.format(GTIN)]}


def test_the_admin_is_refused_on_the_field(client, loaf, admin_user):
    client.force_login(admin_user)
    rye = variant("RYE")
    address = f"/admin/items/variant/{rye.pk}/change/"
    page = client.post(address, {"item": rye.item_id, "sku": "RYE", "name": "", "gtin": GTIN})
    assert page.status_code == 422
    assert page.context["adminform"].form.errors == {"gtin": [SENTENCE.format(GTIN)]}


def test_an_import_of_items_is_refused_on_its_row(loaf, tmp_path):
    file = tmp_path / "items.csv"
    file.write_text(
        ITEMS
        + f"Bun,product,pcs,none,BUN-1,,9521234500018,\nBun,product,pcs,none,BUN-2,,{GTIN},\n"
        + "Bun,product,pcs,none,BUN-3,,09521234500018,\n"
    )
    with pytest.raises(CommandError) as caught:
        run("import_csv", "items", str(file))
    assert str(caught.value).splitlines() == [
        f"Row 3, gtin: {SENTENCE.format(GTIN)}",
        "Row 4, gtin: The GTIN 09521234500018 belongs to BUN-1 (Bun) already. "
        "Give each variant its own, or remove it from BUN-1 first.",
        "Nothing was imported: 2 rows are refused.",
    ]
    assert not Variant.objects.filter(sku="BUN-1").exists()


def test_an_import_of_variants_in_the_admin_is_refused_on_its_row(loaf):
    data = VariantResource.file_format().create_dataset(
        f"item,sku,variant,gtin\r\nRye,RYE-1,,9521234500018\r\nRye,RYE-2,,9521234500018\r\nRye,RYE,,{GTIN}\r\n".encode()
    )
    result = VariantResource().import_data(data, dry_run=True, rollback_on_validation_errors=True)
    assert [(row.number, row.error_dict) for row in result.invalid_rows] == [
        (3, {"gtin": ["The GTIN 9521234500018 belongs to RYE-1 (Rye) already. "
                      "Give each variant its own, or remove it from RYE-1 first."]}),
        (4, {"gtin": [SENTENCE.format(GTIN)]}),
    ]  # fmt: skip


def test_the_database_refuses_what_passes_the_models(loaf):
    with pytest.raises(IntegrityError), transaction.atomic():
        Variant.objects.filter(sku="RYE").update(gtin=GTIN, gtin_key="0" + GTIN)


def test_what_is_taken_off_one_goes_to_another(loaf):
    give("CL-800", "")
    assert variant("CL-800").gtin_key == ""
    assert give("RYE", GTIN).gtin_key == "0" + GTIN
    assert broken() == {}


# -- twins of before ------------------------------------------------------------------------------------------------------


def test_twins_of_before_are_saved_and_archived_as_they_are(twins, manager, client):
    assert broken() == {}
    set_archived(row=variant("RYE"), archived=True, by=None)
    client.force_login(manager)
    page = client.post(f"/variants/{variant('RYE').pk}/edit/", {"sku": "RYE", "name": "500 g", "gtin": "0" + GTIN})
    assert page.status_code == 302
    rye = variant("RYE")
    rye.name = "400 g"
    rye.save()
    Variant.objects.only("sku").get(sku="RYE").save()
    rye.save(update_fields=["name"])
    assert (variant("RYE").name, variant("RYE").gtin, variant("RYE").gtin_key) == ("400 g", "0" + GTIN, "")
    assert refused("RYE", GTIN) == {"gtin": [SENTENCE.format(GTIN)]}
    assert broken() == {}


def test_the_file_that_has_twins_of_before_changes_nothing(twins, tmp_path):
    file = tmp_path / "items.csv"
    file.write_text(exported("items"))
    assert "3 as they were" in run("import_csv", "items", str(file))


def test_the_key_is_handed_on_when_a_twin_is_mended(twins):
    give("CL-800", "")
    assert [variant(sku).gtin_key for sku in ("CL-800", "CL-400", "RYE")] == ["", "0" + GTIN, ""]
    assert broken() == {}
    variant("CL-400").delete()
    assert variant("RYE").gtin_key == "0" + GTIN
    assert broken() == {}


def test_home_lists_twins_of_before_for_a_manager_until_they_are_mended(client, twins, manager, operator):
    client.force_login(operator)
    assert client.get("/").context["gtin_twins"] == []
    client.force_login(manager)
    page = client.get("/")
    assert [(one.gtin, one.first.sku, one.second.sku) for one in page.context["gtin_twins"]] == [
        ("0" + GTIN, "CL-800", "CL-400"),
        ("0" + GTIN, "CL-800", "RYE"),
    ]
    for sku in ("CL-800", "RYE"):
        assert f'href="/variants/{variant(sku).pk}/edit/"' in page.content.decode()
    give("RYE", "9521234500018")
    give("CL-400", "")
    assert "home_gtins" not in client.get("/").content.decode()


def test_the_law_of_keys_notices_a_wrong_key_of_a_gtin(loaf):
    Variant.objects.filter(sku="CL-800").update(gtin_key="")
    Variant.objects.filter(sku="RYE").update(gtin_key="00000096385074")
    assert broken() == {
        11: [
            f"CL-800 has the GTIN “{GTIN}” and its key “”, “0{GTIN}” is right.",
            "RYE has the GTIN “” and its key “00000096385074”, “” is right.",
        ]
    }


def test_an_upgrade_gives_the_key_to_the_first_of_twins(committed_db):
    item("Country loaf", skus=("CL-800", "CL-400"))
    item("Rye", skus=("RYE", "OLD"))
    before = [("items", "0003_notices")]
    triggers.drop_all(connection)
    executor = MigrationExecutor(connection)
    executor.migrate(before)
    table = executor.loader.project_state(before).apps.get_model("items", "Variant").objects
    for sku, gtin in {"CL-800": "96385074", "CL-400": GTIN, "RYE": "0" + GTIN, "OLD": "12"}.items():
        table.filter(sku=sku).update(gtin=gtin)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    triggers.create_all(connection)
    assert [variant(sku).gtin_key for sku in ("CL-800", "CL-400", "RYE", "OLD")] == [
        "00000096385074", "0" + GTIN, "", "",
    ]  # fmt: skip
