"""Lists in a real browser: what is typed quickly is looked for once the browser has the answer to what was typed before."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.browser import log_in, page_of
from tests.build import item, line, post

pytestmark = [pytest.mark.browser]


def slowly(seconds: float) -> Callable:
    def handle(route) -> None:
        time.sleep(seconds)
        route.continue_()

    return handle


@pytest.mark.parametrize("path", ["/items/", "/stock/"])
def test_list_filter_shows_what_was_typed_last(path, committed_db, manager, live_server):
    item("Flour", skus=("FLOUR",))
    item("Fennel", skus=("FENNEL",))
    post("receipt", line("FLOUR", 1), line("FENNEL", 1))
    with page_of() as page:
        log_in(page, live_server.url, "manager")
        page.goto(live_server.url + path)
        page.route("**/*q=*", slowly(0.6))
        page.focus("#id_q")
        page.keyboard.type("flou", delay=400)
        page.wait_for_url("**/*q=flou*")
        page.wait_for_selector("tbody th:has-text('Fennel')", state="detached")
        assert page.locator("tbody th:has-text('Flour')").count() == 1
        assert page.input_value("#id_q") == "flou"
