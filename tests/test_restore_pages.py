"""Pages of a restore: a file finds its archive, the preview shows what comes back, and that is what is done."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import build
from tests.build import line, post
from tracking.forms import restore as restore_form
from tracking.models import Archive, Batch, SerialNumber, Workspace

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def laws_hold():
    yield
    assert build.broken() == {}


@pytest.fixture
def flour(db):
    made = build.item("Flour / Type 550", "batch", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", "25.5", batch="FL-1", expires=build.ahead(90)), number="PO-1")
    post("receipt", line("FLOUR", "4", batch="FL-2"), number="PO-2")
    post("adjustment", line("FLOUR", "-0.5", batch="FL-1"), number="ADJ-1")
    return made


@pytest.fixture
def pump(db):
    made = build.item("Pump", "serial", skus=("PUMP",))
    post("receipt", *[line("PUMP", 1, serial=f"A{n}") for n in range(1, 5)])
    return made


@pytest.fixture
def desk(client, manager):
    client.force_login(manager)
    return client


def off_and_on(made, manager, *acts) -> tuple[Archive, bytes]:
    mode = made.tracking_mode
    content = build.switch_off(made, manager)
    for act in acts:
        act()
    build.switch_on(made, mode, manager)
    return Archive.objects.latest("pk"), content


def page_of(archive: Archive) -> str:
    return f"/archives/{archive.pk}/restore/"


def seen_on(page: str) -> str:
    return re.search(r'name="seen" value="([0-9a-f]{64})"', page)[1]


def words(page: str) -> str:
    """The text of a page, without its tags, spaces folded."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def upload(desk, made, content: bytes):
    return desk.post(f"/items/{made.pk}/restore/", {"file": SimpleUploadedFile("history.csv", content)})


# -- preview and act ------------------------------------------------------------------------------------------------------


def test_archive_restore_puts_every_batch_back(desk, manager, flour):
    before = build.stock()
    archive, _ = off_and_on(flour, manager)
    asked = desk.get(page_of(archive)).content.decode()
    text = words(asked)
    assert "Restore the history of Flour / Type 550?" in text
    assert "batches 2 ledger lines linked again 3 on hold 0" in text
    assert "Nothing moved since, so everything is as it was." in text
    assert 'role="alert"' not in asked
    assert build.stock() != before
    response = desk.post(page_of(archive), {"seen": seen_on(asked)})
    assert (response.status_code, response["Location"]) == (302, f"/items/{flour.pk}/")
    assert build.stock() == before
    assert Batch.objects.get(key="fl-1").expires_on.isoformat() == build.ahead(90)
    archive.refresh_from_db()
    assert archive.restored_by == manager
    again = desk.post(page_of(archive), {"seen": seen_on(asked)})
    assert (again.status_code, "was restored already" in again.content.decode()) == (422, True)


def test_archive_restore_shows_what_moved_and_how_it_is_settled(desk, manager, flour):
    archive, _ = off_and_on(flour, manager, lambda: post("shipment", line("FLOUR", -6), number="SO-9"))
    asked = desk.get(page_of(archive)).content.decode()
    text = words(asked)
    assert "1 document, 0 kg in and 6 kg out" in text
    assert "SO-9" in text
    assert "FLOUR Main Main 29 23 23 6 from FL-1 0" in text  # FL-1 expires, FL-2 does not
    desk.post(page_of(archive), {"seen": seen_on(asked)})
    assert build.stock() == {("FLOUR", "Main", "FL-1"): "19", ("FLOUR", "Main", "FL-2"): "4"}


def test_archive_restore_does_only_what_was_shown(desk, manager, flour):
    archive, _ = off_and_on(flour, manager)
    seen = seen_on(desk.get(page_of(archive)).content.decode())
    post("shipment", line("FLOUR", -1, batch="UNBATCHED"), number="SO-9")
    for data in ({"seen": seen}, {}):
        answer = desk.post(page_of(archive), data)
        page = answer.content.decode()
        assert (answer.status_code, "has changed since it was shown to you" in page) == (422, True)
        assert ("SO-9" in page, seen_on(page) != seen, Batch.objects.filter(key="fl-1").exists()) == (True, True, False)
    assert desk.post(page_of(archive), {"seen": seen_on(page)}).status_code == 302


