"""Pages that are read while others post: the total is the sum of the rows, in each of them."""

from __future__ import annotations

import pytest

from tests.build import item, line, post
from tests.conftest import user_in
from tests.races.starting_line import Entry
from tests.races.verdict import assert_laws_hold, refused

pytestmark = pytest.mark.race

WRITERS, READERS = 3, 2


def read_beside_postings(course, *, pages: int, guarded: bool) -> list[dict]:
    """What the readers saw while others shipped of two items."""
    viewer = user_in("Viewer")
    for sku in ("FLOUR", "SUGAR"):
        item(sku.title(), unit="kg", skus=(sku,))
        post("receipt", line(sku, 100_000))
    shippers = [
        Entry("ship_until_read", {"line": line(sku, -1), "readers": READERS}) for sku in ("FLOUR", "SUGAR", "FLOUR")
    ]
    reader = Entry("read_stock", {"user": viewer.pk, "pages": pages, "guarded": guarded})
    finish = course.run(*shippers, *[reader] * READERS)
    assert min(answer["posted"] for answer in finish.answers[:WRITERS]) > 0
    assert refused(finish.answers) == []
    assert_laws_hold()
    return finish.answers[WRITERS:]


def test_totals_add_up_on_every_page_that_is_read_beside_postings(course):
    readers = read_beside_postings(course, pages=2 * course.length, guarded=True)
    assert [reader["wrong"] for reader in readers] == [[]] * READERS


def test_totals_do_not_add_up_when_each_query_has_its_own_moment(course):
    readers = read_beside_postings(course, pages=500, guarded=False)
    assert sum(len(reader["wrong"]) for reader in readers) > 0
