"""The two files of the records for a 21 CFR 1.1455 request: the same rows, and no text that is taken for a formula."""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace

import pytest
from openpyxl import load_workbook

from tests import build
from tests.build import line, post
from tests.fsma_story import ALL, on, sheet, tell_business, tell_story, whole
from tracking.fsma import sheet_xlsx
from tracking.fsma.asked import read_asked
from tracking.fsma.columns import COLUMNS, TITLE
from tracking.fsma.sheet import preview_of
from tracking.fsma.sheet_xlsx import write_xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture
def business(db) -> None:
    tell_business()


@pytest.fixture
def story(manager) -> SimpleNamespace:
    return tell_story(manager)


def opened(**asked):
    with write_xlsx(read_asked(**asked), said=[("From", "2025-01-01")], site="http://site") as file:
        return load_workbook(file)


def test_fsma_spreadsheet_has_the_same_records_sorted_with_header_and_filter(story):
    book = opened(**ALL)
    assert book.sheetnames == ["Records", "Glossary", "Missing"]
    assert book.properties.title == TITLE == "Records sorted for a 21 CFR 1.1455 request"
    records = book["Records"]
    assert (records.freeze_panes, records.auto_filter.ref) == ("A2", "A1:W15")
    head, *rows = [[cell.value for cell in cells] for cells in records.iter_rows()]
    assert head == [column.title for column in COLUMNS]
    texts = [
        [
            value.date().isoformat() if isinstance(value, datetime) else "" if value is None else str(value)
            for value in one
        ]
        for one in rows
    ]
    assert texts == whole(story)
    assert {type(one[2]) for one in rows} == {datetime}
    assert {type(one[9]) for one in rows} == {int, float}


def test_fsma_spreadsheet_has_a_glossary_and_the_list_of_what_is_missing(story):
    book = opened(**ALL)
    glossary = [tuple(cell.value for cell in cells) for cells in book["Glossary"].iter_rows()]
    assert glossary[1 : len(COLUMNS) + 1] == [
        (column.title, column.name, column.meaning, column.kept_under or None) for column in COLUMNS
    ]
    assert glossary[-3:] == [
        (TITLE, None, None, None),
        ("From", None, "2025-01-01", None),
        ("Records", None, "14", None),
    ]
    found = [tuple(cell.value for cell in cells) for cells in book["Missing"].iter_rows()]
    gaps = preview_of(read_asked(**ALL), size=0).gaps
    assert found == [
        ("What", "Name", "Missing, and what helps", "Records", "Where it is mended"),
        *[(gap.what, gap.name, gap.lacks, gap.rows, f"http://site{gap.address}") for gap in gaps],
    ]
    assert len(gaps) == 5
    nothing = [
        tuple(cell.value for cell in cells) for cells in opened(lot="L2", until=date(2025, 1, 1))["Missing"].iter_rows()
    ]
    assert nothing[1:] == [("Nothing", None, "Every record has all that is asked for.", None, None)]


DANGEROUS = ("=1+1", "+5", "-5", "@SUM(A1)", "#N/A", "'quoted", "_x0041_", '<b>&"', "＝２", " a  b")


@pytest.mark.parametrize("text", DANGEROUS)
def test_fsma_files_take_no_text_for_a_formula(business, text):
    build.item(f"{text} item", "batch", skus=(f"{text} sku",))
    post("receipt", line(f"{text} sku", 1, batch=text), partner=text, number=text, at=on(6))
    stored = text.strip()
    (only,) = sheet(**ALL)
    guarded = f"'{stored}" if stored[0] in "=+-@'＝" else stored
    assert [only[number] for number in (4, 14, 21)] == [guarded] * 3
    for cells in opened(**ALL)["Records"].iter_rows(min_row=2):
        assert {cell.data_type for cell in cells} == {"s", "d", "n"}
        # The library reads inline text as it stands; a spreadsheet takes _x005F_ for the underscore that it is.
        said = [cells[number].value for number in (4, 14, 21)]
        assert said == [stored.replace("_x0041_", "_x005F_x0041_")] * 3


@pytest.mark.parametrize(
    ("quantity", "cell"),
    [
        ("0.000001", 0.000001),
        ("123456789.123456", 123456789.123456),
        ("999999999.999999", 999999999.999999),
        ("1000000000", 10**9),
    ],
)
def test_fsma_spreadsheet_keeps_quantities_exact(business, quantity, cell):
    post("receipt", line("SALT", quantity), partner="Northmill", at=on(6))
    assert sheet(**ALL)[0][9] == quantity
    assert opened(**ALL)["Records"]["J2"].value == cell


def test_fsma_spreadsheet_keeps_as_text_what_it_would_round(business):
    for _ in range(2):
        post("receipt", line("SALT", "999999999.999999"), partner="Northmill", at=on(6))
    post(
        "receipt",
        line("SALT", "999999999.999999"),
        line("SALT", "0.000002"),
        line("SALT", "9.000001"),
        partner="Northmill",
        at=on(7),
    )
    assert opened(**ALL)["Records"]["J4"].value == "1000000009.000002"


def test_fsma_spreadsheet_of_more_than_a_sheet_holds_is_refused(story, monkeypatch):
    monkeypatch.setattr(sheet_xlsx, "MOST_ROWS", 13)
    said = build.refusal(write_xlsx, read_asked(**ALL), said=[], site="")
    assert said == "These are more than 13 records, the limit of a spreadsheet. Give fewer days."
    monkeypatch.setattr(sheet_xlsx, "MOST_ROWS", 14)
    write_xlsx(read_asked(**ALL), said=[], site="").close()
