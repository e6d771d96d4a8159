"""Forgeries of the database by bare SQL, made up from the columns of the tables themselves: a new column joins by itself."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from katana_trace.lib.numbers import key_of
from tracking.ledger import triggers
from tracking.ledger.laws import LAWS
from tracking.ledger.laws.reading import Reading
from tracking.ledger.sql import fetch

MANY = 1000  # so far is a new id from the others
# Those that are quick, and name most, are asked first. Law 9 is about the guards, which are away here.
ORDER = (14, 17, 15, 11, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 10)


@dataclass(frozen=True, slots=True)
class Forgery:
    """``do`` makes one change; ``table`` and ``column`` say where ("deleted" and "doubled" are columns too)."""

    table: str
    column: str
    what: str
    do: Callable[[], None]

    @property
    def place(self) -> tuple[str, str]:
        return self.table, self.column


@dataclass(frozen=True, slots=True)
class Outcome:
    """``law`` is the first that names the forgery, 0 where none does; ``constraint`` is what refused it instead."""

    forgery: Forgery
    law: int = 0
    finding: str = ""
    constraint: str = ""

    @property
    def is_seen(self) -> bool:
        return bool(self.law or self.constraint)


@contextmanager
def unguarded() -> Iterator[None]:
    """Without triggers and checks, as the owner of the database can have it; the test's transaction takes it back."""
    triggers.drop_all(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table, name in fetch(
                "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c'"
                " AND connamespace = current_schema()::regnamespace"
            ):
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    try:
        yield
    finally:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA ignore_check_constraints = OFF")


def outcome_of(forgery: Forgery) -> Outcome:
    """What becomes of ``forgery``, which is taken back afterwards."""
    mark = transaction.savepoint()
    try:
        forgery.do()
        law, finding = first_finding()
        return Outcome(forgery, law, finding)
    except IntegrityError as error:
        return Outcome(forgery, constraint=str(error).splitlines()[0])
    finally:
        transaction.savepoint_rollback(mark)


def first_finding() -> tuple[int, str]:
    by_number, reading = {law.number: law for law in LAWS}, Reading()
    for number in ORDER:
        for finding in by_number[number].find(reading):
            return number, finding
    return 0, ""


def execute(statement: str, *values) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def tables() -> list[type[models.Model]]:
    return sorted(apps.get_models(include_auto_created=True), key=lambda model: model._meta.db_table)


def generated(rows: int = 1) -> Iterator[Forgery]:
    """Each column of each table changed (in so many ``rows``), a row of each table deleted, and one doubled."""
    for model in tables():
        if not model._default_manager.exists():
            continue
        yield from moved_ids(model)
        for field in model._meta.concrete_fields:
            if not field.primary_key and not isinstance(field, models.GeneratedField):
                yield from changed(model, field, rows)
        yield from deleted(model)
        yield doubled(model)


# -- one column -------------------------------------------------------------------------------------------------------------


def changed(model: type[models.Model], field: models.Field, rows: int) -> Iterator[Forgery]:
    """The column of the first row that has a value, and of the first that has none."""
    table, pk = model._meta.db_table, model._meta.pk.column
    empty = f"{field.column} IS NULL"
    if isinstance(field, models.CharField | models.TextField):
        empty += f" OR {field.column} = ''"
    for condition, column in ((f"NOT ({empty})", field.column), (empty, f"{field.column} filled in")):
        for id_, value in fetch(
            f"SELECT {pk}, {field.column} FROM {table} WHERE {condition} ORDER BY {pk} LIMIT %s", [rows]
        ):
            yield Forgery(table, column, f"{table} {id_}: {column}", setter(model, field, id_, value))


def setter(model: type[models.Model], field: models.Field, id_, value) -> Callable[[], None]:
    def do() -> None:
        values = list(other_values(field, value))
        for place, other in enumerate(values):
            try:
                with transaction.atomic():
                    execute(
                        f"UPDATE {model._meta.db_table} SET {field.column} = %s WHERE {model._meta.pk.column} = %s",
                        other,
                        id_,
                    )
                return
            except IntegrityError:
                if place == len(values) - 1:
                    raise

    return do


def other_values(field: models.Field, value) -> Iterator[object]:
    """Values that ``field`` could have as well, the likeliest first."""
    if field.remote_field is not None:
        related = field.related_model._meta
        for (id_,) in fetch(f"SELECT {related.pk.column} FROM {related.db_table} ORDER BY 1"):
            if id_ != value:
                yield id_
        if field.null and value is not None:
            yield None
        return
    if field.choices:
        yield next(choice for choice, _ in field.flatchoices if choice != value)
        return
    yield other_value(field, value)


def other_value(field: models.Field, value) -> object:
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(field, models.UUIDField):
        return stored(uuid.uuid4())
    if isinstance(field, models.JSONField):
        return '["forged"]'
    if isinstance(field, models.BinaryField):
        return bytes(value) + b"x"
    if isinstance(field, models.DateTimeField):
        return (datetime.fromisoformat(str(value)) if value else datetime(2026, 1, 31, 8, tzinfo=UTC)) + timedelta(
            days=1
        )
    if isinstance(field, models.DateField):
        return (date.fromisoformat(str(value)) if value else date(2026, 1, 31)) + timedelta(days=1)
    if isinstance(field, models.IntegerField):
        return (value or 0) + 1
    text = value or ""
    if field.max_length and len(text) >= field.max_length:
        return ("0" if text[0] != "0" else "1") + text[1:]
    return text + "x"


def stored(value: uuid.UUID) -> object:
    return value if connection.vendor == "postgresql" else value.hex


# -- whole rows -------------------------------------------------------------------------------------------------------------


def references(model: type[models.Model]) -> list[tuple[type[models.Model], models.Field]]:
    """The columns that refer to ``model``."""
    return [(relation.related_model, relation.field) for relation in model._meta.related_objects if relation.field.concrete
            and not relation.many_to_many]  # fmt: skip


def moved_ids(model: type[models.Model]) -> Iterator[Forgery]:
    """The first row under another id, with all that refers to it."""
    table, pk = model._meta.db_table, model._meta.pk

    def do() -> None:
        id_, highest = fetch(f"SELECT min({pk.column}), max({pk.column}) FROM {table}")[0]
        new = highest + MANY if isinstance(id_, int) else stored(uuid.uuid4())
        execute(f"UPDATE {table} SET {pk.column} = %s WHERE {pk.column} = %s", new, id_)
        for other, field in references(model):
            execute(f"UPDATE {other._meta.db_table} SET {field.column} = %s WHERE {field.column} = %s", new, id_)

    if isinstance(pk, models.UUIDField) and connection.vendor == "postgresql":
        return  # it has no least UUID; these are drafts and imports
    if isinstance(pk, models.IntegerField | models.UUIDField):
        yield Forgery(table, pk.column, f"{table} renumbered", do)


def deleted(model: type[models.Model]) -> Iterator[Forgery]:
    """The first and the last row, with all that hangs on it."""
    table, pk = model._meta.db_table, model._meta.pk.column
    for order in ("", " DESC"):
        ((id_,),) = fetch(f"SELECT {pk} FROM {table} ORDER BY {pk}{order} LIMIT 1")
        yield Forgery(table, "deleted", f"{table} {id_} deleted", lambda id_=id_: delete(model, [id_]))


def delete(model: type[models.Model], ids: list) -> None:
    """Rows with all that refers to them, as far as it cannot do without."""
    if not ids:
        return
    marks = ", ".join(["%s"] * len(ids))
    for other, field in references(model):
        table, pk = other._meta.db_table, other._meta.pk.column
        found = [id_ for (id_,) in fetch(f"SELECT {pk} FROM {table} WHERE {field.column} IN ({marks})", ids)]
        if (
            not field.null
            or not found
            or not is_cleared(f"UPDATE {table} SET {field.column} = NULL WHERE {pk} = %s", found)
        ):
            delete(other, found)
    execute(f"DELETE FROM {model._meta.db_table} WHERE {model._meta.pk.column} IN ({marks})", *ids)


def is_cleared(statement: str, ids: list) -> bool:
    """Whether the reference could be taken away by ``statement``; not where the row is one of its kind then."""
    try:
        with transaction.atomic():
            for id_ in ids:
                execute(statement, id_)
    except IntegrityError:
        return False
    return True


def doubled(model: type[models.Model]) -> Forgery:
    """The last row once more, under another id and number, and with other UUIDs."""
    table = model._meta.db_table

    def do() -> None:
        fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.GeneratedField)]
        columns = ", ".join(f'"{field.column}"' for field in fields)
        row = fetch(f"SELECT {columns} FROM {table} ORDER BY {model._meta.pk.column} DESC LIMIT 1")[0]
        values = {field.column: value for field, value in zip(fields, row, strict=True)}
        for field in fields:
            value = values[field.column]
            if isinstance(field, models.UUIDField) and value is not None:
                values[field.column] = stored(uuid.uuid4())
            elif field.primary_key and isinstance(value, int):
                values[field.column] = value + 1
            elif (
                field.primary_key
                or (field.unique and isinstance(value, str))
                or field.name in ("number", "name", "sku")
            ):
                values[field.column] = other_value(field, value)
            elif field.unique and field.null:
                values[field.column] = None
        if "key" in values and table != "tracking_recordchange":
            named = next(name for name in ("sku", "number", "name") if name in values)
            values["key"] = key_of(values[named])
        marks = ", ".join(["%s"] * len(values))
        execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", *values.values())

    return Forgery(table, "doubled", f"{table} doubled", do)
