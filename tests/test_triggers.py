"""What the database itself refuses, whoever writes to it: bare SQL, the ORM, an older program (laws 6 and 9)."""

from __future__ import annotations

import gzip
import io
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from items.models import Item, Variant
from tests.build import (
    batch,
    broken,
    item,
    line,
    location,
    partner,
    post,
    rename,
    restore,
    serial,
    serials,
    stock,
    switch_off,
    switch_on,
)
from tracking.checks import check_triggers
from tracking.ledger import relink, triggers
from tracking.ledger.seals import make_seal
from tracking.ledger.sql import fetch
from tracking.ledger.triggers import rules
from tracking.ledger.triggers.model_rules import MODEL_GUARDS
from tracking.ledger.triggers.recall_rules import RECALL_GUARDS
from tracking.ledger.write import LineRow, write_lines
from tracking.models import (
    Archive,
    Batch,
    Document,
    LedgerLine,
    Location,
    Partner,
    RecordChange,
    RelinkPermit,
    SerialNumber,
    Switch,
)
from tracking.records.hold import hold, release

pytestmark = pytest.mark.django_db

ON_SQLITE = connection.vendor == "sqlite"


@pytest.fixture
def flour():
    made = item("Flour", "batch", "kg", skus=("F-1", "F-25"))
    post("receipt", line("F-1", 10, batch="L1", expires="2031-01-31"), line("F-25", 4, batch="M1"))
    return made


@pytest.fixture
def pump():
    made = item("Pump", "serial", skus=("P-S", "P-L"))
    post("receipt", line("P-S", 1, serial="1"), line("P-L", 1, serial="2"), line("P-S", 1))
    return made


