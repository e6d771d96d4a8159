"""Files that are wrong: each refusal is a sentence with row, column, value and next step, and nothing is half done."""

from __future__ import annotations

import pytest
from django.core.management import CommandError

from items.models import Item
from tests.build import broken, item, line, location, partner, post, switch_on
from tests.worlds import exported, run
from tracking.models import Batch, Location, Partner, SerialNumber

pytestmark = pytest.mark.django_db

HEADER = "kind,document,posted_at,partner,location,sku,batch_number,expires_on,serial_number,quantity,note"
COLUMNS = HEADER.replace(",", ", ")


@pytest.fixture(autouse=True)
def company():
    """An item of each tracking with some stock: Salt 10, flour of batch L1 10, pumps 1 and 2."""
    item("Salt", unit="kg", skus=("SALT",))
    item("Flour", "batch", "kg", skus=("FLOUR",))
    item("Pump", "serial", skus=("PUMP",))
    post(
        "receipt",
        line("SALT", 10),
        line("FLOUR", 10, batch="L1"),
        line("PUMP", 1, serial="1"),
        line("PUMP", 1, serial="2"),
        number="PO-1",
    )
    post("receipt", line("FLOUR", 5, batch="OLD", expires="2024-03-31"), number="PO-2")


def row(**cells) -> str:
    """One row of movements.csv: a good receipt of 1 kg of salt, but for ``cells``."""
    good = {
        "kind": "receipt", "document": "T-1", "posted_at": "2026-01-06T08:00:00+00:00", "partner": "", "location": "Main",
        "sku": "SALT", "batch_number": "", "expires_on": "", "serial_number": "", "quantity": "1", "note": "",
    }  # fmt: skip
    return ",".join((good | cells).values())


@pytest.fixture
def refused(tmp_path):
    """The refusal of a file of movements (or of ``what``), after which nothing at all has changed."""

    def refuse(content: str | bytes, what: str = "movements") -> str:
        before = state()
        file = tmp_path / "file.csv"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        with pytest.raises(CommandError) as caught:
            run("import_csv", what, str(file))
        assert state() == before
        assert caught.value.returncode == 1
        text = str(caught.value)
        assert "Traceback" not in text
        assert text.isprintable() or all(char.isprintable() or char == "\n" for char in text)
        return text

    return refuse


def state() -> tuple:
    exports = tuple(exported(what) for what in ("items", "movements", "stock", "serials"))
    return (
        exports,
        Location.objects.count(),
        Partner.objects.count(),
        Batch.objects.count(),
        SerialNumber.objects.count(),
    )


@pytest.fixture
def accepted(tmp_path):
    def accept(content: str | bytes, what: str = "movements") -> str:
        file = tmp_path / "file.csv"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        said = run("import_csv", what, str(file))
        assert broken() == {}
        return said

    return accept


def file_of(*rows: str, header: str = HEADER) -> str:
    return "\r\n".join([header, *rows]) + "\r\n"


def only_error(sentence: str) -> str:
    what = "the file" if sentence.startswith("File") else "1 row"
    return f"{sentence}\nNothing was imported: {what} is refused."


# -- one bad row ----------------------------------------------------------------------------------------------------------

