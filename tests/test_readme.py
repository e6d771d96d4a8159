"""The README's promises: each names the test that would fail if it were broken."""

from __future__ import annotations

import re

from tests.conftest import ROOT

PROMISES = "## What is guaranteed, and how that is tested"


def promises() -> list[list[str]]:
    """The rows of the table: promise, kept by, tested in."""
    part = (ROOT / "README.md").read_text(encoding="utf-8").partition(PROMISES)[2].partition("\n## ")[0]
    rows = [line.strip("|").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return rows[1:]


def test_each_promise_of_the_readme_is_linked_to_its_test():
    assert len(promises()) > 30
    found = {promise.strip(): re.findall(r"\]\((tests/[^)]+)\)", tested) for promise, _, tested in promises()}
    assert [promise for promise, links in found.items() if not links] == []
    assert [link for links in found.values() for link in links if not (ROOT / link).exists()] == []
