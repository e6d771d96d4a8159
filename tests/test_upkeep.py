"""Backup and restore of the embedded database while it is in use, with the head of the seal beside the backup."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from katana_trace import environment
from katana_trace.accounts.models import LoginAttempt, LoginEvent, Session
from katana_trace.accounts.throttle import Door, begin_attempt
from tests import build
from tests.conftest import ROOT
from tests.worlds import run
from tracking.ledger import triggers
from tracking.models import Document, Seal
from tracking.upkeep import backup as backup_module
from tracking.upkeep import embedded

on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="the embedded database is SQLite")
FILE = "katana_trace.sqlite3"


@pytest.fixture
def site(migrated_file, tmp_path, django_db_blocker):
    """The file of a site of its own, with one receipt; the test works on it."""
    folder = tmp_path / "data"
    folder.mkdir()
    file = folder / FILE
    shutil.copy(migrated_file, file)
    with django_db_blocker.unblock(), embedded.looking_into(file):
        build.item("Flour", "batch", "kg", skus=("FLOUR",))
        build.post("receipt", build.line("FLOUR", 5, batch="L1"), number="PO-1")
        yield file


def numbers() -> list[str]:
    return list(Document.objects.order_by("pk").values_list("number", flat=True))


def process(site: Path, *arguments: str) -> subprocess.Popen:
    """A process of the same site, as an administrator or a worker of the server is."""
    values = {**os.environ, "KATANA_TRACE_DATA": str(site.parent), "DJANGO_SETTINGS_MODULE": "katana_trace.settings"}
    values.pop("PGDATABASE", None)
    return subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=values, stdout=subprocess.PIPE, text=True)


WRITER = """
import django; django.setup()
from tests import build
for number in range(1, 100_000):
    build.post("receipt", build.line("FLOUR", 1, batch="L1"), number=f"W{number:06}")
    print(number, flush=True)
