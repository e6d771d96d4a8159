"""Pages of archives: what a switch to No tracking left, to look at and to download."""

from __future__ import annotations

import hashlib

import pytest

from items.models import Item
from tests import build
from tracking.models import Archive, Workspace
from tracking.modes.download import record_download
from tracking.modes.history import write_history
from tracking.modes.restore import restore_archive
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
    with django_assert_num_queries(6):  # session, user, archives without their bytes, the add-on, permissions (2)
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
        "Cache-Control": "no-store, private",
    }


def test_archive_list_and_detail_say_what_state_it_is_in(client, manager, flour):
    archive = switch_off(flour, manager)
    client.force_login(manager)

    def said() -> str:
        texts = ("Enable batches first", "Needs the add-on, then", "Needs the add-on", "Can be restored",
                 "Has Serial numbers now", "Restored ")  # fmt: skip
        pages = [client.get(address).content.decode() for address in ("/archives/", f"/archives/{archive.pk}/")]
        found = [next(text for text in texts if text in page) for page in pages]
        assert found[0] == found[1]
        return found[0]

    assert said() == "Enable batches first"
    Workspace(pk=1, plan="standard").save()
    assert said() == "Needs the add-on, then"
    Workspace(pk=1, plan="professional").save()
    enable_tracking(item=flour, to="batch", by=manager, reason="Needed again")
    assert said() == "Can be restored"
    Workspace(pk=1, plan="standard").save()
    assert said() == "Needs the add-on"
    Workspace(pk=1, plan="professional").save()
    restore_archive(archive=archive, by=manager)
    assert said() == "Restored "
    assert f"/archives/{archive.pk}/restore/" not in client.get(f"/archives/{archive.pk}/").content.decode()
