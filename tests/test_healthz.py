"""What ``healthz`` says of a site: whether it may be trusted with a posting now."""

from __future__ import annotations

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from tracking.ledger import triggers


def health(client) -> tuple[int, str]:
    answer = client.get("/healthz")
    return answer.status_code, answer.content.decode()


def test_healthz_says_ok_without_a_login_in_few_queries(client, db, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        assert health(client) == (200, "ok\n")


def test_healthz_names_a_migration_that_is_missing(client, db):
    MigrationRecorder(connection).record_unapplied("tracking", "0007_imports")
    assert health(client) == (503, "The database is of an older version than the program. Run manage.py migrate.\n")


def test_healthz_names_a_database_that_is_newer(client, db):
    MigrationRecorder(connection).record_applied("tracking", "9999_later")
    said = "The database is of a newer version than the program (tracking 9999_later). Install that version.\n"
    assert health(client) == (503, said)


def test_healthz_names_triggers_that_are_missing(client, db):
    triggers.drop_all(connection)
    assert health(client) == (503, "Triggers that keep the ledger are missing. Run manage.py migrate.\n")
