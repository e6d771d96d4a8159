"""A history is restored while others post, and twice at once: settled once, against what is there at that moment (rule 7)."""

from __future__ import annotations

import pytest

from katana_trace.lib.quantities import MILLION
from tests.build import batch, item, line, post, stock, switch_off, switch_on
from tests.conftest import user_in
from tests.races.starting_line import Entry
from tests.races.verdict import assert_laws_hold, moved, on_hand, posted, refused
from tracking.models import Archive, Document

pytestmark = pytest.mark.race

POSTERS = 4


def test_a_restore_beside_shipments_settles_what_is_there_then(course):
    manager = user_in("Manager")
    flour = item("Flour", "batch", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 1000, batch="L1"))
    switch_off(flour, manager)
    post("shipment", line("FLOUR", -100))
    post("receipt", line("FLOUR", 500))
    switch_on(flour, "batch", manager)
    archive = Archive.objects.get()
    restorer = Entry("restore", {"archive": archive.pk, "user": manager.pk})
    shipper = Entry("ship", {"line": line("FLOUR", -1, batch="UNBATCHED"), "times": course.length, "numbered": False})
    finish = course.run(restorer, restorer, *[shipper] * POSTERS)
    restores, shipments = finish.answers[:2], finish.answers[2:]
    assert (posted(restores), len(refused(restores))) == (1, 1)
    assert refused(restores)[0].startswith("This history of Flour was restored already, on ")
    assert refused(shipments) == []  # 400 stay UNBATCHED whenever it is restored
    assert on_hand() == moved("receipt") + moved("shipment") == (1400 - POSTERS * course.length) * MILLION
    assert Document.objects.filter(kind="tracking_restored").count() == 1
    assert batch("L1").pk
    assert stock()[("FLOUR", "Main", "L1")] == "1000"
    assert_laws_hold()
