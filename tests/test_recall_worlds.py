"""Recall cases over whole companies: 100 % accounted for in an honest one, and the gap where a ledger line is lost."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection, transaction

from katana_trace.lib.quantities import plain
from tests.build import broken
from tests.copies import copied
from tests.worlds import world
from tracking.ledger import triggers
from tracking.ledger.sql import fetch
from tracking.models import Batch, Recall, SerialNumber
from tracking.recalls.figures import by_unit, least
from tracking.recalls.open import open_recall
from tracking.recalls.wanted import find_typed


def opened(lots: str, by, title: str = "Drill") -> Recall:
    return open_recall(roots=find_typed(lots), kind="drill", title=title, reason="Practice", by=by)


def percent(recall: Recall) -> str:
    return least(by_unit([recall.pk])[recall.pk])


@pytest.mark.parametrize(("seed", "rich"), [(21, False), (22, True)])
def test_recall_agrees_with_the_answers_of_a_world(manager, seed, rich):
    company = world(seed=seed, rich=rich, documents=400)
    company.load()
    for n, answer in enumerate(company.traces):
        recall = opened(f"{answer['sku']} {answer['number']}", manager, f"Drill {n}")
        made = sorted([sku, number] for sku, number in recall.lots.filter(depth__gt=0).values_list("sku", "number"))
        assert made == answer["made_into"], answer
        assert sorted(recall.customers.values_list("name", flat=True)) == answer["customers"]
        shipped = sorted(
            [one.lot.sku, one.lot.number, one.customer.name, one.document, f"{one.quantity.normalize():f}"]
            for customer in recall.customers.all()
            for one in customer.shipments.select_related("lot", "customer")
        )
        assert shipped == sorted(answer["shipments"])
        assert (percent(recall), recall.gaps) == ("100", "")


@pytest.mark.parametrize("is_serial", [False, True])
def test_recall_of_every_lot_of_a_world_is_accounted_for(manager, is_serial):
    world(seed=23, rich=True, documents=300).load()
    records = (SerialNumber if is_serial else Batch).objects.select_related("variant")
    names = [f"{record.variant.sku} {record.number}" for record in records]
    recall = opened("\n".join(names[:900]), manager)
    assert percent(recall) == "100"
    assert recall.lots.count() >= len(names[:900])


LINES = """
    SELECT l.id, v.sku, b.number, abs(l.quantity) FROM tracking_ledgerline l
    JOIN tracking_document d ON d.id = l.document_id JOIN tracking_batch b ON b.id = l.batch_id
    JOIN items_variant v ON v.id = l.variant_id
    WHERE d.kind = %s AND (l.quantity > 0) = %s AND d.reverses_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM tracking_document m WHERE m.reverses_id = d.id)
    ORDER BY abs(l.quantity) DESC, l.id LIMIT 1
"""
LOST = [
    ("receipt", True), ("production", False), ("production", True), ("shipment", False), ("customer_return", True),
    ("supplier_return", False), ("adjustment", False), ("adjustment", True), ("stocktake", False), ("transfer", False),
    ("transfer", True),
]  # fmt: skip


def test_a_lost_ledger_line_is_a_gap_in_the_drill(client, committed_db, manager, tmp_path):
    """In a copy of the database one line after the other is lost, of every kind that a document has; levels stay.

    Only bare SQL without triggers can do that. The drill over the same lot says 100 % before, and what is missing after.
    """
    world(seed=26, rich=True, documents=400).load()
    client.force_login(manager)
    with copied(tmp_path):
        for kind, is_in in LOST:
            found = fetch(LINES, [kind, is_in])
            assert found, (kind, is_in)
            id_, sku, number, quantity = found[0]
            with transaction.atomic():
                assert accounted(client, opened(f"{sku} {number}", manager, "Before")) == ("100", 0), (kind, is_in)
                lose(id_)
                recall = opened(f"{sku} {number}", manager, "After")
                shown, missing = accounted(client, recall)
                assert (float(shown) < 100, abs(missing)) == (True, quantity), (kind, is_in, shown, missing)
                assert 1 in broken()
                # The case that was opened before keeps its figures.
                assert percent(Recall.objects.get(title="Before")) == "100"
                transaction.set_rollback(True)
        assert broken() == {}
    assert not Recall.objects.exists()
    assert broken() == {}
    assert accounted(client, opened(f"{sku} {number}", manager)) == ("100", 0)


def accounted(client, recall: Recall) -> tuple[str, int]:
    """The percentage on the case's page, and what its first lot lacks in millionths, as pages and CSV say it."""
    page = client.get(recall.get_absolute_url())
    shown = page.context["percent"]
    assert f"<strong>{shown} %</strong> accounted" in page.content.decode()
    lots = client.get(f"{recall.get_absolute_url()}lots/")
    missing = lots.context["rows"][0].missing
    assert ('<strong class="t-bad">' in lots.content.decode()) == bool(missing)
    assert client.get("/recalls/").context["rows"][0].percent == shown
    file = b"".join(client.get(f"{recall.get_absolute_url()}recall.csv").streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(file)))
    assert next(row["not_accounted"] for row in rows if row["record"] == "lot") == plain(missing)
    assert [row["percent_accounted"] for row in rows if row["record"] == "case"] == [shown]
    return shown, missing


def lose(line: int) -> None:
    """Deletes one ledger line past the triggers, and puts these back."""
    triggers.drop_all(connection)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM tracking_ledgerline WHERE id = %s", [line])
    triggers.create_all(connection)
