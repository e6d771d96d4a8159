"""What an unkind reader tried: numbers taken twice, marks nobody sees, histories switched off again and again."""

from __future__ import annotations

import io

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from items.models import Item
from katana_trace.lib.days import now
from katana_trace.lib.numbers import key_of
from tests.build import (
    batch,
    broken,
    item,
    line,
    post,
    refusal,
    restore,
    reverse,
    set_expiry,
    stock,
    switch_off,
    switch_on,
)
from tests.worlds import exported, traced
from tracking.models import Batch, Document
from tracking.modes.switch import disable_tracking, enable_tracking
from tracking.records.hold import hold
from tracking.resources.import_items import import_items
from tracking.resources.import_movements import import_movements
from tracking.resources.refused import FileRefused
from tracking.views.item_card import recent_movements

pytestmark = pytest.mark.django_db

HEADER = "kind,document,posted_at,partner,location,sku,batch_number,expires_on,serial_number,quantity,note"


def test_a_trace_says_what_is_gone_again_after_a_restored_history_was_switched_off_once_more(manager):
    item("Flour", "batch", skus=("FLOUR",))
    dough = item("Dough", "batch", skus=("DOUGH",))
    item("Loaf", "batch", skus=("LOAF",))
    post("receipt", line("FLOUR", 5, batch="F-1"), partner="Mill")
    post("production", line("FLOUR", -5, batch="F-1"), line("DOUGH", 5, batch="D-1"))
    post("production", line("DOUGH", -5, batch="D-1"), line("LOAF", 5, batch="L-1"))
    forward, backward = traced("FLOUR", "F-1"), traced("LOAF", "L-1")
    for _ in range(3):
        history = switch_off(dough, manager)
        assert [name for name, _ in traced("FLOUR", "F-1")["gaps"]] == ["Dough"]
        assert [name for name, _ in traced("LOAF", "L-1")["gaps"]] == ["Dough"]
        switch_on(dough, "batch", manager)
        assert [name for name, _ in traced("LOAF", "L-1")["gaps"]] == ["Dough"]
        restore(dough, history, manager)
        assert (traced("FLOUR", "F-1"), traced("LOAF", "L-1")) == (forward, backward)
    assert broken() == {}


def test_an_older_and_a_newer_archive_are_restored_in_either_order(manager):
    flour = item("Flour", "batch", skus=("FLOUR",))
    post("receipt", line("FLOUR", 5, batch="F-1"), line("FLOUR", 3, batch="F-2", at="Shop"))
    before = exported("stock")
    for newest_first in (False, True):
        older = switch_off(flour, manager)
        switch_on(flour, "batch", manager)
        newer = switch_off(flour, manager)
        switch_on(flour, "batch", manager)
        for history in (newer, older) if newest_first else (older, newer):
            restore(flour, history, manager)
            assert broken() == {}
        assert exported("stock") == before


def test_a_hold_on_what_is_unbatched_outlives_a_restore(manager):
    flour = item("Flour", skus=("FLOUR",))
    post("receipt", line("FLOUR", 5))
    switch_on(flour, "batch", manager)
    post("adjustment", line("FLOUR", -3, batch="UNBATCHED"), line("FLOUR", 3, batch="F-1"))
    history = switch_off(flour, manager)
    switch_on(flour, "batch", manager)
    set_expiry("UNBATCHED", "2031-01-31")
    hold(records=[batch("UNBATCHED")], by=manager, reason="Weevils")
    restore(flour, history, manager)
    assert stock() == {("FLOUR", "Main", "F-1"): "3", ("FLOUR", "Main", "UNBATCHED"): "2"}
    assert (batch("UNBATCHED").is_held, batch("UNBATCHED").reason) == (True, "Weevils")
    assert str(batch("UNBATCHED").expires_on) == "2031-01-31"


def test_the_very_same_document_under_another_token_is_the_first_one():
    item("Flour", skus=("FLOUR",))
    at = now()
    first = post("receipt", line("FLOUR", 5), number="PO-7", at=at)
    assert post("receipt", line("FLOUR", 5), number="po-7", at=at) == first
    assert refusal(post, "receipt", line("FLOUR", 6), number="ＰＯ－7", at=at).startswith(
        "Receipt ＰＯ－7 was posted already"
    )
    assert stock() == {("FLOUR", "Main", ""): "5"}


