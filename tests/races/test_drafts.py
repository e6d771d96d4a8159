"""Drafts that several people post at the same moment: one posting, and everybody else is told what became of it."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection

from katana_trace.lib.identity import new_uuid
from katana_trace.lib.quantities import MILLION
from tests.build import item, line, location, post, stock
from tests.races.starting_line import Entry
from tests.races.verdict import assert_laws_hold, moved, posted, refused
from tracking.drafts.content import BatchContent, DraftContent, LineContent
from tracking.drafts.save import save_draft
from tracking.models import Document, Draft, Partner

pytestmark = pytest.mark.race

WRITERS = 8


def people(count: int) -> list[str]:
    names = [f"operator{number}" for number in range(count)]
    for name in names:
        user = get_user_model().objects.create_user(username=name)
        user.groups.add(Group.objects.get_or_create(name="Operator")[0])
    return names


def drafted(kind: str, *lines: LineContent, partner: str = "") -> tuple[str, int]:
    """(token, revision) of a saved draft."""
    token = new_uuid()
    content = DraftContent(kind=kind, partner=partner, location=location().pk, lines=lines)
    return str(token), save_draft(token=token, content=content, revision=0, by=None)


def test_one_draft_posted_by_8_people_is_posted_once_and_the_others_are_told(course):
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    names = people(WRITERS)
    flour = LineContent("in", sku="FLOUR", quantity="5", batches=(BatchContent("L1"),))
    token, revision = drafted("receipt", flour, partner="Northmill")
    finish = course.run(*[Entry("post_draft_of", {"token": token, "revision": revision, "user": n}) for n in names])
    number = Document.objects.get().number
    assert posted(finish.answers) == 1
    assert [answer["told"] for answer in finish.answers if not answer["posted"]] == [number] * (WRITERS - 1)
    assert (stock(), Draft.objects.count(), Partner.objects.count()) == ({("FLOUR", "Main", "L1"): "5"}, 0, 1)
    assert_laws_hold()


def test_a_new_document_sent_8_times_is_posted_once(course):
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    (name,) = people(1)
    flour = LineContent("in", sku="FLOUR", quantity="5", batches=(BatchContent("L1"),))
    content = DraftContent(kind="receipt", location=location().pk, lines=(flour,))
    form = {"token": str(new_uuid()), "content": content, "user": name}
    finish = course.run(*[Entry("save_and_post", form)] * WRITERS)
    assert (posted(finish.answers), refused(finish.answers)) == (1, [])
    assert (stock(), Draft.objects.count()) == ({("FLOUR", "Main", "L1"): "5"}, 0)
    assert_laws_hold()


def saved_while_it_is_posted(course, *, owned: bool):
    """Two clicks on Post of a new document: what the first has looked at is posted by the second before it is written."""
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    (name,) = people(1)
    flour = LineContent("in", sku="FLOUR", quantity="5", batches=(BatchContent("L1"),))
    content = DraftContent(kind="receipt", location=location().pk, lines=(flour,))
    form = {"token": str(new_uuid()), "content": content, "user": name, "owned": owned}
    first, second = {"begins": 0, "looks": 2}, {"begins": 0.6, "looks": 0}
    return course.run(*[Entry("save_and_post_late", form | pace) for pace in (first, second)])


def test_a_new_document_is_not_saved_again_once_it_is_posted(course):
    finish = saved_while_it_is_posted(course, owned=True)
    assert (posted(finish.answers), refused(finish.answers)) == (1, [])
    assert (stock(), Draft.objects.count()) == ({("FLOUR", "Main", "L1"): "5"}, 0)
    assert_laws_hold()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_a_posted_document_stays_as_a_draft_when_nobody_owns_it(course):
    finish = saved_while_it_is_posted(course, owned=False)
    assert (posted(finish.answers), len(refused(finish.answers)), Draft.objects.count()) == (1, 1, 1)


def test_the_last_piece_shipped_by_8_people_goes_once_and_the_others_see_what_is_left(course):
    item("Bag", skus=("BAG",))
    post("receipt", line("BAG", 1))
    names = people(WRITERS)
    drafts = [drafted("shipment", LineContent("out", sku="BAG", quantity="1")) for _ in names]
    finish = course.run(
        *[
            Entry("post_draft_of", {"token": token, "revision": revision, "user": name})
            for name, (token, revision) in zip(names, drafts, strict=True)
        ]
    )
    assert posted(finish.answers) == 1
    assert len(refused(finish.answers)) == WRITERS - 1
    assert all(sentence.startswith("Main has 0 pcs of BAG") for sentence in refused(finish.answers))
    assert (stock(), Draft.objects.count()) == ({}, WRITERS - 1)
    assert_laws_hold()


def test_counting_beside_shipments_posts_the_difference_of_that_moment(course):
    """Whatever the order, the last count or what was shipped after it is what is there, and the books add up."""
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 10_000, batch="L1"))
    counted = LineContent("count", sku="FLOUR", batches=(BatchContent("L1", quantity="5000"),))
    content = DraftContent(kind="stocktake", location=location().pk, lines=(counted,))
    ship = {"line": line("FLOUR", -1, batch="L1"), "times": course.length, "numbered": False}
    finish = course.run(
        *[Entry("ship", ship)] * 6, *[Entry("count_again", {"content": content, "times": course.length})] * 2
    )
    assert refused(finish.answers) == []
    there = int(stock()["FLOUR", "Main", "L1"]) * MILLION
    assert there == 10_000 * MILLION + moved("shipment") + moved("stocktake")
    assert 5000 * MILLION - 6 * course.length * MILLION <= there <= 5000 * MILLION
    assert_laws_hold()
