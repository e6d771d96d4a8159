"""Partners who were renamed are found by the names that they had (rule 25): searches, drafts, imports."""

from __future__ import annotations

import html
import io

import pytest

from tests.build import line, partner, post
from tests.importing import press, upload, words
from tests.renaming import documents, make_bakery, rename_partner, rename_user
from tests.sheet import Sheet
from tests.worlds import exported
from tracking.models import Document, Partner
from tracking.resources.import_movements import import_movements

HEADER = "kind,document,posted_at,partner,location,sku,batch_number,expires_on,serial_number,quantity,note\r\n"


@pytest.fixture
def bakery(client, manager):
    return make_bakery(client, manager)


@pytest.mark.parametrize("typed", ["Café Lark", "cafÉ  lark"])
def test_a_renamed_partner_is_found_by_the_old_name(bakery, typed):
    rename_partner(bakery, "Café Lark", "Lerche GmbH")
    partner("Café Larkspur")
    there = f"/documents/?partner={partner('Lerche GmbH').pk}"
    page = bakery.get("/search/", {"q": typed}).content.decode()
    assert html.escape(there) in page
    assert "formerly Café Lark" in page
    assert [row[0].number for row in bakery.get("/documents/", {"partner_name": typed}).context["rows"]] == [
        "SO-2",
        "SO-1",
    ]
    assert [row[0].number for row in bakery.get("/documents/", {"partner_name": "lerche"}).context["rows"]] == [
        "SO-2",
        "SO-1",
    ]
    assert bakery.get("/documents/", {"partner_name": "lar.k"}).context["rows"] == []
    page = words(bakery.get("/partners/", {"q": typed}).content.decode())
    assert "Lerche GmbH formerly Café Lark" in page
    page = words(bakery.get("/trace/", {"q": typed}).content.decode())
    assert "Brought by or sent to Lerche GmbH, formerly Café Lark, lately" in page


def test_a_draft_with_an_old_name_is_of_the_renamed_partner(bakery):
    rename_partner(bakery, "Café Lark", "Lerche GmbH")
    sheet = Sheet.new(bakery, "shipment").fill(sku_0="BREAD", quantity_0="1", partner="café lark").press("save")
    assert sheet.value("partner") == "Lerche GmbH"
    assert not Partner.objects.filter(key="café lark").exists()


# -- imports -------------------------------------------------------------------------------------------------------------


def test_an_import_finds_a_partner_by_the_name_as_posted(bakery):
    rename_partner(bakery, "Café Lark", "Café Lark GmbH")
    shipments = (
        "shipment,SO-7,2026-01-06T08:00:00+00:00,CAFÉ LARK,Main,BREAD,B1,,,-1,\r\n"
        "shipment,SO-8,2026-01-06T08:00:00+00:00,Café Lark GmbH,Main,BREAD,B1,,,-2,\r\n"
    )
    page = upload(bakery, "movements", HEADER + shipments)
    assert (page.status, page.sums) == (200, (2, 0, 0, 0))
    assert "new partner" not in page.text
    assert "2 new" in press(bakery, page, "commit").text
    kept = documents()
    # The file has the old name, so that is what the document keeps, with the address that went with it.
    assert kept["SO-7"] == ("Café Lark", "Ring 1\nWien", "manager")
    assert kept["SO-8"] == ("Café Lark GmbH", "Linden 4\nGraz", "manager")
    lerche = partner("Café Lark GmbH")
    assert set(Document.objects.filter(kind="shipment").values_list("partner", flat=True)) == {lerche.pk}
    assert sorted(Partner.objects.values_list("name", flat=True)) == ["Café Lark GmbH", "Northmill"]
    # The same file, and one that is exported now, say the same again.
    for content in (HEADER + shipments, exported("movements")):
        done = import_movements(io.BytesIO(content.encode()), by=None)
        assert (done.documents, done.partners, done.skipped > 1) == (0, 0, True)


def test_a_file_from_before_a_renaming_is_skipped_after_it(bakery, admin_client):
    before = exported("movements")
    rename_partner(bakery, "Café Lark", "Café Lark GmbH")
    rename_partner(bakery, "Northmill", "Southmill")
    rename_user(admin_client, "manager", "anna")
    done = import_movements(io.BytesIO(before.encode()), by=None)
    assert (done.documents, done.skipped, done.partners) == (0, 4, 0)


def test_a_present_name_comes_before_an_old_one(bakery):
    rename_partner(bakery, "Café Lark", "Café Lark GmbH")
    new = Partner.objects.create(name="Café Lark")
    import_movements(
        io.BytesIO(f"{HEADER}shipment,SO-7,2026-01-06T08:00:00+00:00,Café Lark,Main,BREAD,B1,,,-1,".encode()), by=None
    )
    assert Document.objects.get(number="SO-7").partner == new


def test_an_old_name_of_two_partners_is_refused(bakery):
    rename_partner(bakery, "Café Lark", "Café Lark GmbH")
    post("shipment", line("BREAD", -1, batch="B1"), partner="Café Lark", number="SO-3")  # another company, made anew
    rename_partner(bakery, "Café Lark", "Lark & Sons")
    sentence = (
        "“Café Lark” was the name of 2 partners, now called “Café Lark GmbH” and “Lark & Sons”. "
        "Use the present name of the one you mean."
    )
    page = upload(
        bakery, "movements", HEADER + "shipment,SO-7,2026-01-06T08:00:00+00:00,Café Lark,Main,BREAD,B1,,,-1,\r\n"
    )
    assert (page.sums[3], sentence in page.text) == (1, True)
    page = upload(bakery, "partners", "partner,phone\r\nCafé Lark,1\r\n")
    assert (page.sums[3], sentence in page.text) == (1, True)
    sheet = Sheet.new(bakery, "shipment").fill(sku_0="BREAD", quantity_0="1", partner="café lark").press("save")
    assert html.escape(sentence.replace("Café Lark” was", "café lark” was")) in sheet.html
    assert not Partner.objects.filter(key="café lark").exists()


def test_a_list_of_partners_from_before_a_renaming_makes_no_second_one(bakery):
    rename_partner(bakery, "Café Lark", "Café Lark GmbH")
    page = upload(bakery, "partners", "partner,phone\r\nCafé Lark,555-0303\r\nNew one,1\r\n")
    assert page.sums == (1, 1, 0, 0)
    press(bakery, page, "commit")
    assert sorted(Partner.objects.values_list("name", "phone")) == [
        ("Café Lark GmbH", "555-0303"), ("New one", "1"), ("Northmill", ""),
    ]  # fmt: skip
