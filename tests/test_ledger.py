"""Posting: what each kind of document may do, and the sentences of what it may not."""

from __future__ import annotations

import re

import pytest

from katana_trace.lib.days import now
from katana_trace.lib.refusal import Refusal
from tests.build import item, line, post, stock
from tracking.documents.rule import NewDocument
from tracking.ledger.post import Posting
from tracking.ledger.retry import in_transaction
from tracking.models import Document

pytestmark = pytest.mark.django_db


def refusal(kind, *lines, **head) -> str:
    with pytest.raises(Refusal) as caught:
        post(kind, *lines, **head)
    return caught.value.sentence


def test_receipt_and_shipment_move_the_level():
    item("Flour", "batch", "kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", "25.5", batch="L1"), line("FLOUR", 4, batch="L2"), partner="Northmill")
    post("shipment", line("FLOUR", "-0.3", batch="l1"), partner="Corner Café")
    assert stock() == {("FLOUR", "Main", "L1"): "25.2", ("FLOUR", "Main", "L2"): "4"}
    assert list(Document.objects.order_by("pk").values_list("number", flat=True)) == ["PO-000001", "SO-000001"]


def test_shipping_more_than_there_is_names_what_is_there_and_where():
    item("Flour", "batch", "kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 3, batch="L1"), line("FLOUR", 5, batch="L1", at="Shop"))
    assert refusal("shipment", line("FLOUR", -8, batch="L1")) == (
        "Main has 3 kg of batch L1 of FLOUR, and 8 are asked. There are 5 at Shop. Take less, or choose another location."
    )
    assert stock() == {("FLOUR", "Main", "L1"): "3", ("FLOUR", "Shop", "L1"): "5"}


def test_what_was_taken_between_planning_and_writing_is_refused_in_a_sentence():
    item("Flour", "batch", skus=("FLOUR",))
    post("receipt", line("FLOUR", 5, batch="L1"))
    planned = NewDocument("shipment", now(), (line("FLOUR", -5, batch="L1"),), number="SO-7")
    posting = Posting(by=None)
    posting.prepare([planned])
    posting.add(planned)
    first = post("shipment", line("FLOUR", -1, batch="L1"))
    sentence = "There is not enough in stock for that. Check what is there."
    with pytest.raises(Refusal, match=re.escape(sentence)):
        in_transaction(posting.write)
    assert list(Document.objects.filter(kind="shipment")) == [first]
