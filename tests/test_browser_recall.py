"""A recall drill and a recall over a whole company in a real browser, from opening to printed letters and CSV."""

from __future__ import annotations

import csv
import io
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.browser import log_in, page_of
from tests.build import stock
from tests.test_browser_axe import faults
from tests.worlds import World, world
from tracking.models import Batch, LedgerLine, Partner, Recall

pytestmark = [pytest.mark.browser]

FEW = 400
DOCUMENTS = int(os.environ.get("KATANA_TRACE_RECALL_DOCUMENTS", "2000"))


@pytest.fixture
def documents(request) -> int:
    return getattr(request, "param", FEW)


@pytest.fixture
def company(committed_db, documents) -> World:
    """A company of make_world, a large one as those of the benchmarks."""
    is_small = documents <= FEW
    made = world(seed=31 if is_small else 1, rich=is_small, documents=documents)
    made.load()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as its autovacuum does within a minute
    Partner.objects.update(email="buying@customer.example", phone="+43 1 234", address="Ring 1\nWien")
    return made


@pytest.fixture
def say(request, capsys):
    """Prints how long each step of a drill took where its size was asked for (see the test of the drill)."""

    def printed(**seconds: float) -> None:
        if "KATANA_TRACE_RECALL_DOCUMENTS" in os.environ:
            steps = ", ".join(f"{name} {took:.2f} s" for name, took in seconds.items())
            with capsys.disabled():
                print(f"\n{connection.vendor} {request.node.name}: {steps}")

    return printed


def widest(company: World) -> dict:
    """The answer with the most shipments, of a lot that something was made of."""
    return max(
        (answer for answer in company.traces if answer["made_into"]),
        key=lambda answer: (len(answer["shipments"]), len(answer["made_into"])),
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


@pytest.mark.parametrize(
    ("javascript", "documents"),
    [(True, DOCUMENTS), (False, FEW)],
    indirect=["documents"],
    ids=["with JavaScript", "without"],
)
def test_recall_drill_from_opening_to_letters_and_csv(javascript, company, manager, live_server, tmp_path, say):
    """Over the 80,000 lines of the benchmarks, with seconds:

    KATANA_TRACE_RECALL_DOCUMENTS=20000 pytest -p no:xdist tests/test_browser_recall.py -k "letters_and_csv and not without"
    """
    answer = widest(company)
    batch = Batch.objects.get(variant__sku=answer["sku"], number=answer["number"])
    before, lines = stock(), LedgerLine.objects.count()
    with page_of(javascript=javascript) as page:
        page.set_default_timeout(120_000)
        log_in(page, live_server.url, "manager")
        page.goto(live_server.url + batch.get_absolute_url())
        begun = time.perf_counter()
        open_case(page, answer, "drill")
        opened = time.perf_counter()
        recall = Recall.objects.get()
        case = live_server.url + recall.get_absolute_url()
        assert page.url == case
        assert "100 % accounted" in page.inner_text("#recall_accounted")
        assert page.locator("button:has-text('Hold all')").count() == 0
        names = page.locator("#recall_customers tbody th a").all_inner_texts()
        assert sorted(names) == answer["customers"]

        # The letters: a page or more for each, marked as a drill.
        page.click("main a:has-text('Letters')")
        page.wait_for_selector("article.letter")
        letters = page.locator("article.letter").all_inner_texts()
        assert len(letters) == len(names)
        assert all("DRILL" in letter and "Glass in an ingredient" in letter for letter in letters)
        assert page.locator("article.letter tbody tr").count() == len(answer["shipments"])
        pages = printed_pages(page, tmp_path / "letters.pdf")
        assert pages >= len(names)
        printed = time.perf_counter()

        # The CSV: what the case says is what the world's own answers say.
        page.goto(case)
        rows = downloaded(page, "main a:has-text('CSV of everything')")
        filed = time.perf_counter()
        assert [row["percent_accounted"] for row in rows if row["record"] == "case"] == ["100"]
        assert {row["customer"] for row in rows if row["record"] == "customer"} == set(names)
        lots = [[row["sku"], row["number"]] for row in rows if row["record"] == "lot"]
        assert sorted(lots) == sorted([*answer["made_into"], [answer["sku"], answer["number"]]])
        columns = ("sku", "number", "customer", "document", "quantity")
        shipped = [[row[name] for name in columns] for row in rows if row["record"] == "shipment"]
        assert sorted(shipped) == sorted(answer["shipments"])
        say(opening=opened - begun, letters=printed - opened, csv=filed - printed, all=filed - begun)

        work_on(page, case, names)
        page.click("main a:has-text('Close the case')")
        page.click("button:has-text('Close RC-000001')")
        page.wait_for_selector("#id_summary_error")
        page.fill("#id_summary", "Everything was found in four minutes.")
        page.click("button:has-text('Close RC-000001')")
        page.wait_for_selector("text=Everything was found in four minutes.")
        assert page.locator("main form button").count() == 0
    assert (stock(), LedgerLine.objects.count()) == (before, lines)
    assert not Batch.objects.filter(status="held").exists()


def work_on(page, case: str, names: list[str]) -> None:
    """One customer is on the phone; then all others get their letters."""
    page.goto(case)
    page.click(f"#recall_customers tbody th a:has-text('{names[0]}')")
    page.select_option("#id_state", "replied")
    page.fill("#id_note", "Spoke to Ann; half of it is left.")
    page.fill("[name^=recovered_] >> nth=0", "1")
    page.click("main button:has-text('Save')")
    page.wait_for_selector("text=was saved")
    page.goto(case)
    page.click("button:has-text('Mark all as notified')")
    page.wait_for_selector(f"text=0 of {len(names)} to notify")


def printed_pages(page, path: Path) -> int:
    """How many pages the browser prints; each letter begins on one of its own, and what ends it stands below its table."""
    page.emulate_media(media="print")
    letters = page.locator("article.letter")
    style = "element => [getComputedStyle(element).breakBefore, getComputedStyle(element).display]"
    found = [letters.nth(number).evaluate(style) for number in range(letters.count())]
    assert found == [["auto", "block"], *[["page", "block"]] * (len(found) - 1)]
    page.emulate_media(media="screen")
    page.pdf(path=str(path), format="A4")
    return path.read_bytes().count(b"/Type /Page\n") or path.read_bytes().count(b"/Type /Page ")


@pytest.mark.parametrize("documents", [120], indirect=True)
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
