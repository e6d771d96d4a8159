"""What the database itself refuses about recall cases: what was found stays, and a closed case stays whole."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from tests.build import broken, item, line, post
from tracking.ledger.triggers.recall_rules import CLOSED, FOUND, HAPPENED, KEPT, RECALL_GUARDS, TABLES
from tracking.models import Recall, RecallCustomer, RecallEvent, RecallLot, RecallShipment, RecallStock
from tracking.recalls.close import close_recall
from tracking.recalls.open import open_recall
from tracking.recalls.wanted import find_typed

pytestmark = pytest.mark.django_db

OPEN_TO_CHANGE = {
    RecallCustomer: {"state": "replied", "note": "Ann", "notified_at": timezone.now()},
    RecallShipment: {"recovered": 2},
}
FIXED = {
    Recall: {
        "number": "RC-9",
        "kind": "drill",
        "title": "T",
        "reason": "R",
        "gaps": "G",
        "opened_at": timezone.now(),
        "last_document": 9,
    },
    RecallLot: {"number": "X", "came": 1, "on_hand": 99, "depth": 7, "item_name": "Y", "was_held": True},
    RecallStock: {"quantity": 1, "location": "X"},
    RecallCustomer: {"name": "X", "email": "x@x.example", "phone": "1", "address": "Y"},
    RecallShipment: {"quantity": 6, "document": "X", "shipped_on": "2020-01-01", "returned": 1},
    RecallEvent: {"text": "X", "at": timezone.now()},
}
MODELS = list(FIXED)


@pytest.fixture
def case(manager) -> Recall:
    item("Bread", "batch", skus=("BREAD",))
    post("receipt", line("BREAD", 10, batch="B1"))
    post("shipment", line("BREAD", -5, batch="B1"), partner="Café Blau")
    return open_recall(roots=find_typed("B1"), kind="recall", title="Glass", reason="Glass", by=manager)


def refused(act) -> str:
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        act()
    return str(caught.value).partition("\nCONTEXT")[0]


def sql(statement: str) -> str:
    def act() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return refused(act)


@pytest.mark.parametrize("model", MODELS)
def test_recall_rows_are_never_deleted(case, model):
    assert model.objects.exists()
    assert KEPT in sql(f"DELETE FROM {model._meta.db_table}")


@pytest.mark.parametrize(("model", "field"), [(model, field) for model, fields in FIXED.items() for field in fields])
def test_what_a_recall_found_is_never_changed(case, model, field):
    sentence = HAPPENED if model is RecallEvent else FOUND
    assert sentence in refused(lambda: model.objects.update(**{field: FIXED[model][field]}))


@pytest.mark.parametrize("model", OPEN_TO_CHANGE)
def test_an_open_recall_takes_what_is_done(case, model):
    assert model.objects.update(**OPEN_TO_CHANGE[model]) == 1


@pytest.mark.parametrize("model", OPEN_TO_CHANGE)
def test_a_closed_recall_takes_nothing(case, manager, model):
    close_recall(recall=case, summary="Done", by=manager)
    assert CLOSED in refused(lambda: model.objects.update(**OPEN_TO_CHANGE[model]))
    assert CLOSED in refused(lambda: Recall.objects.update(closed_at=None))
    assert CLOSED in refused(lambda: Recall.objects.update(summary="Another"))


@pytest.mark.parametrize("model", [RecallLot, RecallStock, RecallCustomer, RecallShipment, RecallEvent])
def test_a_closed_recall_takes_no_new_row(case, manager, model):
    close_recall(recall=case, summary="Done", by=manager)
    row = model.objects.first()
    row.pk = None
    row._state.adding = True
    assert CLOSED in refused(lambda: row.save(force_insert=True))


@pytest.mark.skipif(connection.vendor != "sqlite", reason="INSERT OR REPLACE is SQLite's")
@pytest.mark.parametrize("table", TABLES.values())
def test_recall_rows_are_never_replaced(case, table):
    assert FOUND in sql(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


def test_recovered_stays_in_bounds(case):
    assert refused(lambda: RecallShipment.objects.update(recovered=6))
    assert refused(lambda: RecallShipment.objects.update(recovered=-1))


def test_every_table_of_recalls_has_its_guards():
    assert {table for _, table, *_ in RECALL_GUARDS} == {model._meta.db_table for model in MODELS}
    assert len({name for name, *_ in RECALL_GUARDS}) == len(RECALL_GUARDS)


def test_laws_hold_over_recalls(case):
    assert broken() == {}
