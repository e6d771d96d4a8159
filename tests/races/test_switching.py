"""Tracking is switched while others post: no line in the wrong mode, and nothing deleted that was not exported (rules 3 to 6)."""

from __future__ import annotations

import csv
import gzip
import io

import pytest
from django.db import connection, transaction

from items.models import Item
from katana_trace.lib.days import now
from katana_trace.lib.identity import new_uuid
from katana_trace.lib.refusal import Refusal
from tests.build import item, line, location, post, stock
from tests.conftest import user_in
from tests.races.starting_line import Entry
from tests.races.verdict import assert_laws_hold, broken_numbers, moved, on_hand, refused
from tests.races.without_guards import no_fence
from tracking.documents.rule import NewDocument
from tracking.ledger.post import Posting
from tracking.ledger.retry import in_transaction
from tracking.ledger.write import LineRow, write_lines
from tracking.models import Archive, Batch, HistoryDownload, Switch
from tracking.modes.switch import enable_tracking

pytestmark = pytest.mark.race

POSTERS = 4


def test_postings_while_tracking_is_switched_off_and_on(course):
    manager = user_in("Manager")
    flour = item("Flour", "batch", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 100, batch="L0"))
    times = max(3, course.length // 10)
    place = {"item": flour.pk, "variant": flour.variants.get().pk, "location": location().pk, "switches": 2 * times}
    finish = course.run(
        Entry("switch", {"item": flour.pk, "user": manager.pk, "times": times}),
        *[Entry("post_until_switched", place)] * POSTERS,
    )
    posters = finish.answers[1:]
    assert Switch.objects.filter(item=flour).count() == 2 * times
    assert all(sum(answer["by_mode"][mode] for answer in posters) > 0 for mode in ("batch", "none"))
    assert [sentence for sentence in refused(finish.answers) if not is_expected(sentence)] == []
    assert on_hand() == moved("receipt") + moved("shipment")
    assert_laws_hold()

    exported = {number for archive in Archive.objects.all() for number in batches_in(archive)}
    made = {"L0", *(number for answer in posters for number in answer["made"])}
    assert made - exported - set(Batch.objects.values_list("number", flat=True)) == set()
    taken = set(HistoryDownload.objects.filter(downloaded_by=manager).values_list("sha256", flat=True))
    assert {archive.sha256 for archive in Archive.objects.all()} <= taken


def is_expected(sentence: str) -> bool:
    """What a poster or the switcher may be told: each a whole sentence with a next step."""
    return sentence.endswith(".") and any(
        words in sentence
        for words in (
            "Flour has No tracking, and the line of FLOUR gives",
            "Flour is tracked by batch, and the line of FLOUR has none. Give the batch number.",
            "FLOUR has no batch “",
            "The history of Flour has changed since you downloaded it. Download it again",
        )
    )


def batches_in(archive: Archive) -> set[str]:
    rows = csv.DictReader(io.StringIO(gzip.decompress(bytes(archive.content)).decode("utf-8-sig")))
    return {row["batch_number"] for row in rows if row["kind"] == "record"}


def planned_before_a_switch(manager) -> Posting:
    """A shipment that was planned without the locks that keep a switch waiting, and then tracking was enabled."""
    flour = item("Flour", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 5))
    posting = Posting(by=None)
    shipment = NewDocument(kind="shipment", posted_at=now(), lines=(line("FLOUR", -1),), number="LATE")
    posting.prepare([shipment])
    posting.add(shipment)
    enable_tracking(item=flour, to="batch", by=manager, reason="Meanwhile")
    return posting


def test_a_line_planned_before_a_switch_is_refused_after_it(course):
    posting = planned_before_a_switch(user_in("Manager"))
    with pytest.raises(Refusal, match=r"^Product tracking of this item was switched since this was prepared\."):
        in_transaction_once(posting)
    assert stock() == {("FLOUR", "Main", "UNBATCHED"): "5"}
    assert_laws_hold()


def test_the_same_line_gets_in_when_the_fence_is_taken_out(course):
    posting = planned_before_a_switch(user_in("Manager"))
    # Stock without a batch, so that the level has something to give to a line that should not be there.
    with no_fence():
        put_back_without_batch()
        in_transaction_once(posting)
        assert stock() == {("FLOUR", "Main", "UNBATCHED"): "5", ("FLOUR", "Main", ""): "4"}
    assert {3, 6} & broken_numbers() == {3, 6}


def put_back_without_batch() -> None:
    """A line of the present epoch without a batch, which the fence would refuse too."""
    flour = Item.objects.get()
    made = post("stocktake", number="ST")
    row = LineRow(new_uuid(), flour.variants.get().pk, location().pk, None, None, "", 5_000_000, flour.tracking_epoch)
    write_lines({made.pk: [row]})


def in_transaction_once(posting: Posting) -> None:
    """Writes what was planned, as the part of a caller's transaction that is not tried again."""
    with transaction.atomic():
        in_transaction(posting.write)


def test_a_switch_waits_for_a_posting_that_has_begun(course):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time: there is no posting beside which a switch could begin.")
    manager = user_in("Manager")
    flour = item("Flour", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 5))
    finish = course.run(
        Entry("hold_open", {"line": line("FLOUR", -1), "seconds": 1.0}),
        Entry("enable_after", {"item": flour.pk, "user": manager.pk, "seconds": 0.3}),
    )
    held, switched = finish.answers
    assert switched["at"] > held["at"]
    assert stock() == {("FLOUR", "Main", "UNBATCHED"): "4"}
    assert_laws_hold()
