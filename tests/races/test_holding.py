"""A batch is put on hold while others ship and use it: once that is acknowledged, nothing of it leaves (rule 10)."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from items.models import Variant
from katana_trace.lib.days import now
from katana_trace.lib.refusal import Refusal
from tests.build import batch, item, line, post, stock
from tests.races.starting_line import Entry
from tests.races.verdict import assert_laws_hold, posted, refused
from tests.races.without_guards import no_fence
from tracking.documents.rule import NewDocument
from tracking.holds.acts import hold_lot
from tracking.holds.extent import made_from
from tracking.ledger.post import Posting
from tracking.ledger.retry import in_transaction
from tracking.models import Batch

pytestmark = pytest.mark.race

WRITERS = 4
ON_HOLD = "Batch L1 of FLOUR is on hold. Release it first, or choose another batch."
ON_HOLD_IN_THE_DATABASE = "A batch or serial number on hold cannot be shipped or used in production. Release it first."


@pytest.fixture
def flour(course) -> Batch:
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    item("Bag", skus=("BAG",))
    post("receipt", line("FLOUR", 100_000, batch="L1"))
    return batch("L1")


@pytest.mark.parametrize("kind", ["shipment", "production"])
def test_nothing_is_posted_once_a_hold_is_acknowledged(course, flour, kind):
    made = [line("BAG", 1)] if kind == "production" else []
    times = max(5, course.length // 4)
    work = {"kind": kind, "lines": [line("FLOUR", -1, batch="L1"), *made], "releases": times}
    finish = course.run(
        Entry("hold_and_release", {"batch": flour.pk, "times": times}),
        *[Entry("post_until_released", work)] * WRITERS,
    )
    seen = finish.answers[0]["seen"]
    assert [after - before for before, after in seen] == [0] * times
    assert seen[0][0] < seen[-1][0]  # it was shipped between the holds
    assert set(refused(finish.answers)) == {ON_HOLD}
    assert stock()["FLOUR", "Main", "L1"] == str(100_000 - posted(finish.answers))
    assert_laws_hold()


def test_a_hold_that_extends_reaches_all_that_is_made_meanwhile(course, flour):
    """What is made before the hold is on hold, and nothing is made after it."""
    item("Bread", "batch", skus=("BREAD",))
    bread = {"dough": line("FLOUR", -1, batch="L1"), "bread": Variant.objects.get(sku="BREAD").pk}
    finish = course.run(
        Entry("hold_after", {"batch": flour.pk, "seconds": 0.5, "extend": True}),
        *[Entry("bake_until_held", bread)] * WRITERS,
    )
    answers = finish.answers[1:]
    assert (set(refused(answers)), posted(answers) > 0) == ({ON_HOLD}, True)
    found = made_from(Batch.objects.select_related("variant").get(number="L1"))
    assert (len(found.lots), len(found.left_out)) == (0, posted(answers))
    assert_laws_hold()


def test_a_hold_waits_for_a_shipment_that_has_begun(course, flour):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time: there is no posting beside which a hold could begin.")
    finish = course.run(
        Entry("hold_open", {"line": line("FLOUR", -1, batch="L1"), "seconds": 1.0}),
        Entry("hold_after", {"batch": flour.pk, "seconds": 0.3, "extend": False}),
    )
    shipped, held = finish.answers
    assert held["at"] > shipped["at"]
    assert (stock()["FLOUR", "Main", "L1"], batch("L1").is_held) == ("99999", True)
    assert_laws_hold()


def planned_before_the_hold(flour: Batch) -> Posting:
    """A shipment that was planned without the locks that keep a hold waiting, and then the batch was put on hold."""
    posting = Posting(by=None)
    shipment = NewDocument(kind="shipment", posted_at=now(), lines=(line("FLOUR", -1, batch="L1"),), number="LATE")
    posting.prepare([shipment])
    posting.add(shipment)
    hold_lot(record=flour, by=None, reason="Meanwhile")
    return posting


def write_once(posting: Posting) -> None:
    with transaction.atomic():
        in_transaction(posting.write)


def test_a_shipment_planned_before_a_hold_is_refused_by_the_database(course, flour):
    posting = planned_before_the_hold(flour)
    with pytest.raises(Refusal) as caught:
        write_once(posting)
    assert (caught.value.sentence, stock()["FLOUR", "Main", "L1"]) == (ON_HOLD_IN_THE_DATABASE, "100000")
    assert_laws_hold()


def test_the_same_shipment_gets_out_when_the_guard_is_taken_out(course, flour):
    posting = planned_before_the_hold(flour)
    with no_fence():
        write_once(posting)
    assert (batch("L1").is_held, stock()["FLOUR", "Main", "L1"]) == (True, "99999")