def refused(act) -> str:
    """The sentence with which the database refuses ``act``, which changes nothing."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        act()
    return str(caught.value).partition("\nCONTEXT")[0]


def sql(statement: str, *parameters) -> str:
    """The sentence with which the database refuses a bare statement."""

    def act() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)

    return refused(act)


def sentence_of(name: str) -> str:
    """The sentence of the row ``name`` of the table of guards."""
    return next(guard[4] for guard in rules.ROW_GUARDS if guard[0] == name)


def raw_line(
    sku: str,
    millionths: int,
    *,
    document: Document | None = None,
    batch=None,
    serial=None,
    at: str = "Main",
    epoch=None,
):
    """One ledger line past the planner, as an older program would write it."""
    variant = Variant.objects.select_related("item").get(sku=sku)
    document = document or a_document("receipt")
    row = LineRow(
        uuid.uuid4(),
        variant.pk,
        location(at).pk,
        batch and batch.pk,
        serial and serial.pk,
        "",
        millionths,
        variant.item.tracking_epoch if epoch is None else epoch,
    )
    write_lines({document.pk: [row]})


def a_document(kind: str) -> Document:
    """A document of ``kind`` to hang lines on; made without any by bare insert."""
    model, token = Document.objects.earliest("pk"), uuid.uuid4()
    return Document.objects.create(
        kind=kind,
        number=f"RAW-{token.hex}",
        key=f"raw-{token.hex}",
        posted_at=timezone.now(),
        posted_on="2026-01-31",
        recorded_at=timezone.now(),
        fingerprint=model.fingerprint,
        digest=model.digest,
        token=token,
    )


# -- lines are append-only ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "column",
    [
        "quantity = 1000000",
        "document_id = document_id + 1",
        "batch_id = NULL",
        "epoch = 7",
        "location_id = location_id + 1",
        "variant_id = variant_id + 1",
        "quantity = quantity",
    ],
)
def test_a_line_is_never_edited(flour, column):
    assert sql(f"UPDATE tracking_ledgerline SET {column}") == rules.LINE_UPDATED


def test_a_line_is_never_deleted(flour):
    assert sql("DELETE FROM tracking_ledgerline") == rules.LINE_DELETED
    assert refused(LedgerLine.objects.all().delete) == rules.LINE_DELETED
    if not ON_SQLITE:
        sql_all("SET CONSTRAINTS ALL IMMEDIATE")  # PostgreSQL truncates nothing that has checks pending
        assert sql("TRUNCATE tracking_ledgerline") == rules.LINE_DELETED


def test_a_line_is_never_replaced(flour):
    first = LedgerLine.objects.earliest("id")
    columns = "id, uuid, document_id, variant_id, location_id, batch_id, serial_id, quantity, epoch"
    values = fetch(f"SELECT {columns} FROM tracking_ledgerline WHERE id = %s", [first.pk])[0]
    statement = f"INTO tracking_ledgerline ({columns}) VALUES ({', '.join(['%s'] * 9)})"
    if ON_SQLITE:
        for verb in ("INSERT OR REPLACE", "INSERT OR IGNORE", "REPLACE", "INSERT"):
            assert sql(f"{verb} {statement}", *values) == rules.LINE_ID_TAKEN
        by_uuid = (values[0] + 1000, *values[1:])
        assert sql(f"REPLACE {statement}", *by_uuid) == rules.LINE_ID_TAKEN
    else:
        assert "duplicate key" in sql(f"INSERT {statement}", *values)
        update = "ON CONFLICT (id) DO UPDATE SET quantity = 1"
        assert sql(f"INSERT {statement} {update}", *values)
    assert broken() == {}


# -- lines that do not fit ------------------------------------------------------------------------------------------------


FAULTS = {
    "stale epoch": rules.LINE_FAULTS[0][1],
    "number of an untracked item": rules.LINE_FAULTS[1][1],
    "batch item": rules.LINE_FAULTS[2][1],
    "batch of a serial item": rules.LINE_FAULTS[3][1],
    "batch of another variant": rules.LINE_FAULTS[4][1],
    "serial of another variant": rules.LINE_FAULTS[5][1],
    "shipped without number": rules.LINE_FAULTS[6][1],
    "not whole": rules.LINE_FAULTS[7][1],
    "held": rules.LINE_FAULTS[8][1],
    "expired": rules.LINE_FAULTS[9][1],
}


def test_a_line_of_another_epoch_is_refused(flour):
    for epoch in (1, 7):
        assert refused(lambda: raw_line("F-1", 1, batch=batch("L1"), epoch=epoch)) == FAULTS["stale epoch"]  # noqa: B023


def test_a_posting_that_was_prepared_before_a_switch_is_refused(manager):
    salt = item("Salt", skus=("SALT",))
    post("receipt", line("SALT", 5))
    switch_on(salt, "batch", manager)
    assert refused(lambda: raw_line("SALT", -1, epoch=0)) == FAULTS["stale epoch"]


def test_a_line_that_does_not_fit_the_mode_is_refused(flour, pump):
    item("Salt", skus=("SALT",))
    post("receipt", line("SALT", 5))
    assert refused(lambda: raw_line("SALT", 1, batch=batch("L1"))) == FAULTS["number of an untracked item"]
    assert refused(lambda: raw_line("SALT", 1_000_000, serial=serial("1"))) == FAULTS["number of an untracked item"]
    assert refused(lambda: raw_line("F-1", 1)) == FAULTS["batch item"]
    assert refused(lambda: raw_line("F-1", 1_000_000, serial=serial("1"))) == FAULTS["batch item"]
    assert refused(lambda: raw_line("P-S", 1_000_000, batch=batch("L1"))) == FAULTS["batch of a serial item"]
    assert refused(lambda: raw_line("F-1", 1, batch=batch("M1"))) == FAULTS["batch of another variant"]
    assert refused(lambda: raw_line("P-S", -1_000_000, serial=serial("2"))) == FAULTS["serial of another variant"]
    assert refused(lambda: raw_line("P-S", 500_000)) == FAULTS["not whole"]
    assert broken() == {}


def test_what_is_shipped_or_used_needs_a_number_that_is_usable(flour, pump, manager):
    post("receipt", line("F-1", 5, batch="OLD", expires="2026-01-30"))
    old = batch("OLD")
    hold(records=[batch("L1"), serial("1")], by=manager, reason="Laboratory")
    for kind in ("shipment", "production"):
        document = a_document(kind)
        assert refused(lambda: raw_line("P-S", -1_000_000, document=document)) == FAULTS["shipped without number"]  # noqa: B023
        assert refused(lambda: raw_line("F-1", -1, document=document, batch=old)) == FAULTS["expired"]  # noqa: B023
        assert refused(lambda: raw_line("F-1", -1, document=document, batch=batch("L1"))) == FAULTS["held"]  # noqa: B023
        assert refused(lambda: raw_line("P-S", -1_000_000, document=document, serial=serial("1"))) == FAULTS["held"]  # noqa: B023


def test_more_than_there_is_is_refused(flour, pump):
    assert refused(lambda: raw_line("F-1", -10_000_001, batch=batch("L1"))) in (
        rules.NOT_ENOUGH,  # PostgreSQL's trigger
        "CHECK constraint failed: level_not_negative",  # SQLite's constraint
    )
    assert refused(lambda: raw_line("P-S", -2_000_000)) in (
        rules.NOT_ENOUGH,
        "CHECK constraint failed: level_numbered_fits",
    )
    assert refused(lambda: raw_line("P-S", 1_000_000, serial=serial("1"))) == rules.SERIAL_IN_STOCK
    assert refused(lambda: raw_line("P-S", -1_000_000, serial=serial("1"), at="Shop")) == rules.SERIAL_NOT_HERE
    assert "line_quantity_in_bounds" in refused(lambda: raw_line("F-1", 0, batch=batch("L1")))
    assert "line_quantity_in_bounds" in refused(lambda: raw_line("F-1", 10**15 + 1, batch=batch("L1")))
    assert "line_of_serial_moves_one" in refused(
        lambda: raw_line(
            "P-S",
            2_000_000,
            serial=SerialNumber.objects.create(
                item=Item.objects.get(name="Pump"), variant=Variant.objects.get(sku="P-S"), number="3", key="3"
            ),
        )
    )


def test_a_line_that_is_right_moves_level_and_place_without_any_program(flour, pump):
    raw_line("F-1", 500_000, batch=batch("L1"), at="Shop")
    raw_line("P-S", -1_000_000, serial=serial("1"))
    assert stock()[("F-1", "Shop", "L1")] == "0.5"
    assert serials() == {"1": "", "2": "Main"}


# -- rows that are evidence -----------------------------------------------------------------------------------------------


def test_documents_are_neither_edited_nor_deleted_nor_replaced(flour):
    assert sql("UPDATE tracking_document SET note = 'x'") == sentence_of("document_update")
    assert sql("DELETE FROM tracking_document") == sentence_of("document_delete")
    assert refused(lambda: Document.objects.update(posted_on="2020-01-01")) == sentence_of("document_update")
    stocktake = post("stocktake")  # no line refers to it
    copy = Document.objects.get(pk=stocktake.pk)
    copy.note = "forged"
    assert refused(lambda: copy.save()) == sentence_of("document_update")
    assert refused(lambda: copy.save(force_insert=True)) == sentence_of("document_insert")
    if ON_SQLITE:
        columns = ", ".join(field.column for field in Document._meta.fields)
        statement = f"REPLACE INTO tracking_document ({columns}) SELECT {columns} FROM tracking_document WHERE id = %s"
        assert sql(statement, stocktake.pk) == sentence_of("document_insert")


def test_switches_archives_and_changes_are_evidence(flour, manager):
    hold(records=[batch("L1")], by=manager, reason="Laboratory")
    assert refused(lambda: RecordChange.objects.update(reason="x")) == sentence_of("change_update")
    assert refused(lambda: sql_all("DELETE FROM tracking_recordchange")) == sentence_of("change_delete")
    release(records=[batch("L1")], by=manager, reason="Tested")
    switch_off(flour, manager)
    assert refused(lambda: Switch.objects.update(reason="x")) == sentence_of("switch_update")
    assert refused(lambda: sql_all("DELETE FROM tracking_switch")) == sentence_of("switch_delete")
    for forged in (
        {"content": b"x"},
        {"sha256": "x"},
        {"size": 1},
        {"line_count": 99},
        {"record_count": 99},
        {"mode": "serial"},
    ):
        assert refused(lambda: Archive.objects.update(**forged)) == sentence_of("archive_update")  # noqa: B023
    assert refused(lambda: sql_all("DELETE FROM tracking_archive")) == sentence_of("archive_delete")


def sql_all(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_unit_and_item_are_frozen_once_there_is_a_line(flour):
    salt = item("Salt", "batch", "kg", skus=("SALT",))
    salt.unit = "g"
    salt.save()
    assert sql("UPDATE items_item SET unit = 'g' WHERE name = 'Flour'") == sentence_of("item_unit")
    Variant.objects.filter(sku="SALT").update(item=flour)
    assert refused(lambda: Variant.objects.filter(sku="F-1").update(item=salt)) == sentence_of("variant_item")


def test_a_location_is_not_archived_while_stock_is_there(flour):
    now = timezone.now()
    location("Shed")
    post("transfer", line("F-25", -4, batch="M1"), line("F-25", 4, batch="M1", at="Shop"))
    for name in ("Main", "Shop"):
        archived = Location.objects.filter(name=name)
        assert refused(lambda: archived.update(archived_at=now)) == sentence_of("location_archive")  # noqa: B023
        assert archived.update(name=name) == 1
    post("transfer", line("F-25", -4, batch="M1", at="Shop"), line("F-25", 4, batch="M1"))
    Location.objects.exclude(name="Main").update(archived_at=now)  # never used, and used but empty
    Location.objects.update(archived_at=None)


def test_number_and_variant_of_a_batch_are_fixed(flour):
    for column in (
        "number = 'L9'",
        "key = 'l9'",
        f"uuid = '{uuid.uuid4().hex}'",
        "variant_id = (SELECT variant_id FROM tracking_batch WHERE number = 'M1')",
    ):
        assert sql(f"UPDATE tracking_batch SET {column} WHERE number = 'L1'") == sentence_of("batch_update")
    Batch.objects.filter(number="L1").update(note="allowed", supplier_batch="s")


def test_number_item_and_variant_of_a_serial_number_are_fixed(flour, pump):
    for column in (
        "number = '9'",
        "key = '9'",
        f"uuid = '{uuid.uuid4().hex}'",
        "item_id = item_id + 1",
        "variant_id = (SELECT variant_id FROM tracking_serialnumber WHERE number = '2')",
    ):
        assert sql(f"UPDATE tracking_serialnumber SET {column} WHERE number = '1'") == sentence_of("serial_update")
    other = {"item": flour, "variant": Variant.objects.get(sku="P-S"), "number": "3", "key": "3"}
    assert refused(lambda: SerialNumber.objects.create(**other)) == sentence_of("serial_insert")
    SerialNumber.objects.filter(number="1").update(note="allowed")


def test_batches_and_serial_numbers_are_not_deleted_by_themselves(flour, pump):
    bare = Batch.objects.create(variant=Variant.objects.get(sku="F-1"), number="BARE", key="bare")
    assert refused(bare.delete) == sentence_of("batch_delete")
    assert sql("DELETE FROM tracking_serialnumber") == sentence_of("serial_delete")


@pytest.mark.parametrize(
    ("guard", "table"),
    [
        ("item_replace", "items_item"),
        ("variant_replace", "items_variant"),
        ("location_replace", "tracking_location"),
        ("batch_replace", "tracking_batch"),
        ("serial_replace", "tracking_serialnumber"),
        ("switch_replace", "tracking_switch"),
        ("archive_replace", "tracking_archive"),
        ("change_replace", "tracking_recordchange"),
        ("seal_replace", "tracking_seal"),
    ],
)
def test_a_row_is_never_replaced_behind_the_guards_of_updates(flour, pump, manager, guard, table):
    hold(records=[batch("L1")], by=manager, reason="Laboratory")
    release(records=[batch("L1")], by=manager, reason="Tested")
    switch_off(flour, manager)
    switch_on(flour, "batch", manager)
    make_seal(by=None)
    verb = "REPLACE" if ON_SQLITE else "INSERT"
    before = {
        "switch_replace": "switch_insert",
        "archive_replace": "archive_insert",
    }  # which refuse it first, on PostgreSQL
    sentences = {sentence_of(guard), sentence_of(before.get(guard, guard))}
    assert sql(f"{verb} INTO {table} SELECT * FROM {table} ORDER BY id DESC LIMIT 1") in sentences


# -- the mode of an item --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "tracking_mode = 'none'",
        "tracking_mode = 'serial'",
        "tracking_epoch = 1",
        "tracking_epoch = 7",
        "tracking_mode = 'none', tracking_epoch = 1",
    ],
)
def test_mode_and_epoch_change_by_a_switch_alone(flour, change):
    assert sql(f"UPDATE items_item SET {change} WHERE name = 'Flour'") == rules.SWITCH_UNKNOWN


def test_a_switch_is_the_next_step_of_its_item_under_a_permit(flour):
    step = {"item": flour, "from_mode": "batch", "to_mode": "none", "epoch": 1, "reason": "x"}

    def switch(**other) -> Switch:
        return Switch.objects.create(switched_at=timezone.now(), **step | other)

    assert refused(switch) == sentence_of("switch_insert")
    with taken_back():
        relink.open_permit(flour, "off")
        for other in ({"epoch": 2}, {"from_mode": "serial"}, {"from_mode": "none", "to_mode": "batch"}):
            assert refused(lambda: switch(**other)) == sentence_of("switch_insert")  # noqa: B023
        switch()
        assert sql("UPDATE items_item SET tracking_mode = 'serial', tracking_epoch = 1 WHERE name = 'Flour'") == (
            rules.SWITCH_UNKNOWN
        )


def test_a_new_item_begins_at_epoch_0():
    new = Item(name="Salt", key="salt", tracking_epoch=3)
    assert refused(lambda: Item.objects.bulk_create([new])) == sentence_of("item_insert")


# -- the permit -----------------------------------------------------------------------------------------------------------


@contextmanager
def taken_back() -> Iterator[None]:
    """What is done inside is taken back at the end: an act that is not finished could not be committed."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def archive_of(item: Item, manager) -> Archive:
    """An archive of ``item``, which has batches again."""
    switch_off(item, manager)
    switch_on(item, "batch", manager)
    item.refresh_from_db()
    return Archive.objects.get(item=item)


