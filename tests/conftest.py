"""Fixtures that every test may use. The database is SQLite, or PostgreSQL where PGDATABASE is set."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.utils import timezone

from tracking.ledger import guards, triggers

ROOT = Path(__file__).resolve().parents[1]


def user_in(role: str):
    user = get_user_model().objects.create_user(username=role.lower(), password="pw")
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The connection was made before the database was: it looks again, so that no test's page is the first that does."""
    with django_db_blocker.unblock():
        guards.missing_now()


@pytest.fixture
def viewer(db):
    return user_in("Viewer")


@pytest.fixture
def operator(db):
    return user_in("Operator")


@pytest.fixture
def manager(db):
    return user_in("Manager")


@pytest.fixture
def as_manager(client, manager):
    client.force_login(manager)
    return client


@pytest.fixture
def as_operator(client, operator):
    client.force_login(operator)
    return client


@pytest.fixture
def stopped_clock(monkeypatch):
    """The one clock that the product reads stands at noon of 23 November 2026, for tests that name days around it."""
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 23, 12, tzinfo=UTC))


@pytest.fixture
def committed_db(transactional_db):
    """A database whose transactions really commit. Emptying it afterwards needs the append-only triggers out of the way;
    the flush puts them back by post_migrate."""
    if triggers.missing(connection):
        triggers.create_all(connection)
    yield
    triggers.drop_all(connection)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory) -> Path:
    """An empty site's file, made as a site makes it: by ``manage.py migrate``. Each race gets a copy."""
    folder = tmp_path_factory.mktemp("migrated")
    values = {**os.environ, "KATANA_TRACE_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "katana_trace.settings"}
    values.pop("PGDATABASE", None)
    subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], env=values, cwd=ROOT, check=True, timeout=300)
    return folder / "katana_trace.sqlite3"
