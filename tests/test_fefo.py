"""A suggestion costs what it takes, not what is on the shelf (rule 10): on SQLite by the plan that it chooses."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from katana_trace.lib.days import today
from katana_trace.lib.quantities import MILLION
from tests.build import item, line, location, post
from tracking.ledger.sql import fetch
from tracking.models import Batch
from tracking.picking.fefo import suggest_batches


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL plans by what it has counted, SQLite by the words"
)
def test_each_batch_finds_its_level_by_the_index(db):
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 2, batch="L1"))
    variant, place = Batch.objects.get().variant_id, location().pk
    with CaptureQueriesContext(connection) as caught:
        found = suggest_batches(variant=variant, location=place, wanted=MILLION, day=today())
    assert [(pick.number, pick.quantity) for pick in found.picks] == [("L1", MILLION)]
    plans = [[row[3] for row in fetch(f"EXPLAIN QUERY PLAN {query['sql']}")] for query in caught.captured_queries]
    by_level = "SEARCH k USING INDEX level_unique (variant_id=? AND location_id=? AND <expr>=?)"
    assert [by_level in plan for plan in plans] == [True] * 3
