"""The item card in a real browser, with JavaScript and without: on over stock, off with the history, restored."""

from __future__ import annotations

from pathlib import Path

import pytest

from items.models import Item
from tests.browser import log_in, page_of
from tests.build import ahead, item, line, post, stock
from tracking.models import Archive

pytestmark = [pytest.mark.browser]


@pytest.fixture
def flour(committed_db) -> Item:
    made = item("Flour", unit="kg", skus=("F-1", "F-25"))
    post("receipt", line("F-1", 40), line("F-25", 25, at="Shop"), partner="Northmill")
    return made


def tracking_of(of: Item) -> str:
    return Item.objects.get(pk=of.pk).tracking_mode


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_item_card_from_no_tracking_to_batches_and_back_and_restored(
    javascript, flour, manager, live_server, tmp_path, client
):
    with page_of(javascript=javascript) as page:
        log_in(page, live_server.url, "manager")
        card = f"{live_server.url}{flour.get_absolute_url()}"

        # Choosing shows what it would do; nothing is done yet.
        choose(page, card, "batch", javascript)
        page.wait_for_selector("text=Turn on Batch / lot numbers for Flour?")
        assert "F-25" in page.inner_text("#item_plan")
        assert tracking_of(flour) == "none"
        page.click("button:has-text('Turn on Batch / lot numbers')")
        page.wait_for_selector("text=65 kg are still UNBATCHED")
        assert stock() == {("F-1", "Main", "UNBATCHED"): "40", ("F-25", "Shop", "UNBATCHED"): "25"}

        # Part of it gets a number.
        page.click("text=Assign batch numbers")
        page.fill("[name=batch_number]", "L-2301")
        page.fill("[name=expires_on]", ahead(90))
        page.fill("[name=quantity]", "15")
        page.click("button:has-text('Assign batch')")
        page.wait_for_selector("text=Assigned by SA-000001")
        page.goto(card)
        assert page.inner_text("#item_batches tbody tr >> nth=0").split()[0] == "L-2301"
        before = stock()

        # Batch to serial is closed, with both ways out.
        assert page.is_disabled("[name=tracking_mode][value=serial]")
        assert "cannot be switched from Batch / lot numbers to Serial numbers directly" in page.inner_text(
            "#item_modes"
        )

        # Off: refused until the history was downloaded.
        choose(page, card, "none", javascript)
        page.wait_for_selector("text=Turn off Batch / lot numbers for Flour?")
        page.fill("[name=confirm]", "Floor")
        page.fill("[name=reason]", "We stop tracking flour")
        page.click("button:has-text('Turn off tracking')")
        page.wait_for_selector("text=This does not match. Type Flour.")
        page.fill("[name=confirm]", "Flour")
        page.click("button:has-text('Turn off tracking')")
        page.wait_for_selector("text=You have not downloaded the history of Flour yet.")
        with page.expect_download() as download:
            page.click("#item_download a")
        history = tmp_path / "history.csv"
        download.value.save_as(history)
        if javascript:
            page.wait_for_selector("#item_download.done")
        page.fill("[name=confirm]", "Flour")
        page.click("button:has-text('Turn off tracking')")
        page.wait_for_selector("text=Flour has No tracking now.")
        assert stock() == {("F-1", "Main", ""): "40", ("F-25", "Shop", ""): "25"}

        # On again, and restored from Archives.
        choose(page, card, "batch", javascript)
        page.click("button:has-text('Turn on Batch / lot numbers')")
        page.wait_for_selector("text=65 kg are still UNBATCHED")
        archive = Archive.objects.get()
        with page.expect_download() as download:
            page.goto(f"{live_server.url}/archives/{archive.pk}/")
            page.click(f"a[href='/archives/{archive.pk}/download/']")
        assert Path(download.value.path()).read_bytes() == history.read_bytes()
        page.goto(f"{live_server.url}/archives/{archive.pk}/restore/")
        page.click("main form button[type=submit]")
        page.wait_for_selector("text=restored")
        assert stock() == before


def choose(page, card: str, mode: str, javascript: bool) -> None:
    """Picks a tracking on the card: with JavaScript the panel comes by itself, without it by the button."""
    page.goto(card)
    page.check(f"[name=tracking_mode][value={mode}]")
    if not javascript:
        page.click("button:has-text('Switch tracking')")
