"""What happened today: tracking switched on over stock, and off; goods on hold; a document reversed; what closed, archived.

These acts are dated by the program itself, so they stand at the end of the diary.
"""

from __future__ import annotations

from items.models import Item
from katana_trace.lib.identity import new_uuid
from katana_trace.lib.numbers import key_of
from katana_trace.lib.quantities import MILLION
from tracking.demo import bakery, ovens
from tracking.demo.diary import Diary
from tracking.demo.entries import CELLAR, DISPATCH, code
from tracking.demo.partners import FORMER
from tracking.ledger.reverse import reverse_document
from tracking.models import Batch, Document, Location, Partner, SerialNumber, StockLevel
from tracking.modes.download import record_download
from tracking.modes.history import write_history
from tracking.modes.switch import disable_tracking, enable_tracking
from tracking.records.assign import assign_batch, assign_serials
from tracking.records.edit import edit_batch
from tracking.records.hold import hold
from tracking.records.origins import origins_of, suggestions_of
from tracking.records.places import archive_location, archive_partner
from tracking.records.without_number import levels_without_number

CARTONS = 180  # packs of biscuits whose cartons say when they were baked
SCALES = tuple(f"PS-{number}" for number in range(70311, 70320))  # of the calibration stickers in the drawer


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
    archive_location(location=Location.objects.get(key=key_of(CELLAR)), by=manager)
    archive_partner(partner=Partner.objects.get(key=key_of(FORMER)), by=manager)


def switch_on(diary: Diary, manager) -> None:
    """Biscuits get batches and scales get serial numbers, and part of either is connected, as on the page for it."""
    biscuits, scales = item("Oat biscuits"), item("Proofing scale")
    enable_tracking(item=biscuits, to="batch", by=manager, reason="Retailers ask for batch numbers")
    enable_tracking(item=scales, to="serial", by=manager, reason="Calibration is due for each scale")
    batch_newest(levels_without_number(biscuits).get(location=diary.locations[DISPATCH]), by=diary.by)
    level = levels_without_number(scales).get()
    assign_serials(variant=level.variant_id, location=level.location_id, numbers=SCALES, by=diary.by, token=new_uuid())


def batch_newest(level: StockLevel, *, by) -> None:
    """Takes the first suggestion for what has no batch: the production that made the newest of it."""
    newest = suggestions_of(origins_of(level), level)[0]
    assign_batch(
        variant=level.variant_id,
        location=level.location_id,
        batch_number=newest.batch_number,
        expires_on=newest.expires_on,
        quantity=CARTONS * MILLION,
        by=by,
        token=new_uuid(),
        origin=newest.origin.document,
    )


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