def test_a_number_typed_in_full_width_does_not_stop_the_counting():
    item("Flour", skus=("FLOUR",))
    post("receipt", line("FLOUR", 5), number="ＰＯ－000001")
    assert post("receipt", line("FLOUR", 5)).number == "PO-000002"


def test_marks_that_nobody_sees_make_no_second_batch():
    item("Flour", "batch", skus=("FLOUR",))
    post("receipt", line("FLOUR", 1, batch="A1"))
    post("receipt", line("FLOUR", 1, batch="\u202aA1\u202c\u200e"))
    assert stock() == {("FLOUR", "Main", "A1"): "2"}
    assert key_of("A\ufe0f1\u2066\u061c") == "a1"


def test_a_note_may_be_long():
    item("Flour", skus=("FLOUR",))
    document = post("receipt", line("FLOUR", 1), note="word " * 190)
    assert len(document.note) == 949


def test_a_partner_of_invisible_letters_is_a_bad_row():
    item("Flour", skus=("FLOUR",))
    row = "receipt,PO-1,2025-01-06T08:00:00+00:00,\u200b,Main,FLOUR,,,,1,"
    with pytest.raises(FileRefused) as caught:
        import_movements(io.BytesIO(f"{HEADER}\n{row}".encode()), by=None)
    assert caught.value.report() == "Row 2, partner: Partner is empty. Give it a value that can be read."


def test_an_import_that_changes_the_unit_of_what_has_moved_is_a_bad_row():
    item("Flour", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 1))
    rows = "item,kind,unit,tracking,sku,variant,gtin,shelf_life_days\nFlour,product,g,none,FLOUR,,,"
    with pytest.raises(FileRefused) as caught:
        import_items(io.BytesIO(rows.encode()), by=None)
    assert "The unit of an item that has moved is fixed." in caught.value.report()


def test_the_same_file_is_skipped_after_renaming_switching_and_reversing(manager):
    flour = item("Flour", "batch", skus=("FLOUR",))
    rows = "\n".join(
        [
            HEADER,
            "receipt,PO-1,2025-01-06T08:00:00+00:00,Mill,Main,FLOUR,F-1,2031-01-31,,5,",
            "shipment,SO-1,2025-01-06T09:00:00+00:00,Café,Main,flour,f-1,,,-2,",
        ]
    ).encode()

    def skipped() -> int:
        return import_movements(io.BytesIO(rows), by=None).skipped

    assert import_movements(io.BytesIO(rows), by=None).documents == 2
    for row in (flour.variants.get(), Document.objects.get(key="po-1").partner):
        setattr(row, row.NAMED, "Renamed")
        row.save()
    assert skipped() == 2
    history = switch_off(flour, manager)
    assert skipped() == 2
    switch_on(flour, "batch", manager)
    restore(flour, history, manager)
    reverse(Document.objects.get(key="so-1"))
    assert skipped() == 2
    assert broken() == {}


def test_skus_that_changed_places_get_their_own_batches_back(manager):
    flour = item("Flour", "batch", skus=("F-1", "F-2"))
    post("receipt", line("F-1", 5, batch="L"), line("F-2", 7, batch="L"), line("F-2", 1, batch="M"))
    history = switch_off(flour, manager)
    one, two = flour.variants.order_by("sku")
    for variant, sku in ((one, "F-3"), (two, "F-1"), (one, "F-2")):
        variant.sku = sku
        variant.save()
    switch_on(flour, "batch", manager)
    restore(flour, history, manager)
    assert stock() == {("F-2", "Main", "L"): "5", ("F-1", "Main", "L"): "7", ("F-1", "Main", "M"): "1"}
    assert broken() == {}


def test_more_batches_than_one_place_may_hold_without_them_keep_their_tracking(manager):
    flour = item("Flour", "batch", "kg", skus=("FLOUR",))
    for number in ("A", "B"):
        post("receipt", *[line("FLOUR", 10**9, batch=number) for _ in range(500)])
    history = switch_off(flour, manager)
    switch_on(flour, "batch", manager)
    restore(flour, history, manager)
    post("receipt", line("FLOUR", "0.000001", batch="C"))
    assert refusal(disable_tracking, item=flour, by=manager, reason="x") == (
        "The batches of FLOUR at Main are more than 1,000,000,000,000 kg in sum, the limit of one place without batches. "
        "Transfer some of it to another location first."
    )
    assert broken() == {}


