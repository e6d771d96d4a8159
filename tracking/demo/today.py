"""What happened today: tracking switched on over stock, and off; goods on hold; a document reversed.

These acts are dated by the program itself, so they stand at the end of the diary.
"""

from __future__ import annotations

from items.models import Item
from katana_trace.lib import days
from katana_trace.lib.numbers import UNBATCHED, key_of
from tracking.demo import bakery, ovens
from tracking.demo.diary import Diary
from tracking.demo.entries import DISPATCH, WORKSHOP, Entry, Part, code, keeps
from tracking.ledger.reverse import reverse_document
from tracking.models import Batch, Document, SerialNumber
from tracking.modes.download import record_download
from tracking.modes.history import write_history
from tracking.modes.switch import disable_tracking, enable_tracking
from tracking.records.edit import edit_batch
from tracking.records.hold import hold

SCALES = tuple(f"PS-{number}" for number in range(70311, 70320))


def live(diary: Diary, *, manager) -> None:
    """Does all of it in the name of ``manager``; ``diary`` posts in the name of its own user. Raises Refusal."""
    switch_on(diary, manager)
    switch_off(manager)
    today = diary.today
    edit_batch(
        batch=batch(code("FL", today, 14)),
        changes={"supplier_batch": "HM 24-1187", "note": "Two bags of it went back."},
        by=manager,
        reason="From the delivery note",
    )
    for record, reason in (
        (batch(code("CL4", today, 1)), "Lab result pending"),
        (batch(code("FL", today, 3)), "Supplier certificate missing"),
        (SerialNumber.objects.get(key=key_of(ovens.RETURNED)), "Door does not close"),
    ):
        hold(records=[record], by=manager, reason=reason)
    twice = Document.objects.filter(kind="shipment", note=bakery.PHONED).latest("pk")
    reverse_document(twice, by=manager, reason="Entered twice")


def switch_on(diary: Diary, manager) -> None:
    """Biscuits get batches and scales get serial numbers, and part of either is connected."""
    biscuits, scales = item("Oat biscuits"), item("Proofing scale")
    enable_tracking(item=biscuits, to="batch", by=manager, reason="Retailers ask for batch numbers")
    enable_tracking(item=scales, to="serial", by=manager, reason="Calibration is due for each scale")
    made = bakery.BISCUITS[-1]
    assigned = (
        Part("OB-250", -180, DISPATCH, batch=UNBATCHED),
        Part("OB-250", 180, DISPATCH, batch=code("OB", diary.today, made), expires_on=keeps(diary.today, made, 90)),
    )
    numbered = (
        Part("PS-15", -len(SCALES), WORKSHOP),
        *(Part("PS-15", 1, WORKSHOP, serial=number) for number in SCALES),
    )
    for parts, note in ((assigned, "Batch read off the cartons"), (numbered, "Numbers read off the scales")):
        diary.post(Entry(0, "", "adjustment", parts, note=note), at=days.now())


def switch_off(manager) -> None:
    """The crackers' dough is baked within the hour, so somebody found its numbers needless: traces end there now."""
    dough = item("Cracker dough")
    history = write_history(dough)
    with history.file:
        record_download(item=dough, history=history, by=manager)
    disable_tracking(item=dough, by=manager, reason="Kneaded and baked on the same day")


def item(name: str) -> Item:
    return Item.objects.get(key=key_of(name))


def batch(number: str) -> Batch:
    return Batch.objects.get(key=key_of(number))
