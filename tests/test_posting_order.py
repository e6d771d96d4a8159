"""Posting order (rule 11): documents by their first line, whatever stands between their lines; and law 13."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection

from katana_trace.lib.days import day_of, now
from katana_trace.lib.identity import new_uuid
from katana_trace.lib.quantities import MILLION
from tests.build import batch, broken, history_of, item, line, location, post, restore, switch_off, switch_on
from tests.test_export import export
from tests.test_verify import forge
from tests.worlds import run
from tracking.ledger import triggers
from tracking.ledger.laws import LAWS, notes_of
from tracking.ledger.posting_order import documents_apart
from tracking.ledger.seals import make_seal
from tracking.ledger.write import LineRow, digest_of, write_heads, write_lines
from tracking.models import Baseline, Document

pytestmark = pytest.mark.django_db

ORDER_GUARD = "tracking_line_insert_order"


def alternating(*numbers: str) -> None:
    """Receipts whose lines stand between each other, one item each, as two writers leave them on PostgreSQL."""
    variants = [item(number, skus=(number,)).variants.get().pk for number in numbers]
    rows = [[row(variant, quantity) for quantity in (1, 2, 3)] for variant in variants]
    heads = [head(number, its) for number, its in zip(numbers, rows, strict=True)]
    write_heads(heads)
    with connection.cursor() as cursor:
        room = triggers.dialect(connection)
        if connection.vendor == "sqlite":
            room.drop(cursor, ORDER_GUARD)
        for place in range(3):
            for document, its in zip(heads, rows, strict=True):
                write_lines({document.pk: [its[place]]})
        if connection.vendor == "sqlite":
            room.create(cursor, ORDER_GUARD)


def row(variant: int, quantity: int) -> LineRow:
    return LineRow(new_uuid(), variant, location().pk, None, None, "", quantity * MILLION, 0)


def head(number: str, rows: list[LineRow]) -> Document:
    at = now()
    document = Document(
        kind="receipt", number=number, key=number.lower(), posted_at=at, posted_on=day_of(at), recorded_at=at,
        fingerprint=number, token=new_uuid(),
    )  # fmt: skip
    document.digest = digest_of(document, rows)
    return document


def documents_in(content: bytes) -> list[str]:
    """The documents of an export in its order, one for each run of rows."""
    numbers = [cells["document"] for cells in csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))]
    return [number for place, number in enumerate(numbers) if place == 0 or numbers[place - 1] != number]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_documents_are_whole_where_the_lines_of_two_stand_between_each_other(client, viewer):
    post("receipt", line(item("First", skus=("FIRST",)).variants.get().sku, 1), number="PO-1")
    alternating("PO-2", "PO-3", "PO-4")
    post("shipment", line("PO-3", -6), number="SO-1")
    assert len(documents_apart()) == 3
    expected = ["PO-1", "PO-2", "PO-3", "PO-4", "SO-1"]
    assert documents_in(export("movements")) == expected
    assert documents_in(history_of(Document.objects.get(number="PO-3").lines.first().variant.item)) == ["PO-3", "SO-1"]
    client.force_login(viewer)
    page = client.get("/documents/movements.csv?kind=receipt")
    assert documents_in(b"".join(page.streaming_content)) == expected[:-1]
    page = client.get("/documents/documents.csv")
    assert documents_in(b"".join(page.streaming_content)) == expected
    make_seal(by=None)
    assert broken() == {}


def test_what_went_below_zero_before_levels_were_locked_is_a_note():
    """Two writers could: the running sums are 10, 0, −10, 0. What is on hand is right, and nothing is broken."""
    item("Salt", skus=("SALT",))
    for kind, quantity, number in (("receipt", 10, "PO-1"), ("shipment", -10, "SO-1"), ("receipt", 10, "PO-2")):
        post(kind, line("SALT", quantity), number=number)
    post("shipment", line("SALT", -4), number="SO-2")
    ids = dict(Document.objects.filter(lines__isnull=False).values_list("number", "lines__id"))
    swap = [
        f"UPDATE tracking_ledgerline SET id = -1 WHERE id = {ids['SO-2']}",
        f"UPDATE tracking_ledgerline SET id = {ids['SO-2']} WHERE id = {ids['PO-2']}",
        f"UPDATE tracking_ledgerline SET id = {ids['PO-2']} WHERE id = -1",
    ]
    forge(*swap)
    assert broken()[13] == ["SALT at Main: -4 after SO-2 in posting order."]
    triggers.drop_all(connection)
    Baseline.objects.update(last_line=ids["PO-2"])
    triggers.create_all(connection)
    assert 13 not in broken()
    (law,) = [law for law in LAWS if law.number == 13]
    (note,) = notes_of(law)
    assert note.startswith("SALT at Main: -4 after SO-2 in posting order. It was posted before ")
    assert note.endswith("could cause this. The stock on hand, 6, is right.")


def test_batches_and_what_has_no_number_are_judged_by_themselves(manager):
    flour = item("Flour", "batch", skus=("FLOUR",))
    post("receipt", line("FLOUR", 5, batch="L1"), line("FLOUR", 5, batch="L2"), number="PO-1")
    post("shipment", line("FLOUR", -5, batch="L1"), number="SO-1")
    assert broken() == {}
    forge(
        f"UPDATE tracking_ledgerline SET batch_id = {batch('L2').pk} WHERE quantity = 5000000 AND batch_id = {batch('L1').pk}"
    )
    assert [finding for finding in broken()[13] if "L1" in finding] == [
        "FLOUR at Main, batch L1: -5 after SO-1 in posting order."
    ]
    assert flour.tracking_mode == "batch"


def test_what_a_restore_settles_passes_no_sum_below_zero(manager):
    """R = 10 and 4 left while off: 6 from UNBATCHED … and what stands without a batch is judged as a whole."""
    flour = item("Flour", "batch", skus=("FLOUR",))
    post("receipt", line("FLOUR", 10, batch="L1"))
    content = switch_off(flour, manager)
    post("shipment", line("FLOUR", -4))
    switch_on(flour, "batch", manager)
    restore(flour, content, manager)
    assert broken() == {}
    post("shipment", line("FLOUR", -6, batch="L1"))
    assert broken() == {}
    assert "kept    13" in run("verify")