def test_a_save_that_failed_leaves_nothing_for_the_next_one():
    item("Salt", skus=("SALT",))
    flour = item("Flour", skus=("FLOUR",))
    post("receipt", line("FLOUR", 5))
    flour.name, flour.tracking_mode = "Salt", "batch"
    with pytest.raises(IntegrityError), transaction.atomic():
        flour.save()
    flour.name, flour.tracking_mode = "Rye flour", "none"
    flour.save()
    assert not Batch.objects.exists()
    assert broken() == {}


def test_saving_the_name_alone_does_not_forget_the_tracking_that_was_chosen():
    flour = item("Flour", skus=("FLOUR",))
    flour.name, flour.tracking_mode = "Rye flour", "batch"
    flour.save(update_fields=["name"])
    assert Item.objects.get(pk=flour.pk).tracking_mode == "none"
    flour.save()
    assert Item.objects.get(pk=flour.pk).tracking_mode == "batch"


def test_reasons_that_cannot_be_stored_are_refused_in_a_sentence(manager):
    flour = item("Flour", skus=("FLOUR",))
    sentence = refusal(enable_tracking, item=flour, to="batch", by=manager, reason="bad \udcff")
    assert sentence == "Reason “bad \\udcff” has a character that cannot be printed (\\udcff). Remove it."


def test_the_name_that_confirms_may_be_typed_as_a_page_shows_it(client, manager):
    flour = item("Rye  flour", "batch", skus=("FLOUR",))
    client.force_login(manager)

    def refused(typed: str) -> list[str]:
        sent = {"tracking_mode": "none", "confirm": typed, "reason": "x"}
        return list(client.post(f"/items/{flour.pk}/tracking/", sent).context["form"].errors)

    assert refused("Rye flour") == ["__all__"]  # the history was not downloaded
    assert refused("Rye") == ["confirm"]


def test_recent_movements_are_the_last_of_all_variants():
    flour = item("Flour", skus=("F-1", "F-2"))
    for number in range(1, 9):
        post("receipt", line("F-1", number), line("F-2", number))
    found = recent_movements(list(flour.variants.values_list("pk", flat=True)))
    assert [moved.pk for moved in found] == sorted((moved.pk for moved in found), reverse=True)
    assert [int(moved.quantity) for moved in found] == [8, 8, 7, 7, 6, 6, 5, 5, 4, 4]


def test_a_viewers_name_posts_and_imports_nothing(viewer, operator, tmp_path):
    item("Flour", "batch", "kg", skus=("F",))
    with pytest.raises(PermissionDenied, match="takes the role Operator"):
        post("receipt", line("F", 1, batch="L1"), by=viewer)
    file = tmp_path / "movements.csv"
    file.write_text(
        "kind,document,posted_at,partner,location,sku,batch_number,expires_on,serial_number,quantity,note\n"
        "receipt,PO-1,2025-01-06T08:00:00+00:00,,Main,F,L1,,,5,\n"
    )
    with pytest.raises(CommandError, match=r"Posting documents takes the role Operator\. .* viewer may not\."):
        call_command("import_csv", "movements", str(file), by="viewer")
    assert stock() == {}
    call_command("import_csv", "movements", str(file), by="operator")
    assert stock() == {("F", "Main", "L1"): "5"}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="INSERT OR REPLACE is SQLite's")
def test_a_replaced_row_does_not_slip_past_the_guards_of_updates():
    flour = item("Flour", "batch", "kg", skus=("F",))
    post("receipt", line("F", 5, batch="L1"))
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="rows are never replaced"):
        cursor.execute(
            "INSERT OR REPLACE INTO items_item (id, key, name, kind, unit, tracking_mode, tracking_epoch)"
            " VALUES (%s, 'flour', 'Flour', 'material', 'g', 'batch', 0)",
            [flour.pk],
        )
    flour.refresh_from_db()
    assert flour.unit == "kg"