NO_QUANTITY = "is not a quantity. Write a plain number with a point, such as 12 or 0.25."
ROWS = {
    "unknown SKU": (
        {"sku": "SUGAR"},
        "Row 2, sku: There is no SKU “SUGAR”. Check it, or import it with the items first.",
    ),
    "no SKU": ({"sku": ""}, "Row 2, sku: SKU is empty. Give it a value that can be read."),
    "no location": ({"location": " "}, "Row 2, location: Location is empty. Give it a value that can be read."),
    "no document number": (
        {"document": ""},
        "Row 2, document: Document number is empty. Give it a value that can be read.",
    ),
    "unknown kind": (
        {"kind": "theft"},
        "Row 2, kind: “theft” is no kind. Use one of receipt, production, shipment, customer_return, supplier_return, "
        "adjustment, transfer, stocktake.",
    ),
    "kind of the program's own": (
        {"kind": "tracking_on"},
        "Row 2, kind: “tracking_on” is made by a switch of tracking and is not imported. Take these rows out.",
    ),
    "restored, of the program's own": (
        {"kind": "tracking_restored"},
        "Row 2, kind: “tracking_restored” is made by a switch of tracking and is not imported. Take these rows out.",
    ),
    "minus on a receipt": (
        {"quantity": "-1"},
        "Row 2, quantity: A receipt brings goods in, and SALT has −1. Give it without the minus.",
    ),
    "plus on a shipment": (
        {"kind": "shipment"},
        "Row 2, quantity: A shipment takes goods out, and SALT has +1. Give it with a minus.",
    ),
    "batch for an untracked item": (
        {"batch_number": "L1"},
        "Row 2, batch_number: Salt has No tracking, and the line of SALT gives “L1”. "
        "Leave it empty, or enable tracking on the item card first.",
    ),
    "no batch for a batch item": (
        {"sku": "FLOUR"},
        "Row 2, batch_number: Flour is tracked by batch, and the line of FLOUR has none. Give the batch number.",
    ),
    "serial number for a batch item": (
        {"sku": "FLOUR", "serial_number": "1"},
        "Row 2, serial_number: Flour is tracked by batch, and the line of FLOUR gives the serial number “1”. "
        "Give a batch number instead.",
    ),
    "expiry without a batch": (
        {"expires_on": "2031-01-31"},
        "Row 2, batch_number: There is an expiry date without a batch number. Give the batch number, or leave the date out.",
    ),
    "another expiry": (
        {"sku": "FLOUR", "batch_number": "L1", "expires_on": "2031-01-31"},
        "Row 2, expires_on: Batch L1 of FLOUR has no expiry date, and this line says 2031-01-31. "
        "Leave it empty, or change the date on the batch page.",
    ),
    "2,000 characters": (
        {"sku": "FLOUR", "batch_number": "x" * 2000},
        "File: Row 2: the cell batch_number has 2,000 characters, the limit is 1,000. Shorten it.",
    ),
    "1,001 characters": (
        {"note": "x" * 1001},
        f"Row 2, note: Note “{'x' * 30}…” has 1,001 characters, the limit is 1,000. Shorten it.",
    ),
    "65 characters of a number": (
        {"sku": "FLOUR", "batch_number": "x" * 65},
        f"Row 2, batch_number: Batch number “{'x' * 30}…” has 65 characters, the limit is 64. Shorten it.",
    ),
    "121 characters of a location": (
        {"location": "x" * 121},
        f"Row 2, location: Location “{'x' * 30}…” has 121 characters, the limit is 120. Shorten it.",
    ),
    "121 characters of a partner": (
        {"partner": "x" * 121},
        f"Row 2, partner: Partner “{'x' * 30}…” has 121 characters, the limit is 120. Shorten it.",
    ),
    "control character": (
        {"sku": "FLOUR", "batch_number": "L\x071"},
        "Row 2, batch_number: Batch number “L\\u00071” has a character that cannot be printed (\\u0007). Remove it.",
    ),
    "only invisible characters": (
        {"sku": "FLOUR", "batch_number": "\u200b"},
        "Row 2, batch_number: Batch number is empty. Give it a value that can be read.",
    ),
    "exponent": ({"quantity": "1e9"}, f"Row 2, quantity: “1e9” {NO_QUANTITY}"),
    "NaN": ({"quantity": "NaN"}, f"Row 2, quantity: “NaN” {NO_QUANTITY}"),
    "infinity": ({"quantity": "inf"}, f"Row 2, quantity: “inf” {NO_QUANTITY}"),
    "no quantity": ({"quantity": ""}, f"Row 2, quantity: “” {NO_QUANTITY}"),
    "comma": ({"quantity": '"1,5"'}, f"Row 2, quantity: “1,5” {NO_QUANTITY}"),
    "other digits": ({"quantity": "１２"}, f"Row 2, quantity: “１２” {NO_QUANTITY}"),
    "nothing": ({"quantity": "-0"}, "Row 2, quantity: The quantity of SALT is 0. Give what moved, or remove the line."),
    "seven places": (
        {"quantity": "0.1234567"},
        "Row 2, quantity: “0.1234567” has more than 6 places after the point. Round it to 6 places.",
    ),
    "too much": (
        {"quantity": "1000000000.1"},
        "Row 2, quantity: “1000000000.1” is above the limit of 1,000,000,000 units in one line. Split it.",
    ),
    "far too much": (
        {"quantity": "9" * 50},
        f"Row 2, quantity: “{'9' * 50}” is above the limit of 1,000,000,000 units in one line. Split it.",
    ),
    "no such day": (
        {"sku": "FLOUR", "batch_number": "N", "expires_on": "2026-02-30"},
        "Row 2, expires_on: “2026-02-30” is not a date. Write year-month-day, such as 2026-01-31.",
    ),
    "a day of elsewhere": (
        {"sku": "FLOUR", "batch_number": "N", "expires_on": "31.01.2026"},
        "Row 2, expires_on: “31.01.2026” is not a date. Write year-month-day, such as 2026-01-31.",
    ),
    "year 1969": (
        {"sku": "FLOUR", "batch_number": "N", "expires_on": "1969-12-31"},
        "Row 2, expires_on: “1969-12-31” is outside the years 1970 to 2200. Check the year.",
    ),
    "instant without offset": (
        {"posted_at": "2026-01-06T08:00:00"},
        "Row 2, posted_at: “2026-01-06T08:00:00” has no offset from UTC. Write it with one, such as 2025-01-06T08:00:00+00:00.",
    ),
    "instant with a fraction": (
        {"posted_at": "2026-01-06T08:00:00.5+00:00"},
        "Row 2, posted_at: “2026-01-06T08:00:00.5+00:00” has a fraction of a second. Round it to whole seconds.",
    ),
    "no instant": (
        {"posted_at": "yesterday"},
        "Row 2, posted_at: “yesterday” is not a date with a time. Write it such as 2025-01-06T08:00:00+00:00.",
    ),
    "no such instant": (
        {"posted_at": "2026-02-30T25:00:00Z"},
        "Row 2, posted_at: “2026-02-30T25:00:00Z” is not a date with a time. Write it such as 2025-01-06T08:00:00+00:00.",
    ),
    "year 0001": (
        {"posted_at": "0001-01-01T00:00:00+14:00"},
        "Row 2, posted_at: “0001-01-01T00:00:00+14:00” is not a date with a time. Write it such as 2025-01-06T08:00:00+00:00.",
    ),
    "serial number in stock": (
        {"sku": "PUMP", "serial_number": "1", "location": "Shop"},
        "Row 2, serial_number: Serial number 1 of PUMP is in stock already, at Main. Check the number, or transfer it.",
    ),
    "more than there is": (
        {"kind": "shipment", "quantity": "-11"},
        "Row 2, quantity: Main has 10 kg of SALT, and 11 are asked. There is none elsewhere. Take less, or receive more first.",
    ),
    "unknown batch shipped": (
        {"kind": "shipment", "sku": "FLOUR", "batch_number": "L9", "quantity": "-1"},
        "Row 2, batch_number: FLOUR has no batch “L9”. Check the number on the label, or receive it first.",
    ),
    "expired batch shipped": (
        {"kind": "shipment", "sku": "FLOUR", "batch_number": "OLD", "quantity": "-1"},
        "Row 2, batch_number: Batch OLD of FLOUR expired: it was usable through 2024-03-31, and this shipment is dated 2026-01-06. "
        "Choose another batch, or adjust it away.",
    ),
    "the same number, another content": (
        {"document": "po-1"},
        "Row 2, document: Receipt po-1 was posted already, and differs from this one. "
        "Posted documents are never changed: choose another number, or reverse the posted one.",
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_bad_row_is_refused(name, refused):
    cells, sentence = ROWS[name]
    assert refused(file_of(row(**cells))) == only_error(sentence)


def test_a_date_more_than_a_day_ahead_is_refused(refused):
    assert "Row 2, posted_at: The date 2199-01-01T00:00:00+00:00 is more than a day ahead" in refused(
        file_of(row(posted_at="2199-01-01T00:00:00Z"))
    )


def test_an_old_shipment_of_a_batch_that_expired_since_is_fine(accepted):
    accepted(
        file_of(
            row(kind="shipment", sku="FLOUR", batch_number="old", quantity="-1", posted_at="2024-03-31T23:59:59+00:00")
        )
    )


def test_a_serial_number_received_twice_is_refused(refused):
    twice = row(sku="PUMP", serial_number="7")
    assert refused(file_of(twice, twice)) == only_error(
        "Row 3, serial_number: Serial number 7 of PUMP is in stock already, at Main. Check the number, or transfer it."
    )


def test_one_bad_row_in_the_middle_takes_all_with_it(refused):
    rows = [row(document=f"T-{n}", location=f"Place {n}", partner=f"Partner {n}") for n in range(600)]
    rows[300] = row(document="T-300", quantity="x")
    rows[400] = row(document="T-400", sku="SUGAR")
    assert refused(file_of(*rows)) == (
        "Row 302, quantity: “x” is not a quantity. Write a plain number with a point, such as 12 or 0.25.\n"
        "Row 402, sku: There is no SKU “SUGAR”. Check it, or import it with the items first.\n"
        "Nothing was imported: 2 rows are refused."
    )


def test_the_first_200_errors_are_shown(refused):
    text = refused(file_of(*[row(document=f"T-{n}", quantity="x") for n in range(250)])).splitlines()
    assert len(text) == 202
    assert text[199].startswith("Row 201, quantity: ")
    assert text[200:] == ["… and 50 more reasons.", "Nothing was imported: 250 rows are refused."]


# -- documents of several rows --------------------------------------------------------------------------------------------


def test_a_document_that_comes_again_later_is_refused(refused):
    assert refused(file_of(row(), row(document="T-2"), row(document="t-1"))) == only_error(
        "Row 4, document: t-1 comes again later in the file. Put its rows together."
    )


@pytest.mark.parametrize(
    ("column", "other"),
    [("posted_at", "2026-01-07T08:00:00+00:00"), ("partner", "Northmill"), ("note", "x"), ("reverses", "PO-1")],
)
def test_rows_of_one_document_that_differ_are_refused(column, other, refused):
    first, second = row() + ",", row() + ","
    second = row() + f",{other}" if column == "reverses" else row(**{column: other}) + ","
    assert refused(file_of(first, second, header=HEADER + ",reverses")) == only_error(
        f"Row 3, {column}: All rows of T-1 have the same {column}, and this one differs."
    )


def test_a_transfer_that_loses_something_is_refused(refused):
    assert refused(file_of(row(kind="transfer", quantity="-2"), row(kind="transfer", location="Shop"))) == only_error(
        "Row 3, quantity: In this transfer 1 more leaves than arrives. Give the same quantity, batch and serial number out and in."
    )


def test_a_mirror_of_nothing_and_a_mirror_that_differs_are_refused(refused):
    header = HEADER + ",reverses"
    assert refused(file_of(row(quantity="-1") + ",PO-77", header=header)) == only_error(
        "Row 2, reverses: There is no receipt “PO-77” to reverse. Check its number."
    )
    assert refused(file_of(row(quantity="-1") + ",PO-2", header=header)) == only_error(
        "Row 2, reverses: This receipt reverses PO-2, but its lines are not the exact opposite of that one's. "
        "Give each line of it once, with the other sign."
    )


def test_the_expiry_of_a_batch_stands_on_its_first_row(accepted, refused):
    location("Annex")  # older than Cellar, so its lines are posted first
    location("Cellar")
    new = {"sku": "FLOUR", "batch_number": "N1"}
    accepted(file_of(row(**new, location="Cellar", expires_on="2031-01-31"), row(**new, location="Annex")))
    assert Batch.objects.get(number="N1").expires_on.isoformat() == "2031-01-31"
    new["batch_number"] = "N2"
    assert refused(
        file_of(row(**new, document="T-2"), row(**new, document="T-2", expires_on="2031-01-31"))
    ) == only_error(
        "Row 3, expires_on: Batch N2 of FLOUR has no expiry date, and this line says 2031-01-31. "
        "Leave it empty, or change the date on the batch page."
    )


# -- the file as a whole --------------------------------------------------------------------------------------------------

FILES = {
    "empty": (b"", f"File: The file is empty. It needs a header with the columns {COLUMNS}."),
    "only a byte order mark": (
        b"\xef\xbb\xbf",
        f"File: The file is empty. It needs a header with the columns {COLUMNS}.",
    ),
    "header only": (HEADER.encode(), "File: The file has a header but no rows. Add at least one row."),
    "header and empty lines": (
        HEADER.encode() + b"\r\n\r\n\r\n",
        "File: The file has a header but no rows. Add at least one row.",
    ),
    "UTF-16": (
        file_of(row()).encode("utf-16"),
        "File: This file is in UTF-16, UTF-8 is needed. Save it as CSV (UTF-8) and try again.",
    ),
    "UTF-16 without its mark": (
        file_of(row()).encode("utf-16-le"),
        "File: Line 1 has a NUL character, so this is no text file. Export it again as CSV (UTF-8).",
    ),
    "Latin-1": (
        file_of(row(location="Küche")).encode("latin-1"),
        "File: The file is not in UTF-8 (byte 0xfc cannot be read). Save it as CSV (UTF-8).",
    ),
    "lone surrogate": (
        file_of(row(location="A\ud800")).encode("utf-8", "surrogatepass"),
        "File: The file is not in UTF-8 (byte 0xed cannot be read). Save it as CSV (UTF-8).",
    ),
    "spreadsheet": (
        b"PK\x03\x04" + bytes(100),
        "File: This is a spreadsheet or zip file, not CSV. Save it as CSV (UTF-8) and try again.",
    ),
    "NUL": (
        file_of(row(), row(location="A\0B")).encode(),
        "File: Line 3 has a NUL character, so this is no text file. Export it again as CSV (UTF-8).",
    ),
    "doubled column": (
        file_of(row() + ",x", header=HEADER + ",SKU").encode(),
        "File: The header has the column “sku” twice. Keep one of them.",
    ),
    "missing column": (
        file_of(row(), header=HEADER.replace(",quantity", "")).encode(),
        f"File: The header lacks the column “quantity”. It needs {COLUMNS}.",
    ),
    "unknown column": (
        file_of(row() + ",x", header=HEADER + ",colour").encode(),
        f"File: The header has an unknown column “colour”. Known are {COLUMNS}, item, variant, unit, posted_by, line, "
        "recorded_at, reverses.",
    ),
    "no header": (
        (row() + "\r\n").encode(),
        f"File: The header lacks the column “kind”. It needs {COLUMNS}.",
    ),
    "short row": (
        file_of(row(), "receipt,T-2").encode(),
        "File: Row 3 has 2 cells, the header has 11. Give each row 11 cells.",
    ),
    "long row": (
        file_of(row() + ",,").encode(),
        "File: Row 2 has 13 cells, the header has 11. Give each row 11 cells.",
    ),
    "quote never closed": (
        file_of(row(), row(note='"open'), row()).encode(),
        'File: The file cannot be read as CSV after row 2: a quote (") is opened and never closed. Mend the quoting there.',
    ),
    "quote never closed in a long file": (
        file_of(row(note='"open'), *[row()] * 3000).encode(),
        'File: The file cannot be read as CSV after row 1: a quote (") is opened and never closed. Mend the quoting there.',
    ),
    "quote never closed in the header": (
        file_of(row(), header=HEADER.replace("note", '"note')).encode(),
        'File: The file cannot be read as CSV after row 1: a quote (") is opened and never closed. Mend the quoting there.',
    ),
    "text after a quote": (
        file_of(row(note='"closed"open')).encode(),
        "File: The file cannot be read as CSV after row 1: ',' expected after '\"'. Mend the quoting there.",
    ),
    "picture": (
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        "File: The file is not in UTF-8 (byte 0x89 cannot be read). Save it as CSV (UTF-8).",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_read_is_refused(name, refused):
    content, sentence = FILES[name]
    assert refused(content) == only_error(sentence)


@pytest.mark.parametrize(
    "name", ["empty", "UTF-16", "Latin-1", "lone surrogate", "spreadsheet", "quote never closed", "picture"]
)
def test_a_file_of_items_that_cannot_be_read_is_refused(name, refused):
    assert refused(FILES[name][0], "items").endswith("\nNothing was imported: the file is refused.")


def test_a_bad_file_after_good_rows_keeps_none_of_them(refused):
    rows = [row(document=f"T-{n}") for n in range(1200)]
    assert refused(file_of(*rows, "short")) == only_error(
        "File: Row 1202 has 1 cells, the header has 11. Give each row 11 cells."
    )


def test_a_file_that_is_not_there_is_refused(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(CommandError, match=r"There is no file .*\. Check its name\."):
            run("import_csv", "movements", str(path))


# -- what is taken --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_delimiters_byte_order_mark_and_line_ends_are_taken(delimiter, mark, end, accepted):
    content = mark + file_of(row(), row(document="T-2")).replace(",", delimiter).replace("\r\n", end)
    assert accepted(content) == (
        "2 documents posted with 2 lines, 0 skipped as posted before; 0 new locations, 0 new partners.\n"
    )


def test_columns_come_in_any_order_and_case(accepted):
    cells = dict(zip(HEADER.split(","), row().split(","), strict=True))
    names = sorted(cells, reverse=True)
    accepted(file_of(",".join(cells[name] for name in names), header=",".join(name.upper() for name in names)))


def test_any_offset_is_taken_and_stored_in_utc(accepted):
    accepted(file_of(row(posted_at="2026-01-06T08:00:00+05:30")))
    assert exported("movements").splitlines()[-1].startswith("receipt,T-1,2026-01-06T02:30:00+00:00,")


def test_the_same_file_again_changes_nothing_and_says_so(accepted):
    content = file_of(row(partner="Northmill", note="x"), row(kind="shipment", quantity="-1"))
    assert (
        accepted(content)
        == "2 documents posted with 2 lines, 0 skipped as posted before; 0 new locations, 1 new partner.\n"
    )
    before = state()
    assert accepted(content) == "Nothing changed: all 2 documents of this file were posted before.\n"
    assert state() == before


def test_the_rows_of_a_document_may_come_again_in_another_order(accepted):
    rows = row(), row(sku="FLOUR", batch_number="L1", quantity="2"), row(quantity="3", location="Shed")
    accepted(file_of(*rows))
    before = state()
    assert accepted(file_of(*reversed(rows))) == "Nothing changed: the one document of this file was posted before.\n"
    assert state() == before


@pytest.mark.parametrize(
    "cells",
    [
        {"note": "another"},
        {"partner": "Southmill"},
        {"posted_at": "2026-01-06T08:00:01+00:00"},
        {"location": "Shed"},
        {"sku": "FLOUR"},
        {"batch_number": "L2"},
        {"quantity": "1.000001"},
    ],
    ids=lambda cells: next(iter(cells)),
)
def test_a_document_of_the_same_number_that_differs_is_refused(accepted, refused, cells):
    item("Rye", "batch", "kg", skus=("RYE",))
    location("Shed")
    partner("Southmill")
    first = {"partner": "Northmill", "note": "x", "sku": "RYE", "batch_number": "L1"}
    accepted(file_of(row(**first)))
    assert "Receipt T-1 was posted already, and differs from this one." in refused(file_of(row(**first | cells)))


def test_the_same_file_is_skipped_after_a_reversal_and_a_switch(accepted, manager):
    content = file_of(row(), row(kind="shipment", quantity="-1"))
    accepted(content)
    run("switch_tracking", "Salt", "batch", "--by", "manager", "--reason", "x")
    assert "Nothing changed" in accepted(content)


def test_the_exported_rows_of_a_switch_are_refused_and_named(refused, manager):
    switch_on(Item.objects.get(name="Salt"), "batch", manager)
    text = refused(run("export_csv", "movements"))
    assert "“tracking_on” is made by a switch of tracking and is not imported. Take these rows out." in text


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@a", "'", "''=", "'=x", "＝1", "\u2019", '"quoted"', "a,b;c", "' ='"]
)
def test_what_looks_like_a_formula_goes_out_and_comes_in_without_loss(text, accepted):
    flour = "FLOUR"
    post("receipt", line(flour, 1, batch=text, at=text), partner=text, note=text, number=f"N{text}")
    before = exported("movements")
    rows = before.splitlines()
    accepted("\r\n".join([rows[0], rows[-1].replace("N" + text.replace('"', '""'), "M-1")]))
    assert Batch.objects.filter(number=text).count() == 1
    assert Location.objects.filter(name=text).count() == 1
    assert Partner.objects.filter(name=text).count() == 1
    assert partner(text).documents.count() == 2
    assert set(partner(text).documents.values_list("note", flat=True)) == {text}
