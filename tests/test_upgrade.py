"""An installed site comes to the version with digests: its books are the same to the byte, and every law is kept (rule 26)."""

from __future__ import annotations

import gzip
import io

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from items.models import Item
from tests import build
from tests.build import line, post, switch_off, switch_on
from tests.conftest import user_in
from tests.worlds import exported, run
from tracking.ledger import triggers
from tracking.ledger.seals import make_seal
from tracking.models import Baseline, Document, RecallCustomer, RecordChange, Seal
from tracking.recalls.close import close_recall
from tracking.recalls.open import open_recall
from tracking.recalls.state import record_customer
from tracking.recalls.wanted import find_typed
from tracking.records.edit import edit_batch
from tracking.records.hold import hold

BEFORE = ("tracking", "0007_imports")
EXPORTS = ("movements", "items", "stock", "batches", "serials", "documents")


@pytest.fixture
def company(committed_db):
    """Lots with notes and holds, switches of every sort, and recalls, by a manager."""
    manager = user_in("Manager")
    build.item("Flour", "batch", unit="kg", skus=("FLOUR",))
    build.item("Pump", "serial", skus=("PUMP",))
    build.item("Yeast", "batch", skus=("YEAST",))
    build.item("Malt", "batch", skus=("MALT",))
    late = build.ahead(90)
    post("receipt", line("FLOUR", 10, batch="F1", expires=late), line("YEAST", 4, batch="Y1", expires=late),
         line("MALT", 2, batch="M1"), line("PUMP", 1, serial="P1"), line("PUMP", 1, serial="P2"), partner="Mill",
         by=manager)  # fmt: skip
    post("shipment", line("FLOUR", -3, batch="F1"), line("PUMP", -1, serial="P1"), partner="Lark", by=manager)
    build.reverse(post("shipment", line("FLOUR", -1, batch="F1"), partner="Lark", by=manager), by=manager)
    yeast = Item.objects.get(name="Yeast")
    history = switch_off(yeast, manager)
    post("shipment", line("YEAST", -1), partner="Lark", by=manager)
    switch_on(yeast, "batch", manager)
    build.restore(yeast, history, manager)
    switch_off(Item.objects.get(name="Malt"), manager)
    edit_batch(
        batch=build.batch("F1"), changes={"note": "Dark", "supplier_batch": "S1"}, by=manager, reason="Forgotten"
    )
    hold(records=[build.batch("F1"), build.serial("P2")], by=manager, reason="Smells")
    for title in ("Glass", "Metal"):
        case = open_recall(roots=find_typed("FLOUR F1"), kind="recall", title=title, reason="Found", by=manager)
        record_customer(customer=RecallCustomer.objects.get(recall=case), by=manager, state="notified", note="Ann")
        if title == "Glass":
            close_recall(recall=case, summary="Sieved", by=manager)
    make_seal(by=None)
    return manager


def back_to(target: tuple[str, str]) -> None:
    triggers.drop_all(connection)
    executor = MigrationExecutor(connection)
    executor.migrate([target])
    assert "tracking_seal" not in connection.introspection.table_names()


def test_an_installed_site_is_brought_up(company):
    before = {what: exported(what) for what in EXPORTS}
    back_to(BEFORE)
    call_command("migrate", verbosity=0, stdout=io.StringIO())
    assert build.broken() == {}
    assert {what: exported(what) for what in EXPORTS} == before
    baseline = Baseline.objects.get()
    assert baseline.last_document == Document.objects.latest("pk").pk
    assert not Seal.objects.exists()
    notes = [row for row in run("verify").splitlines() if row.strip().startswith("note")]
    count = Document.objects.count()
    assert any(f"{count} documents had no digest before {baseline.made_at:%Y-%m-%d}" in note for note in notes)
    assert any(
        f"Not sealed yet: {count} documents and {RecordChange.objects.count()} changes." in note for note in notes
    )


def test_what_comes_after_the_upgrade_follows(company):
    back_to(BEFORE)
    call_command("migrate", verbosity=0, stdout=io.StringIO())
    head = make_seal(by=None).head
    malt = Item.objects.get(name="Malt")
    switch_on(malt, "batch", company)
    build.restore(malt, gzip.decompress(bytes(malt.archives.get().content)), company)
    post("shipment", line("MALT", -1, batch="M1"), partner="Lark", by=company)
    case = open_recall(roots=find_typed("MALT M1"), kind="drill", title="Try", reason="Try", by=company)
    close_recall(recall=case, summary="Well", by=company)
    assert build.broken() == {}
    make_seal(by=None)
    assert "is in the chain" in run("verify", "--seal", head)
