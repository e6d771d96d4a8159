"""Spreadsheets and CSV files that are made to stop the site: judged while they are read, before anything is built of them.

Here they are a part of their full size; ``python -m tests.hostile_files`` sends all 200 of them through every door.
"""

from __future__ import annotations

import io
import re
import time
from datetime import date
from pathlib import Path

import pytest

from katana_trace.lib import xlsx_parser, xlsx_parts, xlsx_sheet, xlsx_workbook
from katana_trace.lib.safe_csv import FileError, read_rows, read_table
from katana_trace.lib.safe_xlsx import sheet_rows
from tests.build import item, line, post, refusal, switch_off, switch_on
from tests.hostile_csvs import HOSTILE
from tests.hostile_sheets import ACTS, Maker, hostile_sheet, times
from tests.importing import upload, workbook
from tests.sheet import Sheet
from tracking.models import FileImport
from tracking.modes.archive_file import find_archive

STATUS = Path("/proc/self/status")
MOST = 100 << 20  # bytes that reading may take beside what the tests have


def said_of(content: bytes) -> str:
    try:
        count = sum(1 for _ in sheet_rows(io.BytesIO(content)))
    except FileError as error:
        return str(error)
    return f"{count} rows"


def sheet(cells: str, **more) -> bytes:
    made = Maker(0, 1)
    made.rows = [cells]
    for name, value in more.items():
        setattr(made, name, value)
    return made.pack()


def memory(name: str) -> int:
    if not STATUS.exists():
        pytest.skip("the memory of a process is read from /proc")
    return int(re.search(rf"{name}:\s+(\d+) kB", STATUS.read_text())[1]) << 10


@pytest.mark.parametrize("seed", range(2 * len(ACTS)))
def test_a_hostile_sheet_is_read_or_refused_in_little_time_and_memory(seed):
    hostile = hostile_sheet(seed, 0.01)
    base = memory("VmRSS")
    STATUS.with_name("clear_refs").write_text("5")
    begun = time.process_time()
    said = said_of(hostile.content)
    assert time.process_time() - begun < 5, hostile.how
    assert memory("VmHWM") - base < MOST, hostile.how
    assert said.endswith((".", " rows")), (hostile.how, said)


LIMITS = {
    "a far row": ('<row r="1000000000"/>', "The sheet has a row 1000000000, but the last possible row is 1,048,576."),
    "a row out of order": ('<row r="3"/><row r="2"/>', "Row 2 of the sheet comes after row 3, out of order."),
    "a row twice": ('<row r="2"/><row r="2"/>', "Row 2 of the sheet comes after row 2, out of order."),
    "a row of two million cells": (
        f"<row>{'<c/>' * 2_000_000}</row>",
        "Row 2 has a cell beyond column GR; the limit is 200 columns.",
    ),
    "a far cell": ('<row><c r="GS2"/></row>', "Row 2 has a cell beyond column GR; the limit is 200 columns."),
    "a cell of another row": ('<row><c r="A9"/></row>', "Row 2 has a cell with the address “A9”, which is not in that row."),
    "a cell twice": ('<row><c r="A2"/><c r="A2"/></row>', "The cell A2 comes twice, or after one to its right."),
    "a long text": (
        f"<row><c t='str'><v>{'x' * 9_000_000}</v></c></row>",
        "Row 2 has a cell with more than 1,000 characters, which is the limit. Shorten it.",
    ),
    "a text of runs": (
        f"<row><c t='inlineStr'><is>{'<r><t>x</t></r>' * 1_001}</is></c></row>",
        "Row 2 has a cell with more than 1,000 characters, which is the limit. Shorten it.",
    ),
    "no number": ("<row><c><v>1x</v></c></row>", "Row 2 has a cell with the number “1x”, which is not a number."),
    "a lost text": ('<row><c t="s"><v>0</v></c></row>', "Row 2 has a cell that refers to a text that is not in the file."),
    "a lost style": ('<row><c s="9"><v>1</v></c></row>', "Row 2 has a cell that refers to a style that is not in the file."),
    "an error": ('<row><c t="e"><v>#N/A</v></c></row>', "Row 2 has a cell with the error #N/A. Correct its formula, or clear it."),
    "a number beyond all": ("<row><c><v>1e400</v></c></row>", "Row 2 has the number 1e400, which no spreadsheet can hold."),
    "a formula without its value": ("<row><c><f>A1</f></c></row>", "The cell A2 is a formula whose value was not saved."),
    "a NUL": ('<row><c t="str"><v>_x0000_</v></c></row>', "Row 2 has a cell with a NUL character, which is no text."),
    "elements in one another": ("<a>" * 65, "The workbook has elements nested 64 deep, which no sheet has."),
    "a tag that never ends": ("<row a='" + "x" * (1 << 20), "The workbook has a tag or comment that never ends."),
    "a comment that never ends": ("<!-- " + "<" * (1 << 20), "The workbook has a tag or comment that never ends."),
}  # fmt: skip


