"""Receiving and shipping serial numbers, many in one document; and receipts of one batch, one transaction each."""

from __future__ import annotations

import resource
import time

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.benchmarks.speed import company, floor
from tracking.ledger.post import post


def receive(count: str, file: str) -> dict:
    """Seconds, statements and peak MiB of receiving ``count`` serial numbers in one document."""
    oven, place = company.item("Oven", "serial"), company.place()
    new = company.document("receipt", *company.serial_lines(oven, place, int(count)))
    return measured([lambda: post(new, by=None)], file)


def ship(count: str, file: str) -> dict:
    """The same of shipping ``count`` serial numbers of twice as many in one document."""
    oven, place = company.item("Oven", "serial"), company.place()
    post(company.document("receipt", *company.serial_lines(oven, place, 2 * int(count))), by=None)
    new = company.document("shipment", *company.serial_lines(oven, place, int(count), sign=-1))
    return measured([lambda: post(new, by=None)], file)


def receive_batches(count: str, history: str, file: str) -> dict:
    """The same of ``count`` receipts of one new batch each, after ``history`` others; statements are those of the last."""
    flour, place = company.item("Flour", "batch"), company.place()
    company.post_all(company.receipts(flour, place, batches=int(history), prefix="H"))
    news = list(company.receipts(flour, place, batches=int(count), prefix="N"))
    return measured([lambda new=new: post(new, by=None) for new in news], file)


def measured(acts: list, file: str) -> dict:
    before = floor.rows_by_id()
    base = peak_mib()
    begun = time.perf_counter()
    for act in acts[:-1]:
        act()
    if len(acts) > 1:
        seconds = time.perf_counter() - begun
        with CaptureQueriesContext(connection) as queries:
            acts[-1]()
        seconds *= len(acts) / (len(acts) - 1)
    else:
        acts[0]()
        seconds, queries = time.perf_counter() - begun, []
    peak = peak_mib()
    floor.keep_rows(file, before)
    return {"seconds": seconds, "statements": len(queries), "base": base, "peak": peak}


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bare(file: str, one_each: str) -> dict:
    return {"seconds": floor.write_rows(file, one_each=one_each == "one_each")}
