"""A full disk at each step of the work: every act says so, changes nothing and leaves nothing, and people can log in.

The disk is a real one of 96 MiB in memory, mounted where nobody else sees it, and filled but for so many bytes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.conftest import ROOT

ROOMS = (0, 16_384, 49_152, 131_072, 196_608, 1_048_576, 8_388_608)
FULL = "The disk is full"
DISK = 'mount -t tmpfs -o size=96m,mode=0700 tmpfs "$1" && { [ -z "$2" ] || cp "$2" "$1"; } && shift 2 && exec "$@"'
NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", DISK, "sh"]


def can_mount(folder: Path) -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*NAMESPACE, str(folder), "", "true"], capture_output=True, timeout=30).returncode == 0


@pytest.fixture
def on_small_disk(tmp_path, committed_db, request):
    """Runs acts of ``tests/small_disk.py`` on a small disk; gives what each of them said and left, by the room it had."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not can_mount(folder):
        pytest.skip("a disk cannot be mounted here without rights of its own")
    values = {
        **os.environ,
        "KATANA_TRACE_DATA": str(folder),
        "KATANA_TRACE_ALLOWED_HOSTS": "testserver",
        "DJANGO_SETTINGS_MODULE": "katana_trace.settings",
        "PYTHONPATH": str(ROOT),
        "SMALL_DISK_ROOMS": " ".join(map(str, ROOMS)),
    }
    source = ""
    if connection.vendor == "sqlite":
        source = str(request.getfixturevalue("migrated_file"))
    else:
        values["PGDATABASE"] = connection.settings_dict["NAME"]

    def run(*acts: str) -> dict[str, list[dict]]:
        done = subprocess.run(
            [*NAMESPACE, str(folder), source, sys.executable, "tests/small_disk.py", *acts],
            cwd=ROOT, env=values, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        told = json.loads(done.stdout)
        assert told.pop("broken") == {}
        return told

    return run


def assert_all_or_nothing(told: list[dict], refused: tuple[int, str]) -> None:
    """With too little room ``refused`` is said, and nothing is changed or left; with enough it is done."""
    status, words = refused
    for one in told[:-1]:
        assert (one["status"], bool(re.search(words, one["title"])), one["left"]) == (status, True, {}), one
    assert told[-1]["status"] in (0, 200, 302), told[-1]


def test_pages_on_a_full_disk(on_small_disk):
    told = on_small_disk(
        "pages", "login", "upload", "commit", "upload_in_thread", "admin_import", "history", "export", "spreadsheet"
    )
    if connection.vendor == "sqlite":
        assert len(told["upload"]) > 3
        assert len(told["commit"]) > 2
    assert [one["status"] for one in told["pages"]] == [200]
    # With not a byte left the reserve is given up for it, and the pages can be read.
    assert [(one["room"], one["status"], one["title"]) for one in told["login"]] == [(0, 302, "home 200")]
    for acts in told.values():
        assert_all_or_nothing(acts, (503, FULL))


def test_posting_and_switching_off_on_a_full_disk(on_small_disk):
    told = on_small_disk("location", "post", "history", "switch_off")
    if connection.vendor == "sqlite":
        assert {name: len(acts) > 1 for name, acts in told.items()} == dict.fromkeys(told, True)
    for acts in told.values():
        assert_all_or_nothing(acts, (503, FULL))


def test_commands_on_a_full_disk(on_small_disk):
    """A backup and a restore are of the embedded database; the files of the other commands are of both."""
    of_sqlite = ("backup", "restore") if connection.vendor == "sqlite" else ()
    told = on_small_disk(*of_sqlite, "export_command", "switch_command")
    assert {name: len(acts) > 1 for name, acts in told.items()} == dict.fromkeys(told, True)
    for acts in told.values():
        assert_all_or_nothing(acts, (1, r"\((database or disk is full|No space left on device)\)\. .*(room|space)"))
