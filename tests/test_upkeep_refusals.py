"""What runs unattended says in a sentence, with exit code 1, what the database, the disk or a file would not do."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.conftest import ROOT

COMMANDS = (["seal"], ["verify"], ["verify", "--seal", "a" * 64], ["expiry_digest"])


def run(folder: Path, *arguments: str, limit: int | None = None) -> subprocess.CompletedProcess:
    """``manage.py`` on the site in ``folder``; ``limit`` bytes are all that it may write into one file."""
    values = {**os.environ, "KATANA_TRACE_DATA": str(folder), "KATANA_TRACE_DEBUG": "1"}
    values.pop("PGDATABASE", None)

    def full_disk() -> None:
        import resource
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env={key: value for key, value in values.items() if key != "DJANGO_SETTINGS_MODULE"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=full_disk if limit else None,
    )


def assert_refused(done: subprocess.CompletedProcess, part: str) -> None:
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
    assert part in done.stderr


@pytest.mark.parametrize("arguments", [*COMMANDS, ["backup", "b.sqlite3"]], ids=" ".join)
def test_a_site_that_was_never_migrated(arguments, tmp_path):
    arguments = [str(tmp_path / one) if one.endswith(".sqlite3") else one for one in arguments]
    assert_refused(run(tmp_path, *arguments), "manage.py migrate")
    assert not (tmp_path / "b.sqlite3").exists()


@pytest.fixture
def site(migrated_file, tmp_path) -> Path:
    (tmp_path / "katana_trace.sqlite3").write_bytes(migrated_file.read_bytes())
    return tmp_path


@pytest.mark.parametrize("name", ["/", "", "x" * 250, "x" * 300, "katana_trace.sqlite3/b"], ids=len)
def test_a_backup_into_a_name_that_no_file_can_have(name, site):
    before = {file.name for file in site.iterdir()} | {"secret_key"}
    assert_refused(run(site, "backup", name if name in ("", "/") else str(site / name)), "CommandError: ")
    assert {file.name for file in site.iterdir()} <= before


def test_a_restore_from_a_name_that_no_file_can_have(site):
    assert_refused(run(site, "restore", str(site / ("x" * 300))), "File name too long")


def test_a_full_disk(site):
    backup = site / "b.sqlite3"
    assert run(site, "seal").returncode == 0
    assert_refused(run(site, "backup", str(backup), limit=200_000), "b.sqlite3 cannot be written")
    assert not backup.exists()
    assert not list(site.glob(".*.part"))
    assert run(site, "backup", str(backup)).returncode == 0
    assert_refused(run(site, "restore", str(backup), limit=200_000), "the space on its disk")
    assert run(site, "verify").returncode == 0


def test_what_a_killed_backup_or_restore_left_goes_after_a_day(site):
    old = (site / ".b.sqlite3.12.part", site / ".b.sqlite3.12.part-journal", site / ".restore-x" / "copy.sqlite3")
    (site / ".restore-x").mkdir()
    young = site / ".b.sqlite3.13.part"
    for file in (*old, young):
        file.write_text("half of it")
    for path in (*old, site / ".restore-x"):
        os.utime(path, (time.time() - 90_000,) * 2)
    assert run(site, "backup", str(site / "b.sqlite3")).returncode == 0
    assert [path.exists() for path in (*old, young)] == [False, False, True, True]
    assert run(site, "restore", str(site / "b.sqlite3")).returncode == 0
    assert not (site / ".restore-x").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("head", ["\udcff\udcfe", "\x00", "", "a" * 100_000], ids=["bytes", "nul", "empty", "long"])
def test_verify_of_a_head_that_no_seal_can_have(head):
    with pytest.raises(CommandError, match="No seal of this ledger has the head") as caught:
        call_command("verify", seal=head, stdout=io.StringIO())
    str(caught.value).encode()