"""
RESTORER = """
import sys, pathlib, django; django.setup()
from tracking.upkeep import embedded
print("begins", flush=True)
embedded.overwrite(pathlib.Path(sys.argv[1]), embedded.file_of_site())
"""


@on_sqlite
def test_backup_is_one_moment_of_a_site_in_use(site, tmp_path):
    writer = process(site, "-c", WRITER)
    try:
        before = [int(writer.stdout.readline()) for _ in range(3)][-1]
        copies = [tmp_path / f"backup{n}.sqlite3" for n in range(3)]
        for copy in copies:
            assert "ledger lines" in run("backup", str(copy))
        after = int(writer.stdout.readline())
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()
    counts = []
    for copy in copies:
        assert copy.stat().st_mode & 0o777 == 0o600
        with embedded.looking_into(copy):
            found = numbers()
            assert found == ["PO-1", *(f"W{number:06}" for number in range(1, len(found)))]
            assert build.stock() == {("FLOUR", "Main", "L1"): str(4 + len(found))}
            assert build.broken() == {}
            counts.append(len(found) - 1)
    assert before <= counts[0] <= counts[1] <= counts[2]
    assert after > before
    there = [f"backup{n}.sqlite3{ending}" for n in range(3) for ending in ("", ".seal")]
    assert sorted(path.name for path in tmp_path.iterdir()) == [*there, "data"]


@on_sqlite
def test_backup_never_replaces_a_file_and_says_what_to_do(site, tmp_path):
    there = tmp_path / "there.sqlite3"
    there.write_text("something")
    with pytest.raises(
        CommandError, match=r"is there already, and a backup never replaces a file\. Give another name\."
    ):
        run("backup", str(there))
    assert there.read_text() == "something"
    with pytest.raises(CommandError, match="cannot be written"):
        run("backup", str(tmp_path / "nowhere" / "backup.sqlite3"))
    head = tmp_path / "new.sqlite3.seal"
    head.write_text("somebody's")
    with pytest.raises(CommandError, match=r"new\.sqlite3\.seal is there already, and a backup never replaces a file"):
        run("backup", str(tmp_path / "new.sqlite3"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "new.sqlite3.seal", "there.sqlite3"]
    assert head.read_text() == "somebody's"


@on_sqlite
def test_backup_leaves_nothing_when_its_head_cannot_be_kept(site, tmp_path, monkeypatch):
    """Somebody puts a file of that name there while the copy is made."""
    backup = tmp_path / "backup.sqlite3"
    copy = embedded.copy

    def slow_copy(source, target):
        copy(source, target)
        backup_module.seal_file(backup).write_text("somebody's")

    monkeypatch.setattr(embedded, "copy", slow_copy)
    with pytest.raises(CommandError, match=r"backup\.sqlite3\.seal is there already"):
        run("backup", str(backup))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.sqlite3.seal", "data"]


@on_sqlite
def test_backup_is_sealed_and_its_head_stands_beside_it(site, tmp_path):
    backup = tmp_path / "backup.sqlite3"
    said = run("backup", str(backup)).splitlines()
    seal = Seal.objects.get()
    beside = tmp_path / "backup.sqlite3.seal"
    assert beside.read_text().splitlines() == [
        seal.head,
        f"Seal {seal.pk} of {seal.made_at:%Y-%m-%d %H:%M} UTC, made before the backup backup.sqlite3.",
        f"Documents since the seal before: 1. Changes since then: {seal.change_count}.",
        "Keep this file elsewhere: manage.py verify --seal HEAD tells later whether anything under it was changed.",
    ]
    assert beside.stat().st_mode & 0o777 == 0o600
    assert said[1] == (f"Seal {seal.pk} of {seal.made_at:%Y-%m-%d %H:%M} UTC: {seal.head}. It is kept in {beside} too.")
    with embedded.looking_into(backup):
        assert Seal.objects.get().head == seal.head


@on_sqlite
def test_restored_backup_is_held_by_its_own_head_and_by_no_later_one(site, tmp_path):
    backup = tmp_path / "backup.sqlite3"
    run("backup", str(backup))
    own = (tmp_path / "backup.sqlite3.seal").read_text().splitlines()[0]
    build.post("shipment", build.line("FLOUR", -2, batch="L1"), number="SO-1")
    later = run("seal").strip()
    for head in (own, later):
        assert "is in the chain" in run("verify", "--seal", head)
    run("restore", str(backup))
    assert "broken" not in run("verify")
    assert "is in the chain" in run("verify", "--seal", own)
    with pytest.raises(CommandError, match=f"No seal of this ledger has the head {later}") as caught:
        run("verify", "--seal", later)
    assert caught.value.returncode == 1
    # What goes on from there is another chain, over the same seals.
    build.post("shipment", build.line("FLOUR", -1, batch="L1"), number="SO-2")
    assert run("seal").strip() not in (own, later)
    assert "is in the chain" in run("verify", "--seal", own)


@on_sqlite
@pytest.mark.parametrize("older", ["DROP TABLE tracking_seal", "SELECT 1"], ids=["without seals", "with them"])
def test_a_database_of_an_older_version_is_backed_up_without_a_seal_and_kept_by_a_restore(site, tmp_path, older):
    whole, backup = tmp_path / "whole.sqlite3", tmp_path / "backup.sqlite3"
    run("backup", str(whole))
    sealed = Seal.objects.count()
    triggers.drop_all(connection)
    MigrationRecorder(connection).record_unapplied("tracking", "0011_digests")
    with connection.cursor() as cursor:
        cursor.execute(older)
    assert run("backup", str(backup)).splitlines()[1] == (
        "The database is of an older version than the program, so no seal was made. Run manage.py migrate."
    )
    assert not (tmp_path / "backup.sqlite3.seal").exists()
    run("restore", str(whole))
    (kept,) = [path for path in site.parent.iterdir() if "before-restore" in path.name]
    assert [path.name for path in site.parent.iterdir() if path.suffix == ".seal"] == []
    with embedded.looking_into(kept):
        assert ("tracking", "0011_digests") not in MigrationRecorder(connection).applied_migrations()
    assert (Seal.objects.count(), build.broken()) == (sealed, {})


@on_sqlite
def test_backup_of_a_database_without_its_triggers_is_not_kept(site, tmp_path):
    triggers.drop_all(connection)
    with pytest.raises(CommandError, match=r"The database lacks guards that protect the ledger \(\w+ is the first of"):
        run("backup", str(tmp_path / "backup.sqlite3"))
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


@on_sqlite
def test_restore_puts_the_backup_back_and_keeps_what_was_there(site, tmp_path):
    backup = tmp_path / "backup.sqlite3"
    run("backup", str(backup))
    build.post("shipment", build.line("FLOUR", -2, batch="L1"), number="SO-1")
    with closing(sqlite3.connect(site)) as open_all_the_time:
        query = "SELECT number FROM tracking_document ORDER BY id"
        assert open_all_the_time.execute(query).fetchall() == [("PO-1",), ("SO-1",)]
        said = run("restore", str(backup)).splitlines()
        assert open_all_the_time.execute(query).fetchall() == [("PO-1",)]
    assert said[0] == f"{backup} was restored: 1 document and 1 ledger line."
    assert (numbers(), build.stock(), build.broken()) == (["PO-1"], {("FLOUR", "Main", "L1"): "5"}, {})
    (kept,) = [path for path in site.parent.iterdir() if "before-restore" in path.name]
    assert said[1] == f"The database of before was kept in {kept}."
    # At once, again and again: within one second each keeps a database of its own.
    for _ in range(3):
        run("restore", str(kept))
    assert numbers() == ["PO-1", "SO-1"]
    assert len([path for path in site.parent.iterdir() if "before-restore" in path.name]) == 4


def tamper(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as one, one:
        for (name,) in one.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            one.execute(f"DROP TRIGGER {name}")
        one.execute(statement)


@on_sqlite
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda file: file.write_text("kind,document\n"), "cannot be restored: it is no database of SQLite"),
        (lambda file: file.write_bytes(file.read_bytes()[: 40 * 4096]), "cannot be restored: it is damaged"),
        (lambda file: file.unlink(), "is no file. Give the name of a backup."),
        (
            lambda file: tamper(file, "DELETE FROM django_migrations WHERE app = 'tracking'"),
            "is a database, but not one of Katana Trace.",
        ),
        (
            lambda file: tamper(
                file, "INSERT INTO django_migrations (app, name, applied) VALUES ('tracking', '9999_x', '2030-01-01')"
            ),
            "is of a newer version than this program, which does not know tracking 9999_x.",
        ),
        (lambda file: tamper(file, "UPDATE tracking_ledgerline SET quantity = 6000000"), "breaks law 1 of the ledger"),
        (lambda file: tamper(file, "UPDATE tracking_ledgerline SET batch_id = 99"), "refers to one that is not there"),
    ],
    ids=["text", "cut", "gone", "foreign", "newer", "law", "reference"],
)
def test_restore_refuses_what_is_no_whole_backup_and_changes_nothing(site, tmp_path, spoil, said):
    backup = tmp_path / "backup.sqlite3"
    run("backup", str(backup))
    build.post("shipment", build.line("FLOUR", -2, batch="L1"), number="SO-1")
    spoil(backup)
    with pytest.raises(CommandError) as refused:
        run("restore", str(backup))
    assert said in str(refused.value)
    assert (numbers(), build.broken()) == (["PO-1", "SO-1"], {})
    assert [path.name for path in site.parent.iterdir()] == [FILE]


@on_sqlite
def test_restore_that_is_killed_leaves_the_one_or_the_other(site, tmp_path):
    backup = tmp_path / "backup.sqlite3"
    for number in range(2, 60):
        build.post(
            "receipt", *[build.line("FLOUR", 1, batch=f"L{number}-{n}") for n in range(40)], number=f"PO-{number}"
        )
    many = numbers()
    run("backup", str(backup))
    connection.close()
    rng = random.Random(7)
    for _ in range(int(os.environ.get("KATANA_TRACE_KILLS", "4"))):
        shutil.copy(tmp_path / "data" / FILE, tmp_path / "untouched")
        build.post("receipt", build.line("FLOUR", 1, batch="L1"), number="LATER")
        connection.close()
        restorer = process(site, "-c", RESTORER, str(backup))
        assert restorer.stdout.readline() == "begins\n"
        time.sleep(rng.uniform(0, 0.05))
        restorer.send_signal(signal.SIGKILL)
        restorer.wait()
        restorer.stdout.close()
        found = numbers()
        assert found in (many, [*many, "LATER"])
        assert build.broken() == {}
        connection.close()
        shutil.copy(tmp_path / "untouched", site)


def logged_in(username: str = "anna") -> Client:
    if not get_user_model().objects.filter(username=username).exists():
        get_user_model().objects.create_user(username, password="pw", is_superuser=True)
    client = Client(SERVER_NAME="localhost")
    assert client.post("/accounts/login/", {"username": username, "password": "wrong"}).status_code == 422
    assert client.post("/accounts/login/", {"username": username, "password": "pw"}).status_code == 302
    assert client.get("/items/").status_code == 200
    return client


@on_sqlite
def test_restored_backup_has_no_sessions_and_neither_has_the_file(site, tmp_path):
    client, file, raw = logged_in(), tmp_path / "backup.sqlite3", tmp_path / "raw.sqlite3"
    begin_attempt(Door("anna", "192.0.2.1"))
    keys, attempts = [*Session.objects.values_list("pk", flat=True)], LoginAttempt.objects.count()
    assert (len(keys), attempts) == (1, 1)
    run("backup", str(file))
    assert keys[0].encode() in site.read_bytes()
    assert keys[0].encode() not in file.read_bytes()
    assert client.get("/items/").status_code == 200
    shutil.copy(site, raw)  # as another program copies it
    for backup in (file, raw):
        run("restore", str(backup))
        assert (Session.objects.count(), LoginAttempt.objects.count()) == (0, 0)
        assert client.get("/items/").status_code == 302
        assert LoginEvent.objects.filter(kind="logged_in").count() == 1  # what happened is kept
        client = logged_in()


@on_sqlite
def test_a_backup_of_before_loses_the_sessions_in_djangos_table_too(site, tmp_path):
    file = tmp_path / "old.sqlite3"
    shutil.copy(site, file)
    with closing(sqlite3.connect(file)) as old:
        old.execute("CREATE TABLE django_session (session_key text PRIMARY KEY, session_data text, expire_date text)")
        old.execute("INSERT INTO django_session VALUES ('abc', '', '2099-01-01')")
        old.commit()
    embedded.forget_logins(file)
    with closing(sqlite3.connect(file)) as old:
        assert old.execute("SELECT count(*) FROM django_session").fetchone() == (0,)


@on_sqlite
def test_a_backup_has_no_session_in_its_unused_bytes_whatever_the_library_does_by_itself(site, tmp_path):
    """Pages that were given up, as many sessions ended, still had the keys of those that stayed open."""
    keys = [f"{number:032x}" for number in range(1000)]
    with closing(sqlite3.connect(site)) as writer:
        writer.execute("PRAGMA secure_delete = OFF")  # as most builds of SQLite are
        for pragma in environment.sqlite_pragmas().split(";"):
            writer.execute(pragma)
        rows = [(key, "-" * 200) for key in random.Random(7).sample(keys, len(keys))]
        writer.executemany(
            "INSERT INTO accounts_session VALUES (?, ?, '2099-01-01', NULL, '2026-01-01', '', '', NULL)", rows
        )
        writer.commit()
        writer.execute("DELETE FROM accounts_session WHERE rowid % 10 <> 0")
        writer.commit()
        is_open = [key for (key,) in writer.execute("SELECT session_key FROM accounts_session")]
    assert len(is_open) == 100
    run("backup", str(tmp_path / "backup.sqlite3"))
    left = (tmp_path / "backup.sqlite3").read_bytes()
    assert [key for key in is_open if key.encode() in left] == []


def test_readme_leaves_sessions_out_of_a_dump():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for model in (Session, LoginAttempt):
        assert f"--exclude-table-data={model._meta.db_table}" in readme


def test_end_sessions_logs_out_everybody_or_one_user(db, settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    anna, ben = logged_in("anna"), logged_in("ben")
    assert run("end_sessions", "--user", "ben") == "1 session was ended.\n"
    assert [client.get("/items/").status_code for client in (anna, ben)] == [200, 302]
    ben, other = logged_in("ben"), logged_in("ben")
    assert run("end_sessions") == "3 sessions were ended.\n"
    assert [client.get("/items/").status_code for client in (anna, ben, other)] == [302] * 3
    assert run("end_sessions") == "There was no open session.\n"
    for name in ("nobody", "a\0b"):
        with pytest.raises(CommandError, match=f"There is no user “{name}”"):
            run("end_sessions", "--user", name)


def test_backup_and_restore_are_for_the_embedded_database(db, tmp_path):
    if connection.vendor == "sqlite":
        pytest.skip("this is the embedded database")
    for command in ("backup", "restore"):
        with pytest.raises(CommandError, match=r"This site is on PostgreSQL, .* Use pg_dump and pg_restore\."):
            run(command, str(tmp_path / "backup.sqlite3"))
