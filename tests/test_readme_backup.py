"""The commands of README's chapters on roles and on backup, run as they are written there, by the roles that they name."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.conftest import ROOT

ITEMS = "item,kind,unit,tracking,sku,variant,gtin,shelf_life_days\r\nFlour,material,kg,batch,FLOUR,,,\r\n"
MOVEMENTS = (
    "kind,document,posted_at,partner,location,sku,batch_number,expires_on,serial_number,quantity,note\r\n"
    "receipt,PO-1,2025-01-06T08:00:00+00:00,Mill,Main,FLOUR,L1,,,5,\r\n"
)


def block(after: str) -> list[str]:
    """The commands of the first shell block after a text of the README; a line that goes on is one command."""
    text = (
        (ROOT / "README.md").read_text(encoding="utf-8").partition(after)[2].partition("```sh\n")[2].partition("```")[0]
    )
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]


class Shell:
    """Runs commands of the README in a folder that looks like that of the site; names of the cluster are this test's own."""

    def __init__(self, folder: Path, prefix: str, values: dict[str, str]):
        self.folder, self.prefix = folder, prefix
        self.values = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"} | values
        (folder / ".venv" / "bin").mkdir(parents=True)
        python = folder / ".venv" / "bin" / "python"
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        python.chmod(0o700)
        (folder / "manage.py").write_text(
            f"import os, sys\nsys.path.insert(0, {str(ROOT)!r})\nos.environ['DJANGO_SETTINGS_MODULE'] = 'katana_trace.settings'\n"
            "from django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n"
        )

    def own(self, command: str) -> str:
        return command.replace("katana_", self.prefix)

    def run(self, *commands: str) -> str:
        """In one shell, which ends at the first that fails; what they print."""
        text = "set -e\n" + "\n".join(self.own(command) for command in commands)
        done = subprocess.run(
            ["bash", "-c", text], cwd=self.folder, env=self.values, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"
        return done.stdout

    def mode(self, name: str) -> int:
        return stat.S_IMODE((self.folder / self.own(name)).stat().st_mode)


def site_key(data: Path) -> dict[str, str]:
    return {"KATANA_TRACE_DATA": str(data), "KATANA_TRACE_SECRET_KEY": "x" * 60}


@pytest.fixture
def cluster(tmp_path) -> Iterator[Shell]:
    if connection.vendor != "postgresql":
        pytest.skip("roles are of PostgreSQL")
    prefix = f"katana{os.getpid()}_"
    shell = Shell(tmp_path, prefix, {**site_key(tmp_path / "data"), "PGDATABASE": f"{prefix}trace"})
    yield shell
    for name in ("trace", "trace_new"):
        shell.run(f"dropdb --if-exists {prefix}{name}")
    for name in ("owner", "app"):
        shell.run(f"dropuser --if-exists {prefix}{name}")


def backup_chapter() -> list[str]:
    return block("**Backup and restore**")


def test_chapters_on_roles_and_backup_work_as_written_on_postgresql(cluster):
    (cluster.folder / "items.csv").write_text(ITEMS)
    (cluster.folder / "movements.csv").write_text(MOVEMENTS)
    *roles, server = block("On PostgreSQL the site may run as a role that owns no table")
    assert "PGUSER=katana_app" in server
    assert "gunicorn" in server
    cluster.run(*roles)
    cluster.run(
        "export PGUSER=katana_app",
        ".venv/bin/python manage.py healthcheck",
        ".venv/bin/python manage.py import_csv items items.csv",
        ".venv/bin/python manage.py import_csv movements movements.csv",
    )
    commands = [one for one in backup_chapter() if not re.search(r"manage\.py (backup|restore) ", one)]
    assert len(commands) == 6
    said = cluster.run(*commands)
    head = (cluster.folder / cluster.own("katana_trace.dump.seal")).read_text().split()[0]
    assert re.fullmatch("[0-9a-f]{64}", head)
    assert "is in the chain: what was recorded up to then is unchanged." in said
    assert {cluster.mode(name) for name in ("katana_trace.dump", "katana_trace.dump.seal")} == {0o600}
    # The site goes on there as the role that owns no table.
    exported = "PGUSER=katana_app .venv/bin/python manage.py export_csv movements"
    again = cluster.run(f"PGDATABASE=katana_trace_new {exported}")
    assert again == cluster.run(exported)
    assert "PO-1" in again
    (cluster.folder / "movements.csv").write_text(MOVEMENTS.replace("PO-1", "PO-2"))
    cluster.run(
        "PGUSER=katana_app PGDATABASE=katana_trace_new .venv/bin/python manage.py import_csv movements movements.csv"
    )


def test_chapter_on_backup_works_as_written_on_the_embedded_database(tmp_path):
    shell = Shell(tmp_path, "katana_", site_key(tmp_path / "data"))
    shell.values.pop("PGDATABASE", None)
    (tmp_path / "items.csv").write_text(ITEMS)
    (tmp_path / "movements.csv").write_text(MOVEMENTS)
    shell.run(".venv/bin/python manage.py migrate -v 0", ".venv/bin/python manage.py import_csv items items.csv")
    shell.run(".venv/bin/python manage.py import_csv movements movements.csv")
    before = shell.run(".venv/bin/python manage.py export_csv movements")
    commands = [one for one in backup_chapter() if "umask" in one or re.search(r"manage\.py (backup|restore) ", one)]
    assert len(commands) == 3
    said = shell.run(*commands)
    assert "katana_trace-backup.sqlite3 was restored: 1 document and 1 ledger line." in said
    assert shell.run(".venv/bin/python manage.py export_csv movements") == before
    assert {shell.mode(f"katana_trace-backup.sqlite3{ending}") for ending in ("", ".seal")} == {0o600}
    shell.run('.venv/bin/python manage.py verify --seal "$(head -n 1 katana_trace-backup.sqlite3.seal)"')