def test_archive_restore_says_at_once_what_stands_in_the_way(desk, manager, flour):
    build.switch_off(flour, manager)
    archive = Archive.objects.get()
    asked = desk.get(page_of(archive))
    done = desk.post(page_of(archive), {"seen": seen_on(asked.content.decode())})
    sentence = "Enable Batch / lot numbers on the item card first, then restore."
    assert [(page.status_code, page.content.decode().count(sentence)) for page in (asked, done)] == [(200, 1), (422, 1)]
    assert "disabled" in asked.content.decode()
    assert "FLOUR Main Main 29 29 29 none 0" in words(asked.content.decode())  # as it would be
    assert (build.stock(), Batch.objects.count()) == ({("FLOUR", "Main", ""): "29"}, 0)


def test_archive_restore_names_what_clashes(desk, manager, flour):
    archive, _ = off_and_on(flour, manager)
    post("receipt", line("FLOUR", 1, batch="fl-2"))
    asked = desk.get(page_of(archive)).content.decode()
    assert "made since tracking was switched off: fl-2 of FLOUR." in asked
    assert desk.post(page_of(archive), {"seen": seen_on(asked)}).status_code == 422


def test_archive_restore_asks_which_serial_numbers_left(desk, manager, pump):
    archive, _ = off_and_on(pump, manager, lambda: post("shipment", line("PUMP", -3)))
    asked = desk.get(page_of(archive)).content.decode()
    text = words(asked)
    assert "PUMP Main Main 4 1 3" in text
    assert "name 3 of 4" in text
    assert re.findall(r'name="number"\s+value="(\w+)"', asked) == ["A1", "A2", "A3", "A4"]
    seen = seen_on(asked)
    answer = desk.post(page_of(archive), {"seen": seen, "number": ["A2"], "left": "A9"})
    page = answer.content.decode()
    assert (answer.status_code, "The history of Pump has no serial number “A9”." in page) == (422, True)
    assert re.findall(r'value="(\w+)"\s+checked', page) == ["A2"]
    assert ">\nA9</textarea>" in page.replace("\r", "")
    assert SerialNumber.objects.count() == 0
    assert "name 2 more that left" in desk.post(page_of(archive), {"seen": seen, "number": ["A2"]}).content.decode()
    assert desk.post(page_of(archive), {"seen": seen, "number": ["A2"], "left": "A3-A4\r\n"}).status_code == 302
    assert build.serials() == {"A1": "Main", "A2": "", "A3": "", "A4": ""}


def test_archive_restore_lists_numbers_to_tick_up_to_two_hundred(desk, manager, pump):
    post("receipt", *[line("PUMP", 1, serial=f"B{n:03}", at="Shop") for n in range(201)])
    archive, _ = off_and_on(pump, manager, lambda: post("shipment", line("PUMP", -1), line("PUMP", -2, at="Shop")))
    asked = desk.get(page_of(archive)).content.decode()
    assert len(re.findall(r'name="number"', asked)) == 4
    assert "201 numbers are too many to list." in words(asked)
    desk.post(page_of(archive), {"seen": seen_on(asked), "number": ["A1"], "left": "B000\nB200"})
    assert [number for number, place in sorted(build.serials().items()) if not place] == ["A1", "B000", "B200"]


def test_archive_restore_does_not_ask_for_numbers_when_nothing_moved(desk, manager, pump):
    archive, _ = off_and_on(pump, manager)
    assert "Which serial numbers left?" not in desk.get(page_of(archive)).content.decode()


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_restoring_is_for_managers(client, role, manager, flour, request):
    archive, content = off_and_on(flour, manager)
    client.force_login(request.getfixturevalue(role))
    pages = [page_of(archive), f"/items/{flour.pk}/restore/"]
    assert [client.get(page).status_code for page in pages] == [403, 403]
    assert [client.post(page).status_code for page in pages] == [403, 403]
    assert upload(client, flour, content).status_code == 403
    assert f"/items/{flour.pk}/restore/" not in client.get(f"/items/{flour.pk}/tracking/").content.decode()
    archive.refresh_from_db()
    assert archive.restored_at is None


