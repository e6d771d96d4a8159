"""The page of the records for a 21 CFR 1.1455 request, and its two files."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from types import SimpleNamespace

import pytest
from openpyxl import load_workbook

from katana_trace.lib import days
from tests import build
from tests.build import line, post
from tests.fsma_story import on, tell_business, tell_story
from tracking.fsma.columns import COLUMNS
from tracking.models import Partner, Workspace

pytestmark = pytest.mark.django_db
FILES = ("/fsma/fsma.csv", "/fsma/fsma.xlsx")


@pytest.fixture
def business(db) -> None:
    tell_business()


@pytest.fixture
def story(manager) -> SimpleNamespace:
    return tell_story(manager)


@pytest.fixture
def page(client, viewer, story):
    """Asks for the page as a viewer."""
    client.force_login(viewer)
    return lambda **asked: client.get("/fsma/", asked)


def errors(response) -> dict[str, list[str]]:
    return {name: list(found) for name, found in response.context["form"].errors.items()}


def numbers(response) -> list[str]:
    return [record.number for record in response.context["preview"].records]


def test_fsma_sheet_asks_first_what_is_wanted(page):
    response = page()
    html = response.content.decode()
    assert response.status_code == 200
    assert "preview" not in response.context
    assert "<h1>Records sorted for a 21 CFR 1.1455 request</h1>" in html
    assert "What this is for" in html
    assert "fsma.csv" not in html
    assert '<a href="/fsma/" aria-current="page">' in html


def test_fsma_sheet_shows_the_records_and_what_is_missing(page, story):
    response = page(since="2025-01-01")
    html = " ".join(response.content.decode().split())
    assert (response.context["preview"].rows, len(response.context["preview"].records)) == (14, 14)
    for text in (
        '<span class="code">NM-77</span>',
        "Blau Bakery, Main",
        "Water Row 3, Elm · ",
        '<span class="t-warn">No lot code</span>',
        '<small class="t-warn">No phone</small>',
        '<span class="t-warn">Not known</span>',
        f'<a class="nb" href="/documents/{story.production.pk}/">{story.production.number}</a>',
        '<a class="btn main" href="/fsma/fsma.xlsx?since=2025-01-01">',
        '<a class="btn" href="/fsma/fsma.csv?since=2025-01-01">',
        "5 found",
    ):
        assert text in html, text


def test_fsma_sheet_links_a_gap_for_who_may_mend_it(page, client, manager, admin_user):
    Workspace.objects.all().delete()
    partner = Partner.objects.get(name="Café Rot")
    address = f"/partners/{partner.pk}/edit/"
    html = page(since="2025-01-01").content.decode()
    assert '<th scope="row">Café Rot<small class="dim">Partner</small></th>' in html
    assert address not in html
    assert f'<a href="/items/{build.Item.objects.get(key="salt").pk}/">Salt</a>' in html
    for user, may_mend in ((manager, False), (admin_user, True)):
        client.force_login(user)
        html = client.get("/fsma/", {"since": "2025-01-01"}).content.decode()
        assert f'<a href="{address}">Café Rot</a>' in html
        assert ('<a href="/admin/tracking/workspace/1/change/">Ours</a>' in html) is may_mend


def test_fsma_gap_links_lead_to_pages(page, client, admin_user):
    Workspace.objects.all().delete()
    client.force_login(admin_user)
    gaps = client.get("/fsma/", {"since": "2025-01-01"}).context["preview"].gaps
    assert {gap.what for gap in gaps} == {"Business", "Location", "Partner", "Item", "Batch", "Document"}
    assert [client.get(gap.address).status_code for gap in gaps] == [200] * len(gaps)


def test_fsma_gap_of_a_location_goes_when_its_address_is_given(page, client, manager):
    client.force_login(manager)
    Workspace.objects.all().delete()

    def places() -> list[str]:
        gaps = client.get("/fsma/", {"since": "2025-01-01"}).context["preview"].gaps
        return [f"{gap.name}: {gap.lacks}" for gap in gaps if gap.what == "Location"]

    assert places() == ["Cellar: Address and phone", "Main: Address and phone", "Shop: Phone"]
    for name in ("Main", "Cellar"):
        form = {"name": name, "phone": "555-0100", "address": "Mill Lane 1\r\nBlau"}
        assert client.post(f"/locations/{build.location(name).pk}/edit/", form).status_code == 302
    assert build.location("Main").address == "Mill Lane 1\nBlau"
    assert places() == ["Shop: Phone"]


def test_fsma_sheet_finds_a_batch_by_any_of_its_numbers(page):
    assert set(numbers(page(q="b1"))) == {"B1", "L1", ""}
    assert page(q="nm-77").status_code == 422
    assert numbers(page(q="NM-77", until="2025-01-06")) == ["L1"]
    response = page(q="B1", chain="1")
    assert "with what they were made from and made into, 2 lots in all." in response.content.decode()
    assert "Records of Bread, 800 g <span" in response.content.decode()
    assert page(q="L1", item="flour", since="2025-01-12").context["preview"].rows == 2


@pytest.mark.parametrize(
    ("asked", "field", "sentence"),
    [
        ({"q": "nope"}, "q", "“nope” is no batch, serial number or supplier's batch number. Write the number, "),
        ({"item": "Fl"}, "item", "“Fl” is no item, SKU or GTIN. Perhaps it is Flour (FLOUR)."),
        ({"q": "L1", "item": "Bread"}, "item", "L1 is of Flour, not of Bread. Leave one of them out."),
        ({"chain": "1"}, "chain", "What a lot was made from and into is found from one batch or serial number."),
        ({"since": "1.2.2025"}, "since", "“1.2.2025” is not a date. Write year-month-day, such as 2026-01-31."),
        (
            {"since": "2025-01-02", "until": "2025-01-01"},
            "until",
            "1 Jan 2025 is before 2 Jan 2025. Give a day on or after it.",
        ),
    ],
)
@pytest.mark.parametrize("address", ["/fsma/", *FILES])
def test_fsma_sheet_and_files_refuse_on_the_field(page, client, address, asked, field, sentence):
    response = client.get(address, asked)
    assert response.status_code == 422
    ((name, (said,)),) = errors(response).items()
    assert (name, said[: len(sentence)]) == (field, sentence)
    assert f'id="id_{field}_error"' in response.content.decode()
    assert "fsma.csv" not in response.content.decode()


@pytest.mark.parametrize("address", FILES)
def test_fsma_files_are_not_made_of_everything(page, client, address):
    response = client.get(address)
    assert response.status_code == 422
    assert errors(response) == {"__all__": ["Name a batch or serial number, an item, or a first or last day."]}


@pytest.mark.parametrize("address", ["/fsma/", *FILES])
def test_fsma_pages_need_a_login_and_are_for_every_role(client, story, viewer, operator, manager, address):
    assert client.get(address, {"q": "L1"}).status_code == 302
    for user in (viewer, operator, manager):
        client.force_login(user)
        assert client.get(address, {"q": "L1"}).status_code == 200
        assert client.post(address, {"q": "L1"}).status_code == 405


def test_fsma_csv_is_an_attachment_that_nobody_keeps(page, client):
    response = client.get("/fsma/fsma.csv", {"q": "L1"})
    today = days.today().isoformat()
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Cache-Control"] == "no-store, private"
    assert response["Content-Disposition"] == f'attachment; filename="records for 21 CFR 1.1455 {today}.csv"'
    header, *rows = csv.reader(io.StringIO(b"".join(response).decode("utf-8-sig"), newline=""))
    assert header == [column.name for column in COLUMNS]
    assert len(rows) == page(q="L1").context["preview"].rows == 7


def test_fsma_xlsx_is_an_attachment_that_nobody_keeps(page, client):
    response = client.get("/fsma/fsma.xlsx", {"q": "L1", "chain": "1", "since": "2025-01-07"})
    today = days.today().isoformat()
    assert response["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert response["Cache-Control"] == "no-store, private"
    assert response["Content-Disposition"] == f'attachment; filename="records for 21 CFR 1.1455 {today}.xlsx"'
    book = load_workbook(io.BytesIO(b"".join(response)))
    glossary = [tuple(cell.value for cell in cells)[:3:2] for cells in book["Glossary"].iter_rows()]
    at = glossary.index(("Records sorted for a 21 CFR 1.1455 request", None))
    said = dict(glossary[at + 1 :])
    assert list(said) == [
        "Batch or serial number",
        "From",
        "With all it was made from and made into",
        "Made on",
        "Records",
    ]
    assert (said["Batch or serial number"], said["From"], said["Records"]) == (
        "L1",
        "2025-01-07",
        str(book["Records"].max_row - 1),
    )
    addresses = [cells[4].value for cells in book["Missing"].iter_rows(min_row=2)]
    assert all(address.startswith("http://testserver/") for address in addresses)
    assert len(addresses) == 2


def test_fsma_sheet_says_when_there_is_nothing(page, client):
    response = page(since=(days.today() + timedelta(days=1)).isoformat())
    html = response.content.decode()
    assert "No receiving, transformation or shipping is recorded of this." in html
    assert "There is no record that could lack anything." in html
    assert "fsma.csv" not in html
    nothing = client.get("/fsma/fsma.csv", {"until": "1999-01-01"})
    assert len(b"".join(nothing).decode().splitlines()) == 1


def test_fsma_sheet_says_when_nothing_is_missing(page):
    html = page(q="L2", until="2025-01-12").content.decode()
    assert "Every record has all that is asked for." in html


def test_fsma_sheet_shows_the_first_of_many(page, client):
    post("receipt", *[line("FLOUR", 1, batch=f"X{number:03}") for number in range(60)], at=on(25))
    response = page(since="2025-01-25")
    html = response.content.decode()
    assert numbers(response) == [f"X{number:03}" for number in range(50)]
    assert "60, the first 50 are shown" in html
    assert "61 found, the first 50 are shown; the spreadsheet has all" in html
    assert len(b"".join(client.get("/fsma/fsma.csv", {"since": "2025-01-25"})).decode().splitlines()) == 61


@pytest.mark.parametrize("count", [1, 50])
def test_fsma_sheet_asks_the_same_number_of_queries(client, manager, business, count, django_assert_num_queries):
    for number in range(count):
        Partner.objects.create(name=f"Mill {number}")
        post("receipt", line("FLOUR", 1, batch=f"F{number}"), partner=f"Mill {number}", at=on(6))
    client.force_login(manager)
    # Session, user, permissions of the user and of the groups; the nine of the records.
    with django_assert_num_queries(13):
        response = client.get("/fsma/", {"since": "2025-01-01"})
    assert response.context["preview"].rows == count
