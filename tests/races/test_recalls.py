"""Recalls while others ship and write: a picture of one instant, nothing out after the hold, nothing in after the close."""

from __future__ import annotations

import pytest
from django.db.models import Sum

from katana_trace.lib.quantities import to_millionths
from tests.build import item, line, post, refusal
from tests.races.starting_line import Entry
from tests.races.verdict import assert_laws_hold, on_hand, posted, refused
from tracking.models import Document, LedgerLine, Recall, RecallShipment
from tracking.recalls.close import close_recall
from tracking.recalls.figures import by_unit
from tracking.recalls.open import open_recall
from tracking.recalls.wanted import find_typed

pytestmark = pytest.mark.race

SHIPPERS = 3
CLICKS = 2  # of one person, on Open and on Hold all
LEFT = 9  # that nobody ships: however fast they are, there is something to hold


def test_recall_is_opened_and_held_while_others_ship(course):
    times = course.length
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", SHIPPERS * times + 1 + LEFT, batch="L1"))
    post("shipment", line("FLOUR", -1, batch="L1"))
    finish = course.run(
        *[Entry("ship", {"line": line("FLOUR", -1, batch="L1"), "times": times, "numbered": False})] * SHIPPERS,
        *[Entry("recall_and_hold", {"lots": "L1", "title": "Race", "wait": 0.15})] * CLICKS,
    )
    shippers, clicks = finish.answers[:SHIPPERS], finish.answers[SHIPPERS:]

    # One case, of one instant: what was shipped then is what the documents until then say, and all is accounted for.
    recall = Recall.objects.get()
    assert {answer["case"] for answer in clicks} == {recall.number}
    lot = recall.lots.get()
    until = LedgerLine.objects.filter(document__kind="shipment", document__lte=recall.last_document)
    assert lot.shipped == -until.aggregate(sum=Sum("quantity"))["sum"]
    assert lot.shipped == RecallShipment.objects.aggregate(sum=Sum("quantity"))["sum"]
    assert (lot.came, lot.on_hand) == (lot.shipped + lot.on_hand, lot.stock.get().quantity)
    assert [one.missing for one in by_unit([recall.pk])[recall.pk]] == [to_millionths(lot.shipped)]  # nobody is named

    # One hold, and nothing leaves after it.
    assert sorted(answer["posted"] for answer in clicks) == [0, 1]
    assert refused(clicks) == [f"Everything of {recall.number} is on hold already. Nothing was changed."]
    assert Document.objects.filter(kind="shipment").latest("pk").pk == clicks[0]["last"] == clicks[1]["last"]
    assert on_hand() == to_millionths(SHIPPERS * times + LEFT - posted(shippers))
    assert [words for words in refused(shippers) if "on hold" not in words] == []
    assert_laws_hold()


def test_nothing_is_written_into_a_case_after_it_was_closed(course):
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 9, batch="L1"))
    post("shipment", line("FLOUR", -1, batch="L1"), partner="Café Blau")
    recall = open_recall(roots=find_typed("L1"), kind="drill", title="Race", reason="Race", by=None)
    one = recall.customers.get()
    finish = course.run(
        *[Entry("note_until_closed", {"customer": one.pk})] * 3,
        *[Entry("close_after", {"recall": recall.pk, "seconds": 0.3})] * 2,
    )
    writers, closers = finish.answers[:3], finish.answers[3:]
    closed = f"{recall.number} is closed, so nothing of it is changed. Open another case if there is more to do."
    assert refused(writers) == [closed] * 3
    assert (sorted(answer["posted"] for answer in closers), refused(closers)) == ([0, 1], [closed])
    texts = list(recall.events.values_list("text", flat=True))
    assert len(texts) == 1 + posted(writers) + 1
    assert texts[-1] == "Closed. 1 of 1 customer was not notified."
    one.refresh_from_db()
    assert texts[-2] == f"Café Blau: Note: {one.note}"
    assert refusal(close_recall, recall=recall, summary="Again", by=None) == closed
