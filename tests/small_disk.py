"""A site on a disk that is full: its acts, done through the pages and commands with less and less room. Run by test_disk_full.

It prints what a person saw and what was left behind, as JSON. The disk is the folder of KATANA_TRACE_DATA, TMPDIR included.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.contrib.auth.models import Group  # noqa: E402
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.core.management import CommandError, call_command  # noqa: E402
from django.test import Client  # noqa: E402

from items.models import Item  # noqa: E402
from tests import build  # noqa: E402
from tests.sheet import Sheet  # noqa: E402
from tracking.imports import quota  # noqa: E402
from tracking.imports.folder import ImportFolder  # noqa: E402
from tracking.models import Archive, Document, FileImport, Location  # noqa: E402

ROOT = Path(settings.DATA_DIR)
BALLAST = ROOT / "ballast"
ROOMS = [int(size) for size in os.environ["SMALL_DISK_ROOMS"].split()]
ROWS = "".join(f"Place {number} with a name of some length\r\n" for number in range(1500))
CSV = f"location\r\n{ROWS}".encode()
TITLES = re.compile(r"<h1[^>]*>\s*(.*?)\s*</h1>", re.DOTALL)


def room(size: int | None) -> None:
    """Leaves ``size`` bytes of the disk, or all that is free."""
    BALLAST.unlink(missing_ok=True)
    if size is None:
        return
    state = os.statvfs(ROOT)
    taken = state.f_bavail * state.f_frsize - size
    if taken > 0:
        with BALLAST.open("wb") as out:
            os.posix_fallocate(out.fileno(), 0, taken)


def files() -> set[str]:
    """What lies on the disk beside the database, which SQLite's own journal belongs to."""
    own = {"ballast", "katana_trace.sqlite3", "katana_trace.sqlite3-journal", "reserve"}
    return {str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file() and path.name not in own}


def state() -> dict:
    """What an act that was refused must not have changed."""
    return {
        "documents": sorted(Document.objects.values_list("number", flat=True)),
        "places": Location.objects.count(),
        "imports": sorted(FileImport.objects.values_list("stage", flat=True)),
        "archives": Archive.objects.count(),
        "modes": sorted(Item.objects.values_list("name", "tracking_mode")),
        "files": sorted(files()),
    }


def said(answer) -> tuple[int, str]:
    if answer.streaming:
        b"".join(answer.streaming_content)
        return answer.status_code, ""
    found = TITLES.search(answer.content.decode(errors="replace"))
    return answer.status_code, found[1] if found else ""


def ran(*arguments: str) -> tuple[int, str]:
    try:
        call_command(*arguments, stdout=io.StringIO(), stderr=io.StringIO())
    except CommandError as refused:
        return 1, str(refused)
    return 0, ""


