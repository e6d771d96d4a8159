"""Files and scans in a browser: a long import shows how far it is, a short one needs no JavaScript, a scanner is a keyboard."""

from __future__ import annotations

import pytest

from items.models import Variant
from tests import build
from tests.browser import log_in, page_of
from tests.build import item, line, post, serials, stock
from tests.conftest import user_in

pytestmark = [pytest.mark.browser]


def upload(page, address: str, kind: str, text: str) -> None:
    page.goto(f"{address}/import/")
    page.select_option("[name=kind]", kind)
    page.set_input_files("[name=file]", {"name": "file.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.click("main button[type=submit]")


def test_a_long_import_shows_its_progress_and_comes_to_its_preview_by_itself(committed_db, live_server):
    user_in("Operator")
    item("Pump", "serial", skus=("PUMP",))
    post("receipt", line("PUMP", 10_000))
    rows = "".join(f"PUMP,Main,{number:06}\n" for number in range(10_000))
    with page_of() as page:
        log_in(page, live_server.url, "operator")
        upload(page, live_server.url, "serials", f"sku,location,serial_number\n{rows}")
        page.wait_for_selector("#import_progress progress")
        page.wait_for_selector("#import_table", timeout=60_000)
        assert page.inner_text(".sums div:nth-child(1) dd").strip() == "10,000"
        page.click("button:has-text('Import all of it')")
        page.wait_for_selector(".note.ok:has-text('10,000 new')", timeout=60_000)
    assert len(serials()) == 10_000


@pytest.mark.parametrize("javascript", [True, False])
def test_a_file_of_another_program_comes_in(committed_db, live_server, javascript):
    user_in("Operator")
    item("Rye flour", "batch", unit="kg", skus=("RYE",))
    with page_of(javascript=javascript) as page:
        log_in(page, live_server.url, "operator")
        upload(
            page, live_server.url, "stock", "Item code;Warehouse;Lot;Best before;Qty\nRYE;Main;R-1;31.01.2031;1.250,5\n"
        )
        page.wait_for_selector("text=Which column is which")
        page.click("button:has-text('Show what it would do')")
        page.wait_for_selector("#import_table")
        page.click("button:has-text('Import all of it')")
        page.wait_for_selector(".note.ok")
    assert stock() == {("RYE", "Main", "R-1"): "1250.5"}
    assert build.batch("R-1").expires_on.isoformat() == "2031-01-31"


def test_a_scan_into_the_search_field_opens_the_batch(committed_db, live_server):
    user_in("Operator")
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    Variant.objects.update(gtin="4006381333931")
    post("receipt", line("FLOUR", 5, batch="F-1"))
    with page_of() as page:
        log_in(page, live_server.url, "operator")
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 844})
            page.goto(f"{live_server.url}/items/")
            page.focus("#search")
            page.keyboard.type("]C10104006381333931" + "10F-1")
            page.keyboard.press("Enter")
            page.wait_for_url(f"**{build.batch('F-1').get_absolute_url()}")
        page.focus("#search")
        page.keyboard.type("(01)04006381333931(17)310131(10)F-2")
        page.keyboard.press("Enter")
        page.click("a:has-text('Receive it')")
        page.wait_for_selector("#draft_form")
        assert page.input_value("[name=sku-0]") == "FLOUR"
        assert page.input_value("[name=number-0-0]") == "F-2"
        assert page.input_value("[name=expires-0-0]") == "2031-01-31"
