"""What leaves as CSV, byte by byte (DESIGN 5.4), and that it comes back as it was."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from items.models import Item, Variant
from tests.build import batch, broken, history_of, item, line, post, reverse, serial, switch_off, switch_on
from tests.worlds import exported, world
from tracking.ledger import triggers
from tracking.models import Batch, LedgerLine, SerialNumber
from tracking.records.hold import hold

pytestmark = pytest.mark.django_db

AT = datetime(2026, 1, 6, 8, 0, 0, tzinfo=UTC)


def export(what: str, *arguments: str) -> bytes:
    """The bytes that ``export_csv`` writes to standard output."""
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="utf-8", newline="")
    call_command("export_csv", what, *arguments, stdout=out)
    out.flush()
    return raw.getvalue()


def rows_of(content: bytes | str) -> list[dict]:
    text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
    return list(csv.DictReader(io.StringIO(text, newline="")))


# -- bytes ----------------------------------------------------------------------------------------------------------------


def test_the_bytes_of_items():
    item("Flour, white", "batch", "kg", skus=("F-25", "F-1"), kind="material", shelf_life_days=180)
    item('The "best" oven', "serial", skus=("=OVEN",))
    Variant.objects.filter(sku="F-1").update(name="1 kg", gtin="4006381333931")
    item("No variants", skus=())
    assert export("items") == (
        b"\xef\xbb\xbfitem,kind,unit,tracking,sku,variant,gtin,shelf_life_days\r\n"
        b'"Flour, white",material,kg,batch,F-1,1 kg,4006381333931,180\r\n'
        b'"Flour, white",material,kg,batch,F-25,,,180\r\n'
        b'"The ""best"" oven",product,pcs,serial,\'=OVEN,,,\r\n'
    )


def test_the_bytes_of_stock_and_serials():
    item("Flour", "batch", "kg", skus=("FLOUR",))
    item("Pump", "serial", skus=("PUMP",))
    post(
        "receipt",
        line("FLOUR", "2.50", batch="-7"),
        line("FLOUR", 1, batch="gone"),
        line("FLOUR", "0.000001", batch="B", at="+Shop"),
        line("PUMP", 1, serial="000417"),
        line("PUMP", 1, serial="@1", at="Küche"),
        line("PUMP", 3),
    )
    post("shipment", line("FLOUR", -1, batch="gone"), line("PUMP", -1, serial="000417"))
    assert (
        export("stock")
        == (
            "\ufeffsku,location,batch_number,quantity\r\n"
            "FLOUR,'+Shop,B,0.000001\r\n"
            "FLOUR,Main,'-7,2.5\r\n"
            "PUMP,Küche,,1\r\n"
            "PUMP,Main,,3\r\n"
        ).encode()
    )
    assert export("serials") == "\ufeffsku,serial_number,location\r\nPUMP,000417,\r\nPUMP,'@1,Küche\r\n".encode()


def test_the_bytes_of_movements(manager):
    item("Flour", "batch", "kg", skus=("FLOUR",))
    Variant.objects.filter(sku="FLOUR").update(name="25 kg")
    received = post("receipt", line("FLOUR", "25.5", batch="L1", expires="2031-01-31"), partner="North, Mill", number="PO-1",
                    at=AT, by=manager, note='said "ok"\r\n=2+2')  # fmt: skip
    mirror = reverse(received, by=manager, reason="-")
    lines = [str(found.uuid) for found in LedgerLine.objects.order_by("id")]
    recorded = received.recorded_at.isoformat(timespec="seconds")
    mirrored = mirror.posted_at.isoformat(timespec="seconds")
    assert export("movements").decode() == (
        "\ufeffkind,document,posted_at,partner,location,sku,batch_number,expires_on,serial_number,quantity,note,item,variant,unit,"
        "posted_by,line,recorded_at,reverses\r\n"
        'receipt,PO-1,2026-01-06T08:00:00+00:00,"North, Mill",Main,FLOUR,L1,2031-01-31,,25.5,"said ""ok""\r\n=2+2",Flour,25 kg,kg,'
        f"manager,{lines[0]},{recorded},\r\n"
        f'receipt,PO-000002,{mirrored},"North, Mill",Main,FLOUR,L1,2031-01-31,,-25.5,\'-,Flour,25 kg,kg,manager,{lines[1]},'
        f"{mirror.recorded_at.isoformat(timespec='seconds')},PO-1\r\n"
    )


def test_an_empty_company_exports_headers():
    for what, header in {
        "items": b"item,kind,unit,tracking,sku,variant,gtin,shelf_life_days",
        "stock": b"sku,location,batch_number,quantity",
        "serials": b"sku,serial_number,location",
    }.items():
        assert export(what) == b"\xef\xbb\xbf" + header + b"\r\n"
    assert len(export("movements").splitlines()) == 1


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        ("1000000000", "1000000000"),
        ("0.10", "0.1"),
        ("0.000001", "0.000001"),
        ("5.000", "5"),
        ("+3", "3"),
        ("007.5", "7.5"),
    ],
)
def test_quantities_are_plain_decimals(quantity, text):
    item("Salt", skus=("SALT",))
    post("receipt", line("SALT", quantity))
    assert [row["quantity"] for row in rows_of(export("stock"))] == [text]


# -- order ----------------------------------------------------------------------------------------------------------------

NAMES = [
    "Zoo",
    "apple",
    "Apple",
    "Äpfel",
    "apfel",
    "éclair",
    "Ｚ",
    "日本",
    "𝒜",
    "a-b",
    "a b",
    "ab",
    "_",
    "1",
    "10",
    "9",
]
WITHOUT_TWINS = [name for name in NAMES if name != "apple"]


def test_everything_is_sorted_by_unicode_code_point():
    for name in WITHOUT_TWINS:
        item(name, "batch", skus=(f"{name}/2", f"{name}/1"))
    assert [row["item"] for row in rows_of(export("items"))] == [
        name for name in sorted(WITHOUT_TWINS) for _ in range(2)
    ]
    assert [row["sku"] for row in rows_of(export("items"))] == [
        f"{name}/{n}" for name in sorted(WITHOUT_TWINS) for n in (1, 2)
    ]
    post("receipt", *[line("Zoo/1", 1, batch=number, at=place) for number in WITHOUT_TWINS for place in WITHOUT_TWINS],
         line("_/1", 1, batch="x"))  # fmt: skip
    assert [(row["sku"], row["location"], row["batch_number"]) for row in rows_of(export("stock"))] == sorted(
        [("Zoo/1", place, number) for number in WITHOUT_TWINS for place in WITHOUT_TWINS] + [("_/1", "Main", "x")]
    )
    item("Pump", "serial", skus=("Pump",))
    post("receipt", *[line("Pump", 1, serial=number) for number in reversed(WITHOUT_TWINS)])
    assert [row["serial_number"] for row in rows_of(export("serials"))] == sorted(WITHOUT_TWINS)


def test_a_history_has_its_records_by_sku_and_key():
    flour = item("Flour", "batch", skus=("b", "A"))
    post("receipt", *[line(sku, 1, batch=number) for sku in ("b", "A") for number in WITHOUT_TWINS])
    records = [(row["sku"], row["batch_number"]) for row in rows_of(history_of(flour)) if row["kind"] == "record"]
    keys = {found.number: found.key for found in Batch.objects.all()}
    assert records == [(sku, number) for sku in ("A", "b") for number in sorted(WITHOUT_TWINS, key=keys.__getitem__)]


def test_movements_are_in_posting_order_not_by_date():
    item("Salt", skus=("SALT",))
    post("receipt", line("SALT", 2), at=AT, number="later")
    post("receipt", line("SALT", 1), at=AT.replace(year=2020), number="earlier")
    assert [row["document"] for row in rows_of(export("movements"))] == ["later", "earlier"]


# -- narrowing ------------------------------------------------------------------------------------------------------------


def test_one_item_alone():
    item("Flour", "batch", skus=("F",))
    item("Pump", "serial", skus=("P",))
    post("receipt", line("F", 1, batch="L1"), line("P", 1, serial="1"))
    assert [row["sku"] for row in rows_of(export("stock", "--item", "ＦLOUR"))] == ["F"]
    assert [row["sku"] for row in rows_of(export("movements", "--item", "Pump"))] == ["P"]
    assert [row["item"] for row in rows_of(export("items", "--item", "Pump"))] == ["Pump"]
    assert rows_of(export("serials", "--item", "Flour")) == []


# -- there and back -------------------------------------------------------------------------------------------------------


def empty_the_database() -> None:
    """What a person does who begins again in an empty database."""
    tables = ["tracking_ledgerline", "tracking_stocklevel", "tracking_serialnumber", "tracking_batch", "tracking_document",
              "tracking_location", "tracking_partner", "items_variant", "items_item"]  # fmt: skip
    triggers.drop_all(connection)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM tracking_recordchange WHERE subject NOT IN ('user', 'role')")
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")
    triggers.create_all(connection)


def without_own(movements: bytes) -> list[list[str]]:
    """The rows in their order, without the columns that only this database knows."""
    rows = list(csv.reader(io.StringIO(movements.decode("utf-8-sig"), newline="")))
    own = {rows[0].index(name) for name in ("posted_by", "recorded_at", "line")}
    return [[cell for place, cell in enumerate(row) if place not in own] for row in rows]


@pytest.mark.parametrize(("seed", "rich"), [(seed, rich) for seed in (1, 2, 3, 4, 5) for rich in (False, True)])
def test_what_is_exported_and_imported_into_an_empty_database_is_the_same_again(seed, rich, tmp_path):
    company = world(seed=seed, rich=rich, documents=120)
    company.load()
    before = {what: export(what) for what in ("items", "movements", "stock", "serials", "batches")}
    for what in ("items", "movements"):
        (tmp_path / what).write_bytes(before[what])
    with transaction.atomic():
        if connection.vendor == "postgresql":
            connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
        empty_the_database()
        assert (Item.objects.count(), LedgerLine.objects.count()) == (0, 0)
        for what in ("items", "movements"):
            call_command("import_csv", what, str(tmp_path / what), stdout=io.StringIO())
    for what in ("items", "stock", "serials", "batches"):
        assert export(what) == before[what]
    assert without_own(export("movements")) == without_own(before["movements"])
    assert broken() == {}


def test_an_export_into_a_file_has_the_same_bytes(tmp_path):
    item("Flour", "batch", skus=("F",))
    post("receipt", *[line("F", 1, batch=f"L{n}") for n in range(1200)])
    for what in ("items", "movements", "stock", "serials"):
        file = tmp_path / f"{what}.csv"
        file.write_bytes(b"an older export")
        call_command("export_csv", what, "-o", str(file))
        assert file.read_bytes() == export(what)
    assert len(list(tmp_path.iterdir())) == 4


# -- history --------------------------------------------------------------------------------------------------------------


def test_a_history_depends_on_the_data_alone(manager):
    flour = item("Flour", "batch", "kg", skus=("F-1", "F-25"))
    post("receipt", line("F-1", 1, batch="L2"), line("F-25", 2, batch="L1"), line("F-1", 3, batch="L10"))
    first = history_of(flour)
    assert history_of(flour) == first
    item("Another", "batch", skus=("X",))
    post("receipt", line("X", 1, batch="L1"))
    assert history_of(flour) == first  # what happens to others is not in it
    Batch.objects.filter(number="L10").update(note="x")
    assert history_of(flour) != first
    Batch.objects.filter(number="L10").update(note="")
    assert history_of(flour) == first
    Batch.objects.create(variant=batch("L2").variant, number="without any line", key="without any line")
    assert history_of(flour) != first


def test_a_history_has_every_field_of_a_record():
    pump = item("Pump", "serial", skus=("P",))
    post("receipt", line("P", 1, serial="000417"))
    hold(records=[serial("000417")], by=None, reason="Leaks")
    SerialNumber.objects.update(note="=x")
    content = history_of(pump).decode()
    assert content.splitlines()[0].endswith(",reverses,made_on,supplier_batch,status,reason,record_note")
    assert content.splitlines()[-1] == (
        f"record,,,,,P,,,000417,,,Pump,,pcs,,{serial('000417').uuid},,,,,held,Leaks,'=x"
    )


def test_instants_are_those_that_were_posted_in_every_time_zone(settings, tmp_path):
    """A bare query of SQLite does not say that it is UTC, and the site's zone is none of a file's business."""
    at = datetime(2025, 1, 6, 8, tzinfo=UTC)
    item("Salt", skus=("SALT",))
    post("receipt", line("SALT", 5), number="PO-1", at=at)
    in_utc = export("movements")
    settings.TIME_ZONE = "Pacific/Auckland"
    assert export("movements") == in_utc
    assert b",2025-01-06T08:00:00+00:00," in in_utc
    file = tmp_path / "movements.csv"
    file.write_bytes(export("movements"))
    out = io.StringIO()
    call_command("import_csv", "movements", str(file), stdout=out)
    assert out.getvalue().startswith("Nothing changed")
    assert broken() == {}


def test_rows_of_a_switch_are_exported(manager):
    salt = item("Salt", skus=("SALT",))
    post("receipt", line("SALT", 5))
    switch_on(salt, "batch", manager)
    assert [(row["kind"], row["batch_number"], row["quantity"]) for row in rows_of(export("movements"))] == [
        ("receipt", "", "5"), ("tracking_on", "", "-5"), ("tracking_on", "UNBATCHED", "5"),
    ]  # fmt: skip
    switch_off(salt, manager)
    assert {row["batch_number"] for row in rows_of(exported("movements"))} == {""}