def test_under_a_permit_to_switch_off_numbers_come_off_and_nothing_else(flour):
    with taken_back():
        relink.open_permit(flour, "off")
        assert sql("UPDATE tracking_ledgerline SET quantity = quantity + 1") == rules.LINE_UPDATED
        assert sql("UPDATE tracking_ledgerline SET batch_id = batch_id + 1") == rules.LINE_UPDATED
        sql_all("UPDATE tracking_ledgerline SET batch_id = NULL")
        assert sql("UPDATE tracking_ledgerline SET batch_id = %s", batch("L1").pk) == rules.LINE_UPDATED


def test_under_a_permit_to_restore_numbers_come_back_and_nothing_else(flour, manager):
    archive = archive_of(flour, manager)
    other = a_document("receipt")
    with taken_back():
        relink.open_permit(flour, "restore", archive=archive.pk)
        lot = Batch.objects.create(variant=Variant.objects.get(sku="F-1"), number="L1", key="l1")
        old = LedgerLine.objects.filter(variant__sku="F-1", batch=None, quantity__gt=0)
        old.update(batch=lot)
        unlink = LedgerLine.objects.filter(batch=lot)
        assert refused(lambda: unlink.update(batch=None)) == rules.LINE_UPDATED
        assert refused(lambda: raw_line("F-1", 1, batch=lot, document=other)) == rules.NOT_OF_RESTORE
        assert sql("DELETE FROM tracking_batch") == sentence_of("batch_delete")


