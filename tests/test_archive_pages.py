"""Pages of archives: what a switch to No tracking left, downloaded and restored through the browser."""

from __future__ import annotations

import hashlib

import pytest

from items.models import Item
from tests import build
from tracking.models import Archive, Batch
from tracking.modes.download import record_download
from tracking.modes.history import write_history
from tracking.modes.switch import disable_tracking, enable_tracking


def switch_off(item: Item, by, reason: str = "Not needed") -> Archive:
    """Downloads the history, as the page does, and switches ``item`` to No tracking."""
    history = write_history(item)
    with history.file:
        record_download(item=item, history=history, by=by)
    return disable_tracking(item=item, by=by, reason=reason)


@pytest.fixture
def flour(db):
    item = build.item("Flour / Type 550", "batch", unit="kg", skus=("FLOUR",))
    build.post("receipt", build.line("FLOUR", "25.5", batch="FL-1", expires="2030-01-31"), number="PO-1")
    build.post("receipt", build.line("FLOUR", "4", batch="FL-2"), number="PO-2")
    build.post("adjustment", build.line("FLOUR", "-0.5", batch="FL-1"), number="ADJ-1")
    return item


def test_archive_list_tells_what_is_empty(client, viewer):
    client.force_login(viewer)
    assert "Nothing is archived." in client.get("/archives/").content.decode()


@pytest.mark.parametrize("count", [1, 50])
def test_archive_list_asks_the_same_number_of_queries(client, manager, count, django_assert_num_queries):
    for number in range(count):
        item = build.item(f"Item {number:02}", "batch", skus=(f"SKU-{number}",))
        switch_off(item, manager)
    client.force_login(manager)
    with django_assert_num_queries(3):  # session, user, archives without their bytes
        page = client.get("/archives/")
    shown = [archive.item.name for archive in page.context["page"].rows]
    assert shown == [f"Item {number:02}" for number in reversed(range(count))]


def test_archive_detail_and_download_of_the_very_bytes(client, viewer, manager, flour):
    history = write_history(flour)
    with history.file:
        record_download(item=flour, history=history, by=manager)
        history.file.seek(0)
        original = history.file.read()
    archive = disable_tracking(item=flour, by=manager, reason="Supplier changed")
    client.force_login(viewer)
    page = client.get(f"/archives/{archive.pk}/").content.decode()
    for text in ("Supplier changed", "manager", "Batch / lot numbers", hashlib.sha256(original).hexdigest()):
        assert text in page
    assert f"{len(original):,} bytes" in page
    assert "/restore/" not in page
    response = client.get(f"/archives/{archive.pk}/download/")
    assert b"".join(response.streaming_content) == original
    day = archive.switch.switched_at.date().isoformat()
    assert {
        name: response[name] for name in ("Content-Type", "Content-Length", "Content-Disposition", "Cache-Control")
    } == {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Length": str(len(original)),
        "Content-Disposition": f'attachment; filename="Flour _ Type 550 batch history {day}.csv"',
        "Cache-Control": "no-store",
    }


def test_archive_restore_puts_every_batch_back(client, manager, flour):
    before = build.stock()
    archive = switch_off(flour, manager)
    enable_tracking(item=flour, to="batch", by=manager, reason="Needed again")
    client.force_login(manager)
    asked = client.get(f"/archives/{archive.pk}/restore/").content.decode()
    assert "Restore the history of Flour / Type 550?" in asked
    assert 'role="alert"' not in asked
    assert build.stock() != before
    response = client.post(f"/archives/{archive.pk}/restore/")
    assert (response.status_code, response["Location"]) == (302, f"/items/{flour.pk}/")
    assert build.stock() == before
    assert [str(batch.expires_on) for batch in Batch.objects.filter(key="fl-1")] == ["2030-01-31"]
    archive.refresh_from_db()
    assert archive.restored_by == manager
    again = client.post(f"/archives/{archive.pk}/restore/")
    assert (again.status_code, "was restored already" in again.content.decode()) == (422, True)


def test_archive_restore_says_at_once_what_stands_in_the_way(client, manager, flour):
    archive = switch_off(flour, manager)
    client.force_login(manager)
    asked = client.get(f"/archives/{archive.pk}/restore/")
    done = client.post(f"/archives/{archive.pk}/restore/")
    sentence = "Enable Batch / lot numbers on the item card first, then restore."
    assert [(page.status_code, sentence in page.content.decode()) for page in (asked, done)] == [
        (200, True),
        (422, True),
    ]
    assert "disabled" in asked.content.decode()
    assert (build.stock(), Batch.objects.count()) == ({("FLOUR", "Main", ""): "29"}, 0)


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_archive_restore_is_for_managers(client, role, manager, flour, request):
    archive = switch_off(flour, manager)
    client.force_login(request.getfixturevalue(role))
    asked = [client.get(f"/archives/{archive.pk}/restore/"), client.post(f"/archives/{archive.pk}/restore/")]
    assert [page.status_code for page in asked] == [403, 403]
    archive.refresh_from_db()
    assert archive.restored_at is None
