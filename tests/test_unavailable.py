"""A database that is down, locked, full or of another version is a page that says so with 503 and Retry-After, at every door."""

from __future__ import annotations

import itertools
import socket
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.db import OperationalError, close_old_connections, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, RequestFactory

from items.models import Item
from katana_trace.accounts.models import LoginEvent, Session
from katana_trace.accounts.sessions import SessionStore, touch
from tests import build
from tests.conftest import user_in
from tests.test_healthz import free_port
from tracking.models import Document

ON_SQLITE = connection.vendor == "sqlite"
on_sqlite = pytest.mark.skipif(not ON_SQLITE, reason="a fault of the file of SQLite")
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="a fault of a server of PostgreSQL")

READ = {
    "page": ("get", "/"),
    "list": ("get", "/documents/"),
    "fragment": ("htmx", "/batches/?q=L1"),
    "csv": ("get", "/items/items.csv"),
    "xlsx": ("get", "/items/items.xlsx"),
    "admin": ("get", "/admin/items/item/"),
}
WRITTEN = {
    "login": ("post", "/accounts/login/"),
    "draft": ("post", "/documents/new/receipt/"),
    "location": ("post", "/locations/new/"),
}
COUNTER = itertools.count()
NO_ROOM = (
    "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE disk_full USING MESSAGE = "
    "'could not extend file: No space left on device'; END $$"
)
DOWN, BUSY, FULL = "The database does not answer", "The database is busy", "The disk is full"


@pytest.fixture
def site(committed_db, client):
    """A manager at a site with a receipt; a fault is answered as on a site, and not raised in the test."""
    build.item("Flour", "batch", "kg", skus=("FLOUR",))
    build.post("receipt", build.line("FLOUR", 5, batch="L1"), number="PO-1")
    manager = user_in("Manager")
    manager.is_staff = True
    manager.save()
    client.force_login(manager)
    client.raise_request_exception = False
    return client


def asked(client, door: tuple[str, str]):
    method, path = door
    if method == "htmx":
        return client.get(path, headers={"hx-request": "true"})
    if method == "post":
        asks = Client(raise_request_exception=False) if path == "/accounts/login/" else client
        return asks.post(path, {"username": "manager", "password": "pw", "name": f"Place {next(COUNTER)}"})
    return client.get(path)


def title_of(answer) -> str:
    return answer.content.decode().partition("<h1>")[2].partition("</h1>")[0]


def assert_said(client, title: str, doors: Iterable[tuple[str, str]] = (*READ.values(), *WRITTEN.values())) -> None:
    """At each door: the page is whole, is not kept, names no user, and says when to try again."""
    for door in doors:
        assert_page(asked(client, door), door, title)


def assert_page(answer, door: tuple[str, str], title: str) -> None:
    assert (answer.status_code, title_of(answer)) == (503, title), (door, answer.content[:300])
    assert int(answer["Retry-After"]) > 0
    assert answer["Cache-Control"] in ("no-store", "no-store, private")
    assert "Content-Security-Policy" in answer
    page = answer.content.decode()
    assert '<main id="main"' in page
    assert page.rstrip().endswith("</html>")


def assert_well(client) -> None:
    for door in READ.values():
        answer = asked(client, door)
        assert (answer.status_code, b"".join(answer) != b"") == (200, True), door


@contextmanager
def impatient(**options) -> Iterator[None]:
    """Connections that are made in the block wait for little; the present one is closed before and after."""
    settings = connection.settings_dict
    usual = settings["OPTIONS"]
    connection.close()
    settings["OPTIONS"] = {**usual, **options}
    try:
        yield
    finally:
        connection.close()
        settings["OPTIONS"] = usual


@on_sqlite
def test_a_page_while_another_program_keeps_the_file(site):
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as writer, impatient(timeout=0.1):
        writer.execute("BEGIN EXCLUSIVE")
        assert_said(site, BUSY)
        writer.execute("ROLLBACK")
        assert_well(site)


@on_sqlite
def test_a_post_while_another_program_writes_waits_once_and_writes_nothing(site):
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as writer, impatient(timeout=0.1):
        writer.execute("BEGIN IMMEDIATE")
        assert_well(site)  # readers go on
        assert_said(site, BUSY, [WRITTEN["location"]])
        writer.execute("ROLLBACK")
    assert asked(site, WRITTEN["location"]).status_code == 302


def fill(cursor) -> None:
    with pytest.raises(OperationalError, match="database or disk is full"):
        cursor.executemany("INSERT INTO ballast VALUES (zeroblob(%s))", ((3000,) for _ in itertools.count()))


@on_sqlite
def test_a_post_when_the_database_has_no_room(site):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute("CREATE TABLE ballast (filling)")
        cursor.execute(f"PRAGMA max_page_count = {pages + 40}")
        fill(cursor)
    try:
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as one:
            assert one.execute("SELECT count(*) FROM ballast").fetchone()[0] > 10
        for door in WRITTEN.values():
            while (answer := asked(site, door)).status_code == 302:
                pass  # what room is left within the pages is used up first
            assert_page(answer, door, FULL)
        assert_well(site)
        assert build.broken() == {}
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1000000")
            cursor.execute("DROP TABLE ballast")


@on_postgresql
def test_a_page_while_the_server_is_down(site, monkeypatch):
    connection.close()
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "PORT", str(free_port()))
        assert_said(site, DOWN)
    assert_well(site)


@on_postgresql
def test_a_page_while_the_server_says_nothing(site, monkeypatch):
    """As behind an address that leads nowhere: it is not waited for longer than a person would."""
    connection.close()
    begun = time.monotonic()
    with closing(socket.create_server(("127.0.0.1", 0))) as silent, monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "PORT", str(silent.getsockname()[1]))
        assert_said(site, DOWN, [READ["page"]])
    assert time.monotonic() - begun < 12
    assert_well(site)


