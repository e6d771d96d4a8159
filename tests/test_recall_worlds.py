"""Recall cases over whole companies: 100 % accounted for in an honest one, and the gap where a ledger line is lost."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.build import broken
from tests.worlds import world
from tracking.ledger import triggers
from tracking.ledger.sql import fetch
from tracking.models import Batch, Recall, SerialNumber
from tracking.recalls.figures import by_unit, least
from tracking.recalls.open import open_recall
from tracking.recalls.scope import scope_of
from tracking.recalls.wanted import find_typed

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("kind", ["shipment", "receipt", "production"])
def test_recall_shows_what_a_lost_ledger_line_leaves(client, manager, kind):
    """The levels stay as they are; only the line is gone, which nothing but bare SQL without triggers can do."""
    world(seed=24, rich=False, documents=300).load()
    id_, sku, number, quantity = fetch(
        "SELECT l.id, v.sku, b.number, l.quantity FROM tracking_ledgerline l"
        " JOIN tracking_document d ON d.id = l.document_id JOIN tracking_batch b ON b.id = l.batch_id"
        " JOIN items_variant v ON v.id = l.variant_id WHERE d.kind = %s AND (l.quantity < 0) = %s"
        " ORDER BY abs(l.quantity) DESC, l.id LIMIT 1",
        [kind, kind != "receipt"],
    )[0]
    before = opened(f"{sku} {number}", manager, "Before")
    assert percent(before) == "100"
    lose(id_)
    recall = opened(f"{sku} {number}", manager, "After")
    assert float(percent(recall)) < 100
    assert 1 in broken()
    client.force_login(manager)
    page = client.get(recall.get_absolute_url()).content.decode()
    assert f"<strong>{percent(recall)} %</strong> accounted" in page
    assert "<strong>100 %</strong>" not in page
    lot = scope_of([one.place for one in find_typed(f"{sku} {number}")]).roots[0]
    assert abs(lot.flow.came - lot.used - lot.flow.shipped - lot.flow.sent_back - lot.on_hand) == abs(int(quantity))
    assert 'class="t-bad"' in page
    lots = client.get(f"{recall.get_absolute_url()}lots/").content.decode()
    assert lots.count('<strong class="t-bad">') == 1
    # The case that was opened before keeps its figures.
    assert percent(before) == "100"
    assert client.get("/recalls/").context["rows"][0].percent == percent(recall)


def lose(line: int) -> None:
    """Deletes one ledger line past the triggers, and puts these back."""
    triggers.drop_all(connection)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM tracking_ledgerline WHERE id = %s", [line])
    triggers.create_all(connection)