def test_under_a_permit_to_switch_on_no_line_is_linked_again(manager):
    salt = item("Salt", skus=("SALT",))
    post("receipt", line("SALT", 5))
    with taken_back():
        relink.open_permit(salt, "on")
        assert sql("UPDATE tracking_ledgerline SET batch_id = 1") == rules.LINE_UPDATED
        assert sql("DELETE FROM tracking_relinkpermit") == sentence_of("permit_delete")


def test_a_permit_is_for_its_item_alone(flour, pump):
    with taken_back():
        relink.open_permit(pump, "off")
        assert sql("UPDATE tracking_ledgerline SET batch_id = NULL") == rules.LINE_UPDATED
        assert sql("DELETE FROM tracking_batch") == sentence_of("batch_delete")


def test_a_permit_is_opened_for_the_next_step_alone(flour, manager):
    salt = item("Salt", skus=("SALT",))
    archive = archive_of(flour, manager)
    steps = [
        (flour, "on", flour.tracking_epoch + 1, None),
        (salt, "off", 1, None),
        (flour, "off", flour.tracking_epoch, None),
        (flour, "off", flour.tracking_epoch + 2, None),
        (salt, "restore", 0, archive.pk),
        (flour, "restore", flour.tracking_epoch + 1, archive.pk),
    ]
    for of, act, epoch, archived in steps:
        open_it = lambda: RelinkPermit.objects.create(item=of, act=act, epoch=epoch, archive_id=archived)  # noqa: B023, E731
        assert refused(open_it) == sentence_of("permit_insert"), (of, act, epoch)
    restore(flour, gzip.decompress(archive.content), manager)
    assert refused(lambda: relink.open_permit(flour, "restore", archive=archive.pk)) == sentence_of("permit_insert")