@pytest.mark.parametrize("limit", LIMITS)
def test_a_sheet_beyond_a_limit_is_refused_with_the_limit(limit):
    rows, sentence = LIMITS[limit]
    assert said_of(sheet(rows)).startswith(sentence)


NAMES = {
    "different names of elements": ("".join(f"<a{n}/>" for n in range(6_000)), "more than 5,000 different names"),
    "different names of attributes": ("".join(f"<a a{n}=''/>" for n in range(6_000)), "more than 5,000 different names"),
    "different prefixes": ("".join(f"<a xmlns:a{n}='u'/>" for n in range(6_000)), "more than 5,000 different names"),
    "long names": (f"<{'a' * 200_000}/>", "a name of more than 500 characters"),
    "a long namespace": (f"<a:a xmlns:a='{'u' * 200_000}'>{'<a:b/>' * 20_000}</a:a>", "a name of more than 500 characters"),
    "a long namespace of all": (f"<a xmlns='{'u' * 200_000}'>{'<b/>' * 20_000}</a>", "a name of more than 500 characters"),
    "a long prefix": (f"<a xmlns:{'p' * 9_000}='u'/>", "a name of more than 500 characters"),
}  # fmt: skip


@pytest.mark.parametrize("kind", NAMES)
def test_names_that_the_parser_would_keep_or_write_out_are_refused(kind):
    """Each name stays in memory, and a namespace is written out before each name: the bytes of the file tell of neither."""
    rows, sentence = NAMES[kind]
    begun = time.process_time()
    assert sentence in said_of(sheet(rows))
    assert time.process_time() - begun < 1


def test_a_text_that_many_cells_share_is_counted_in_each_and_unescaped_once(monkeypatch):
    strings = ["<si><t>", "_x000D_" * 1000, "</t></si>"]
    many = '<row><c t="s"><v>0</v></c></row>' * 10_000
    begun = time.process_time()
    assert said_of(sheet(many, strings=strings)) == "10001 rows"
    assert time.process_time() - begun < 1.5
    monkeypatch.setattr(xlsx_sheet, "MOST_CHARACTERS", 500_000)
    said = said_of(sheet(many, strings=strings))
    assert said.startswith("The cells up to row 501 have more than 500,000 characters in all, the limit.")
    monkeypatch.setattr(xlsx_parser, "MOST_MARKS", 10_000)
    escapes = f"<row><c t='str'><v>{'_x000D_' * 900}</v></c></row>" * 10
    assert said_of(sheet(escapes)).startswith("The workbook has more elements than")


