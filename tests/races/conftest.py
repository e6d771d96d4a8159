"""The database of a race: PostgreSQL's test database with real commits, or a file of SQLite, migrated, of this test's own."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, connections
from django.db.backends.sqlite3.base import DatabaseWrapper

from katana_trace import environment
from tests.races.starting_line import Entry, Finish, race

# Its checks are read by people when they fail, so they are rewritten as those of tests are.
pytest.register_assert_rewrite("tests.races.verdict")
FILE = "katana_trace.sqlite3"


class Course:
    """Where races are run: ``run`` starts the entries on this test's database."""

    def __init__(self, folder: Path | None):
        self.folder = folder
        self.length = int(os.environ.get("KATANA_TRACE_RACE_LENGTH", "20"))

    def run(self, *entries: Entry) -> Finish:
        """Also judges what trying again would hide: that nobody was sent back by a deadlock."""
        before = deadlocks()
        finish = race(entries, folder=str(self.folder) if self.folder else None)
        assert deadlocks() == before
        return finish


def deadlocks() -> int:
    """How many the database has counted; a writer that ends hands in its count shortly after."""
    if connection.vendor != "postgresql":
        return 0
    time.sleep(0.2)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


# The test and its writers see the same database, and what one commits the others read.
if connection.vendor == "postgresql":

    @pytest.fixture
    def course(committed_db) -> Course:
        return Course(None)

else:

    @pytest.fixture
    def course(migrated_file, tmp_path, django_db_blocker) -> Iterator[Course]:
        shutil.copy(migrated_file, tmp_path / FILE)
        usual = connections["default"]
        settings = {**usual.settings_dict, **environment.databases(tmp_path)["default"], "NAME": str(tmp_path / FILE)}
        with django_db_blocker.unblock():
            connections["default"] = DatabaseWrapper(settings, "default")
            try:
                yield Course(tmp_path)
            finally:
                connections["default"].close()
                connections["default"] = usual


@pytest.fixture
def record_figures(request, capsys):
    """Prints how fast a race was where its length was asked for: ``KATANA_TRACE_RACE_LENGTH=200 pytest tests/races``."""

    def record(finish: Finish, *, postings: int, **more) -> None:
        if "KATANA_TRACE_RACE_LENGTH" in os.environ:
            rest = "".join(f", {count} {name}" for name, count in more.items())
            with capsys.disabled():
                print(
                    f"\n{connection.vendor} {request.node.name}: {postings} posted in {finish.seconds:.1f} s, "
                    f"{postings / finish.seconds:.0f} postings/s{rest}"
                )

    return record
