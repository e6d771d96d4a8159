"""Downloads of the lists: what is shown, and nothing else, as CSV and as a spreadsheet; and no cell of them is a formula."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection
from openpyxl import load_workbook

from items.models import Item, Variant
from katana_trace.lib import xlsx_book
from katana_trace.lib.safe_csv import DANGEROUS
from tests import build
from tests.build import ahead, item, line, partner, post
from tests.importing import press, upload
from tests.worlds import exported
from tracking.exports.tables import movements_table
from tracking.ledger import movement_export
from tracking.models import Batch, Document, Location, Partner
from tracking.records.edit import edit_batch
from tracking.records.hold import hold

pytestmark = pytest.mark.django_db

LISTS = {
    "/items/items": "items", "/batches/batches": "batches", "/serials/serials": "serials", "/stock/stock": "stock",
    "/documents/documents": "documents", "/documents/movements": "movements",
}  # fmt: skip


@pytest.fixture
def as_viewer(client, viewer):
    client.force_login(viewer)
    return client


@pytest.fixture
def bakery(db, manager):
    item("Flour", "batch", unit="kg", skus=("FLOUR", "FLOUR-1"), kind="material", shelf_life_days=180)
    item("Pump", "serial", skus=("PUMP",))
    item("Bag", skus=("BAG",))
    post(
        "receipt", line("FLOUR", 12, batch="F-2", expires=ahead(90)), line("FLOUR", "5.5", batch="F-1"), partner="Mill"
    )
    post("receipt", line("PUMP", 1, serial="A2"), line("PUMP", 1, serial="A1", at="Shop"), line("BAG", 50))
    post("shipment", line("PUMP", -1, serial="A2"), line("FLOUR", -2, batch="F-2"), partner="Café", note="Urgent")
    hold(records=[build.batch("F-1")], by=manager, reason="Wet")


def table(client, address: str, query: str = "") -> list[list[str]]:
    answer = client.get(f"{address}.csv{query}")
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def sheet(client, address: str, query: str = ""):
    answer = client.get(f"{address}.xlsx{query}")
    assert answer.status_code == 200
    return load_workbook(io.BytesIO(b"".join(answer.streaming_content)))


def test_batches_are_exported_with_what_is_written_on_them(as_viewer, bakery, manager):
    edit_batch(
        batch=build.batch("F-2"), changes={"supplier_batch": "N 88", "note": "two\nlines"}, by=manager, reason="Label"
    )
    assert table(as_viewer, "/batches/batches") == [
        ["sku", "batch_number", "item", "variant", "expires_on", "made_on", "supplier_batch", "status", "reason", "note",
         "on_hand", "unit"],
        ["FLOUR", "F-1", "Flour", "", "", "", "", "held", "Wet", "", "5.5", "kg"],
        ["FLOUR", "F-2", "Flour", "", ahead(90), "", "N 88", "available", "", "two\nlines", "10", "kg"],
    ]  # fmt: skip


def test_serial_numbers_are_exported_with_where_they_are(as_viewer, bakery):
    assert table(as_viewer, "/serials/serials") == [
        ["sku", "serial_number", "location", "item", "variant", "status", "reason", "note"],
        ["PUMP", "A1", "Shop", "Pump", "", "available", "", ""],
        ["PUMP", "A2", "", "Pump", "", "available", "", ""],
    ]


def test_items_and_movements_are_exported_as_they_are_imported(as_viewer, bakery):
    for address, what in (("/items/items", "items"), ("/documents/movements", "movements")):
        assert table(as_viewer, address) == list(csv.reader(io.StringIO(exported(what))))


def test_items_are_exported_whole_or_as_they_are_listed(as_viewer, bakery):
    Variant.objects.filter(sku="FLOUR-1").update(archived_at=build.now())
    Item.objects.filter(name="Bag").update(archived_at=build.now())
    found = {
        query: [row[4] for row in table(as_viewer, "/items/items", query)[1:]] for query in ("", "?q=o", "?archived=1")
    }
    assert found == {"": ["BAG", "FLOUR", "FLOUR-1", "PUMP"], "?q=o": ["FLOUR"], "?archived=1": ["BAG"]}
    assert "Download all items, also archived ones" in as_viewer.get("/items/").content.decode()
    assert "Download what is listed" in as_viewer.get("/items/?q=o").content.decode()


def test_documents_are_exported_one_in_a_row(as_viewer, bakery, manager):
    build.reverse(Document.objects.get(kind="shipment"), by=manager)
    rows = table(as_viewer, "/documents/documents")
    assert rows[0] == [
        "kind", "document", "posted_at", "partner", "lines", "note", "reverses", "reversed_by", "posted_by", "recorded_at",
    ]  # fmt: skip
    assert [[row[place] for place in (0, 1, 3, 4, 5, 6, 7, 8)] for row in rows[1:]] == [
        ["receipt", "PO-000001", "Mill", "2", "", "", "", ""],
        ["receipt", "PO-000002", "", "3", "", "", "", ""],
        ["shipment", "SO-000001", "Café", "2", "Urgent", "", "SO-000002", ""],
        ["shipment", "SO-000002", "Café", "2", "Entered by mistake", "SO-000001", "", "manager"],
    ]


@pytest.mark.parametrize(
    ("address", "query", "column", "values"),
    [
        ("/items/items", "?q=flour", 4, ["FLOUR", "FLOUR-1"]),
        ("/items/items", "?tracking=serial", 4, ["PUMP"]),
        ("/items/items", "?archived=1", 4, []),
        ("/batches/batches", "?status=held", 1, ["F-1"]),
        ("/batches/batches", "?q=f-2", 1, ["F-2"]),
        ("/batches/batches", "?expiring=100", 1, ["F-2"]),
        ("/batches/batches", "?expiry=expired", 1, []),
        ("/serials/serials", "?place=in", 1, ["A1"]),
        ("/serials/serials", "?place=out", 1, ["A2"]),
        ("/serials/serials", "?q=a2", 1, ["A2"]),
        ("/stock/stock", "?q=bag", 0, ["BAG"]),
        ("/documents/documents", "?kind=shipment", 1, ["SO-000001"]),
        ("/documents/documents", "?number=F-1", 1, ["PO-000001"]),
        ("/documents/documents", "?partner_name=mill", 1, ["PO-000001"]),
        ("/documents/movements", "?kind=shipment", 5, ["FLOUR", "PUMP"]),
        ("/documents/movements", "?item_name=bag", 5, ["BAG", "PUMP", "PUMP"]),
    ],
)
def test_what_is_exported_is_what_the_list_is_narrowed_to(as_viewer, bakery, address, query, column, values):
    assert sorted(row[column] for row in table(as_viewer, address, query)[1:]) == values
    rows = list(sheet(as_viewer, address, query).worksheets[0].iter_rows(values_only=True))
    assert sorted(row[column] for row in rows[1:]) == values
    folder = address.rsplit("/", 1)[0]
    page = as_viewer.get(f"{folder}/{query}").content.decode()
    if values:
        assert f'href="{address}.csv{query}"' in page
        assert f'href="{address}.xlsx{query}"' in page


def test_a_spreadsheet_has_numbers_and_days_that_sort(as_viewer, bakery):
    book = sheet(as_viewer, "/batches/batches")
    assert book.sheetnames == ["Batches"]
    found = book.worksheets[0]
    assert found.freeze_panes == "A2"
    assert found.auto_filter.ref == "A1:L3"
    assert [found["K2"].value, found["K3"].value] == [5.5, 10]
    assert found["E3"].value.date().isoformat() == ahead(90)
    assert found["E3"].number_format == "yyyy-mm-dd"


def test_what_a_sheet_cannot_hold_goes_on_on_the_next(as_viewer, bakery, monkeypatch):
    monkeypatch.setattr(xlsx_book, "SHEET_ROWS", 2)
    book = sheet(as_viewer, "/documents/movements")
    assert book.sheetnames == ["Movements", "Movements 2", "Movements 3", "Movements 4"]
    numbers = [row[5] for one in book.worksheets for row in one.iter_rows(values_only=True, min_row=2)]
    assert numbers == [row[5] for row in table(as_viewer, "/documents/movements")[1:]]
    assert [one["A1"].value for one in book.worksheets] == ["kind"] * 4


def test_a_list_without_rows_gives_its_header(as_viewer):
    for address in LISTS:
        assert len(table(as_viewer, address)) == 1, address
        assert sheet(as_viewer, address).worksheets[0].max_row == 1, address


def test_downloads_are_kept_nowhere_and_need_a_login(client, as_viewer, bakery):
    for address, name in LISTS.items():
        for ending in ("csv", "xlsx"):
            answer = as_viewer.get(f"{address}.{ending}")
            assert answer["Cache-Control"] == "no-store, private"
            assert answer["Content-Disposition"].startswith(f'attachment; filename="{name} ')
            assert answer["Content-Disposition"].endswith(f'.{ending}"')
            b"".join(answer.streaming_content)
    client.logout()
    for address in LISTS:
        assert client.get(f"{address}.csv").status_code == 302
    assert client.get("/items/items.pdf").status_code in (302, 404)


def test_drafts_and_days_that_are_none_have_nothing_to_export(client, operator):
    client.force_login(operator)
    for query in ("?status=draft", "?since=nonsense"):
        assert client.get(f"/documents/documents.csv{query}").status_code == 404


@pytest.fixture
def hostile_company(db, manager):
    """Every text of every export begins with what a spreadsheet takes for a formula, in all its ways."""
    signs = [sign for sign in sorted(DANGEROUS) if sign not in "\t\r"] + ["'=", "''", "=cmd|' /C calc'!A0"]
    for place, sign in enumerate(signs):
        name = f"{sign}{place}"
        item(f"{name} item", "batch" if place % 2 else "serial", unit=f"{sign}u"[:16], skus=(f"{name} sku",))
        Variant.objects.filter(sku=f"{name} sku").update(name=f"{name} variant")
        Location.objects.create(name=f"{name} place")
        Partner.objects.create(name=f"{name} partner")
        more = {"batch": f"{name} lot"} if place % 2 else {"serial": f"{name} unit"}
        made = line(f"{name} sku", 1, at=f"{name} place", **more)
        post("receipt", made, partner=f"{name} partner", number=f"{name} number", note=f"{name}\n{sign}note")
    for batch in Batch.objects.all():
        edit_batch(
            batch=batch,
            changes={"note": f"{batch.number} note", "supplier_batch": batch.number},
            by=manager,
            reason="Label",
        )
        hold(records=[batch], by=manager, reason=batch.number)


def test_no_cell_begins_as_a_formula(as_viewer, hostile_company):
    for address in LISTS:
        rows = table(as_viewer, address)
        assert len(rows) > 5
        numbers = {rows[0].index(name) for name in ("quantity",) if name in rows[0]}
        for row in rows:
            for place, cell in enumerate(row):
                assert place in numbers or cell[:1] == "'" or cell[:1] not in DANGEROUS, (address, cell)
        for one in sheet(as_viewer, address).worksheets:
            for cells in one.iter_rows():
                assert all(cell.data_type in "snd" and cell.data_type != "f" for cell in cells), address


def test_no_office_program_finds_a_formula(as_viewer, hostile_company, tmp_path):
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice is not installed (Debian: apt install libreoffice-calc)")
    files = []
    for address, name in LISTS.items():
        for ending in ("csv", "xlsx"):
            file = tmp_path / f"{name}-{ending}.{ending}"
            file.write_bytes(b"".join(as_viewer.get(f"{address}.{ending}").streaming_content))
            files.append(file)
    command = [soffice, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "fods"]
    subprocess.run([*command, "--outdir", tmp_path, *files], check=True, capture_output=True, timeout=180)
    for file in files:
        made = file.with_suffix(".fods").read_text(encoding="utf-8")
        assert "table:formula" not in made, file.name
        assert made.count("<table:table-row") > 5, file.name


def test_what_was_exported_comes_back_through_the_import_page_and_changes_nothing(client, bakery, manager):
    client.force_login(manager)
    for address, kind in (
        ("/items/items", "items"),
        ("/batches/batches", "batches"),
        ("/documents/movements", "movements"),
    ):
        rows = len(table(client, address)) - 1
        for ending in ("csv", "xlsx"):
            content = b"".join(client.get(f"{address}.{ending}").streaming_content)
            page = upload(client, kind, content, f"{kind}.{ending}")
            if page.address.endswith("/columns/"):  # the spreadsheet's instants are text, as ours are
                page = press(client, page, "columns")
            assert page.errors == [], (kind, ending)
            assert page.sums[:2] == (0, 0), (kind, ending)
            assert page.sums[2] == (3 if kind == "movements" else rows), (kind, ending)


@pytest.mark.parametrize(
    "text", ["_x0041_ x", "_x005F_", "a\r\nb", "a\rb", "a\nb", "＝1", "'=1", "007", "TRUE", "2026-01-31"]
)
def test_a_text_comes_back_out_of_a_spreadsheet_as_it_was(client, manager, text):
    client.force_login(manager)
    item("Flour", "batch", skus=("FLOUR",))
    post("receipt", line("FLOUR", 1, batch="F-1"), note=text)
    content = b"".join(client.get("/documents/movements.xlsx").streaming_content)
    assert upload(client, "movements", content, "movements.xlsx").sums == (0, 0, 1, 0)


def test_an_export_is_of_one_moment(committed_db, monkeypatch):
    """An expiry that is corrected while the lines are read is the old one in all of them, or the new one in all."""
    monkeypatch.setattr(movement_export, "CHUNK", 2)
    item("Flour", "batch", skus=("FLOUR",))
    for number in range(6):
        post("receipt", line("FLOUR", 1, batch="F-1", expires="2031-01-31"), number=f"R-{number}")
    rows = movements_table(None).rows()
    first = next(iter(rows))
    with ThreadPoolExecutor(1) as other:
        other.submit(correct_expiry).result()
    assert {row[7] for row in [first, *rows]} == {"2031-01-31"}
    assert build.batch("F-1").expires_on.isoformat() == "2031-02-28"


def correct_expiry() -> None:
    """Another person's edit, on a connection of its own."""
    edit_batch(batch=build.batch("F-1"), changes={"expires_on": date(2031, 2, 28)}, by=None, reason="Label")
    connection.close()


@pytest.mark.parametrize("address", LISTS)
def test_exports_cost_the_same_for_1_and_for_50(as_viewer, address, django_assert_num_queries):
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    item("Pump", "serial", skus=("PUMP",))
    partner("Mill")

    def receive(number: int) -> None:
        post(
            "receipt", line("FLOUR", 1, batch=f"F-{number}"), line("PUMP", 1, serial=f"A{number}"), partner="Mill",
            number=f"R-{number}",
        )  # fmt: skip
        item(f"Item {number}", skus=(f"SKU-{number}",))

    receive(0)
    # On PostgreSQL movements ask which documents have lines of others between theirs.
    apart = connection.vendor == "postgresql"
    # Session, user, permissions (2), and all of it; of documents more.
    count = {"/documents/documents": 7, "/documents/movements": 10 + apart}.get(address, 5)
    with django_assert_num_queries(count):
        few = len(table(as_viewer, address))
    for number in range(1, 50):
        receive(number)
    with django_assert_num_queries(count):
        assert len(table(as_viewer, address)) > few
