"""A Chromium for tests: the Debian one, driven by Playwright; on loopback, against pytest-django's live server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connections

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def needs_chromium() -> None:
    """Skips the test without a browser; in CI a missing browser is a failure."""
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is not installed. Install Debian's package chromium.")
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")


@contextmanager
def page_of(*, javascript: bool = True, **options) -> Iterator:
    """A page of a fresh browser; its console errors fail the test."""
    from playwright.sync_api import sync_playwright

    needs_chromium()
    errors: list[str] = []
    # Playwright runs an event loop in this thread; the ORM is used between its calls, never inside one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            context = browser.new_context(java_script_enabled=javascript, accept_downloads=True, **options)
            page = context.new_page()
            page.set_default_timeout(15_000)
            page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: errors.append(str(error)))
            yield page
            browser.close()
            # Beside a running event loop the ORM has connections of its own; they would keep the test database busy.
            connections.close_all()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    assert [error for error in errors if "422" not in error] == []


def log_in(page, address: str, username: str, password: str = "pw") -> None:
    page.goto(f"{address}/accounts/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.click("main button[type=submit]")


def settled(page) -> None:
    """Waits until no request of htmx is under way, and what came is on the page."""
    page.wait_for_selector(".htmx-request, .htmx-swapping, .htmx-settling", state="detached")
