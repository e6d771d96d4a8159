"""The data folder is its owner's alone, 0700, and what is in it 0600, whatever the umask; a wider one is narrowed at the start."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.test import override_settings

from katana_trace.lib import private
from tests.conftest import ROOT

UPLOAD = """
import io, django; django.setup()
from django.contrib.auth import get_user_model
from tracking.imports import run, worker
from tracking.imports.kinds import KINDS
from tracking.imports.upload import take_upload
from tests.importing import workbook
manager = get_user_model().objects.get(username="manager")
for name, content in (("a.csv", b"name;x\\r\\nNorth;1\\r\\n"), ("b.xlsx", workbook(("location",), ("North",)))):
    made = take_upload(io.BytesIO(content), name=name, size=len(content), kind=KINDS["locations"], by=manager)
    worker.begin(made, run.read, by=manager)
"""


def manage(folder: Path, *arguments: str, umask: int = 0) -> None:
    """A process of a site of the embedded database in ``folder``, under a umask that keeps nobody out."""
    values = {**os.environ, "KATANA_TRACE_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "katana_trace.settings"}
    values.pop("PGDATABASE", None)
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=values, umask=umask, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


def modes(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode)
        for path in [folder, *sorted(folder.rglob("*"))]
    }


def test_a_new_site_is_its_owners_alone(tmp_path):
    folder = tmp_path / "new" / "data"
    manage(folder, "manage.py", "demo", "--no-serve")
    manage(folder, "-c", UPLOAD)
    manage(folder, "manage.py", "backup", str(folder / "backup.sqlite3"))
    found = modes(folder)
    folders = {name for name in found if (folder / name).is_dir()}
    assert len(folders) == 4  # the data folder, imports, and a folder for each upload
    assert {Path(name).name for name in set(found) - folders} >= {
        "katana_trace.sqlite3",
        "backup.sqlite3",
        "backup.sqlite3.seal",
        "upload",
        "source.csv",
        "rows.csv",
        "outcome.jsonl",
        "progress.json",
    }
    assert {name: oct(mode) for name, mode in found.items() if mode != (0o700 if name in folders else 0o600)} == {}


def test_a_wider_site_of_before_is_narrowed_with_nothing_lost(migrated_file, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    file = folder / "katana_trace.sqlite3"
    file.write_bytes(migrated_file.read_bytes())
    (folder / "kept.txt").write_text("mine")
    folder.chmod(0o755)
    for path in folder.iterdir():
        path.chmod(0o644)
    with closing(sqlite3.connect(file)) as one:
        before = list(one.iterdump())
    manage(folder, "manage.py", "healthcheck")
    assert modes(folder) == {".": 0o700, "katana_trace.sqlite3": 0o600, "kept.txt": 0o644}
    with closing(sqlite3.connect(file)) as one:
        assert list(one.iterdump()) == before


@pytest.mark.parametrize(("mode", "after"), [(0o1777, 0o1777), (0o750, 0o700), (0o500, 0o500)])
def test_a_folder_that_is_shared_by_its_nature_stays_shared(tmp_path, mode, after):
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(mode)
    private.narrow_folder(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == after
    with override_settings(DATA_DIR=folder):
        said = private.check_data_folder(None)
    assert [one.id for one in said] == (["katana_trace.W001"] if after & 0o077 else [])
