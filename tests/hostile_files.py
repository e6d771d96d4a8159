"""What hostile files cost at each door: ``python -m tests.hostile_files [--files 200] [--postgresql] [--csv]`` prints a table.

All doors that take a file are asked, one after the other, on an empty site of the program's own: the import page,
the admin, the page that restores a history, and the commands ``import_csv`` and ``restore_tracking``. Each is asked in a process
of its own, whose CPU seconds and highest memory (``/proc``) are taken. Wanted: at most 10 s and 300 MiB.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import re
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

SECONDS, MIBS = 10, 300
STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Cost:
    door: str
    file: str
    size: int
    seconds: float
    mib: int
    said: str


# -- in the process that is measured --------------------------------------------------------------------------------------


def worker(options: argparse.Namespace) -> None:
    import django

    django.setup()
    from django.test.utils import setup_test_environment

    setup_test_environment()
    doors = Doors(Path(options.folder))
    for name, content in files(options):
        path = Path(options.folder) / "hostile"
        path.write_bytes(content)
        del content
        gc.collect()
        for door, ask in doors.all(is_csv=options.csv).items():
            print(json.dumps(asdict(measured(door, name, path, ask))), flush=True)


def files(options: argparse.Namespace) -> Iterator[tuple[str, bytes]]:
    """The files one by one, each made when it is wanted."""
    from tests.hostile_csvs import FULL, HOSTILE
    from tests.hostile_sheets import hostile_sheet

    if options.csv:
        for name, make in HOSTILE.items():
            yield name, make(FULL)
        return
    for seed in range(options.first, options.first + options.files):
        sheet = hostile_sheet(seed)
        yield f"{seed} {sheet.how}", sheet.content


def measured(door: str, name: str, path: Path, ask: Callable[[Path], str]) -> Cost:
    """What ``ask`` costs, in a process of its own that ends with it."""
    from django.db import connections

    connections.close_all()
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            cost = cost_here(door, name, path, ask)
            os.write(writer, json.dumps(asdict(cost)).encode())
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as told:
        answer = told.read()
    os.waitpid(child, 0)
    return Cost(**json.loads(answer))


def cost_here(door: str, name: str, path: Path, ask: Callable[[Path], str]) -> Cost:
    STATUS.with_name("clear_refs").write_text("5")
    begun = time.process_time()
    said = ask(path)
    seconds = time.process_time() - begun
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", STATUS.read_text())[1]) >> 10
    return Cost(door, name, path.stat().st_size, round(seconds, 2), peak, " ".join(said.split())[:160])


class Doors:
    """The doors of a small company; each takes the path of a file and gives what was said of it."""

    def __init__(self, folder: Path):
        from django.conf import settings
        from django.contrib.auth import get_user_model
        from django.test import Client

        from tests.build import item, line, post, switch_off, switch_on

        settings.IMPORTED_AT_ONCE = 1 << 30  # in the request, so that it is measured
        self.folder = folder
        self.user = get_user_model().objects.create_superuser("boss", password="x")
        self.client = Client(raise_request_exception=True)
        self.client.force_login(self.user)
        self.flour = item("Flour", "batch", unit="kg", skus=("FLOUR",))
        post("receipt", line("FLOUR", 12, batch="F-1"))
        switch_off(self.flour, self.user)
        switch_on(self.flour, "batch", self.user)

    def all(self, *, is_csv: bool) -> dict[str, Callable[[Path], str]]:
        """Of spreadsheets the rows of every kind are read alike."""
        more = {"import page, movements": self.movements_page} if is_csv else {}
        return more | {
            "import page": self.import_page,
            "admin": self.admin,
            "restore page": self.restore_page,
            "import_csv items": lambda path: self.command("import_csv", "items", str(path)),
            "import_csv movements": lambda path: self.command("import_csv", "movements", str(path)),
            "restore_tracking": lambda path: self.command("restore_tracking", "Flour", str(path), "--by", "boss"),
        }

    def import_page(self, path: Path) -> str:
        return self.sent("/import/", path, "file", kind="locations")

    def movements_page(self, path: Path) -> str:
        return self.sent("/import/", path, "file", kind="movements")

    def admin(self, path: Path) -> str:
        return self.sent("/admin/tracking/location/import/", path, "import_file", format="0", resource="0")

    def restore_page(self, path: Path) -> str:
        return self.sent(f"/items/{self.flour.pk}/restore/", path, "file")

    def clear(self) -> None:
        """Removes what was taken before and waits: a person has room for ten files."""
        from tracking.imports.upload import forget
        from tracking.models import FileImport

        for waiting in FileImport.objects.exclude(stage=FileImport.Stage.DONE):
            forget(waiting)
        for file in Path(tempfile.gettempdir()).glob("katana-trace-import-*"):
            file.unlink()

    def sent(self, address: str, path: Path, field: str, **fields: str) -> str:
        self.clear()
        with path.open("rb") as file:
            answer = self.client.post(address, {field: file, **fields}, secure=True)
        while answer.status_code == 302:
            answer = self.client.get(answer["Location"], secure=True)
        assert answer.status_code in (200, 413, 422), answer.status_code
        page = answer.content.decode()
        found = re.search(r'class="(?:err|note bad|errorlist)"[^>]*>(.*?)</(?:p|ul)>', page, re.DOTALL)
        return f"{answer.status_code} {re.sub('<[^>]*>', ' ', found[1]) if found else 'was taken'}"

    def command(self, *arguments: str) -> str:
        from io import StringIO

        from django.core.management import CommandError, call_command

        try:
            call_command(*arguments, stdout=StringIO(), stderr=StringIO())
        except CommandError as error:
            return str(error)
        return "was taken"


# -- the table ------------------------------------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile_files", description=__doc__)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--csv", action="store_true", help="CSV files of 20 MiB in place of spreadsheets")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL, found by libpq's own variables")
    parser.add_argument("--folder", help=argparse.SUPPRESS)  # of the worker
    options = parser.parse_args()
    if options.folder:
        worker(options)
        return
    from tests.benchmarks.site import site

    with site(postgresql=options.postgresql) as fresh:
        told = fresh.python("-m", "tests.hostile_files", *sys.argv[1:], "--folder", str(fresh.folder))
    costs = [Cost(**json.loads(text)) for text in told.splitlines()]
    print(table_of(costs, "PostgreSQL" if options.postgresql else "SQLite"))
    if any(cost.seconds > SECONDS or cost.mib > MIBS for cost in costs):
        sys.exit(1)


def table_of(costs: list[Cost], database: str) -> str:
    """A row for each door, with the file that cost most; then each file beyond the limits."""
    rows = [
        f"{database}, {len({cost.file for cost in costs})} files",
        "",
        "| Door | Most CPU | by | Most memory | by |",
    ]
    rows.append("|---|---:|---|---:|---|")
    for door in dict.fromkeys(cost.door for cost in costs):
        here = [cost for cost in costs if cost.door == door]
        slow, large = max(here, key=lambda cost: cost.seconds), max(here, key=lambda cost: cost.mib)
        rows.append(f"| {door} | {slow.seconds:.1f} s | {slow.file} | {large.mib} MiB | {large.file} |")
    beyond = [cost for cost in costs if cost.seconds > SECONDS or cost.mib > MIBS]
    return "\n".join([*rows, "", f"{len(beyond)} beyond {SECONDS} s or {MIBS} MiB", *map(str, beyond)])


if __name__ == "__main__":
    main()
