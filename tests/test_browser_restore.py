"""A restore in a real browser: a file that was edited, then the archive, and the serial numbers that left."""

from __future__ import annotations

import pytest

from tests import build
from tests.browser import log_in, page_of
from tests.build import line, post
from tests.conftest import user_in
from tests.test_browser_axe import faults

pytestmark = [pytest.mark.browser]


def test_restoring_serial_numbers_over_an_edited_file(committed_db, live_server, tmp_path):
    manager = user_in("Manager")
    pump = build.item("Pump", "serial", skus=("PUMP-1", "PUMP-2"))
    post("receipt", *[line("PUMP-1", 1, serial=f"A{n}") for n in range(1, 6)], line("PUMP-2", 1, serial="B1"))
    content = build.switch_off(pump, manager)
    post("shipment", line("PUMP-1", -3))
    build.switch_on(pump, "serial", manager)
    file = tmp_path / "edited.csv"
    file.write_bytes(content.replace(b",A1,", b",A01,"))
    found: list[str] = []
    with page_of() as page:
        log_in(page, live_server.url, "manager")
        page.goto(f"{live_server.url}/items/{pump.pk}/tracking/")
        page.click("a:has-text('Restore from a history file')")
        found += faults(page, "upload")
        page.set_input_files("input[type=file]", file)
        page.click("button:has-text('Show what it brings back')")
        page.wait_for_selector("#restore_misfits")
        assert "A01" in page.inner_text("#restore_misfits")
        found += faults(page, "edited")
        page.click("a:has-text('Restore from the archive')")
        page.check("label:has-text('A2') input")
        page.click("button:has-text('Restore history')")
        page.wait_for_selector("#id_left_error")
        found += faults(page, "refused")
        assert page.is_checked("label:has-text('A2') input")
        page.fill("#id_left", "A4-A5")
        page.click("button:has-text('Restore history')")
        page.wait_for_selector("text=Serial numbers of Pump were restored.")
    assert not found, "\n".join(found)
    assert build.serials() == {"A1": "Main", "A2": "", "A3": "Main", "A4": "", "A5": "", "B1": "Main"}
    assert build.broken() == {}
