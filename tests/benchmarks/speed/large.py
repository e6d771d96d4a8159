"""A large company, and what is read and switched in it beside its floor: each answer has the seconds of both, run by run."""

from __future__ import annotations

import csv
import io
import threading
import time
from collections.abc import Callable
from pathlib import Path

from django.contrib.auth import get_user_model
from django.db import connection, transaction

from items.models import Item, Variant
from katana_trace.lib.days import today
from katana_trace.lib.quantities import MILLION
from tests import build
from tests.benchmarks.measures import BARE_LINES, memory_mib
from tests.benchmarks.speed import company
from tracking.documents.rule import NewLine
from tracking.ledger import triggers
from tracking.ledger.laws import broken_laws
from tracking.ledger.post import post
from tracking.models import Batch, LedgerLine
from tracking.modes.history import write_history
from tracking.modes.switch import enable_tracking
from tracking.picking.fefo import suggest_batches
from tracking.stock.contents import batches_of
from tracking.stock.listing import find_row
from tracking.stock.stock_filter import StockFilter

MIDDLE = 100_000

Runs = dict[str, list[float]]


def fill(lines: str) -> None:
    place = company.place()
    few, many = company.item("FEW", "batch"), company.item("MANY", "batch")
    company.post_all(company.receipts(few, place, batches=1000, prefix="F"))
    company.post_all(company.receipts(many, place, batches=MIDDLE, prefix="M"))
    for name, tracking, count, batches in (
        ("SHORT", "batch", 1000, 100),
        ("LONG", "batch", int(lines), 100),
        ("MIDDLE", "batch", MIDDLE, 100),
        ("BARE-SHORT", "none", 1000, 0),
        ("BARE-LONG", "none", MIDDLE, 0),
    ):
        item = company.item(name, tracking)
        company.post_all(company.moved(item, place, lines=count, batches=batches, name=name))
    get_user_model().objects.create_superuser("manager")


def by_turns(ours: Callable, floor: Callable, runs: str, *, warm: bool = True) -> Runs:
    """Seconds of both, one after the other, ``runs`` times; once before that where the first time is another one."""
    found: Runs = {"ours": [], "floor": []}
    for turn in range(int(runs) + warm):
        for name, act in (("ours", ours), ("floor", floor)):
            begun = time.perf_counter()
            act()
            if turn >= warm:
                found[name].append(time.perf_counter() - begun)
    return found


def taken_back(act: Callable) -> Callable:
    def work() -> None:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)

    return work


def variant(sku: str) -> Variant:
    return Variant.objects.select_related("item").get(sku=sku)


def fefo(runs: str) -> Runs:
    place, day = company.place().pk, today()

    def suggested(sku: str) -> Callable:
        id_ = variant(sku).pk

        def act() -> None:
            found = suggest_batches(variant=id_, location=place, wanted=250 * MILLION, day=day)
            assert found.short == 0

        return act

    return by_turns(suggested("MANY"), suggested("FEW"), str(20 * int(runs)))


def stock(runs: str) -> Runs:
    chosen, place = StockFilter(), company.place().pk

    def listed(sku: str) -> Callable:
        id_ = variant(sku).pk

        def act() -> None:
            row = find_row(chosen, variant=id_, location=place, is_open=False)
            assert len(batches_of(chosen, row).batches) == 50

        return act

    return by_turns(listed("LONG"), listed("SHORT"), str(20 * int(runs)))


def verify(runs: str) -> dict:
    def ours() -> None:
        assert [found for _, found in broken_laws() if found] == []

    def floor() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT variant_id, location_id, batch_id, sum(quantity) FROM tracking_ledgerline"
                " GROUP BY variant_id, location_id, batch_id"
            )
            cursor.fetchall()

    return by_turns(ours, floor, runs, warm=False) | {"lines": LedgerLine.objects.count()}


def bare_csv(item: Item) -> None:
    query, writer = f"{BARE_LINES} WHERE v.item_id = {item.pk} ORDER BY l.id", csv.writer(io.StringIO())
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            bare = cursor.cursor.connection.cursor("bare")
            bare.itersize = 4000
        else:
            bare = cursor.cursor
        bare.execute(query)
        writer.writerows(bare)


def written(item: Item) -> None:
    with write_history(item).file:
        pass


def history(runs: str) -> Runs:
    middle = variant("MIDDLE").item
    return by_turns(lambda: written(middle), lambda: bare_csv(middle), runs)


def history_memory(runs: str) -> float:
    """MiB above what the process had, at most, while it wrote the longest history."""
    written(variant("SHORT").item)  # what is loaded once
    Path("/proc/self/clear_refs").write_text("5")  # the most is counted from here on
    base = memory_mib("VmRSS")
    written(variant("LONG").item)
    return memory_mib("VmHWM") - base


def switch_on(runs: str) -> Runs:
    by = get_user_model().objects.get(username="manager")

    def switched(sku: str) -> Callable:
        return taken_back(lambda: enable_tracking(item=variant(sku).item, to="batch", by=by, reason="Benchmark"))

    return by_turns(switched("BARE-LONG"), switched("BARE-SHORT"), str(5 * int(runs)))


def switch_off(runs: str) -> Runs:
    """With the CSV that is downloaded before, and the one that becomes the archive."""
    by, item = get_user_model().objects.get(username="manager"), variant("MIDDLE").item
    lines = f"variant_id IN (SELECT id FROM items_variant WHERE item_id = {item.pk})"

    def ours() -> None:
        build.switch_off(Item.objects.get(pk=item.pk), by)

    def floor() -> None:
        triggers.drop_all(connection)
        begun = time.perf_counter()
        bare_csv(item)
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE tracking_ledgerline SET batch_id = NULL WHERE {lines}")
            cursor.execute(f"DELETE FROM tracking_stocklevel WHERE {lines}")
            cursor.execute(f"DELETE FROM tracking_batch WHERE {lines}")
        seconds.append(time.perf_counter() - begun)

    assert Batch.objects.filter(variant__item=item).count() == 100
    seconds: list[float] = []
    return by_turns(taken_back(ours), taken_back(floor), runs, warm=False) | {"floor": seconds}


def beside(runs: str) -> dict:
    """Receipts of another item from a second connection while tracking is switched off: how many, and the longest."""
    by, item, other = get_user_model().objects.get(username="manager"), variant("MIDDLE").item, variant("FEW")
    line, seconds, over = NewLine(other.pk, company.place().pk, MILLION, "F000000"), [], threading.Event()

    def receive() -> None:
        while not over.is_set():
            begun = time.perf_counter()
            post(company.document("receipt", line), by=None)
            seconds.append(time.perf_counter() - begun)
        connection.close()

    receiver = threading.Thread(target=receive)
    receiver.start()
    begun = time.perf_counter()
    taken_back(lambda: build.switch_off(Item.objects.get(pk=item.pk), by))()
    switch = time.perf_counter() - begun
    over.set()
    receiver.join()
    return {"count": len(seconds), "most": max(seconds), "switch": switch}