def test_a_permit_closes_when_its_act_is_done_and_not_before(flour, manager):
    archive = archive_of(flour, manager)
    for act, archived in (("off", None), ("restore", archive.pk)):
        with taken_back():
            relink.open_permit(flour, act, archive=archived)
            assert sql("UPDATE tracking_relinkpermit SET epoch = epoch + 1") == sentence_of("permit_update")
            assert sql("DELETE FROM tracking_relinkpermit") == sentence_of("permit_delete")
    with taken_back():  # the item is switched, and its archive is missing
        relink.open_permit(flour, "off")
        step = {"from_mode": "batch", "to_mode": "none", "epoch": flour.tracking_epoch + 1, "reason": "x"}
        Switch.objects.create(item=flour, switched_at=timezone.now(), **step)
        Item.objects.filter(pk=flour.pk).update(tracking_mode="none", tracking_epoch=flour.tracking_epoch + 1)
        assert sql("DELETE FROM tracking_relinkpermit") == sentence_of("permit_delete")


@pytest.mark.django_db(transaction=True)
def test_no_commit_leaves_a_permit_or_half_a_switch_behind(committed_db):
    flour = item("Flour", "batch", "kg", skus=("F-1",))

    def half_a_switch() -> None:
        relink.open_permit(flour, "off")
        step = {"from_mode": "batch", "to_mode": "none", "epoch": 1, "reason": "x"}
        Switch.objects.create(item=flour, switched_at=timezone.now(), **step)

    for act in (lambda: relink.open_permit(flour, "off"), half_a_switch):
        with pytest.raises(IntegrityError):
            transaction.atomic(act)()
    assert sql("INSERT INTO tracking_never (id) VALUES (0)") == sentence_of("never_insert")
    assert (RelinkPermit.objects.count(), Switch.objects.count()) == (0, 0)


