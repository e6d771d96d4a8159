"""Switching tracking on over stock, and off with the history kept (rules 2 to 6)."""

from __future__ import annotations

import gzip
import hashlib

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from items.models import Item
from katana_trace.lib.refusal import Refusal
from tests.build import batch, item, line, post, stock
from tracking.models import Archive, Batch, Document, HistoryDownload, LedgerLine, Switch, Workspace
from tracking.modes.download import record_download, sent_and_recorded
from tracking.modes.history import write_history
from tracking.modes.switch import disable_tracking, enable_tracking
from tracking.records.hold import hold

pytestmark = pytest.mark.django_db


def download(of: Item, by) -> bytes:
    history = write_history(of)
    record_download(item=of, history=history, by=by)
    with history.file as file:
        return file.read()


def test_enabling_batch_moves_all_stock_to_unbatched(manager):
    flour = item("Flour", unit="kg", skus=("F-1", "F-25"))
    post("receipt", line("F-1", "2.5"), line("F-25", 4), line("F-1", "0.000001", at="Shop"))
    enable_tracking(item=flour, to="batch", by=manager, reason="Auditor asks")
    assert stock() == {
        ("F-1", "Main", "UNBATCHED"): "2.5",
        ("F-25", "Main", "UNBATCHED"): "4",
        ("F-1", "Shop", "UNBATCHED"): "0.000001",
    }
    assert Document.objects.get(kind="tracking_on").lines.count() == 6
    switch = Switch.objects.get()
    assert (switch.from_mode, switch.to_mode, switch.epoch, switch.switched_by, switch.reason) == (
        "none", "batch", 1, manager, "Auditor asks",
    )  # fmt: skip
    post("shipment", line("F-1", "-0.5", batch="unbatched"))
    assert stock()["F-1", "Main", "UNBATCHED"] == "2"


def test_enabling_serial_generates_nothing_and_needs_whole_levels(manager):
    pump = item("Pump", skus=("PUMP",))
    post("receipt", line("PUMP", "2.5"))
    with pytest.raises(Refusal, match=r"Main has 2.5 pcs of PUMP\. Adjust it to a whole number first"):
        enable_tracking(item=pump, to="serial", by=manager, reason="Warranty")
    post("adjustment", line("PUMP", "-0.5"))
    enable_tracking(item=pump, to="serial", by=manager, reason="Warranty")
    assert stock() == {("PUMP", "Main", ""): "2"}
    assert not Document.objects.filter(kind="tracking_on").exists()


def test_batch_to_serial_is_refused_in_the_same_words_at_every_door(manager):
    flour = item("Flour", "batch", skus=("F",))
    sentence = (
        "Flour cannot be switched from Batch / lot numbers to Serial numbers directly. "
        "Create a new item with Serial numbers, or set Flour to No tracking first."
    )
    with pytest.raises(Refusal) as caught:
        enable_tracking(item=flour, to="serial", by=manager, reason="x")
    assert caught.value.sentence == sentence
    flour.tracking_mode = "serial"
    with pytest.raises(ValidationError) as invalid:
        flour.full_clean()
    assert invalid.value.message_dict == {"tracking_mode": [sentence]}
    with pytest.raises(Refusal) as caught:
        flour.save()
    assert caught.value.sentence == sentence


def test_a_bare_save_to_none_is_refused_naming_page_and_command():
    flour = item("Flour", "batch", skus=("F",))
    flour.tracking_mode = "none"
    with pytest.raises(
        Refusal, match=rf"/items/{flour.pk}/tracking/\?to=none, or by manage.py switch_tracking “Flour” none"
    ):
        flour.save()


def test_a_queryset_update_of_the_mode_is_refused_by_the_database():
    flour = item("Flour", skus=("F",))
    with pytest.raises(IntegrityError, match="Product tracking changes by a switch alone"), transaction.atomic():
        Item.objects.filter(pk=flour.pk).update(tracking_mode="batch", tracking_epoch=1)
    flour.refresh_from_db()
    assert (flour.tracking_mode, flour.tracking_epoch) == ("none", 0)


def test_a_stale_save_of_the_name_does_not_undo_a_switch(manager):
    flour = item("Flour", skus=("F",))
    stale = Item.objects.get(pk=flour.pk)
    enable_tracking(item=flour, to="batch", by=manager, reason="x")
    stale.name = "Wheat flour"
    stale.save()
    fresh = Item.objects.get(pk=flour.pk)
    assert (fresh.name, fresh.tracking_mode, fresh.tracking_epoch) == ("Wheat flour", "batch", 1)


