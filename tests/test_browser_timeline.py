"""The timeline in a real browser: it is paged and filtered in its place, and by plain links without JavaScript."""

from __future__ import annotations

import pytest

from tests import build
from tests.browser import log_in, page_of, settled
from tests.build import batch, line, post
from tracking.records.hold import hold, release

pytestmark = [pytest.mark.browser]


@pytest.fixture
def flour(committed_db, manager) -> str:
    """The address of a batch that was received 60 times, and then held and released."""
    build.item("Flour", "batch", unit="kg", skus=("FLOUR",))
    for number in range(60):
        post("receipt", line("FLOUR", 1, batch="F1"), number=f"PO-{number:02}")
    hold(records=[batch("F1")], by=manager, reason="Lab result pending")
    release(records=[batch("F1")], by=manager, reason="Lab result good")
    return batch("F1").get_absolute_url()


def rows(page) -> list[str]:
    """The first words of each event."""
    return page.locator("#timeline tbody th").evaluate_all("cells => cells.map(cell => cell.innerText.trim())")


def documents(page) -> list[str]:
    return page.locator("#timeline tbody td:nth-child(3)").all_inner_texts()


@pytest.mark.parametrize("javascript", [True, False])
def test_timeline_is_paged_and_filtered(flour, live_server, javascript):
    received = [f"PO-{number:02}" for number in reversed(range(60))]
    with page_of(javascript=javascript) as page:
        log_in(page, live_server.url, "manager")
        page.goto(live_server.url + flour)
        assert documents(page) == ["", "", *received[:48]]
        page.click("#timeline >> text=Next page")
        page.wait_for_url("**after=*")
        settled(page)
        assert documents(page) == received[48:]
        page.click("#timeline >> text=First page")
        page.wait_for_selector("#timeline tbody th:has-text('Released')")
        assert documents(page) == ["", "", *received[:48]]
        page.click("#timeline_changes")
        page.wait_for_url("**show=changes")
        settled(page)
        assert [row.split("\n")[0] for row in rows(page)] == ["Released", "Put on hold"]
        assert page.get_attribute("#timeline_changes", "aria-current") == "true"
        page.click("#timeline_movements")
        page.wait_for_url("**show=movements")
        settled(page)
        page.click("#timeline >> text=Next page")
        page.wait_for_url("**show=movements&after=*")
        settled(page)
        assert documents(page) == received[50:]
        page.go_back()
        page.wait_for_selector("#timeline tbody td:has-text('PO-59')")
        assert page.locator("h1").inner_text().endswith("F1")
        assert documents(page) == received[:50]


def test_timeline_is_swapped_in_its_place_and_keeps_the_focus(flour, live_server):
    with page_of() as page:
        log_in(page, live_server.url, "manager")
        page.goto(live_server.url + flour)
        page.evaluate("window.stays = true")
        page.focus("#timeline_movements")
        page.keyboard.press("Enter")
        page.wait_for_url("**show=movements")
        settled(page)
        assert page.evaluate("document.activeElement.id") == "timeline_movements"
        for link in ("a[rel=next]", "a:has-text('First page')"):
            page.focus(f"#timeline {link}")
            page.keyboard.press("Enter")
            page.wait_for_selector(f"#timeline {link}", state="detached")
            settled(page)
            assert page.evaluate("document.activeElement.id") == "timeline_movements"
        assert -1 < page.evaluate("document.querySelector('#timeline').getBoundingClientRect().top") < 400
        assert page.evaluate("window.stays")
