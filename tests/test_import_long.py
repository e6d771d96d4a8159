"""Long imports: in a thread that shows how far it is, without a half-done import whatever happens to it."""

from __future__ import annotations

import os
import shutil
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from tests import build
from tests.build import item, line, post, serials
from tests.conftest import user_in
from tests.importing import press, shown, upload
from tracking.imports import run, worker
from tracking.imports.folder import ImportFolder
from tracking.imports.upload import forget
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


@pytest.mark.parametrize("stage", ["reading", "mapping", "refused", "previewed", "committing"])
def test_looking_at_an_import_without_its_folder_removes_nothing(as_operator, stage):
    page = upload(as_operator, "locations", "location\r\nMain\r\n")
    FileImport.objects.update(stage=stage)
    folder = ImportFolder(FileImport.objects.get().token)
    elsewhere = folder.path.rename(folder.path.with_name("elsewhere"))
    for address in (page.address, f"{page.address}columns/", "/import/"):
        looked = shown(as_operator, as_operator.get(address))
        assert FileImport.objects.get().stage == stage
    missing = shown(as_operator, as_operator.get(page.address))
    assert "The uploaded file cannot be found." in missing.text
    assert "hx-get" not in missing.html
    assert ("Nothing was imported from it." in missing.text) == (stage != "committing")
    pressed = press(as_operator, page, "commit", digest=FileImport.objects.get().digest)
    assert "The uploaded file cannot be found." in pressed.text
    assert FileImport.objects.get().stage == stage
    assert looked.status == 200
    elsewhere.rename(folder.path)
    there = shown(as_operator, as_operator.get(page.address))
    assert "cannot be found" not in there.text
    assert FileImport.objects.get().stage == stage


def test_an_import_whose_file_is_gone_is_removed_by_a_press(as_operator):
    page = upload(as_operator, "locations", "location\r\nMain\r\n")
    ImportFolder(FileImport.objects.get().token).remove()
    assert "file.csv was removed. Nothing of it was imported." in press(as_operator, page, "delete").text
    assert not FileImport.objects.exists()


def test_nothing_that_is_being_committed_is_removed(as_operator, settings):
    """By a press in another tab, by the daily sweep, or by beginning again, while its folder is not there."""
    page = upload(as_operator, "locations", "location\r\n" + "".join(f"Place {n}\r\n" for n in range(1500)))
    settings.IMPORTED_AT_ONCE = 0
    committing = press(as_operator, page, "commit")
    file_import = FileImport.objects.get()
    folder = ImportFolder(file_import.token)
    wait_until_posting(folder)
    elsewhere = folder.path.rename(folder.path.with_name("elsewhere"))
    assert file_import.stage == "committing"
    assert forget(file_import) is False
    assert "was removed" not in press(as_operator, committing, "delete").text
    shutil.rmtree(elsewhere, ignore_errors=True)
    begun = time.monotonic()
    while FileImport.objects.get().stage != "done":
        assert time.monotonic() - begun < 60
        time.sleep(0.2)
    assert Location.objects.count() == 1500


def wait_until_posting(folder: ImportFolder) -> None:
    """Until the rows are being written; the transaction is open then."""
    begun = time.monotonic()
    while not ((folder.path / "commit.jsonl").is_file() and (folder.path / "commit.jsonl").stat().st_size):
        assert time.monotonic() - begun < 60
        time.sleep(0.05)


def test_an_import_that_was_removed_before_its_commit_began_is_not_imported(as_operator, settings):
    upload(as_operator, "locations", "location\r\nMain\r\n")
    file_import = FileImport.objects.get()
    assert worker.claim(file_import, stages=("previewed",), to="committing")
    FileImport.objects.all().delete()
    worker.begin(file_import, run.commit, by=file_import.made_by)
    assert not Location.objects.exists()


def test_what_is_old_goes_with_the_next_upload_and_what_is_being_committed_stays(as_operator):
    upload(as_operator, "locations", "location\r\nMain\r\n")
    upload(as_operator, "locations", "location\r\nShop\r\n")
    FileImport.objects.update(made_at=timezone.now() - timedelta(days=2))
    first, second = FileImport.objects.order_by("token")
    FileImport.objects.filter(token=second.token).update(stage="committing")
    ImportFolder(second.token).write_progress("Importing", 1, 2)
    upload(as_operator, "locations", "location\r\nAttic\r\n")
    assert set(FileImport.objects.values_list("stage", flat=True)) == {"committing", "previewed"}
    assert not FileImport.objects.filter(token=first.token).exists()
    assert not ImportFolder(first.token).path.exists()
    assert ImportFolder(second.token).exists
