"""Hostile files through the import page: no crash, no partial import, every refusal with a row or a reason.

Some files of each run; all thousand of them by ``KATANA_TRACE_HOSTILE_FILES=1000 pytest tests/test_import_hostile.py``.
"""

from __future__ import annotations

import html
import os
import re
from pathlib import Path

import pytest
from django.db import transaction

from items.models import Item, Variant
from tests.build import item, line, post, serials, stock
from tests.hostile import Hostile, hostile
from tests.importing import Shown, press, upload
from tests.test_import_pages import chosen
from tests.worlds import exported
from tracking.ledger.laws import broken_laws
from tracking.models import Batch, Document, FileImport, LedgerLine, Location, Partner, RecordChange

pytestmark = pytest.mark.django_db

FILES = int(os.environ.get("KATANA_TRACE_HOSTILE_FILES", "200"))
AT_ONCE = 50
READ = 20 << 20  # bytes of a file; what is much longer is refused by its length, before it is read
MOST = 300 << 20  # bytes of memory of the process
STATUS = Path("/proc/self/status")


@pytest.fixture
def company(client, manager, settings):
    settings.IMPORTED_AT_ONCE = 1 << 30  # a thread would have a connection of its own, beside the test's transaction
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    item("Pump", "serial", skus=("PUMP",))
    item("Bag", skus=("BAG",))
    post("receipt", line("FLOUR", 12, batch="F-1"), line("FLOUR", 5, batch="F-2"), line("PUMP", 3), line("BAG", 50))
    client.force_login(manager)
    return client


def state() -> list:
    """All that an import could change."""
    return [
        exported("items"), exported("movements"), stock(), serials(),
        list(Batch.objects.order_by("id").values_list("number", "expires_on", "made_on", "supplier_batch", "note")),
        list(Location.objects.order_by("id").values_list("name", "phone", "address")),
        list(Partner.objects.order_by("id").values_list("name", "email", "phone", "address")),
    ]  # fmt: skip


def counts() -> dict[str, int]:
    models = (Item, Variant, Document, LedgerLine, Location, Partner, RecordChange)
    return {model.__name__: model.objects.count() for model in models}


@pytest.mark.parametrize("begin", range(0, FILES, AT_ONCE))
def test_hostile_files_are_imported_as_previewed_or_refused_with_a_reason(company, begin):
    before, small = state(), counts()
    for seed in range(begin, begin + AT_ONCE):
        file = hostile(seed)
        base = memory("VmRSS")
        forget_peak()
        with transaction.atomic():
            judge(company, file, f"seed {seed}: {file.kind}, {file.how}", small)
            transaction.set_rollback(True)
        grown = memory("VmHWM") - base
        assert grown < MOST / 2, f"seed {seed}: {grown >> 20} MiB more than the {base >> 20} MiB of the tests"
    assert state() == before


def judge(client, file: Hostile, said: str, small: dict[str, int]) -> None:
    page = upload(client, file.kind, file.content, file.name)
    if page.status == 413:
        assert len(file.content) > READ, said
        assert "This is too large" in page.html, said
        assert counts() == small, said
        return
    assert page.status in (200, 422), said
    if page.address.endswith("/columns/"):
        page = press(client, page, "columns", **chosen(page))
        assert page.status in (200, 422), said
    if page.status == 422:
        assert reasons(page), said
        assert counts() == small, said
        return
    assert len(page.sums) == 4, (said, page.text[:800])
    new, changed, same, refused = page.sums
    if refused:
        assert page.digest == "", said
        rows = page.rows()[1:]
        assert rows, said
        assert all(re.fullmatch(r"File|[0-9,]+", row[0]) for row in rows), said
        assert len(page.errors) >= len(rows), said
        assert all(one.endswith((".", "!")) for one in page.errors), (said, page.errors)
        assert counts() == small, said
        return
    assert new + changed + same > 0, said
    if not new + changed:
        assert page.digest == "", said
        return
    done = press(client, page, "commit")
    assert FileImport.objects.get(token=token_of(page)).stage == "done", (said, done.text[:600])
    check_all_of_it(file.kind, new, small, said)


def check_all_of_it(kind: str, new: int, small: dict[str, int], said: str) -> None:
    """What was previewed as new is there, all of it."""
    grown = {name: count - small[name] for name, count in counts().items()}
    table = {
        "items": "Variant",
        "variants": "Variant",
        "locations": "Location",
        "partners": "Partner",
        "movements": "Document",
    }
    if kind in table:
        assert grown[table[kind]] == new, said
    elif kind != "batches":
        assert grown["LedgerLine"] >= new, said
    assert [law.number for law, findings in broken_laws() if findings] == [], said


def token_of(page: Shown) -> str:
    return re.search(r"/import/([0-9a-f-]{36})/", page.address)[1]


def reasons(page: Shown) -> list[str]:
    found = re.findall(r'class="err"[^>]*>.*?<span>(.*?)</span>', page.html, re.DOTALL)
    return [html.unescape(one) for one in found if one.strip()]


def forget_peak() -> None:
    """Lets VmHWM begin anew."""
    if STATUS.exists():
        STATUS.with_name("clear_refs").write_text("5")


def memory(name: str) -> int:
    """Bytes of memory of this process: VmRSS now, VmHWM at most."""
    if not STATUS.exists():
        pytest.skip("the memory of a process is read from /proc")
    return int(re.search(rf"{name}:\s+(\d+) kB", STATUS.read_text())[1]) << 10