def test_a_sheet_at_its_limits_is_read():
    assert said_of(sheet('<row r="1048576"><c r="A1048576"><v>1</v></c></row>')) == "2 rows"
    wide = sheet(f"<row>{'<c><v>1</v></c>' * 200}</row>", header=f"<row>{'<c><v>1</v></c>' * 200}</row>")
    assert said_of(wide) == "2 rows"
    assert said_of(sheet(f"<row><c t='str'><v>{'_x0041_' * 142}</v></c></row>")) == "2 rows"
    assert said_of(sheet(f"<row><c t='str'><v>{'_x000D_' * 1000}</v></c></row>")) == "2 rows"


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (
            f"<row>{'<c/>' * 100}</row>" * 100,
            "The sheet has more than 5,000 cells up to row 51, empty ones included, which is the limit.",
        ),
        ("<a/>" * 20_000, "The workbook has more elements than 100,000 rows of 19 columns need, which is the limit."),
        ("<row a='' b='' c=''/>" * 20_000, "The workbook has more elements than 100,000 rows of 19 columns need"),
        ("<row xmlns:a='u'/>" * 20_000, "The workbook has more elements than 100,000 rows of 19 columns need"),
    ],
)  # fmt: skip
def test_what_a_sheet_has_in_all_is_counted_before_it_is_parsed(monkeypatch, cells, sentence):
    monkeypatch.setattr(xlsx_sheet, "MOST_CELLS", 5_000)
    monkeypatch.setattr(xlsx_parser, "MOST_MARKS", 50_000)
    assert said_of(sheet(cells)).startswith(sentence)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (
            {"strings": times(" ", 2 << 20)},
            "The part xl/sharedStrings.xml of the workbook has more than 1 MiB unpacked",
        ),
        ({"styles": times(" ", 5 << 20)}, "The part xl/styles.xml of the workbook has more than 4 MiB unpacked"),
        ({"rows": times(" ", 6 << 20)}, "The workbook has more than 5 MiB unpacked"),
        ({"more": [(f"{n}", b"") for n in range(1000)]}, "The workbook has 1,005 parts, the limit is 1,000."),
        ({"more": [("XL/workbook.xml", b"")]}, "The zip has two parts of the same name."),
    ],
)
def test_a_workbook_is_weighed_by_what_comes_out_of_it(monkeypatch, more, sentence):
    monkeypatch.setattr(xlsx_workbook, "STRINGS_LIMIT", 1 << 20)
    monkeypatch.setattr(xlsx_parts, "UNPACKED_LIMIT", 5 << 20)
    assert said_of(sheet("<row/>", **more)).startswith(sentence)


