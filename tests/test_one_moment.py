"""One moment of a page (``katana_trace.lib.one_moment``), on a connection with no transaction of a test around it."""

from __future__ import annotations

from django.db import connection

from items.models import Item
from katana_trace.lib.one_moment import is_in_transaction, one_moment
from tests.build import item


def test_a_moment_inside_a_moment_is_the_outer_one(committed_db):
    item("Flour")
    with one_moment():
        with one_moment():
            assert Item.objects.count() == 1
        assert is_in_transaction()
        assert Item.objects.count() == 1
    assert not is_in_transaction()
    assert not connection.in_atomic_block
