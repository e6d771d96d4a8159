"""The main stories without a mouse: every step is a key, and what has the focus is always seen to have it."""

from __future__ import annotations

import pytest

from items.models import Item
from tests import build
from tests.browser import page_of, settled
from tests.build import ahead, item, line, location, post, stock
from tracking.models import Batch, Document, Recall

pytestmark = [pytest.mark.browser]

FURTHEST = 120  # presses of Tab from the top of a page to anything on it

# What has the focus: its element, and the text or name by which a person finds it.
FOCUSED = """() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    const label = one.labels && one.labels.length ? one.labels[0].innerText : "";
    return {
        tag: one.tagName.toLowerCase(),
        name: one.getAttribute("name") || "",
        value: one.type === "radio" ? one.value : "",
        text: (one.innerText || one.getAttribute("aria-label") || label).trim().replace(/\\s+/g, " "),
        seen: box.bottom > 0 && box.top < innerHeight && (
            (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none"
            || ["radio", "checkbox", "date"].includes(one.type)),  // the browser marks these itself
    };
}"""


class Keyboard:
    """Somebody who has only keys: goes from one thing to the next by Tab, types, and presses Enter or Space."""

    def __init__(self, page):
        self.page = page

    def to(self, tag: str, text: str = "", **wanted: str) -> None:
        """Presses Tab until the focus is on a ``tag`` with that text or name; what is passed must be seen to have it."""
        for _ in range(FURTHEST):
            self.page.keyboard.press("Tab")
            one = self.page.evaluate(FOCUSED)
            if one is None:
                continue
            assert one["seen"], f"The focus is not to be seen: {one}"
            if one["tag"] == tag and text in one["text"] and all(one[name] == value for name, value in wanted.items()):
                return
        raise AssertionError(f"No {tag} “{text}” {wanted} in {FURTHEST} steps at {self.page.url}")

    def field(self, name: str, typed: str) -> None:
        self.to("input", name=name)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(typed)

    def date(self, name: str, day: str) -> None:
        """Month, day, year: the order in which this browser asks for the parts of a date."""
        self.to("input", name=name)
        year, month, of_month = day.split("-")
        self.page.keyboard.type(month + of_month + year)

    def enter(self) -> None:
        """Presses Enter where it leads to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def follow(self, link: str) -> None:
        self.to("a", link)
        self.enter()

    def press(self, button: str) -> None:
        self.to("button", button)
        self.enter()

    def log_in(self, address: str) -> None:
        self.page.goto(address)
        self.page.keyboard.type("manager")  # the first field has the focus
        self.page.keyboard.press("Tab")
        self.page.keyboard.type("pw")
        self.enter()

    def find(self, text: str) -> None:
        """By the search of every page."""
        self.field("q", text)
        self.enter()


def test_a_delivery_is_received_and_traced_by_keys_alone(committed_db, manager, live_server):
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    build.partner("Northmill")
    location()
    with page_of() as page:
        keys = Keyboard(page)
        keys.log_in(live_server.url)
        keys.follow("Documents")
        keys.to("summary", "New document")
        page.keyboard.press("Enter")
        keys.follow("New receipt")
        keys.field("partner", "Northmill")
        key = page.locator("[id^=id_sku_]").last.get_attribute("id").removeprefix("id_sku_")
        keys.field(f"sku-{key}", "FLOUR")
        keys.field(f"quantity-{key}", "25")
        page.keyboard.press("Tab")
        settled(page)
        page.keyboard.press("Shift+Tab")
        keys.field(f"number-{key}-0", "L1")
        keys.date(f"expires-{key}-0", ahead(90))
        page.keyboard.press("Tab")
        settled(page)
        keys.press("Post")
        page.wait_for_selector("#messages:has-text('was posted')")
        assert stock() == {("FLOUR", "Main", "L1"): "25"}
        assert build.batch("L1").expires_on.isoformat() == ahead(90)
        assert Document.objects.get().partner.name == "Northmill"

        keys.find("L1")
        assert page.url == f"{live_server.url}{Batch.objects.get().get_absolute_url()}"
        keys.follow("Trace")
        assert "Northmill" in page.inner_text("main")


def test_tracking_is_switched_on_and_off_by_keys_alone(committed_db, manager, live_server):
    flour = item("Flour", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 40))
    with page_of() as page:
        keys = Keyboard(page)
        keys.log_in(live_server.url)
        keys.follow("Items")
        keys.follow("Flour")
        choose(keys, "batch", moves=1)
        page.wait_for_selector("text=Turn on Batch / lot numbers for Flour?")
        keys.press("Turn on Batch / lot numbers")
        page.wait_for_selector("text=40 kg are still UNBATCHED")
        assert stock() == {("FLOUR", "Main", "UNBATCHED"): "40"}

        choose(keys, "none", moves=-1)
        page.wait_for_selector("text=Turn off Batch / lot numbers for Flour?")
        keys.to("a", "Download")
        with page.expect_download():
            page.keyboard.press("Enter")
        page.wait_for_selector("#item_download.done")
        keys.field("confirm", "Flour")
        keys.field("reason", "We stop tracking flour")
        keys.press("Turn off tracking")
        page.wait_for_selector("text=Flour has No tracking now.")
        assert Item.objects.get(pk=flour.pk).tracking_mode == "none"
        assert stock() == {("FLOUR", "Main", ""): "40"}


def choose(keys: Keyboard, mode: str, *, moves: int) -> None:
    """From the tracking that is chosen to the one that is ``moves`` below or above it."""
    keys.to("input", name="tracking_mode")
    for _ in range(abs(moves)):
        keys.page.keyboard.press("ArrowDown" if moves > 0 else "ArrowUp")
    assert keys.page.evaluate("document.activeElement.value") == mode
    settled(keys.page)


def test_a_batch_is_held_and_recalled_by_keys_alone(committed_db, manager, live_server):
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 40, batch="L1"), partner="Northmill")
    post("shipment", line("FLOUR", -5, batch="L1"), partner="Café Blau")
    with page_of() as page:
        keys = Keyboard(page)
        keys.log_in(live_server.url)
        keys.follow("Batches")
        keys.follow("L1")
        keys.follow("Put on hold")
        keys.field("reason", "Glass was found")
        keys.press("Put on hold")
        assert Batch.objects.get().status == "held"

        keys.follow("Start recall")
        keys.to("select", name="kind")
        page.keyboard.type("Rec")
        keys.field("title", "Glass in the flour")
        keys.to("textarea", name="reason")
        page.keyboard.type("Pieces of glass were found in it.")
        keys.press("Open the case")
        page.wait_for_selector("#recall_accounted")
        keys.follow("Café Blau")
        assert Recall.objects.get().customers.get().partner.name == "Café Blau"
        assert "Café Blau" in page.inner_text("h1")
