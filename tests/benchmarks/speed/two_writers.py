"""What one of two writers does: it ships of a batch, or updates the batch's level in a locked row, as often as it can."""

from __future__ import annotations

import time

from django.db import connection, transaction

from katana_trace.lib.quantities import MILLION
from tests.benchmarks.speed import company
from tracking.documents.rule import NewLine
from tracking.ledger.post import post
from tracking.models import Batch, StockLevel

BARE = "bare_level"  # columns and key of the level, without its triggers


def fill() -> None:
    flour, place = company.item("FLOUR", "batch"), company.place()
    post(company.document("receipt", NewLine(flour.pk, place.pk, 1_000_000 * MILLION, "L1")), by=None)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {BARE} (id bigint PRIMARY KEY, quantity bigint NOT NULL)")
        cursor.execute(f"INSERT INTO {BARE} VALUES (1, 1000000000000)")


def often(act, seconds: str) -> int:
    """How many times ``act`` was done within ``seconds``, after one that is not counted."""
    act()
    done, ends = 0, time.monotonic() + float(seconds)
    while time.monotonic() < ends:
        act()
        done += 1
    return done


def ship(seconds: str) -> int:
    level = StockLevel.objects.get(batch=Batch.objects.get())
    line = NewLine(level.variant_id, level.location_id, -MILLION, "L1")
    return often(lambda: post(company.document("shipment", line), by=None), seconds)


def update(seconds: str) -> int:
    lock = " FOR UPDATE" if connection.vendor == "postgresql" else ""

    def act() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT quantity FROM {BARE} WHERE id = 1{lock}")
            cursor.fetchone()
            cursor.execute(f"UPDATE {BARE} SET quantity = quantity - 1 WHERE id = 1")

    return often(act, seconds)
