"""Documents made in a real browser, only by what a person does: clicking and typing, with JavaScript and without."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from tests import build
from tests.browser import log_in, page_of, settled
from tests.build import ahead, item, line, post, serials, stock
from tests.conftest import user_in
from tracking.models import Document, Draft, SerialNumber

pytestmark = [pytest.mark.browser]

BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])


class Worker:
    """Somebody in front of the pages at ``address``: goes somewhere, types into fields, and presses buttons."""

    def __init__(self, page, address: str, *, javascript: bool = True):
        self.page = page
        self.address = address
        self.javascript = javascript

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def press(self, button: str, within: str = "main") -> None:
        """Presses a button, and waits for what comes of it: a part of the page, or without JavaScript a whole one."""
        pressed = self.page.locator(f"{within} button:has-text('{button}')").first
        if self.javascript:
            pressed.click()
            settled(self.page)
        else:
            with self.page.expect_navigation():
                pressed.click()

    def follow(self, link: str) -> None:
        with self.page.expect_navigation():
            self.page.click(f"main a:has-text('{link}')")

    def leave_field(self) -> None:
        """What was typed is looked at: at once with JavaScript, without it once the draft is saved."""
        if self.javascript:
            self.page.keyboard.press("Tab")
            settled(self.page)
        else:
            self.press("Save draft")

    def make_location(self, name: str) -> None:
        self.go("/locations/new/")
        self.page.fill("[name=name]", name)
        with self.page.expect_navigation():
            self.page.click("button:has-text('Create location')")

    def make_item(self, name: str, *, unit: str, sku: str, tracking: str = "batch") -> None:
        self.go("/items/new/")
        self.page.fill("[name=name]", name)
        self.page.fill("[name=unit]", unit)
        self.page.fill("[name=sku]", sku)
        self.page.check(f"[name=tracking_mode][value={tracking}]")
        with self.page.expect_navigation():
            self.page.click("button:has-text('Create item')")

    def write_recipe(self, sku: str, *, makes: str, ingredient: str, quantity: str) -> None:
        """From the item's card, which is open, over its edit page to the recipe of its variant."""
        self.follow("Edit")
        self.follow("Recipe")
        self.page.fill("[name=makes]", makes)
        self.page.locator("[name=sku]").first.fill(ingredient)
        self.page.locator("[name=quantity]").first.fill(quantity)
        with self.page.expect_navigation():
            self.page.click("button:has-text('Save recipe')")

    def begin(self, kind: str, partner: str = "") -> None:
        """A new document, found over the menu of the list of documents."""
        self.go("/documents/")
        self.page.click("summary:has-text('New document')")
        self.follow(f"New {kind}")
        if partner:
            self.page.fill("[name=partner]", partner)

    def write_line(self, sku: str, quantity: str, section: str = "Lines") -> str:
        """Fills the empty line of a section, and gives its key."""
        empty = self.page.locator(f"section:has(h2:text-is('{section}')) [id^=id_sku_]").last
        key = empty.get_attribute("id").removeprefix("id_sku_")
        empty.fill(sku)
        self.page.fill(f"#id_quantity_{key}", quantity)
        self.leave_field()
        return key

    def write_batch(self, key: str, number: str, expires_on: str = "") -> None:
        self.page.fill(f"#id_number_{key}-0", number)
        if expires_on:
            self.page.fill(f"#id_expires_{key}-0", expires_on)
        self.leave_field()

    def post(self) -> str:
        """Presses Post, and gives the number of the posted document, which is shown then."""
        self.press("Post")
        self.page.wait_for_selector("#messages:has-text('was posted')")
        return Document.objects.order_by("pk").last().number

    def is_traced(self, key: str) -> bool:
        return self.page.inner_text(f"#tracing_{key}").strip() == "Fully traced"


def trace(sku: str, number: str) -> dict:
    """What the command says."""
    out = StringIO()
    call_command("trace", sku, number, stdout=out)
    return json.loads(out.getvalue())


def balance(**moved: str) -> dict[str, str]:
    columns = ["opening", "received", "produced", "used", "shipped", "returned", "sent_back", "adjusted", "on_hand"]
    return {column: moved.get(column, "0") for column in columns}