def test_a_switch_that_was_prepared_before_somebody_elses_is_refused(manager):
    flour = item("Flour", skus=("F",))
    stale = Item.objects.get(pk=flour.pk)
    enable_tracking(item=flour, to="batch", by=manager, reason="x")
    download(flour, manager)
    disable_tracking(item=flour, by=manager, reason="x")
    stale.tracking_mode = "serial"
    with pytest.raises(Refusal, match="was switched by somebody else since you loaded it; it is No tracking now"):
        stale.save()
    fresh = Item.objects.get(pk=flour.pk)
    assert (fresh.tracking_mode, fresh.tracking_epoch) == ("none", 2)


def test_without_the_addon_enabling_is_closed_and_tracked_items_go_on(manager):
    flour = item("Flour", "batch", skus=("F",))
    salt = item("Salt", skus=("S",))
    Workspace(pk=1, plan="standard").save()
    with pytest.raises(Refusal, match="belong to the Full Traceability add-on"):
        enable_tracking(item=salt, to="batch", by=manager, reason="x")
    with pytest.raises(ValidationError, match="belong to the Full Traceability add-on"):
        item("Oven", "serial", skus=("O",))
    post("receipt", line("F", 1, batch="L1"))
    flour.refresh_from_db()
    assert flour.tracking_mode == "batch"
    Workspace(pk=1, plan="standard", has_traceability_addon=True).save()
    enable_tracking(item=salt, to="batch", by=manager, reason="x")


def test_switching_off_needs_exactly_the_present_history(manager, operator):
    flour = item("Flour", "batch", "kg", skus=("F",))
    post("receipt", line("F", 5, batch="L1", expires="2030-01-31"))
    with pytest.raises(PermissionDenied):
        disable_tracking(item=flour, by=operator, reason="x")
    with pytest.raises(Refusal, match="You have not downloaded the history of Flour yet"):
        disable_tracking(item=flour, by=manager, reason="x")
    download(flour, manager)
    Batch.objects.filter(number="L1").update(note="a word added without any ledger line")
    with pytest.raises(Refusal, match="has changed since you downloaded it"):
        disable_tracking(item=flour, by=manager, reason="x")
    content = download(flour, manager)
    archive = disable_tracking(item=flour, by=manager, reason="Too much work")
    assert stock() == {("F", "Main", ""): "5"}
    assert not Batch.objects.exists()
    assert list(LedgerLine.objects.values_list("batch", "epoch")) == [(None, 0)]
    assert (flour.tracking_mode, flour.tracking_epoch) == ("none", 1)
    assert gzip.decompress(archive.content) == content
    assert archive.sha256 == hashlib.sha256(content).hexdigest()
    assert (archive.line_count, archive.record_count) == (1, 1)


def test_switching_off_needs_the_history_that_one_downloaded_oneself(manager):
    flour = item("Flour", "batch", "kg", skus=("F",))
    post("receipt", line("F", 5, batch="L1"))
    second = get_user_model().objects.create_user("second")
    second.groups.add(*manager.groups.all())
    download(flour, manager)
    with pytest.raises(Refusal, match="You have not downloaded the history of Flour yet"):
        disable_tracking(item=flour, by=second, reason="x")
    assert (batch("L1").number, Archive.objects.count()) == ("L1", 0)


@pytest.mark.parametrize("chunk", [1, 2, 4000])
def test_the_records_of_a_history_come_by_key_whenever_they_were_made(manager, monkeypatch, chunk):
    monkeypatch.setattr("tracking.modes.history.CHUNK", chunk)
    flour = item("Flour", "batch", "kg", skus=("F",))
    for number in ("b", "C", "a"):
        post("receipt", line("F", 1, batch=number))
    rows = [row.split(",") for row in download(flour, manager).decode().splitlines() if row.startswith("record,")]
    assert [row[6] for row in rows] == ["a", "b", "C"]


def test_a_download_counts_when_its_last_byte_was_taken(manager, monkeypatch):
    flour = item("Flour", "batch", "kg", skus=("F",))
    post("receipt", line("F", 5, batch="L1"))
    monkeypatch.setattr("tracking.modes.download.CHUNK", 10)
    history = write_history(flour)
    sent = sent_and_recorded(item=flour, history=history, by=manager)
    taken = [next(sent) for _ in range(-(-history.size // 10))]
    assert (len(b"".join(taken)), HistoryDownload.objects.count()) == (history.size, 0)
    assert list(sent) == []
    assert HistoryDownload.objects.get().sha256 == hashlib.sha256(b"".join(taken)).hexdigest()


def test_switching_off_is_refused_while_stock_is_on_hold(manager):
    flour = item("Flour", "batch", "kg", skus=("F",))
    post("receipt", line("F", 5, batch="L1"))
    hold(records=[batch("L1")], by=manager, reason="laboratory")
    download(flour, manager)
    with pytest.raises(Refusal, match=r"Stock of Flour is on hold: L1 of F\. Release it first"):
        disable_tracking(item=flour, by=manager, reason="x")
    assert batch("L1").is_held
    assert not Archive.objects.exists()
