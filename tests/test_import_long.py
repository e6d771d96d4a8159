"""Long imports: in a thread that shows how far it is, without a half-done import whatever happens to it."""

from __future__ import annotations

import os
import time

import pytest

from tests import build
from tests.build import item, line, post, serials
from tests.conftest import user_in
from tests.importing import press, shown, upload
from tracking.imports import worker
from tracking.imports.folder import ImportFolder
from tracking.models import FileImport, Location

pytestmark = pytest.mark.django_db

COUNT = 12_000


@pytest.fixture
def as_operator(committed_db, client):
    client.force_login(user_in("Operator"))
    return client


def waited(client, page):
    """The page once its work is done; what it showed meanwhile must be the progress."""
    begun = time.monotonic()
    while "import_progress" in page.html:
        assert "hx-get" in page.html
        assert time.monotonic() - begun < 120
        time.sleep(0.2)
        page = shown(client, client.get(page.address))
    return page


def test_a_long_file_is_worked_on_in_a_thread(as_operator):
    item("Pump", "serial", skus=("PUMP",))
    post("receipt", line("PUMP", COUNT))
    rows = "".join(f"PUMP,Main,{number:06d}\r\n" for number in range(COUNT))
    page = upload(as_operator, "serials", "sku,location,serial_number\r\n" + rows)
    preview = waited(as_operator, page)
    assert preview.sums == (COUNT, 0, 0, 0)
    assert len(preview.rows()) == 201
    assert "These are the first 200. The whole list is in the CSV." in preview.text
    done = waited(as_operator, press(as_operator, preview, "commit"))
    assert f"{COUNT:,} new, 0 changed" in done.text
    assert set(serials()) == {f"{number:06d}" for number in range(COUNT)}
    assert build.broken() == {}


def test_work_that_stopped_is_begun_again(as_operator):
    page = upload(as_operator, "locations", "location\r\nMain\r\n")
    file_import = FileImport.objects.get()
    assert worker.claim(file_import, stages=("previewed",), to="committing")
    folder = ImportFolder(file_import.token)
    folder.write_progress("Importing", 1, 2)
    running = shown(as_operator, as_operator.get(page.address))
    assert "Importing… 1 of 2 rows" in running.text
    assert "is being worked on" in press(as_operator, running, "delete").text
    assert "import_progress" in press(as_operator, running, "preview").html
    past = time.time() - 60
    os.utime(folder.progress, (past, past))
    stopped = shown(as_operator, as_operator.get(page.address))
    assert "The work on this file stopped before it was done, and nothing of it was imported." in stopped.text
    again = press(as_operator, stopped, "preview")
    assert again.sums == (1, 0, 0, 0)
    press(as_operator, again, "commit")
    assert Location.objects.get().name == "Main"


def test_a_fault_of_the_program_is_told_and_nothing_is_imported(as_operator, settings):
    page = upload(as_operator, "locations", "location\r\nMain\r\n")
    settings.IMPORTED_AT_ONCE = 0
    (ImportFolder(FileImport.objects.get().token).path / "commit.jsonl").mkdir()  # where a file is to be written
    failed = waited(as_operator, press(as_operator, page, "commit"))
    assert "The program failed while it read this file, and nothing was imported." in failed.text
    assert failed.digest == ""
    assert not Location.objects.exists()


def test_a_file_that_is_gone_is_said_so(as_operator):
    page = upload(as_operator, "locations", "location\r\nMain\r\n")
    ImportFolder(FileImport.objects.get().token).remove()
    gone = shown(as_operator, as_operator.get(page.address))
    assert "This file was uploaded more than a day ago and is not kept. Upload it again." in gone.text
    assert not FileImport.objects.exists()