def test_archives_come_with_their_switch_and_are_restored_once_under_a_permit(flour, manager):
    archive = archive_of(flour, manager)
    copy = Archive.objects.get(pk=archive.pk)
    copy.pk = None
    assert refused(lambda: copy.save(force_insert=True)) == sentence_of("archive_insert")
    restored = {"restored_at": timezone.now(), "restored_by": manager}
    assert refused(lambda: Archive.objects.update(**restored)) == sentence_of("archive_restored")
    restore(flour, gzip.decompress(archive.content), manager)
    for forged in ({"restored_at": None}, {"restored_by": None}, restored):
        assert refused(lambda: Archive.objects.update(**forged)) == sentence_of("archive_restored")  # noqa: B023


def test_documents_of_the_system_are_made_by_a_switch_or_restore_alone(flour):
    for kind in ("tracking_on", "tracking_restored"):
        assert refused(lambda: a_document(kind)) == sentence_of("document_system")  # noqa: B023
    with taken_back():
        relink.open_permit(flour, "off")
        assert refused(lambda: a_document("tracking_on")) == sentence_of("document_system")


# -- evidence ----------------------------------------------------------------------------------------------------------------


def test_seals_and_where_digests_begin_are_only_ever_added(flour):
    make_seal(by=None)
    for name, statement in (
        ("seal_update", "UPDATE tracking_seal SET head = 'x'"),
        ("seal_delete", "DELETE FROM tracking_seal"),
        ("baseline_update", "UPDATE tracking_baseline SET last_line = 9"),
        ("baseline_delete", "DELETE FROM tracking_baseline"),
        ("baseline_insert", "INSERT INTO tracking_baseline SELECT * FROM tracking_baseline"),
    ):
        assert sql(statement) == sentence_of(name)