@BOTH
def test_document_pages_from_flour_to_bread_to_two_customers_and_back(javascript, committed_db, manager, live_server):
    with page_of(javascript=javascript) as page:
        log_in(page, live_server.url, "manager")
        worker = Worker(page, live_server.url, javascript=javascript)
        worker.make_location("Bakery")
        worker.make_item("Flour", unit="kg", sku="FLOUR")
        worker.make_item("Dough", unit="kg", sku="DOUGH")
        worker.make_item("Bread", unit="pcs", sku="BREAD")
        worker.write_recipe("BREAD", makes="10", ingredient="DOUGH", quantity="6")

        # Flour comes in twice, from suppliers that are new.
        for supplier, quantity, number, expires_on in (
            ("Northmill", "50", "F1", ahead(90)),
            ("Southmill", "30.5", "F2", ahead(200)),
        ):
            worker.begin("receipt", supplier)
            worker.write_batch(worker.write_line("flour", quantity), number, expires_on)
            worker.post()

        # Dough from flour: the first to expire is suggested first, and what is missing is taken from the next.
        worker.begin("production")
        worker.write_batch(worker.write_line("DOUGH", "90", "What is made"), "D1", ahead(3))
        key = worker.write_line("FLOUR", "55.25", "Ingredients")
        assert "Quantity to assign: 55.25 of 55.25 kg" in page.inner_text(f"#tracing_{key}")
        worker.press("Suggest")
        assert worker.is_traced(key)
        worker.post()

        # Bread from dough, as its recipe says.
        worker.begin("production")
        worker.write_batch(worker.write_line("BREAD", "100", "What is made"), "B1", ahead(10))
        if javascript:
            worker.press("Fill from recipe")
        assert page.input_value("#id_sku_1") == "DOUGH"
        assert page.input_value("#id_quantity_1") == "60"
        worker.press("Fill open lines")
        worker.post()

        # To two customers.
        shipments = []
        for customer, quantity in (("Café Blau", "40"), ("Bistro Rot", "25")):
            worker.begin("shipment", customer)
            worker.write_line("BREAD", quantity)
            worker.press("Suggest")
            shipments.append(["BREAD", "B1", customer, worker.post(), quantity])

        # Some of it comes back.
        worker.begin("customer return", "Café Blau")
        key = worker.write_line("BREAD", "5")
        worker.write_batch(key, "B1")
        assert "There already" in page.text_content(f"#batch_note_{key}-0")
        assert worker.post() == "RET-000001"

    assert stock() == {
        ("FLOUR", "Bakery", "F2"): "25.25",
        ("DOUGH", "Bakery", "D1"): "30",
        ("BREAD", "Bakery", "B1"): "40",
    }
    assert [row[3] for row in shipments] == ["SO-000001", "SO-000002"]
    sold = {"customers": ["Bistro Rot", "Café Blau"], "shipments": sorted(shipments), "gaps": []}
    assert trace("FLOUR", "F1") == {
        "made_from": [],
        "made_into": [["BREAD", "B1"], ["DOUGH", "D1"]],
        "suppliers": ["Northmill"],
        "balance": balance(received="50", used="50"),
        **sold,
    }
    assert trace("flour", "f2") == {
        "made_from": [],
        "made_into": [["BREAD", "B1"], ["DOUGH", "D1"]],
        "suppliers": ["Southmill"],
        "balance": balance(received="30.5", used="5.25", on_hand="25.25"),
        **sold,
    }
    assert trace("DOUGH", "D1") == {
        "made_from": [["FLOUR", "F1"], ["FLOUR", "F2"]],
        "made_into": [["BREAD", "B1"]],
        "suppliers": ["Northmill", "Southmill"],
        "balance": balance(produced="90", used="60", on_hand="30"),
        **sold,
    }
    assert trace("BREAD", "B1") == {
        "made_from": [["DOUGH", "D1"], ["FLOUR", "F1"], ["FLOUR", "F2"]],
        "made_into": [],
        "suppliers": ["Northmill", "Southmill"],
        "balance": balance(produced="100", shipped="65", returned="5", on_hand="40"),
        **sold,
    }
    assert build.broken() == {}


@pytest.fixture
def warehouse(committed_db, manager):
    """Flour by batch, ovens by serial number, bread by batch; one place."""
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    item("Oven", "serial", skus=("OVEN",))
    item("Bread", "batch", skus=("BREAD",))
    build.location("Main")


def focused(page) -> str:
    """The id of the field that has the focus, or what its button says."""
    return page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")


def test_document_new_receipt_by_keyboard_alone(warehouse, live_server):
    expires_on = date.fromisoformat(ahead(90))
    with page_of(locale="en-US") as page:
        log_in(page, live_server.url, "manager")
        page.goto(f"{live_server.url}/documents/new/receipt/")
        keys = page.keyboard

        def enter(text: str, then: str) -> None:
            """Types into the field that has the focus, and Enter leads to the next one to be filled."""
            keys.type(text)
            keys.press("Enter")
            settled(page)
            assert focused(page) == then

        assert focused(page) == "id_partner"
        enter("Northmill", "id_sku_0")
        enter("flour", "id_quantity_0")
        enter("25", "id_number_0-0")
        keys.type("L1")
        keys.press("Tab")
        keys.type(f"{expires_on:%m%d%Y}")
        keys.press("Enter")
        settled(page)
        assert focused(page) == "id_sku_1"
        enter("OVEN", "id_quantity_1")
        enter("3", "id_scan_1")
        for number in ("A1", "A2", "A3"):
            keys.type(number)
            keys.press("Enter")
        tab_to(page, "Add numbers")
        keys.press("Enter")
        settled(page)
        tab_to(page, "Post")
        keys.press("Enter")
        page.wait_for_selector("text=PO-000001 was posted.")
    assert stock() == {("FLOUR", "Main", "L1"): "25", ("OVEN", "Main", ""): "3"}
    assert serials() == {"A1": "Main", "A2": "Main", "A3": "Main"}
    assert build.batch("L1").expires_on == expires_on
    assert Document.objects.get().partner.name == "Northmill"


