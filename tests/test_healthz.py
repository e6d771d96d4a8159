"""What ``healthz`` says of a site: whether it may be trusted with a posting now, within two seconds whatever happens."""

from __future__ import annotations

import re
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from django.core.management import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from tests.worlds import run
from tracking.ledger import triggers
from tracking.upkeep import health, health_soon

on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="a lock on the file of SQLite")
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="a server of PostgreSQL")
OLDER = (
    "The database is of an older version than the program: the migration tracking 0007_imports is missing. "
    "Run manage.py migrate."
)


def healthz(client) -> tuple[int, str]:
    """Its answer, which never takes longer than two seconds, and says when to ask again where something is wrong."""
    begun = time.monotonic()
    answer = client.get("/healthz")
    assert time.monotonic() - begun < 2
    assert ("Retry-After" in answer) == (answer.status_code == 503)
    assert answer["Cache-Control"] == "no-store"
    return answer.status_code, answer.content.decode()


@pytest.fixture(autouse=True)
def no_check_is_left() -> Iterator[None]:
    """A check that was left behind ends before the next test asks."""
    yield
    if health_soon.running is not None:
        assert health_soon.running.ended.wait(40)


@contextmanager
def without_migration(app: str, name: str) -> Iterator[None]:
    MigrationRecorder(connection).record_unapplied(app, name)
    try:
        yield
    finally:
        MigrationRecorder(connection).record_applied(app, name)


def test_healthz_says_ok_without_a_login(client, committed_db):
    assert healthz(client) == (200, "ok\n")


def test_health_is_looked_at_in_few_queries(db, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        assert health.faults() == []


def test_healthz_names_a_migration_that_is_missing(client, committed_db):
    with without_migration("tracking", "0007_imports"):
        assert healthz(client) == (503, f"{OLDER}\n")


def test_healthz_counts_migrations_that_are_missing(client, committed_db):
    with without_migration("tracking", "0011_digests"), without_migration("tracking", "0007_imports"):
        assert healthz(client) == (503, OLDER.replace("is missing.", "is missing, and 1 more.") + "\n")


def test_healthz_names_a_database_that_is_newer(client, committed_db):
    MigrationRecorder(connection).record_applied("tracking", "9999_later")
    try:
        said = "The database is of a newer version than the program (tracking 9999_later). Install that version.\n"
        assert healthz(client) == (503, said)
    finally:
        MigrationRecorder(connection).record_unapplied("tracking", "9999_later")


def test_healthz_names_triggers_that_are_missing(client, committed_db):
    triggers.drop_all(connection)
    assert healthz(client) == (503, "Triggers that keep the ledger are missing. Run manage.py migrate.\n")


def test_healthcheck_and_verify_name_a_migration_that_is_missing(committed_db):
    assert run("healthcheck") == "ok\n"
    with without_migration("tracking", "0007_imports"):
        for command in ("healthcheck", "verify"):
            with pytest.raises(CommandError, match=re.escape(OLDER)) as refused:
                run(command)
            assert refused.value.returncode == 1
    assert "broken" not in run("verify")


@on_sqlite
def test_healthz_while_a_writer_keeps_the_file(client, committed_db):
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as writer:
        writer.execute("BEGIN IMMEDIATE")  # an import that works: readers go on
        assert healthz(client) == (200, "ok\n")
        writer.execute("COMMIT")
        writer.execute("BEGIN EXCLUSIVE")  # one that writes its pages: readers wait
        assert healthz(client) == (503, "The database does not answer.\n")
        writer.execute("COMMIT")
    assert healthz(client) == (200, "ok\n")


@on_postgresql
def test_healthz_while_a_statement_is_stuck(client, committed_db):
    other = connection.copy()
    with closing(other), other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("LOCK TABLE django_migrations IN ACCESS EXCLUSIVE MODE")
        assert healthz(client) == (503, "The database does not answer.\n")
        cursor.execute("ROLLBACK")
    assert healthz(client) == (200, "ok\n")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@on_postgresql
def test_healthz_while_the_server_is_down(client, committed_db, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "PORT", str(free_port()))
        assert healthz(client) == (503, "The database does not answer.\n")
    assert healthz(client) == (200, "ok\n")


@on_postgresql
def test_healthz_while_the_server_says_nothing(client, committed_db, monkeypatch):
    """As one that is stopped, or an address that leads nowhere; many ask, and one thread is left behind."""
    with closing(socket.create_server(("127.0.0.1", 0))) as silent, monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "PORT", str(silent.getsockname()[1]))
        for _ in range(2):
            assert healthz(client) == (503, "The database does not answer.\n")
            assert len([one for one in threading.enumerate() if one.name == "healthz"]) <= 1
    assert health_soon.running.ended.wait(10)
    assert healthz(client) == (200, "ok\n")