def test_a_document_comes_with_its_digest(flour):
    copy = Document.objects.earliest("pk")
    copy.pk, copy.key, copy.token, copy.digest = None, "copy", uuid.uuid4(), ""
    assert refused(lambda: copy.save(force_insert=True)) == sentence_of("document_digest")


def test_expiry_and_hold_of_a_lot_are_logged_before_they_change(flour, pump, manager):
    for values in ({"expires_on": "2030-01-01"}, {"expires_on": None}, {"status": "held"}):
        assert refused(lambda: Batch.objects.filter(number="L1").update(**values)) == sentence_of("batch_logged")  # noqa: B023
        assert values == {"expires_on": None} or refused(
            lambda: Batch.objects.create(variant=batch("L1").variant, number="N", key="n", **values)  # noqa: B023
        ) == sentence_of("batch_made")
    assert refused(lambda: SerialNumber.objects.update(status="held")) == sentence_of("serial_logged")
    unit = {"item": pump, "variant": Variant.objects.get(sku="P-S"), "number": "9", "key": "9", "status": "held"}
    assert refused(lambda: SerialNumber.objects.create(**unit)) == sentence_of("serial_made")
    # What the log once said does not do: it must be the last that it says.
    hold(records=[batch("L1")], by=manager, reason="Laboratory")
    release(records=[batch("L1")], by=manager, reason="Tested")
    assert refused(lambda: Batch.objects.update(status="held")) == sentence_of("batch_logged")


def test_names_are_logged_before_they_change(flour):
    partner("Mill")
    for name, model in (
        ("partner_logged", Partner),
        ("location_logged", Location),
        ("item_logged", Item),
        ("variant_logged", Variant),
    ):
        row = model.objects.first()
        past = model.objects.filter(pk=row.pk)
        assert refused(lambda: past.update(**{model.NAMED: "Other"})) == sentence_of(name)  # noqa: B023
        rename(row, "Other")
        assert RecordChange.objects.latest("pk").new == "Other"


@pytest.mark.parametrize("name", ["Viewer", "Operator", "Manager"])
def test_the_three_roles_are_never_deleted_or_renamed(name):
    """By Django, by bare SQL, and by what replaces a row; what they may do, and who has them, is free."""
    role, kept, named = Group.objects.get(name=name), sentence_of("role_delete"), sentence_of("role_update")
    before = [*Group.objects.order_by("pk").values_list("pk", "name")]
    for act in (
        role.delete,
        Group.objects.filter(name=name).delete,
        lambda: Group.objects.filter(pk=role.pk)._raw_delete("default"),
    ):
        assert refused(act) == kept
    assert sql("DELETE FROM auth_group WHERE name = %s", name) == kept
    replace = "INSERT OR REPLACE" if ON_SQLITE else "INSERT"
    assert sql(f"{replace} INTO auth_group (id, name) VALUES (999, %s)", name) == sentence_of("role_replace")
    assert sql(f"{replace} INTO auth_group (id, name) VALUES (%s, 'Other')", role.pk) == kept
    role.name = "Other"
    assert refused(role.save) == named
    assert refused(lambda: Group.objects.filter(name=name).update(name="Other")) == named
    assert sql("UPDATE auth_group SET id = 999 WHERE name = %s", name) == named
    other = Group.objects.create(name="Packing")
    before.append((other.pk, "Packing"))
    assert sql("UPDATE auth_group SET name = %s WHERE id = %s", name, other.pk) == sentence_of("role_taken")
    assert sql("UPDATE auth_group SET id = %s WHERE id = %s", role.pk, other.pk) == sentence_of("role_taken")
    assert [*Group.objects.order_by("pk").values_list("pk", "name")] == before
    assert broken() == {}
    role.refresh_from_db()
    role.permissions.clear()
    role.save()


