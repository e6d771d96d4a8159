"""Digests and seals hold through everything that a company does: names, switches, restores, imports, old archives (rule 26)."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection, transaction

from items.models import Item, Variant
from katana_trace.lib.acting import acting
from katana_trace.lib.identity import uuid_by_number
from tests import build
from tests.build import line, post, restore, switch_off, switch_on
from tests.forger_tools import change_anew, execute, pack
from tests.random_shop import Shop, rename
from tests.worlds import exported, run
from tracking.ledger import triggers
from tracking.ledger.seals import make_seal
from tracking.ledger.sql import fetch
from tracking.management.commands.verify import held_by
from tracking.models import Archive, Batch, Document, Partner, RecordChange, Workspace
from tracking.records.edit import edit_batch
from tracking.records.hold import hold, release

pytestmark = pytest.mark.django_db


class Heads:
    """The heads of the seals that were made so far, as somebody kept them."""

    def __init__(self):
        self.kept: list[str] = []

    def hold(self) -> None:
        """A seal is made; no law is broken, and every head that was kept before is in the chain still."""
        assert build.broken() == {}
        self.kept.append(make_seal(by=None).head)
        for head in self.kept:
            assert "is in the chain" in held_by(head)


@pytest.fixture
def heads():
    return Heads()


@pytest.fixture
def company(manager, heads):
    """Flour by batch, pumps by serial number, salt without; two sealed days."""
    build.item("Flour", "batch", unit="kg", skus=("FLOUR",))
    build.item("Pump", "serial", skus=("PUMP",))
    build.item("Salt", skus=("SALT",))
    heads.hold()
    post("receipt", line("FLOUR", 10, batch="F1", expires=build.ahead(90)), line("FLOUR", 5, batch="unBatched"),
         line("PUMP", 1, serial="P1"), line("PUMP", 1, serial="P2"), line("PUMP", 1), line("SALT", 4),
         partner="Mill", by=manager)  # fmt: skip
    post("shipment", line("FLOUR", -3, batch="F1"), line("PUMP", -1, serial="P1"), partner="Lark", by=manager)
    heads.hold()


def test_renaming_everything(company, heads, manager):
    before = exported("movements")
    with acting(manager, "New names"):
        for row in (
            Partner.objects.get(name="Mill"),
            build.location("Main"),
            Item.objects.get(name="Flour"),
            Variant.objects.get(sku="FLOUR"),
            get_user_model().objects.get(pk=manager.pk),
        ):
            rename(row, "Another")
            heads.hold()
        Workspace(pk=1, business_name="Another").save()
        heads.hold()
        role = Group.objects.create(name="Packing")
        role.name = "Hand"
        role.save()
        role.user_set.add(manager)
        role.user_set.clear()
        heads.hold()
    assert [row.split(",")[1] for row in exported("movements").splitlines()] == [
        row.split(",")[1] for row in before.splitlines()
    ]
    assert ",Mill," in exported("movements")


def test_a_reversal(company, heads, manager):
    build.reverse(Document.objects.get(kind="shipment"), by=manager)
    heads.hold()


def test_off_and_restored_twice_with_unbatched_in_other_letters(company, heads, manager):
    """What is restored prints as it did, whatever the program called the stock of meanwhile."""
    flour = Item.objects.get(name="Flour")
    rename(Variant.objects.get(sku="FLOUR"), "MEAL")
    for turn in range(2):
        history = switch_off(flour, manager)
        heads.hold()
        post("receipt", line("MEAL", 2), by=manager)
        heads.hold()
        switch_on(flour, "batch", manager)
        heads.hold()
        post("receipt", line("MEAL", 1, batch="UnBATCHED"), by=manager)
        heads.hold()
        if turn:
            unbatched = Batch.objects.get(key="unbatched")
            hold(records=[unbatched], by=manager, reason="Smells")
            edit_batch(batch=unbatched, changes={"note": "Meanwhile"}, by=manager, reason="x")
            heads.hold()
        restore(flour, history, manager)
        heads.hold()
        if turn:
            assert Batch.objects.get(key="unbatched").reason == "Smells"
            release(records=[Batch.objects.get(key="unbatched")], by=manager, reason="Fine")
            heads.hold()


def test_off_and_never_restored(company, heads, manager):
    for name in ("Flour", "Pump"):
        item = Item.objects.get(name=name)
        switch_off(item, manager)
        heads.hold()
        mode = "batch" if name == "Flour" else "serial"
        switch_on(item, mode, manager)
        heads.hold()
    post("receipt", line("FLOUR", 1, batch="F1"), line("PUMP", 1, serial="P1"), by=manager)
    hold(records=[build.batch("F1"), build.serial("P1")], by=manager, reason="Smells")
    heads.hold()
    release(records=[build.batch("F1"), build.serial("P1")], by=manager, reason="Does not")
    for name in ("Flour", "Pump"):
        switch_off(Item.objects.get(name=name), manager)
        heads.hold()


def test_serial_numbers_that_left_meanwhile(company, heads, manager):
    pump = Item.objects.get(name="Pump")
    for left, number in (("P2", "P4"), ("P4", "P5")):
        history = switch_off(pump, manager)
        heads.hold()
        post("shipment", line("PUMP", -2), partner="Lark", by=manager)
        heads.hold()
        switch_on(pump, "serial", manager)
        heads.hold()
        restore(pump, history, manager, left=[left])
        heads.hold()
        post("receipt", line("PUMP", 1, serial=number), line("PUMP", 1), by=manager)
        heads.hold()


OLD_COLUMNS = (
    "kind", "document", "posted_at", "partner", "location", "sku", "batch_number", "expires_on", "serial_number",
    "quantity", "note", "item", "variant", "unit",
)  # fmt: skip


def test_an_export_of_an_old_program_in_an_empty_database(heads, manager, tmp_path):
    """The columns that a program of before wrote come in, and everything that comes later follows from them."""
    mark = transaction.savepoint()
    build.item("Flour", "batch", unit="kg", skus=("FLOUR",))
    build.item("Pump", "serial", skus=("PUMP",))
    post("receipt", line("FLOUR", 10, batch="F1", expires="2027-01-31"), line("PUMP", 1, serial="P1"), partner="Mill")
    post("shipment", line("FLOUR", -3, batch="F1"), line("PUMP", -1, serial="P1"), partner="Lark")
    items, movements = exported("items"), exported("movements")
    transaction.savepoint_rollback(mark)
    assert not Document.objects.exists()
    rows = list(csv.DictReader(io.StringIO(movements)))
    (tmp_path / "items.csv").write_text(items, encoding="utf-8")
    with (tmp_path / "movements.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, OLD_COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    run("import_csv", "items", str(tmp_path / "items.csv"))
    heads.hold()
    run("import_csv", "movements", str(tmp_path / "movements.csv"))
    heads.hold()
    assert [
        {name: row[name] for name in OLD_COLUMNS} for row in csv.DictReader(io.StringIO(exported("movements")))
    ] == [{name: row[name] for name in OLD_COLUMNS} for row in rows]
    assert run("import_csv", "movements", str(tmp_path / "movements.csv")).startswith("Nothing changed")
    heads.hold()


def without_uuids(content: bytes) -> bytes:
    """A history as the version before made it: its records have nothing in the column ``line``."""
    text = content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(row | ({"line": ""} if row["kind"] == "record" else {}) for row in rows)
    return ("\ufeff" + out.getvalue()).encode()


def made_before(archive: Archive) -> bytes:
    """``archive`` as the version before left it, with its download and the rows of the log."""
    content = without_uuids(gzip.decompress(bytes(archive.content)))
    sha256 = hashlib.sha256(content).hexdigest()
    triggers.drop_all(connection)
    pack(archive, content)
    execute("UPDATE tracking_historydownload SET sha256 = %s WHERE sha256 = %s", sha256, archive.sha256)
    for (id_,) in fetch("SELECT id FROM tracking_recordchange WHERE new = %s", [archive.sha256]):
        execute("UPDATE tracking_recordchange SET new = %s WHERE id = %s", sha256, id_)
        change_anew(id_)
    if connection.vendor == "postgresql":
        execute("SET CONSTRAINTS ALL IMMEDIATE")
    triggers.create_all(connection)
    if connection.vendor == "postgresql":
        execute("SET CONSTRAINTS ALL DEFERRED")
    return content


@pytest.mark.parametrize(("name", "mode"), [("Flour", "batch"), ("Pump", "serial")])
def test_an_archive_of_the_version_before(manager, heads, name, mode):
    build.item("Flour", "batch", unit="kg", skus=("FLOUR",))
    build.item("Pump", "serial", skus=("PUMP",))
    post("receipt", line("FLOUR", 10, batch="F1", expires=build.ahead(90)), line("PUMP", 1, serial="F1"), by=manager)
    item = Item.objects.get(name=name)
    switch_off(item, manager)
    content = made_before(Archive.objects.get())
    heads.hold()
    switch_on(item, mode, manager)
    heads.hold()
    restore(item, content, manager)
    heads.hold()
    lot = build.batch("F1") if mode == "batch" else build.serial("F1")
    assert lot.uuid == uuid_by_number(lot.variant_id, lot.key)
    hold(records=[lot], by=manager, reason="Smells")
    heads.hold()
    assert RecordChange.objects.filter(uuid=lot.uuid, field="status").count() == 1


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_done(manager, heads, seed):
    build.item("Flour", "batch", skus=("FLOUR",))
    build.item("Pump", "serial", skus=("PUMP",))
    build.item("Salt", skus=("SALT",))
    shop = Shop(seed, manager)
    for _ in range(40):
        shop.step()
        heads.hold()
    assert shop.restored
