"""What is uploaded and not imported yet has a limit, in number and bytes, for one person and for all; it says how to go on."""

from __future__ import annotations

import errno
import io
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.utils import timezone

from tests.conftest import user_in
from tests.importing import press, shown, upload
from tracking.imports import quota
from tracking.imports.kinds import KINDS
from tracking.imports.upload import take_upload
from tracking.models import FileImport

pytestmark = pytest.mark.django_db

CSV = "location\r\nMain\r\n"


@pytest.fixture(autouse=True)
def nothing_lies_there():
    root = Path(settings.DATA_DIR) / "imports"
    shutil.rmtree(root, ignore_errors=True)
    yield
    shutil.rmtree(root, ignore_errors=True)


def folders() -> set[str]:
    return {path.name for path in (Path(settings.DATA_DIR) / "imports").iterdir()}


def kept() -> set[str]:
    return {str(token) for token in FileImport.objects.values_list("token", flat=True)}


def waiting(by, size: int, count: int = 1) -> None:
    """Files that others of the same site uploaded before."""
    FileImport.objects.bulk_create(
        FileImport(kind="locations", filename="f.csv", size=size, made_by=by, made_at=timezone.now(), stage="previewed")
        for _ in range(count)
    )


def test_ten_files_of_one_person_wait_and_an_eleventh_is_refused(as_operator):
    pages = [upload(as_operator, "locations", CSV, f"{number}.csv") for number in range(10)]
    there = folders()
    assert there == kept()
    refused = upload(as_operator, "locations", CSV, "one more.csv")
    assert (refused.status, refused.errors) == (
        422,
        [
            "With this file you have 11 files that are not imported yet; the limit for one user is 10. "
            "Import or remove some of those below, then upload this one again."
        ],
    )
    assert all(f"{number}.csv" in refused.text for number in range(10))  # each of them can be reached from here
    assert (folders(), kept()) == (there, there)
    press(as_operator, pages[0], "delete")
    assert upload(as_operator, "locations", CSV, "one more.csv").status == 200
    done = press(as_operator, shown(as_operator, as_operator.get(pages[1].address)), "commit")
    assert "Imported on" in done.text  # what is imported waits no more
    assert upload(as_operator, "locations", CSV, "another.csv").status == 200


def test_bytes_of_one_person_are_limited(as_operator, operator):
    waiting(operator, 50 * quota.MIB, 2)
    refused = upload(as_operator, "locations", CSV)
    assert refused.errors == [
        f"With this file you have {100 * quota.MIB + len(CSV):,} bytes in files that are not imported yet; the "
        "limit for one user is 104,857,600 (100 MiB). Import or remove some of those below, then upload this one again."
    ]
    assert (refused.status, FileImport.objects.count()) == (422, 2)


@pytest.mark.parametrize(
    ("count", "size", "said"),
    [
        (
            100,
            1,
            "all users together have 101 files that are not imported yet; the limit for all users is 100.",
        ),
        (
            64,
            16 * quota.MIB,
            "have 1,073,741,840 bytes in files that are not imported yet; the limit for all users is 1,073,741,824 (1,024 MiB).",
        ),
    ],
)
def test_files_of_all_are_limited(as_operator, count, size, said):
    waiting(user_in("Manager"), size, count)
    refused = upload(as_operator, "locations", CSV)
    assert refused.status == 422
    assert said in refused.text
    assert (
        "Ask those who uploaded them to import or remove some, or wait: a file that is not imported is removed after a day."
        in refused.text
    )
    assert FileImport.objects.count() == count


def test_an_upload_never_takes_the_last_of_the_disk(as_operator, monkeypatch):
    free = quota.LEFT_FREE + len(CSV) * quota.TIMES
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=free - 1))
    refused = upload(as_operator, "locations", CSV)
    assert (refused.status, FileImport.objects.count()) == (422, 0)
    assert refused.errors == [
        f"The site’s disk has {free - 1:,} bytes free. This file and its preview may take 64, and 16,777,216 (16 MiB) must stay "
        "free for the database. Ask whoever runs the site to free some space, then upload it again."
    ]
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=free))
    assert upload(as_operator, "locations", CSV).status == 200


class Failing(io.BytesIO):
    """A file of which the half is there when the disk is full."""

    def read(self, size: int = -1) -> bytes:
        if self.tell() > 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().read(min(size, 8))


def test_an_upload_that_fails_leaves_nothing(operator):
    with pytest.raises(OSError, match="No space left"):
        take_upload(Failing(CSV.encode()), name="f.csv", size=len(CSV), kind=KINDS["locations"], by=operator)
    assert (folders(), FileImport.objects.count()) == (set(), 0)
