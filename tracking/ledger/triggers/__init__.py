"""The registry of guards (triggers, and the functions beside them): what should be there, what is there, how it gets there.

Django rebuilds tables on SQLite and drops their triggers silently, so they are dropped before a migration that has
work to do and put back after it, from this one registry (law 9).
"""

from __future__ import annotations

from types import ModuleType

from django.apps import apps
from django.db import connections, transaction

from tracking.ledger.triggers import postgresql, sqlite


def dialect(connection) -> ModuleType:
    """The room of the connection's database."""
    return postgresql if connection.vendor == "postgresql" else sqlite


def missing(connection) -> list[str]:
    """The names of guards that are not there, disabled, or not as this code would make them."""
    room = dialect(connection)
    with connection.cursor() as cursor:
        there = room.installed(cursor)
    return sorted(name for name, body in room.all_guards().items() if there.get(name) != body)


def foreign(connection) -> list[str]:
    """In words: triggers on our tables, and functions named as ours are, that are not ours."""
    room = dialect(connection)
    with connection.cursor() as cursor:
        return sorted(room.foreign(cursor, our_tables()))


def our_tables() -> list[str]:
    """Every table of the program, those between two others included."""
    return sorted(model._meta.db_table for model in apps.get_models(include_auto_created=True))


def create_all(connection) -> None:
    """All of them or, when the process dies, none that was not there before."""
    room = dialect(connection)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for name in room.all_guards():
            room.drop(cursor, name)
            room.create(cursor, name)


def drop_all(connection) -> None:
    """Only for migrations and for tests that empty the tables."""
    room = dialect(connection)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        room.own_ledger(cursor)
        there = room.installed(cursor)
        for name in room.all_guards():
            if name in there:
                room.drop(cursor, name)


def drop_before_migrate(*, using: str, plan, **kwargs) -> None:
    if plan:
        drop_all(connections[using])


def create_after_migrate(*, using: str, **kwargs) -> None:
    """Also when nothing was migrated: a migration that was cut off left none. A database of before has not all the tables."""
    connection = connections[using]
    if set(our_tables()) <= set(connection.introspection.table_names()) and missing(connection):
        create_all(connection)
