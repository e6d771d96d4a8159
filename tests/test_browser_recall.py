"""A recall drill and a recall over a whole company in a real browser, from opening to printed letters and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import log_in, page_of
from tests.build import stock
from tests.test_browser_axe import faults
from tests.worlds import World, world
from tracking.models import Batch, Partner, Recall

pytestmark = [pytest.mark.browser]


@pytest.fixture
def company(committed_db) -> World:
    made = world(seed=31, rich=True, documents=400)
    made.load()
    Partner.objects.update(email="buying@customer.example", phone="+43 1 234", address="Ring 1\nWien")
    return made


def widest(company: World) -> dict:
    """The answer with the most customers, of a lot that something was made of."""
    return max(
        (answer for answer in company.traces if answer["made_into"]),
        key=lambda answer: (len(answer["customers"]), len(answer["made_into"])),
    )


def downloaded(page, click: str) -> list[dict]:
    with page.expect_download() as download:
        page.click(click)
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def open_case(page, answer: dict, kind: str) -> None:
    """From the batch's page: the scope is shown, then the case is opened."""
    page.click("main a:has-text('Start recall')")
    page.wait_for_selector("#recall_scope")
    assert page.input_value("#id_lots") == f"{answer['sku']} {answer['number']}"
    page.select_option("#id_kind", kind)
    page.fill("#id_title", "Glass in an ingredient")
    page.fill("#id_reason", "Pieces of glass were found in it.")
    page.click("button:has-text('Open the case')")
    page.wait_for_selector("#recall_accounted")


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_recall_drill_from_opening_to_letters_and_csv(javascript, company, manager, live_server, tmp_path):
    answer = widest(company)
    batch = Batch.objects.get(variant__sku=answer["sku"], number=answer["number"])
    before = stock()
    with page_of(javascript=javascript) as page:
        log_in(page, live_server.url, "manager")
        page.goto(live_server.url + batch.get_absolute_url())
        open_case(page, answer, "drill")
        recall = Recall.objects.get()
        case = live_server.url + recall.get_absolute_url()
        assert page.url == case
        assert "100 % accounted" in page.inner_text("#recall_accounted")
        assert page.locator("button:has-text('Hold all')").count() == 0
        names = page.locator("#recall_customers tbody th a").all_inner_texts()
        assert sorted(names) == answer["customers"]

        # One customer after the other, by the keyboard of whoever phones them.
        page.click(f"#recall_customers tbody th a:has-text('{names[0]}')")
        page.select_option("#id_state", "replied")
        page.fill("#id_note", "Spoke to Ann; half of it is left.")
        page.fill("[name^=recovered_] >> nth=0", "1")
        page.click("main button:has-text('Save')")
        page.wait_for_selector("text=was saved")
        page.click("button:has-text('Mark all as notified')")
        page.wait_for_selector(f"text=0 of {len(names)} to notify")

        # The letters: a page each, marked as a drill.
        page.click("main a:has-text('Letters')")
        page.wait_for_selector("article.letter")
        letters = page.locator("article.letter").all_inner_texts()
        assert len(letters) == len(names)
        assert all("DRILL" in letter and "Glass in an ingredient" in letter for letter in letters)
        assert printed_pages(page, tmp_path / "letters.pdf") >= len(names)

        page.goto(case)
        rows = downloaded(page, "main a:has-text('CSV of everything')")
        assert {row["customer"] for row in rows if row["record"] == "customer"} == set(names)
        assert [row["percent_accounted"] for row in rows if row["record"] == "case"] == ["100"]

        page.click("main a:has-text('Close the case')")
        page.click("button:has-text('Close RC-000001')")
        page.wait_for_selector("#id_summary_error")
        page.fill("#id_summary", "Everything was found in four minutes.")
        page.click("button:has-text('Close RC-000001')")
        page.wait_for_selector("text=Everything was found in four minutes.")
        assert page.locator("main form button").count() == 0
    assert stock() == before
    assert not Batch.objects.filter(status="held").exists()


def printed_pages(page, path: Path) -> int:
    """How many pages the browser prints; it prints letters on pages of their own."""
    page.pdf(path=str(path), format="A4")
    return path.read_bytes().count(b"/Type /Page\n") or path.read_bytes().count(b"/Type /Page ")


def test_recall_pages_are_in_order_for_axe(company, manager, live_server):
    answer = widest(company)
    batch = Batch.objects.get(variant__sku=answer["sku"], number=answer["number"])
    found: list[str] = []
    with page_of() as page:
        log_in(page, live_server.url, "manager")
        page.goto(f"{live_server.url}/recalls/")
        found += faults(page, "/recalls/ empty")
        page.goto(f"{live_server.url}/recalls/new/?batch={batch.pk}")
        found += faults(page, "/recalls/new/")
        page.click("button:has-text('Open the case')")
        found += faults(page, "/recalls/new/ refused")
        page.goto(live_server.url + batch.get_absolute_url())
        open_case(page, answer, "recall")
        page.click("button:has-text('Hold all')")
        page.wait_for_selector("text=put on hold")
        assert Batch.objects.filter(status="held").exists()
        for address in addresses(Recall.objects.get()):
            page.goto(live_server.url + address)
            found += faults(page, address)
    assert not found, "\n".join(found)


def addresses(recall: Recall) -> Iterator[str]:
    case, customer = recall.get_absolute_url(), recall.customers.first()
    yield "/recalls/"
    yield case
    for part in ("lots/", "stock/", "customers/", "close/", "letters/", f"customers/{customer.pk}/"):
        yield case + part