@pytest.mark.skipif(not ON_SQLITE, reason="PostgreSQL has no UPDATE OR REPLACE")
@pytest.mark.parametrize("change", ["name = 'Manager'", "id = (SELECT id FROM auth_group WHERE name = 'Manager')"])
def test_roles_are_not_replaced_by_a_shell_either(committed_db, change):
    """A shell of SQLite does not fire the triggers of a deletion for the row that another one takes the place of."""
    Group.objects.create(name="Packing")
    before = [*Group.objects.order_by("pk").values_list("pk", "name")]
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as shell:
        with pytest.raises(sqlite3.IntegrityError) as caught:
            shell.execute(f"UPDATE OR REPLACE auth_group SET {change} WHERE name = 'Packing'")
        shell.rollback()
    assert str(caught.value) == sentence_of("role_taken")
    assert [*Group.objects.order_by("pk").values_list("pk", "name")] == before


def test_other_groups_are_renamed_and_deleted():
    role = Group.objects.create(name="Packing")
    role.name = "Hands"
    role.save()
    role.delete()
    assert not Group.objects.filter(name__in=["Packing", "Hands"]).exists()


@pytest.mark.skipif(ON_SQLITE, reason="SQLite has no TRUNCATE")
def test_roles_are_not_emptied_at_once():
    assert sql("TRUNCATE auth_group CASCADE") == sentence_of("role_delete")


# -- that they are there --------------------------------------------------------------------------------------------------


def test_every_guard_has_a_test_in_this_file():
    mine = open(__file__, encoding="utf-8").read()  # noqa: PTH123, SIM115
    elsewhere = {
        "item_update",
        *(name for name, *_ in [*RECALL_GUARDS, *MODEL_GUARDS]),
    }  # test_recall_guards, test_choices
    missing = [name for name, *_ in rules.ROW_GUARDS if f'"{name}"' not in mine and name not in elsewhere]
    assert missing == []
    assert len(FAULTS) == len(rules.LINE_FAULTS)


def test_all_triggers_are_there():
    assert triggers.missing(connection) == []
    assert check_triggers(None, databases=["default"]) == []


@pytest.mark.parametrize("name", sorted(triggers.dialect(connection).all_guards()))
def test_a_trigger_that_is_gone_is_found_by_law_check_and_name(name):
    room = triggers.dialect(connection)
    with connection.cursor() as cursor:
        room.drop(cursor, name)
    assert triggers.missing(connection) == [name]
    assert broken() == {9: [f"The guard {name} is missing or altered. Run manage.py migrate."]}
    found = check_triggers(None, databases=["default"])
    assert [(message.id, message.msg) for message in found] == [
        ("tracking.W001", f"The database “default” lacks guards that protect the ledger: {name}.")
    ]
    assert found[0].hint == "Post nothing. Run manage.py migrate, which puts them back, then manage.py verify."


def test_a_trigger_that_was_altered_counts_as_missing():
    with connection.cursor() as cursor:
        if ON_SQLITE:
            cursor.execute("DROP TRIGGER tracking_line_delete_guard")
            cursor.execute(
                "CREATE TRIGGER tracking_line_delete_guard BEFORE DELETE ON tracking_ledgerline BEGIN SELECT 1; END"
            )
            assert triggers.missing(connection) == ["tracking_line_delete_guard"]
        else:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION tracking_line_delete_fn() RETURNS trigger LANGUAGE plpgsql"
                " AS $$BEGIN RETURN OLD; END$$"
            )
            assert triggers.missing(connection) == ["tracking_line_delete"]


@pytest.mark.skipif(ON_SQLITE, reason="SQLite cannot disable a trigger")
def test_a_trigger_that_was_disabled_counts_as_missing():
    sql_all("ALTER TABLE tracking_ledgerline DISABLE TRIGGER tracking_line_delete")
    assert triggers.missing(connection) == ["tracking_line_delete"]


def test_migrate_puts_triggers_back(committed_db):
    triggers.drop_all(connection)
    names = triggers.missing(connection)
    assert len(names) >= len(rules.ROW_GUARDS) + 4
    call_command("migrate", verbosity=0, stdout=io.StringIO())
    assert triggers.missing(connection) == []
    triggers.drop_all(connection)
    call_command("migrate", "tracking", "zero", verbosity=0, stdout=io.StringIO())
    call_command("migrate", verbosity=0, stdout=io.StringIO())
    assert triggers.missing(connection) == []