def test_cells_are_read_as_a_person_sees_them():
    """Kinds of cells that other programs write; the library that made the others writes fewer."""
    made = Maker(0, 1)
    made.header = "<row>" + "".join(f'<c t="str"><v>h{n}</v></c>' for n in range(9)) + "</row>"
    made.strings = [
        "<si><t>plain</t></si><si><r><t>rich </t></r><r><t>text</t></r><rPh><t>reading</t></rPh></si>",
        "<si><t>_x005F_x000D_ _x000D_ _x0041_</t></si>",
    ]
    made.styles = [
        '<numFmts><numFmt numFmtId="200" formatCode="000000"/><numFmt numFmtId="201" formatCode="yyyy\\-mm\\-dd"/></numFmts>',
        '<cellStyleXfs><xf numFmtId="201"/></cellStyleXfs>',
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="200"/><xf numFmtId="201"/><xf numFmtId="22"/></cellXfs>',
    ]
    made.rows = [
        '<row r="2"><c r="A2" t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>2</v></c><c s="1"><v>417</v></c>',
        '<c s="2"><v>46053</v></c><c s="3"><v>46053.5</v></c><c t="b"><v>1</v></c><c t="d"><v>2026-01-31T00:00:00</v></c>',
        '<c r="I2"><f>A1</f><v>0.30000000000000004</v></c></row><row r="5"><c r="C5"><v>1E3</v></c></row>',
    ]
    rows = list(sheet_rows(io.BytesIO(made.pack())))
    assert rows[1:] == [
        (2, ["plain", "rich text", "_x000D_ \r _x0041_", "000417", "2026-01-31", "2026-01-31T12:00:00", "TRUE", "2026-01-31",
             "0.3"]),
        (5, ["", "", "1000", "", "", "", "", "", ""]),
    ]  # fmt: skip
    assert list(sheet_rows(io.BytesIO(workbook(("a",), (date(2026, 1, 31),)))))[1] == (2, ["2026-01-31"])


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_csv_is_read_or_refused_record_by_record(name):
    content = HOSTILE[name](2 << 20)
    base = memory("VmRSS")
    STATUS.with_name("clear_refs").write_text("5")
    begun = time.process_time()
    try:
        for _ in read_table(io.BytesIO(content), most_lines=100_000):
            pass
    except FileError as error:
        assert str(error).endswith(".")  # noqa: PT017 either answer is right
    assert time.process_time() - begun < 5
    assert memory("VmHWM") - base < MOST / 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"a\r\n" + b"x" * 500_001, "Line 2 is in a row of more than 500,000 characters, which is the limit."),
        (b'a\r\n"' + b"x\n" * 60_000, "a quote"),
        (b"a" + b"," * 500_001, "Line 1 is in a row of more than 500,000 characters, which is the limit."),
        (b"a\n" + b'"b\n",' * 200_000, "is in a row of more than 500,000 characters, which is the limit."),
        (b"a\nb\n" + b"\r" * 1000, "The file has more than 1,000 lines, empty ones included, which is the limit."),
    ],
)
def test_a_record_or_file_that_does_not_end_is_refused(content, sentence):
    with pytest.raises(FileError) as caught:
        for _ in read_table(io.BytesIO(content), most_lines=1000 if sentence.startswith("The file") else None):
            pass
    assert sentence in str(caught.value)


def test_a_header_of_many_names_is_looked_through_once():
    header = ",".join(f"c{n}" for n in range(60_000)).encode()
    begun = time.process_time()
    with pytest.raises(FileError, match="has an unknown column"):
        list(read_rows(io.BytesIO(header + b"\na"), required=["c0"]))
    assert time.process_time() - begun < 3


@pytest.mark.django_db
@pytest.mark.parametrize("limit", ["a far row", "a row of two million cells", "a long text"])
def test_the_import_page_refuses_a_sheet_that_held_it_for_ever(client, manager, settings, limit):
    settings.IMPORTED_AT_ONCE = 1 << 30
    client.force_login(manager)
    rows, sentence = LIMITS[limit]
    page = upload(client, "locations", sheet(rows), "bomb.xlsx")
    assert page.status == 422
    assert sentence in page.text
    assert not FileImport.objects.exists()


@pytest.mark.django_db
def test_a_history_with_more_rows_than_any_archive_is_refused(manager):
    flour = item("Flour", "batch", "kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 12, batch="F-1"))
    content = switch_off(flour, manager)
    switch_on(flour, "batch", manager)
    header, first, *_ = content.decode("utf-8-sig").splitlines(keepends=True)
    said = refusal(find_archive, flour, (header + first * 10_010).encode())
    assert said.startswith(
        "This file has more than 10,002 rows, far more than any archive of Flour. Use the file as it was"
    )
    edited = refusal(find_archive, flour, (header + first * 3).encode())
    assert "This file was edited since it was downloaded" in edited


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["sku_0", "quantity_0", "partner", "note", "number", "day"])
def test_a_text_of_megabytes_in_a_field_of_a_document_costs_no_time(client, operator, field):
    client.force_login(operator)
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    for text in ("\u0316\u0301" * 200_000, "1" * 2_000_000, "a b " * 500_000):
        page = Sheet.new(client, "receipt").fill(**{field: text})
        begun = time.process_time()
        assert page.press("save").status == 422
        assert time.process_time() - begun < 3
