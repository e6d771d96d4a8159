"""The import page: previewed, and then exactly what was previewed or nothing (issue rules of imports, DESIGN 5.2 to 5.4)."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime

import pytest

from items.models import Item, Variant
from tests import build
from tests.build import ahead, item, line, partner, post, serials, stock
from tests.importing import chosen, press, shown, upload, workbook
from tests.worlds import exported
from tracking.imports.folder import ImportFolder
from tracking.imports.kinds import KINDS
from tracking.models import Batch, Document, FileImport, Location, Partner, RecordChange, RememberedMapping

pytestmark = pytest.mark.django_db

ITEMS = "item,kind,unit,tracking,sku,variant,gtin,shelf_life_days\r\n"
MOVEMENTS = (
    "kind,document,posted_at,partner,location,sku,batch_number,expires_on,serial_number,quantity,note\r\n"
    "receipt,PO-1,2026-01-06T08:00:00+00:00,Northmill,Main,FLOUR,F-1,2027-01-31,,25.5,\r\n"
    "receipt,PO-2,2026-01-07T08:00:00+00:00,Northmill,Main,FLOUR,F-1,,,4.5,\r\n"
    "shipment,SO-1,2026-01-08T08:00:00+00:00,Café Blau,Main,FLOUR,F-1,,,-10,\r\n"
)


def test_items_are_previewed_and_imported(as_manager):
    item("Salt", "none", unit="kg", skus=("SALT", "SALT-2"))
    page = upload(
        as_manager,
        "items",
        ITEMS + "Flour,material,kg,batch,FLOUR,25 kg,4006381333931,180\r\n"
        "Salt,product,kg,none,SALT,,,\r\nSalt,product,kg,none,SALT-2,fine,,\r\n",
    )
    assert (page.status, page.sums) == (200, (1, 1, 1, 0))
    assert page.rows() == [
        ["Row", "What", "item", "kind", "unit", "tracking", "sku", "variant", "gtin", "shelf_life_days"],
        [
            "2",
            "item Flour, variant FLOUR",
            "Flour",
            "material",
            "kg",
            "batch",
            "FLOUR",
            "25 kg",
            "4006381333931",
            "180",
        ],
    ]
    changed = shown(as_manager, as_manager.get(f"{page.address}?show=changed"))
    assert changed.rows()[1][:2] == ["4", "variant empty → fine"]
    assert not Item.objects.filter(name="Flour").exists()
    done = press(as_manager, page, "commit")
    assert "1 new, 1 changed, 1 as it was." in done.text
    assert exported("items").splitlines()[1:] == [
        "Flour,material,kg,batch,FLOUR,25 kg,4006381333931,180",
        "Salt,product,kg,none,SALT,,,",
        "Salt,product,kg,none,SALT-2,fine,,",
    ]
    assert not ImportFolder(FileImport.objects.get().token).path.exists()


def test_a_refused_row_refuses_the_file_and_says_why_on_its_cell(as_manager):
    page = upload(
        as_manager,
        "items",
        ITEMS + "Flour,material,kg,batch,FLOUR,,4006381333932,180\r\nSalt,spice,kg,none,SALT,,,\r\n"
        "Pepper,material,kg,none,PEPPER,,,\r\n",
    )
    assert (page.status, page.sums) == (200, (1, 0, 0, 2))
    kind, gtin = "“spice” is no kind. Use product or material.", "has the check digit 2, 1 is right."
    rows = page.rows()
    assert rows[0] == ["Row", "item", "kind", "unit", "tracking", "sku", "gtin", "shelf_life_days"]
    assert rows[1][0] == "2"
    assert gtin in rows[1][6]
    assert rows[2][:3] == ["3", "Salt", f"spice {kind}"]
    assert "Nothing can be imported while a row is refused." in page.text
    assert page.digest == ""
    committed = press(as_manager, page, "commit", digest=FileImport.objects.get().digest)
    assert committed.sums == (1, 0, 0, 2)
    assert not Item.objects.exists()


def test_refused_rows_are_counted_and_not_their_reasons(as_manager):
    header = MOVEMENTS.splitlines(keepends=True)[0]
    rows = [f"spice,D-{number},never,,Main,F,,,,x,\r\n" for number in range(10)]
    page = upload(as_manager, "movements", header + "".join(rows))
    as_csv = b"".join(as_manager.get(f"{page.address}preview.csv").streaming_content)
    assert as_csv.count(b",refused,") == 30
    assert page.sums == (0, 0, 0, 10)
    rest = upload(as_manager, "items", ITEMS + "".join(f"Flour,spice,kg,none,SKU-{n},,,\r\n" for n in range(10)))
    assert rest.sums == (0, 0, 0, 1)  # the others hang on the row with the item
    wrong = upload(as_manager, "locations", "location\r\n" + "x\r\nx\r\n" * 3)
    assert wrong.sums == (1, 0, 0, 5)


def test_of_a_file_with_nothing_but_faults_ten_thousand_are_told(as_operator, settings):
    settings.IMPORTED_AT_ONCE = 1 << 30
    content = "kind,document,posted_at,partner,location,sku,batch_number,expires_on,serial_number,quantity,note\r\n"
    page = upload(as_operator, "movements", content + "a,b,c,d,e,f,g,h,i,j,k\r\n" * 12_000)
    assert page.sums[3] <= 10_001
    assert "10,000 reasons already, so the rest of the file was not checked. Correct these first." in page.text


def test_the_whole_preview_as_csv_is_the_upload_with_its_outcome(as_manager):
    page = upload(as_manager, "locations", "location,phone\r\nMain,1\r\n'=Shelf,\r\nmain,2\r\n")
    answer = as_manager.get(f"{page.address}preview.csv")
    assert answer["Cache-Control"] == "no-store, private"
    assert "attachment" in answer["Content-Disposition"]
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(content))) == [
        ["row", "outcome", "column", "reason", "location", "phone"],
        ["2", "made", "", "location Main", "Main", "1"],
        ["3", "made", "", "location =Shelf", "'=Shelf", ""],
        ["4", "refused", "location", "“main” comes again in this file. Keep one row for it.", "main", "2"],
    ]


def test_movements_are_imported_as_they_were_previewed(as_operator):
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    page = upload(as_operator, "movements", MOVEMENTS)
    assert page.sums == (3, 0, 0, 0)
    assert [row[:2] for row in page.rows()[1:]] == [
        ["2", "Receipt PO-1 with 1 line, new location Main, new partner Northmill"],
        ["3", "Receipt PO-2 with 1 line"],
        ["4", "Shipment SO-1 with 1 line, new partner Café Blau"],
    ]
    assert not Document.objects.exists()
    assert not Location.objects.exists()
    press(as_operator, page, "commit")
    assert stock() == {("FLOUR", "Main", "F-1"): "20"}
    assert Document.objects.get(number="PO-1").posted_by.username == "operator"
    again = upload(as_operator, "movements", MOVEMENTS)
    assert again.sums == (0, 0, 3, 0)
    assert "There is nothing to import." in again.text


def test_data_that_changed_since_the_preview_gives_a_new_preview(as_operator, manager):
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 12, batch="F-1"))
    header, *rows = MOVEMENTS.splitlines(keepends=True)
    page = upload(as_operator, "movements", header + rows[2])
    assert page.sums == (1, 0, 0, 0)
    post("shipment", line("FLOUR", -5, batch="F-1"))
    refused = press(as_operator, page, "commit")
    assert refused.sums == (0, 0, 0, 1)
    assert "The data changed since the preview" in refused.text
    assert "Main has 7 kg of batch F-1 of FLOUR, and 10 are asked." in refused.text
    assert stock() == {("FLOUR", "Main", "F-1"): "7"}
    post("receipt", line("FLOUR", 5, batch="F-1"))
    again = press(as_operator, refused, "preview")
    assert again.sums == (1, 0, 0, 0)
    press(as_operator, again, "commit")
    assert stock() == {("FLOUR", "Main", "F-1"): "2"}


def test_a_change_that_was_previewed_is_the_change_that_is_made(as_manager):
    build.location("Main")
    page = upload(as_manager, "locations", "location,phone\r\nMain,555\r\n")
    assert page.rows()[1][1] == "location Main: phone empty → 555"
    Location.objects.update(phone="777")
    renewed = press(as_manager, page, "commit")
    assert "The data changed since the preview" in renewed.text
    assert renewed.rows()[1][1] == "location Main: phone 777 → 555"
    assert Location.objects.get().phone == "777"
    press(as_manager, renewed, "commit")
    assert Location.objects.get().phone == "555"


def test_a_preview_that_was_not_looked_at_is_not_committed(as_manager):
    page = upload(as_manager, "locations", "location\r\nMain\r\n")
    kept = press(as_manager, page, "commit", digest="0" * 64)
    assert "The preview was made anew since you looked at it." in kept.text
    assert not Location.objects.exists()


def test_pressing_twice_imports_once(as_operator):
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    page = upload(as_operator, "stock", "sku,location,quantity,batch_number\r\nFLOUR,Main,10,F-1\r\n")
    press(as_operator, page, "commit")
    press(as_operator, page, "commit")
    assert stock() == {("FLOUR", "Main", "F-1"): "10"}


def test_attributes_of_batches_are_changed_and_logged(as_manager):
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 12, batch="F-1", expires=ahead(90)), line("FLOUR", 5, batch="F-2"))
    page = upload(
        as_manager,
        "batches",
        f"sku,batch_number,expires_on,supplier_batch\r\nflour,f-1,{ahead(60)},NM 88\r\nFLOUR,F-2,,\r\n",
    )
    assert page.sums == (0, 1, 1, 0)
    assert page.rows()[1][1] == f"batch F-1: expires_on {ahead(90)} → {ahead(60)}, supplier_batch empty → NM 88"
    press(as_manager, page, "commit")
    batch = build.batch("F-1")
    assert (batch.expires_on, batch.supplier_batch, batch.note) == (date.fromisoformat(ahead(60)), "NM 88", "")
    changes = RecordChange.objects.filter(uuid__isnull=False, is_first=False).order_by("id")
    changes = changes.values_list("field", "old", "new", "reason", "changed_by__username")
    assert list(changes) == [
        ("expires_on", ahead(90), ahead(60), "Import of batches", "manager"),
        ("supplier_batch", "", "NM 88", "Import of batches", "manager"),
    ]


def test_batches_that_are_not_there_are_refused(as_manager):
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 12, batch="F-1"))
    page = upload(
        as_manager,
        "batches",
        "sku,batch_number,made_on\r\nFLOUR,F-9,2026-01-01\r\nNONE,F-1,2026-01-01\r\nFLOUR,F-1,1.1.2026\r\nFLOUR,F-1,\r\n",
    )
    assert page.errors == [
        "FLOUR has no batch “F-9”. Check the number; a new batch comes with its receipt or production.",
        "There is no SKU “NONE”. Check it, or import it with the items first.",
        "“1.1.2026” is not a date. Write year-month-day, such as 2026-01-31.",
        "Batch F-1 of FLOUR comes again in this file. Keep one row for it.",
    ]
    assert Batch.objects.get().made_on is None


def test_serial_numbers_are_connected_to_units_without_one(as_operator):
    item("Pump", "serial", skus=("PUMP",))
    post("receipt", line("PUMP", 3), line("PUMP", 1, serial="A9", at="Shop"), line("PUMP", 1, at="Shop"))
    page = upload(
        as_operator, "serials", "sku,location,serial_number\r\nPUMP,Main,000417\r\npump,main,000418\r\nPUMP,Shop,A1\r\n"
    )
    assert page.sums == (3, 0, 0, 0)
    assert page.rows()[1] == ["2", "serial number 000417", "PUMP", "Main", "000417"]
    press(as_operator, page, "commit")
    assert serials() == {"000417": "Main", "000418": "Main", "A1": "Shop", "A9": "Shop"}
    assert stock() == {("PUMP", "Main", ""): "3", ("PUMP", "Shop", ""): "2"}
    assert Document.objects.filter(kind="adjustment", note="Serial numbers assigned").count() == 2
    assert build.broken() == {}


def test_serial_numbers_that_do_not_fit_are_refused_each_on_its_row(as_operator):
    item("Pump", "serial", skus=("PUMP",))
    item("Bag", skus=("BAG",))
    post("receipt", line("PUMP", 2), line("PUMP", 1, serial="A9", at="Shop"), line("BAG", 5))
    page = upload(
        as_operator,
        "serials",
        "sku,location,serial_number\r\nPUMP,Main,A1\r\nPUMP,Main,a1\r\nPUMP,Main,A9\r\nPUMP,Main,A3\r\nBAG,Main,B1\r\n"
        "PUMP,Attic,A4\r\nPUMP,Main,\r\n",
    )
    assert page.sums == (1, 0, 0, 6)
    assert page.errors == [
        "Serial number a1 stands in row 2 already. Keep one of them.",
        "Serial number A9 is in stock already, at Shop. Check it, or take this row out.",
        "Main has 2 pcs of PUMP without a serial number, and this row would be one more. Take it out, or receive more first.",
        "Bag is not tracked by serial numbers. Turn that on first, or take this row out.",
        "There is no location “Attic”. Check its name.",
        "Serial number is empty. Give it a value that can be read.",
    ]
    assert serials() == {"A9": "Shop"}


def test_stock_on_hand_is_added_once(as_operator):
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    item("Pump", "serial", skus=("PUMP",))
    item("Bag", skus=("BAG",))
    rows = (
        "sku,location,quantity,batch_number,expires_on,serial_number\r\n"
        "FLOUR,Main,125.5,F-1,2027-01-31,\r\nPUMP,Main,,,,000417\r\nPUMP,Main,2,,,\r\nBAG,Shop,500,,,\r\n"
    )
    page = upload(as_operator, "stock", rows)
    assert [row[1] for row in page.rows()[1:]] == [
        "FLOUR batch F-1 +125.5 kg at Main",
        "PUMP serial number 000417 +1 pcs at Main",
        "PUMP +2 pcs at Main",
        "BAG +500 pcs at Shop",
    ]
    press(as_operator, page, "commit")
    held = {("FLOUR", "Main", "F-1"): "125.5", ("PUMP", "Main", ""): "3", ("BAG", "Shop", ""): "500"}
    assert stock() == held
    assert serials() == {"000417": "Main"}
    again = upload(as_operator, "stock", rows)
    assert again.sums == (0, 0, 4, 0)
    assert again.rows()[1][1] == "this file was posted before, as SA-000001"
    assert stock() == held


def test_stock_on_hand_of_two_places_is_two_adjustments_and_each_comes_again_alone(as_operator, manager):
    """What was posted at one place was reversed: the file brings that back, and the other place stays as it is."""
    item("Bag", skus=("BAG",))
    item("Pump", "serial", skus=("PUMP",))
    item("Motor", "serial", skus=("MOTOR",))
    post("receipt", line("MOTOR", 1, serial="7"))  # the same number, of another item: it is in nobody's way
    rows = "sku,location,quantity,serial_number\r\nBAG,Shop,500,\r\nBAG,Main,20,\r\nPUMP,Shop,1,7\r\nPUMP,Main,1,8\r\n"
    press(as_operator, upload(as_operator, "stock", rows), "commit")
    held = {
        ("BAG", "Shop", ""): "500", ("BAG", "Main", ""): "20", ("PUMP", "Shop", ""): "1", ("PUMP", "Main", ""): "1",
        ("MOTOR", "Main", ""): "1",
    }  # fmt: skip
    assert stock() == held
    posted = Document.objects.filter(kind="adjustment").order_by("id")
    assert [one.lines.values_list("location__name").distinct().get() for one in posted] == [("Shop",), ("Main",)]
    build.reverse(posted[0], by=manager)
    again = upload(as_operator, "stock", rows)
    assert again.sums == (2, 0, 2, 0)
    press(as_operator, again, "commit")
    assert stock() == held
    assert upload(as_operator, "stock", rows).sums == (0, 0, 4, 0)


def test_stock_on_hand_may_come_again_after_it_was_reversed(as_operator, manager):
    item("Bag", skus=("BAG",))
    rows = "sku,location,quantity\r\nBAG,Shop,500\r\n"
    press(as_operator, upload(as_operator, "stock", rows), "commit")
    build.reverse(Document.objects.get(), by=manager)
    assert stock() == {}
    press(as_operator, upload(as_operator, "stock", rows), "commit")
    assert stock() == {("BAG", "Shop", ""): "500"}


def test_stock_on_hand_that_does_not_fit_is_refused_each_on_its_row(as_operator):
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    item("Pump", "serial", skus=("PUMP",))
    page = upload(
        as_operator,
        "stock",
        "sku,location,quantity,batch_number,serial_number\r\nFLOUR,Main,5,,\r\nFLOUR,Main,0,F-1,\r\nFLOUR,Main,-4,F-1,\r\n"
        "PUMP,Main,2,,A1\r\nPUMP,Main,1.5,,\r\nPUMP,,1,,\r\nFLOUR,Main,1e3,F-1,\r\n",
    )
    assert page.errors == [
        "Flour is tracked by batch, and the line of FLOUR has none. Give the batch number.",
        "“0” is on hand. Give a quantity above 0, or take this row out.",
        "“-4” is on hand. Give a quantity above 0, or take this row out.",
        "Serial number A1 is one unit, and the line has 2. Give one line for each unit, with 1 or −1.",
        "Pump is tracked by serial number, so it moves in whole units, and the line of PUMP has 1.5. Give a whole number.",
        "Location is empty. Give it a value that can be read.",
        "“1e3” is not a quantity. Write a plain number with a point, such as 12 or 0.25.",
    ]
    assert not Location.objects.exists()


def test_partners_come_with_how_to_reach_them(as_manager):
    partner("Northmill")
    page = upload(
        as_manager,
        "partners",
        'partner,email,phone,address\r\nnorthmill,orders@northmill.example,555,"1 Mill Lane\nLeeds"\r\nCafé Blau,none,,\r\n',
    )
    assert page.errors == ["Enter a valid email address."]
    page = upload(as_manager, "partners", "partner,email\r\nnorthmill,orders@northmill.example\r\nCafé Blau,\r\n")
    press(as_manager, page, "commit")
    assert list(Partner.objects.values_list("name", "email")) == [
        ("Café Blau", ""),
        ("Northmill", "orders@northmill.example"),
    ]


def test_an_operator_adds_locations_and_changes_none(as_operator):
    build.location("Main")
    page = upload(as_operator, "locations", "location,phone\r\nMain,555\r\nShop,\r\n")
    assert page.sums == (1, 0, 0, 1)
    assert "“Main” is there already, and you may not change any location. Ask a manager." in page.text


def test_templates_can_be_imported_as_they_are(as_manager):
    """The two example rows of every kind, in the order in which a company brings it in."""
    item("Cargo pump", "serial", skus=("PUMP-X",))
    for name, kind in KINDS.items():
        answer = as_manager.get(f"/import/templates/{name}.csv")
        assert answer["Content-Disposition"] == f'attachment; filename="{name}.csv"'
        assert len(answer.content.decode("utf-8-sig").splitlines()) == 3
        if name == "batches":
            post("receipt", line("FLOUR-25", 1, batch="F-1107"), line("FLOUR-25", 1, batch="F-1108"), line("PUMP-X", 2))
        page = upload(as_manager, name, answer.content)
        assert page.errors == [], name
        done = press(as_manager, page, "commit")
        assert "Imported on" in done.text, name
        assert kind.title in done.text
    assert build.broken() == {}


# -- files of others ------------------------------------------------------------------------------------------------------


ON_HAND = (
    "Product;Variant code / SKU;Warehouse;Lot number;Best before;In stock;Value\r\n"
    "Rye flour;RYE-25;Main bakery;R-2201;31.01.2027;1.250,5;99,90\r\n"
    ";;;;;;\r\n"
    "Rye flour;RYE-25;Main bakery;R-2202;28.02.2027;75;12\r\n"
)


def test_a_file_of_another_program_is_mapped_by_a_guess_that_is_shown(as_operator):
    item("Rye flour", "batch", unit="kg", skus=("RYE-25",))
    page = upload(as_operator, "stock", ON_HAND, "on hand.csv")
    assert page.address.endswith("/columns/")
    guessed = chosen(page)
    assert {name: value for name, value in guessed.items() if value} == {
        "place-sku": "1", "place-location": "2", "place-batch_number": "3", "place-expires_on": "4",
        "place-quantity": "5", "dates": "dmy", "decimals": "comma_grouped",
    }  # fmt: skip
    assert "31.01.2027 · 28.02.2027" in page.text
    preview = press(as_operator, page, "columns", **guessed)
    assert [row[:2] for row in preview.rows()[1:]] == [
        ["2", "RYE-25 batch R-2201 +1250.5 kg at Main bakery"],
        ["4", "RYE-25 batch R-2202 +75 kg at Main bakery"],
    ]
    press(as_operator, preview, "commit")
    assert stock() == {("RYE-25", "Main bakery", "R-2201"): "1250.5", ("RYE-25", "Main bakery", "R-2202"): "75"}
    assert build.batch("R-2201").expires_on == date(2027, 1, 31)


def test_a_corrected_mapping_is_remembered_by_its_header(as_operator):
    item("Rye flour", "batch", unit="kg", skus=("RYE-25",))
    odd = "Ding;Ort;Los;Menge\r\nRYE-25;Main;R-1;1,5\r\n"
    page = upload(as_operator, "stock", odd)
    assert chosen(page)["place-sku"] == ""
    refused = press(as_operator, page, "columns", **chosen(page))
    assert refused.status == 422
    assert "The file needs sku. Choose its column, or give one value for all rows." in refused.errors
    corrected = {
        **chosen(page),
        "place-sku": "0",
        "place-location": "1",
        "place-batch_number": "2",
        "place-quantity": "3",
    }
    wrong = press(as_operator, refused, "columns", **{**corrected, "decimals": "point"})
    assert wrong.errors == [
        "“1,5” is no number such as 1234.5, which is how this file writes them. Correct it, or choose another format."
    ]
    fitting = press(as_operator, refused, "columns", **{**corrected, "decimals": "comma"})
    assert fitting.sums == (1, 0, 0, 0)
    assert RememberedMapping.objects.get().saved_by.username == "operator"
    again = upload(as_operator, "stock", odd.replace("1,5", "2,5"))
    assert chosen(again) == {**chosen(page), **corrected, "decimals": "comma"}


def test_a_date_is_read_in_the_chosen_format_alone(as_operator):
    item("Rye flour", "batch", unit="kg", skus=("RYE-25",))
    page = upload(
        as_operator,
        "stock",
        "SKU;Location;Lot;Expiry;Qty\r\nRYE-25;Main;R-1;01/02/2027;1\r\nRYE-25;Main;R-2;13/02/2027;1\r\n",
    )
    guessed = chosen(page)
    assert guessed["dates"] == "dmy"
    american = press(as_operator, page, "columns", **{**guessed, "dates": "mdy"})
    assert american.sums == (0, 0, 0, 1)
    assert "“13/02/2027” is no date such as 01/31/2026" in american.text
    british = press(as_operator, american, "columns", **guessed)
    press(as_operator, british, "commit")
    assert build.batch("R-1").expires_on == date(2027, 2, 1)


def test_movements_of_another_program_get_their_kinds_signs_and_times(as_operator, settings):
    item("Pump", "serial", skus=("PUMP",))
    rows = (
        "Type,Order no,Date,Supplier/Customer,Warehouse,Item code,Serial,Qty\r\n"
        "Purchase order,PO-1,06/01/2026 08:00,Northmill,Main,PUMP,000417,1\r\n"
        "Sales order,SO-1,07/01/2026,Café Blau,Main,PUMP,000417,1\r\n"
    )
    page = upload(as_operator, "movements", rows)
    guessed = {**chosen(page), "signs": "kind", "dates": "dmy"}
    preview = press(as_operator, page, "columns", **guessed)
    assert preview.errors == []
    press(as_operator, preview, "commit")
    assert list(Document.objects.order_by("id").values_list("kind", "number", "partner__name", "posted_at")) == [
        ("receipt", "PO-1", "Northmill", datetime.fromisoformat("2026-01-06T08:00:00+00:00")),
        ("shipment", "SO-1", "Café Blau", datetime.fromisoformat("2026-01-07T12:00:00+00:00")),
    ]
    assert serials() == {"000417": ""}


def test_items_of_another_program_get_what_their_file_lacks_from_one_value(as_manager):
    page = upload(as_manager, "items", "Name,Code,UoM,Lots\r\nFlour,FLOUR,kg,batch\r\nSalt,SALT,kg,no\r\n")
    guessed = {**chosen(page), "place-kind": "same", "constant-kind": "raw material", "place-tracking": "3"}
    preview = press(as_manager, page, "columns", **guessed)
    press(as_manager, preview, "commit")
    assert exported("items").splitlines()[1:] == ["Flour,material,kg,batch,FLOUR,,,", "Salt,material,kg,none,SALT,,,"]


def test_a_formula_without_its_value_is_refused(as_operator):
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    rows = (("sku", "location", "quantity", "batch_number"), ("FLOUR", "Main", 1, "=A1"))
    page = upload(as_operator, "stock", workbook(*rows), "on hand.xlsx")
    assert page.status == 422
    assert "The cell D2 is a formula whose value was not saved." in page.text


def test_a_spreadsheet_keeps_numbers_formats_and_rows(as_operator):
    item("Pump", "serial", skus=("PUMP",))
    item("Flour", "batch", unit="kg", skus=("4711",))
    content = workbook(
        ("sku", "location", "quantity", "batch_number", "expires_on", "serial_number"),
        ("PUMP", "Main", 1, None, None, 417),
        (),
        (4711, "Main", 0.1 + 0.2, "-F1", date(2027, 1, 31), None),
        formats={"F2": "000000"},
    )
    page = upload(as_operator, "stock", content, "on hand.xlsx")
    assert [row[:2] for row in page.rows()[1:]] == [
        ["2", "PUMP serial number 000417 +1 pcs at Main"],
        ["4", "4711 batch -F1 +0.3 kg at Main"],
    ]
    press(as_operator, page, "commit")
    assert serials() == {"000417": "Main"}
    assert build.batch("-F1").expires_on == date(2027, 1, 31)


# -- who may, and what is kept --------------------------------------------------------------------------------------------


def test_what_a_role_may_not_import_is_not_offered(client, viewer, operator):
    client.force_login(viewer)
    assert client.get("/import/").status_code == 403
    client.force_login(operator)
    html = client.get("/import/").content.decode()
    assert 'value="movements"' in html
    assert 'value="items"' not in html
    refused = upload(client, "items", ITEMS + "Flour,material,kg,batch,FLOUR,,,\r\n")
    assert refused.status == 422
    assert not FileImport.objects.exists()


def test_an_upload_of_20_mib_is_taken_and_one_byte_more_is_not(client, manager):
    client.force_login(manager)
    most = 20 * 1024 * 1024
    content = b"location,note\r\nMain,".ljust(most, b"x")
    assert upload(client, "locations", content).status == 200
    assert FileImport.objects.get().size == most
    refused = upload(client, "locations", content + b"x", name="more.csv")
    assert refused.status == 422
    assert "The file has 20,971,521 bytes, the limit is 20,971,520 (20 MiB). Split it." in refused.text
    assert FileImport.objects.count() == 1


def test_an_upload_belongs_to_who_brought_it(client, operator, manager):
    client.force_login(operator)
    page = upload(client, "locations", "location\r\nMain\r\n")
    client.force_login(manager)
    for act in ("", "preview.csv", "columns/"):
        assert client.get(f"{page.address}{act}").status_code == 404
    for act in ("commit/", "preview/", "delete/"):
        assert client.post(f"{page.address}{act}").status_code == 404
    client.force_login(operator)
    removed = press(client, page, "delete")
    assert "file.csv was removed. Nothing of it was imported." in removed.text
    assert not FileImport.objects.exists()
    assert client.get(page.address).status_code == 404


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "empty.csv", "The file is empty. Choose one with a header and rows."),
        (b"location\r\n", "head.csv", "The file has a header but no rows. Add at least one row."),
        ("location\r\nLäden\r\n".encode("latin-1"), "l.csv", "The file is not in UTF-8 (byte 0xe4 cannot be read)."),
        ("location\r\nMain\r\n".encode("utf-16"), "u.csv", "This file is in UTF-16, UTF-8 is needed."),
        (b"location\r\nMa\0in\r\n", "n.csv", "Line 2 has a NUL character, so this is no text file."),
        (b'location\r\n"Main\r\n', "q.csv", 'a quote (") is opened and never closed.'),
        (b"location,phone\r\nMain\r\n", "short.csv", "Row 2 has 1 cells, the header has 2. Give each row 2 cells."),
        (b"location\r\n" + b"x" * 1002 + b"\r\n", "long.csv", "the cell location has 1,002 characters"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old.xls", "This is a spreadsheet in the old format XLS."),
        (b"PK\x03\x04" + b"\0" * 600, "zip.xlsx", "its zip is damaged."),
    ],
)
def test_a_file_that_cannot_be_read_says_why(as_manager, content, name, sentence):
    page = upload(as_manager, "locations", content, name)
    assert page.status == 422
    assert sentence in page.text
    assert not FileImport.objects.exists()
    assert not Location.objects.exists()


def test_lists_of_imports_cost_the_same_for_1_and_for_50(as_operator, django_assert_num_queries):
    def bring(name: str, *, commit: bool) -> None:
        page = upload(as_operator, "locations", f"location\r\n{name}\r\n", f"{name}.csv")
        if commit:
            press(as_operator, page, "commit")

    bring("A", commit=True)
    bring("B", commit=False)
    with django_assert_num_queries(6):
        as_operator.get("/import/")
    for number in range(25):
        bring(f"D{number}", commit=True)
        bring(f"E{number}", commit=False)
    with django_assert_num_queries(6):
        page = shown(as_operator, as_operator.get("/import/"))
    assert page.html.count("<td>Locations</td>") == 20


def test_variants_are_added_to_their_items(as_manager):
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    item("Salt", unit="kg", skus=("SALT",))
    page = upload(
        as_manager,
        "variants",
        "item,sku,variant,gtin\r\nflour,FLOUR-1,1 kg,4006381333931\r\nFlour,SALT,,\r\nNone,X,,\r\n",
    )
    assert page.errors == [
        "The SKU SALT belongs to Salt, and this row says Flour. Correct one.",
        "There is no item “None”. Import the item first, or correct its name.",
    ]
    page = upload(as_manager, "variants", "item,sku,variant,gtin\r\nflour,FLOUR-1,1 kg,4006381333931\r\n")
    press(as_manager, page, "commit")
    assert Variant.objects.get(sku="FLOUR-1").item.name == "Flour"