class Acts:
    """Each returns what was said; ``client`` is a manager's."""

    def __init__(self, client: Client):
        self.client = client
        self.count = 0

    def number(self) -> int:
        self.count += 1
        return self.count

    def upload(self):
        file = SimpleUploadedFile("places.csv", CSV)
        return said(self.client.post("/import/", {"kind": "locations", "file": file}))

    def upload_in_thread(self):
        import threading

        settings.IMPORTED_AT_ONCE = 0
        answer = self.upload()
        for thread in threading.enumerate():
            if thread.name.startswith("import-"):
                thread.join()
        settings.IMPORTED_AT_ONCE = 150_000
        return answer

    def before_commit(self):
        """The preview stands; an import that was not written down as failed has stalled, and is begun again."""
        made = FileImport.objects.latest("made_at")
        if made.stage != "previewed":
            os.utime(ImportFolder(made.token).progress, (0, 0))
            self.client.post(f"{made.get_absolute_url()}preview/")

    def commit(self):
        made = FileImport.objects.get(stage="previewed")
        return said(self.client.post(f"{made.get_absolute_url()}commit/", {"digest": made.digest}))

    def admin_import(self):
        file = SimpleUploadedFile("places.csv", CSV[: CSV.index(b"Place 400 ")])
        return said(
            self.client.post("/admin/tracking/location/import/", {"import_file": file, "format": "0", "resource": "0"})
        )

    def before_post(self):
        page = Sheet.new(self.client, "receipt").fill(sku_0="BAG", quantity_0="1", location=build.location().pk)
        self.sheet = page.press("save")

    def post(self):
        return said(self.client.post(self.sheet.form.action, self.sheet.data("post")))

    def location(self):
        return said(self.client.post("/locations/new/", {"name": f"Shop {self.number()}"}))

    def before_login(self):
        """Somebody logged in while there was room."""
        room(None)
        Client().post("/accounts/login/", {"username": "manager", "password": "pw"})

    def login(self):
        fresh = Client(raise_request_exception=False)
        status, title = said(fresh.post("/accounts/login/", {"username": "manager", "password": "pw"}))
        return status, title if status != 302 else f"home {fresh.get('/').status_code}"

    def history(self):
        return said(self.client.get(f"/items/{Item.objects.get(name='Flour').pk}/history.csv"))

    def switch_off(self):
        flour = Item.objects.get(name="Flour")
        given = {"tracking_mode": "none", "confirm": "Flour", "reason": "Too much work"}
        return said(self.client.post(f"/items/{flour.pk}/tracking/", given))

    def export(self):
        return said(self.client.get("/documents/movements.csv"))

    def spreadsheet(self):
        return said(self.client.get("/documents/movements.xlsx"))

    def backup(self):
        return ran("backup", str(ROOT / "backup.sqlite3"))

    def restore(self):
        return ran("restore", str(ROOT / "whole.sqlite3"))

    def export_command(self):
        return ran("export_csv", "movements", "-o", str(ROOT / "movements.csv"))

    def switch_command(self):
        return ran(
            "switch_tracking",
            "Flour",
            "none",
            "--by",
            "manager",
            "--reason",
            "Too much",
            "--export",
            str(ROOT / "flour.csv"),
        )

    def pages(self):
        found = {
            path: said(self.client.get(path))[0] for path in ("/", "/documents/", "/items/", "/import/", "/stock/")
        }
        return (200, "") if set(found.values()) == {200} else (500, str(found))


def company() -> Client:
    user = get_user_model().objects.create_user("manager", password="pw", is_staff=True, is_superuser=True)
    user.groups.add(Group.objects.get(name="Manager"))
    build.item("Flour", "batch", "kg", skus=("FLOUR",))
    build.item("Bag", skus=("BAG",))
    for number in range(150):
        lines = [build.line("FLOUR", 1, batch=f"B{number}-{n}") for n in range(10)]
        build.post("receipt", *lines, number=f"PO-{number}")
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def tried(act: Callable[[], tuple[int, str]], rooms: list[int], *, begin: Callable[[], None] | None) -> list[dict]:
    """The act with so much room, the least first, until it is done; what was said, and what a refused one changed."""
    found = []
    for size in rooms:
        if begin:
            begin()
        before = state()
        room(size)
        status, title = act()
        room(None)
        after = state()
        is_refused = status >= 400 or status == 1
        left = {key: [before[key], after[key]] for key in before if before[key] != after[key]} if is_refused else {}
        found.append({"room": size, "status": status, "title": title, "left": left})
        if not is_refused:
            break
    return found


def main(names: list[str]) -> None:
    quota.LEFT_FREE = quota.TIMES = 0  # another program takes the room after the upload was let in
    tempfile.tempdir = str(ROOT / "tmp")
    (ROOT / "tmp").mkdir(mode=0o700, exist_ok=True)
    acts = Acts(company())
    told = {}
    for name in names:
        told[name] = tried(getattr(acts, name), ROOMS, begin=getattr(acts, f"before_{name}", None))
        if name == "backup" and (ROOT / "backup.sqlite3").exists():
            (ROOT / "backup.sqlite3").rename(ROOT / "whole.sqlite3")
            (ROOT / "backup.sqlite3.seal").unlink()
    told["broken"] = build.broken()
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1:])
