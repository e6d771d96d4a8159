"""Pages as they are served in a large company: the 95th percentile of each, by turns with a bare one, and its queries."""

from __future__ import annotations

import time
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from items.models import Item
from katana_trace.lib.paging import write_cursor
from tests.benchmarks.speed import company
from tracking.models import Batch, Document, SerialNumber

BATCHES, SERIALS, AT_ONCE = 5_000, 100_000, 100


def fill(lines: str) -> None:
    """An item with ``lines`` of 100 batches, one with 5,000 batches on hand, and one with 100,000 serial numbers."""
    place = company.place()
    company.post_all(company.receipts(company.item("MANY", "batch"), place, batches=BATCHES))
    company.post_all(company.moved(company.item("LONG", "batch"), place, lines=int(lines), batches=100, name="LONG"))
    numbers = company.serial_lines(company.item("PUMP", "serial"), place, SERIALS)
    company.post_all(
        company.document("receipt", *numbers[at : at + AT_ONCE], number=f"P-{at}") for at in range(0, SERIALS, AT_ONCE)
    )
    get_user_model().objects.create_superuser("manager")


def addresses() -> Iterator[tuple[str, str]]:
    """The first and a middle page of each list, and the pages of what has the longest history."""
    batch, serial = middle_of(Batch), middle_of(SerialNumber)
    document = middle_of(Document).pk
    long = Batch.objects.filter(variant__sku="LONG").first()
    yield "home", "/"
    yield "list of items", "/items/"
    yield "stock", "/stock/"
    yield "batches", "/batches/"
    yield "batches, middle", f"/batches/?after={write_cursor([batch.key, batch.pk])}"
    yield "batches that expire", "/batches/?expiry=next-weeks"
    yield "serial numbers", "/serials/"
    yield "serial numbers, middle", f"/serials/?after={write_cursor([serial.key, serial.pk])}"
    yield "documents", "/documents/"
    yield "documents, middle", f"/documents/?after={document}"
    yield "search by number", f"/search/?q={serial.number}"
    yield "search by words", "/search/?q=LON"
    yield "item card of all those lines", Item.objects.get(name="LONG").get_absolute_url()
    yield "item card of 5,000 batches", Item.objects.get(name="MANY").get_absolute_url()
    yield "item card of 100,000 serial numbers", Item.objects.get(name="PUMP").get_absolute_url()
    yield "batch of a hundredth of them", long.get_absolute_url()
    yield "serial number", serial.get_absolute_url()
    yield "document", Document.objects.get(pk=document).get_absolute_url()


def middle_of(model):
    ends = model.objects.order_by("key")
    return ends[ends.count() // 2]


def served(times: str) -> dict:
    """For each page: the seconds that 95 of 100 requests take at most, and those of the bare page; and its queries."""
    settings.ROOT_URLCONF = "tests.benchmarks.speed.bare_pages"
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(get_user_model().objects.get(username="manager"))
    found: dict = {"p95": {}, "queries": {}}
    for name, address in addresses():
        request(client, address)
        with CaptureQueriesContext(connection) as queries:
            request(client, address)
        found["queries"][name] = len([one for one in queries if not one["sql"].startswith(("BEGIN", "COMMIT", "SET"))])
        ours, floor = [], []
        for _ in range(int(times)):
            for path, seconds in ((address, ours), ("/bare/", floor)):
                begun = time.perf_counter()
                request(client, path)
                seconds.append(time.perf_counter() - begun)
        found["p95"][name] = most_of(ours), most_of(floor)
    return found


def request(client: Client, address: str) -> None:
    """A search that finds one number leads to its page."""
    answer = client.get(address, secure=True)
    assert answer.status_code == (302 if address.startswith("/search/?q=S") else 200), (address, answer.status_code)


def most_of(seconds: list[float]) -> float:
    return sorted(seconds)[int(0.95 * (len(seconds) - 1))]