@pytest.mark.parametrize("count", [1, 50])
def test_archive_restore_asks_the_same_number_of_queries(desk, manager, count, django_assert_num_queries):
    made = build.item("Salt", "batch", skus=("SALT",))
    for number in range(count):
        post("receipt", line("SALT", 2, batch=f"L{number}", at=f"Place {number}"))
    archive, _ = off_and_on(
        made,
        manager,
        *[lambda number=number: post("shipment", line("SALT", -1, at=f"Place {number}")) for number in range(count)],
    )
    # session, user, permissions (2), archive, item, what moved, its documents, the add-on, ledger, keys of SKUs, levels,
    # SKUs, locations, clashes
    with django_assert_num_queries(15):
        page = desk.get(page_of(archive)).content.decode()
    assert len(re.findall('<strong class="t-warn">1</strong> from', page)) == count


# -- a file ---------------------------------------------------------------------------------------------------------------


def test_item_restore_of_the_downloaded_file_leads_to_its_archive(desk, manager, flour):
    archive, content = off_and_on(flour, manager)
    start = desk.get(f"/items/{flour.pk}/tracking/").content.decode()
    assert f'href="/items/{flour.pk}/restore/"' in start
    assert "Can be restored" in desk.get(f"/items/{flour.pk}/restore/").content.decode()
    answer = upload(desk, flour, content)
    assert (answer.status_code, answer["Location"]) == (302, page_of(archive))
    asked = desk.get(answer["Location"]).content.decode()
    assert "This is the file of the archive, unchanged." in asked
    desk.post(page_of(archive), {"seen": seen_on(asked)})
    assert build.stock() == {("FLOUR", "Main", "FL-1"): "25", ("FLOUR", "Main", "FL-2"): "4"}


def test_item_restore_of_a_file_that_a_spreadsheet_saved_anew(desk, manager, flour):
    archive, content = off_and_on(flour, manager)
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows)
    answer = upload(desk, flour, out.getvalue().encode("cp1252"))
    assert answer["Location"] == page_of(archive)
    assert "its contents are those of the archive" in desk.get(answer["Location"]).content.decode()


def test_item_restore_of_an_edited_file_says_what_does_not_fit(desk, manager, flour):
    archive, content = off_and_on(flour, manager)
    answer = upload(desk, flour, content.replace(b",25.5,", b",99,"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This file was edited since it was downloaded: 1 cell or row of it does not fit the archive of" in page
    assert "2 quantity 25.5 99" in words(page)
    assert f'href="{page_of(archive)}"' in page
    assert "is unchanged: it has the contents as they were downloaded" in page
    assert Batch.objects.filter(key="fl-1").exists() is False


def test_item_restore_of_a_file_that_is_of_another_item(desk, manager, flour, pump):
    _, content = off_and_on(pump, manager)
    answer = upload(desk, flour, content)
    assert (answer.status_code, "This is a history of Pump, not of Flour / Type 550." in answer.content.decode()) == (
        422,
        True,
    )


def test_item_restore_without_a_file_or_with_too_much(desk, manager, flour, monkeypatch):
    archive, content = off_and_on(flour, manager)
    assert "Choose the history file that was downloaded." in desk.post(f"/items/{flour.pk}/restore/").content.decode()
    empty = upload(desk, flour, b"")
    assert (empty.status_code, "The file is empty." in empty.content.decode()) == (422, True)
    monkeypatch.setattr(restore_form, "ROW_LIMIT", 4)
    many = upload(desk, flour, content).content.decode()
    assert "The file has some 6 rows, the limit in the browser is 4: give it to manage.py restore_tracking" in many
    monkeypatch.setattr(restore_form, "SIZE_LIMIT", 100)
    assert f"The file has {len(content):,} bytes, the limit in the browser is 100" in (
        upload(desk, flour, content).content.decode()
    )
    archive.refresh_from_db()
    assert archive.restored_at is None


def test_item_restore_of_an_item_that_was_never_switched_off(desk, flour):
    page = desk.get(f"/items/{flour.pk}/restore/").content.decode()
    assert "its tracking was never switched off here" in page
    assert desk.get("/items/999/restore/").status_code == 404


def test_restoring_is_closed_without_the_addon(desk, manager, flour):
    archive, content = off_and_on(flour, manager)
    Workspace(pk=1, plan="standard").save()
    assert upload(desk, flour, content)["Location"] == page_of(archive)
    asked = desk.get(page_of(archive)).content.decode()
    assert "belong to the Full Traceability add-on" in asked
    assert desk.post(page_of(archive), {"seen": seen_on(asked)}).status_code == 422
