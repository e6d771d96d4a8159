"""The database of a race: PostgreSQL's test database with real commits, or a file of SQLite, migrated, of this test's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection, connections
from django.db.backends.sqlite3.base import DatabaseWrapper

from katana_trace import environment
from tests.races.starting_line import Entry, Finish, race

ROOT = Path(__file__).resolve().parents[2]
FILE = "katana_trace.sqlite3"


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory) -> Path:
    """An empty site's file, made as a site makes it: by ``manage.py migrate``. Each race gets a copy."""
    folder = tmp_path_factory.mktemp("migrated")
    values = {**os.environ, "KATANA_TRACE_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "katana_trace.settings"}
    values.pop("PGDATABASE", None)
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v", "0"], env=values, cwd=ROOT, check=True, timeout=300
    )
    return folder / FILE


class Course:
    """Where races are run: ``run`` starts the entries on this test's database."""

    def __init__(self, folder: Path | None):
        self.folder = folder
        self.length = int(os.environ.get("KATANA_TRACE_RACE_LENGTH", "20"))

    def run(self, *entries: Entry) -> Finish:
        return race(entries, folder=str(self.folder) if self.folder else None)


@pytest.fixture
def course(request, tmp_path):
    """The test and its writers see the same database, and what one commits the others read."""
    if connection.vendor == "postgresql":
        request.getfixturevalue("committed_db")
        yield Course(None)
        return
    shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / FILE)
    blocker = request.getfixturevalue("django_db_blocker")
    usual = connections["default"]
    settings = {**usual.settings_dict, **environment.databases(tmp_path)["default"], "NAME": str(tmp_path / FILE)}
    with blocker.unblock():
        connections["default"] = DatabaseWrapper(settings, "default")
        try:
            yield Course(tmp_path)
        finally:
            connections["default"].close()
            connections["default"] = usual