def tab_to(page, button: str) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if focused(page) == button:
            return
    pytest.fail(f"Tab does not lead to {button}.")


def test_document_new_takes_ten_thousand_pasted_numbers(warehouse, live_server):
    numbers = [f"SN-{number:05}" for number in range(10_000)]
    with page_of(permissions=["clipboard-read", "clipboard-write"]) as page:
        log_in(page, live_server.url, "manager")
        worker = Worker(page, live_server.url)
        worker.begin("receipt", "Northmill")
        key = worker.write_line("OVEN", "10000")
        page.evaluate("text => navigator.clipboard.writeText(text)", "\n".join(numbers))
        page.focus(f"#id_scan_{key}")
        page.keyboard.press("Control+V")
        worker.press("Add numbers")
        assert worker.is_traced(key)
        assert len(page.content()) < 200_000
        worker.post()
        page.wait_for_selector("text=SN-00000")
        assert len(page.content()) < 200_000
    assert stock() == {("OVEN", "Main", ""): "10000"}
    assert SerialNumber.objects.filter(location=build.location()).count() == 10_000


def test_document_new_looks_at_numbers_while_they_are_scanned_and_ships_what_is_ticked(warehouse, live_server):
    post("receipt", *[line("OVEN", 1, serial=number) for number in ("A1", "A2", "A3")])
    with page_of() as page:
        log_in(page, live_server.url, "manager")
        worker = Worker(page, live_server.url)
        worker.begin("shipment", "Café Blau")
        key = worker.write_line("OVEN", "3")
        page.focus(f"#id_scan_{key}")
        for number in ("A1", "A1", "B7"):
            page.keyboard.type(number)
            page.keyboard.press("Enter")
        page.wait_for_selector(f"#box_{key}:has-text('1 of 3 in the box fits; with it 1 of 3 pcs have a number.')")
        assert "Serial number A1 was given twice." in page.inner_text(f"#box_{key}")
        assert "Oven has no serial number “B7”." in page.inner_text(f"#box_{key}")
        assert page.input_value(f"#id_scan_{key}") == "A1\nA1\nB7\n"
        assert focused(page) == f"id_scan_{key}"
        page.fill(f"#id_scan_{key}", "A1")
        for number in ("A2", "A3"):
            page.check(f"label:has-text('{number}') >> input")
        worker.press("Add numbers")
        assert worker.is_traced(key)
        worker.post()
    assert serials() == {"A1": "", "A2": "", "A3": ""}


@BOTH
def test_draft_edit_double_click_posts_once(javascript, warehouse, live_server):
    with page_of(javascript=javascript) as page:
        log_in(page, live_server.url, "manager")
        worker = Worker(page, live_server.url, javascript=javascript)
        worker.begin("receipt")
        worker.write_batch(worker.write_line("FLOUR", "25"), "L1")
        page.dblclick("button:has-text('Post')")
        # Both answers lead here; the sentence stands on the page of the first, which that of the second may replace at once.
        page.wait_for_selector("h1:has-text('PO-000001')")
        assert "posted this draft already" not in page.inner_text("main")
    assert stock() == {("FLOUR", "Main", "L1"): "25"}
    assert (Document.objects.count(), Draft.objects.count()) == (1, 0)


def test_draft_edit_of_two_people_who_ship_the_last_piece(warehouse, live_server):
    post("receipt", line("BREAD", 1, batch="B1"))
    user_in("Operator")
    with page_of() as page:
        other = page.context.browser.new_context().new_page()
        workers = [Worker(page, live_server.url), Worker(other, live_server.url)]
        for worker, name in zip(workers, ("manager", "operator"), strict=True):
            log_in(worker.page, live_server.url, name)
            worker.begin("shipment", "Café Blau")
            key = worker.write_line("BREAD", "1")
            worker.press("Suggest")
            assert worker.is_traced(key)
        for worker in workers:
            worker.page.click("button:has-text('Post')")
        said = []
        for worker in workers:
            worker.page.wait_for_selector("#draft_findings, #messages:has-text('was posted')")
            said.append(worker.page.inner_text("main"))
    posted = [text for text in said if "SO-000001 was posted." in text]
    refused = [text for text in said if "Nothing was posted yet." in text]
    assert (len(posted), len(refused)) == (1, 1)
    assert "Main has 0 pcs of B1 left for this line." in refused[0]
    assert stock() == {}
    assert (Document.objects.filter(kind="shipment").count(), Draft.objects.count()) == (1, 1)