@on_postgresql
def test_a_page_while_there_are_too_many_connections(site, monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS katana_crowded")
        cursor.execute("CREATE ROLE katana_crowded LOGIN CONNECTION LIMIT 0")
    connection.close()
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "USER", "katana_crowded")
        assert_said(site, BUSY)
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE katana_crowded")
    assert_well(site)


@on_postgresql
def test_a_page_whose_statement_waits_too_long(site):
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("LOCK TABLE accounts_session, items_item, accounts_loginattempt IN ACCESS EXCLUSIVE MODE")
        with impatient(options="-c statement_timeout=200"):
            assert_said(site, BUSY)
        cursor.execute("ROLLBACK")
    assert_well(site)


@on_postgresql
def test_a_page_on_a_connection_that_the_server_has_ended(site):
    """As after a restart: the page after it is well again by itself."""
    with closing(connection.copy()) as other, other.cursor() as cursor:
        connection.ensure_connection()
        cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
        assert_said(site, DOWN, [READ["page"]])
    close_old_connections()  # as the server does after each request
    assert_well(site)


@on_postgresql
def test_a_post_when_the_server_has_no_room(site):
    """The server itself raises what it raises then."""
    tables = ("accounts_loginattempt", "tracking_draft", "tracking_location")
    with connection.cursor() as cursor:
        cursor.execute(NO_ROOM)
        for table in tables:
            cursor.execute(f"CREATE TRIGGER no_room BEFORE INSERT ON {table} EXECUTE FUNCTION no_room()")
    try:
        assert_said(site, FULL, WRITTEN.values())
        assert_well(site)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION no_room CASCADE")


@contextmanager
def sessions_not_written() -> Iterator[None]:
    """On SQLite another program writes; the server of PostgreSQL has no room for what changes an open session."""
    if ON_SQLITE:
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as writer, impatient(timeout=0.1):
            writer.execute("BEGIN IMMEDIATE")
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute(NO_ROOM)
        cursor.execute("CREATE TRIGGER no_room BEFORE UPDATE ON accounts_session EXECUTE FUNCTION no_room()")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION no_room CASCADE")


def seen_long_ago(client) -> None:
    """The end of the session of ``client`` moves on with its next page."""
    session = client.session
    session["seen_at"] = session["password_given_at"] = 1
    session.save()


def test_a_page_is_read_while_the_end_of_its_session_cannot_be_moved_on(site, caplog):
    """A long import, or a full disk: it is moved on by the next page that can."""
    seen_long_ago(site)
    with sessions_not_written(), caplog.at_level("WARNING", logger="katana_trace.accounts.sessions"):
        assert_well(site)
        assert caplog.messages == [
            f"The end of an open session was not moved on: {'database_busy' if ON_SQLITE else 'disk_full'}"
        ] * len(READ)
    assert site.session["seen_at"] == 1
    assert_well(site)
    assert site.session["seen_at"] > 1


@on_sqlite
def test_a_refusal_is_answered_soon_while_another_program_writes(site):
    """The log of logins lacks it then; what is refused holds no thread for the half minute of a posting."""
    stranger, refusals = Client(enforce_csrf_checks=True), LoginEvent.objects.filter(kind="forbidden")
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as writer:
        writer.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        assert stranger.post("/accounts/login/", {"username": "manager", "password": "pw"}).status_code == 403
        assert time.monotonic() - begun < 5
        writer.execute("ROLLBACK")
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == (30_000,)
    assert refusals.count() == 0
    assert stranger.post("/accounts/login/").status_code == 403
    assert refusals.count() == 1


def test_a_password_that_a_session_cannot_remember_is_not_given_up(site):
    seen_long_ago(site)
    flour = Item.objects.get()
    with sessions_not_written():
        answer = site.post(f"/items/{flour.pk}/tracking/", {"tracking_mode": "none", "password": "pw"})
        assert (answer.status_code, title_of(answer)) == (503, BUSY if ON_SQLITE else FULL)
    assert site.session["password_given_at"] == 1


def test_a_session_that_is_ended_while_its_page_is_made_is_not_made_again(site):
    """By another request, as when one logs out everywhere."""
    seen_long_ago(site)
    request = RequestFactory().get("/")
    request.session = SessionStore(site.session.session_key)
    touch(request)
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        request.session.save()
    assert Session.objects.count() == 0


def test_a_page_of_a_database_that_lacks_a_migration_names_it(site):
    MigrationRecorder(connection).record_unapplied("tracking", "0008_names_as_posted")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE items_item RENAME COLUMN name TO name_of_before")
        cursor.execute("ALTER TABLE tracking_document RENAME COLUMN number TO number_of_before")
    try:
        assert_said(site, "The database is of another version", [READ[door] for door in ("list", "csv", "xlsx")])
        page = asked(site, READ["csv"]).content.decode()
        assert "the migration tracking 0008_names_as_posted is missing. Run manage.py migrate." in page
        assert site.get("/healthz").status_code == 503
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE items_item RENAME COLUMN name_of_before TO name")
            cursor.execute("ALTER TABLE tracking_document RENAME COLUMN number_of_before TO number")
        MigrationRecorder(connection).record_applied("tracking", "0008_names_as_posted")
    assert_well(site)


def test_a_fault_of_the_program_stays_one(site, monkeypatch):
    """A column that no migration brings is no matter of versions."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tracking_document RENAME COLUMN number TO number_of_before")
    try:
        answer = site.get("/documents/")
        assert (answer.status_code, title_of(answer)) == (500, "Something went wrong on our side")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE tracking_document RENAME COLUMN number_of_before TO number")
    assert Document.objects.get().number == "PO-1"
