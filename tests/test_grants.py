"""The site served by a role of PostgreSQL that owns no table: all it does works, and it can take no guard away."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from items.models import Item
from tests import build
from tests.worlds import exported, run
from tracking.models import Archive, Document
from tracking.records.hold import hold, release
from tracking.upkeep.grants import tables

pytestmark = pytest.mark.django_db

ROLE = 'katana "app'
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="roles are of PostgreSQL")


@pytest.fixture
def as_role():
    """The test goes on as a role that has what ``manage.py grants`` prints; the test's transaction takes the role back."""
    with connection.cursor() as cursor:
        cursor.execute('CREATE ROLE "katana ""app"')
        for statement in run("grants", ROLE).splitlines():
            if statement not in ("BEGIN;", "COMMIT;"):
                cursor.execute(statement)
        cursor.execute('SET ROLE "katana ""app"')
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


@on_postgresql
def test_everything_works_as_a_role_that_owns_no_table(as_role, client, manager, tmp_path):
    assert client.post("/accounts/login/", {"username": "manager", "password": "pw"})["Location"] == "/"
    flour = build.item("Flour", "batch", "kg", skus=("FLOUR",))
    build.item("Oven", "serial", skus=("OVEN",))
    build.post("receipt", build.line("FLOUR", 5, batch="L1"), build.line("OVEN", 1, serial="S1"), partner="Mill")
    shipped = build.post("shipment", build.line("FLOUR", -2, batch="L1"), build.line("OVEN", -1, serial="S1"))
    build.reverse(shipped, by=manager)
    hold(records=[build.batch("L1")], by=manager, reason="Smells")
    release(records=[build.batch("L1")], by=manager, reason="Does not")
    before = exported("movements")
    content = build.switch_off(flour, manager)
    build.switch_on(flour, "batch", manager)
    assert build.restore(flour, content, manager) == Archive.objects.get()
    rows = [row for row in exported("movements").splitlines() if not row.startswith("tracking_")]
    assert rows == before.splitlines()
    file = tmp_path / "movements.csv"
    file.write_text(before.replace("PO-000001", "PO-9").replace(",S1,", ",S9,"), encoding="utf-8")
    with pytest.raises(CommandError):
        run("import_csv", "movements", str(file))  # the shipments of that number differ: nothing is done
    for page in (
        "/",
        "/items/",
        "/documents/",
        "/stock/",
        "/serials/",
        "/archives/",
        f"/items/{flour.pk}/",
        "/healthz",
    ):
        assert client.get(page).status_code == 200
    assert build.broken() == {}


@on_postgresql
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM tracking_ledgerline",
        "UPDATE tracking_ledgerline SET quantity = 1",
        "UPDATE tracking_ledgerline SET epoch = epoch",
        "TRUNCATE tracking_ledgerline CASCADE",
        "UPDATE tracking_document SET note = ''",
        "DELETE FROM tracking_document",
        "DELETE FROM tracking_archive",
        "UPDATE tracking_archive SET content = ''",
        "DELETE FROM tracking_switch",
        "UPDATE tracking_recordchange SET reason = ''",
        "DELETE FROM django_migrations",
        "ALTER TABLE tracking_ledgerline DISABLE TRIGGER ALL",
        "DROP TRIGGER tracking_line_insert ON tracking_ledgerline",
        "CREATE OR REPLACE FUNCTION tracking_line_insert_fn() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "ALTER TABLE tracking_stocklevel DROP CONSTRAINT level_not_negative",
        "DROP TABLE tracking_switch CASCADE",
        "SET session_replication_role = replica",
    ],
)
def test_the_role_cannot_take_a_guard_away(as_role, statement):
    build.item("Flour", "batch", "kg", skus=("FLOUR",))
    build.post("receipt", build.line("FLOUR", 5, batch="L1"))
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
        connection.cursor().execute(statement)
    assert Document.objects.count() == 1


@on_postgresql
def test_no_table_is_forgotten(as_role):
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    assert there == tables()
    assert Item.objects.count() == 0


def test_grants_are_of_postgresql():
    if connection.vendor == "postgresql":
        pytest.skip("this is PostgreSQL")
    with pytest.raises(CommandError, match="Roles are of PostgreSQL"):
        call_command("grants", ROLE, stdout=io.StringIO())
