"""Labels in a browser: what an independent reader decodes from the picture is what was encoded, and no number is cut."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import date

import pytest

from items.models import Variant
from tests import build
from tests.browser import log_in, page_of
from tests.build import item, line, post
from tests.conftest import user_in
from tracking.labels.label import label_of
from tracking.labels.sizes import SIZES
from tracking.labels.wanted import facts_of_batch, facts_of_serial

pytestmark = [pytest.mark.browser]

NUMBERS = ("F-1107", "F 11/07 Ä", "X" * 20, "X" * 64)


@pytest.fixture
def reader() -> str:
    """zbarimg, which shares no code with what draws the labels."""
    found = shutil.which("zbarimg")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("zbarimg is not installed. Install Debian's package zbar-tools.")
        pytest.skip("zbarimg is not installed (Debian: apt install zbar-tools)")
    return found


def decoded(reader: str, picture) -> list[str]:
    done = subprocess.run([reader, "--raw", "-q", "--oneshot", str(picture)], capture_output=True, text=True)
    return done.stdout.rstrip("\n").split("\n")


def test_a_printed_code_says_what_was_encoded(committed_db, live_server, reader, tmp_path):
    user_in("Viewer")
    item("Flour of the finest kind, stone ground and sifted twice", "batch", unit="kg", skus=("FLOUR",))
    item("Pump", "serial", skus=("PUMP",))
    Variant.objects.filter(sku="FLOUR").update(gtin="4006381333931", name="25 kg sack with a long name of its own")
    Variant.objects.filter(sku="PUMP").update(gtin="09506000134352")
    for number in NUMBERS:
        post("receipt", line("FLOUR", 1, batch=number, expires="2031-01-31"))
    post("receipt", line("PUMP", 1, serial="000417"))
    records = [build.batch(number) for number in NUMBERS]
    site, today = f"{live_server.url}/", date.today()  # noqa: DTZ011 - only the century of an expiry hangs on it
    wanted = [label_of(facts_of_batch(one), site=site, today=today).encoded for one in records]
    wanted.append(label_of(facts_of_serial(build.serial("000417")), site=site, today=today).encoded)
    assert [one.split("/")[3] for one in wanted] == ["01", "search", "01", "search", "01"]
    query = "&".join([*(f"batch={one.pk}" for one in records), f"serial={build.serial('000417').pk}"])
    with page_of(device_scale_factor=3) as page:
        log_in(page, live_server.url, "viewer")
        for name in SIZES:
            page.goto(f"{live_server.url}/labels/?{query}&size={name}")
            boxes = page.query_selector_all("li.label")
            assert len(boxes) == len(wanted)
            found = []
            for place, box in enumerate(boxes):
                picture = tmp_path / f"{name}-{place}.png"
                box.screenshot(path=picture)
                found += decoded(reader, picture)
                assert is_whole(box), (name, place, geometry(box))
            assert sorted(found) == sorted(wanted), name


def geometry(box) -> dict:
    """Where things stand, for the sentence of a failure."""
    return box.evaluate(
        """label => Object.fromEntries(['.of', '.number', '.until', '.item'].map(name => {
            const box = label.querySelector(name)?.getBoundingClientRect();
            return [name, box && [box.left, box.top, box.right, box.bottom].map(Math.round)];
        }).concat([['label', [label.getBoundingClientRect().top, label.getBoundingClientRect().bottom].map(Math.round)]]))"""
    )


def is_whole(box) -> bool:
    """Whether the number stands within its label, whole, and the expiry with it."""
    return box.evaluate(
        """label => {
            const edge = label.getBoundingClientRect();
            return [...label.querySelectorAll('.number, .until')].every(one => {
                const text = one.getBoundingClientRect();
                const outer = label.querySelector('.of').getBoundingClientRect();
                return one.scrollWidth <= one.clientWidth && text.right <= edge.right
                    && text.top >= outer.top - 0.5 && text.bottom <= outer.bottom + 0.5;
            });
        }"""
    )


def test_on_paper_are_the_labels_alone(committed_db, live_server):
    user_in("Viewer")
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 1, batch="F-1"), line("FLOUR", 1, batch="F-2"))
    query = "&".join(f"batch={build.batch(number).pk}" for number in ("F-1", "F-2"))
    with page_of() as page:
        log_in(page, live_server.url, "viewer")
        for name, size in SIZES.items():
            page.goto(f"{live_server.url}/labels/?{query}&size={name}")
            paper = page.pdf(prefer_css_page_size=True)
            boxes = re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", paper)
            assert len(boxes) == (2 if size.per_page == 1 else 1), name
            for width, height in boxes:
                assert float(width) == pytest.approx(size.page_width * 72 / 25.4, abs=1)
                assert float(height) == pytest.approx(size.page_height * 72 / 25.4, abs=1)
