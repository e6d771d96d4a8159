"""A company that has a bit of everything, made through the doors: what forgers of the tests have to work on."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from items.models import Item, Variant
from items.recipes import Ingredient, save_recipe
from katana_trace.accounts import events
from katana_trace.accounts.models import LoginAttempt, LoginEvent
from katana_trace.accounts.sessions import SessionStore
from katana_trace.lib.acting import acting
from katana_trace.lib.identity import new_uuid
from tests import build
from tests.build import line, post
from tests.worlds import run
from tracking.drafts.content import BatchContent, DraftContent, LineContent
from tracking.drafts.save import save_draft
from tracking.ledger.seals import make_seal
from tracking.models import FileImport, Partner, Recall, RememberedMapping, Workspace
from tracking.models.recall import RecallCustomer
from tracking.recalls.close import close_recall
from tracking.recalls.open import open_recall
from tracking.recalls.state import record_customer
from tracking.recalls.wanted import find_typed
from tracking.records.edit import edit_batch
from tracking.records.hold import hold, release


def make_company(by, folder) -> None:
    """Items of all modes with every kind of document, two recalls, switches of every sort; then a seal, and work after it.

    ``by`` is a manager; an import reads a file that is written into ``folder``.
    """
    make_items()
    move(by)
    import_movements(folder)
    switch(by)
    write_on_lots(by)
    recall(by)
    rename(by)
    leave_conveniences(by)
    make_seal(by=None)
    post("receipt", line("FLOUR", 3, batch="F1"), line("SALT", 1), partner="Northmill", by=by)
    make_seal(by=None)
    post("receipt", line("SALT", 2), by=by)


def make_items() -> None:
    build.item("Flour", "batch", unit="kg", skus=("FLOUR", "FLOUR-25"), kind="material", shelf_life_days=300)
    build.item("Bread", "batch", skus=("BREAD",), expiry_notice_days=3, number_pattern="B-{yy}{mm}{dd}-{n}")
    build.item("Pump", "serial", skus=("PUMP",), warranty_months=24)
    build.item("Salt", unit="kg", skus=("SALT",), kind="material")
    build.item("Sand", skus=("SAND",))
    build.item("Yeast", "batch", skus=("YEAST",))
    build.item("Malt", "batch", skus=("MALT",))
    build.item("Motor", "serial", skus=("MOTOR",))
    flour = Variant.objects.get(sku="FLOUR")
    flour.name, flour.gtin = "1 kg", "4006381333931"
    flour.save()
    for row in (build.location("Main"), build.location("Shop"), build.partner("Northmill"), build.partner("Lark")):
        row.phone, row.address = "+43 1 2", "Mill Lane 1"
        row.save()
    Partner.objects.get(name="Lark").delete()
    build.partner("Café Lark")
    mill = Partner.objects.get(name="Northmill")
    mill.email = "mill@mill.example"
    mill.save()
    Workspace(
        pk=1, business_name="Kaiser", business_phone="1", business_address="Ring 1", default_tracking="batch"
    ).save()
    save_recipe(variant=Variant.objects.get(sku="BREAD"), quantity=10, lines=[Ingredient(flour, 5)], by=None)


def move(by) -> None:
    """Every kind of document, and a reversal."""
    when = datetime(2026, 1, 5, 8, tzinfo=UTC)
    late = build.ahead(300)
    post("receipt", line("FLOUR", 100, batch="F1", expires=late), line("FLOUR", 50, batch="F2", expires=late),
         line("SALT", 20), partner="Northmill", at=when, by=by, note="By lorry")  # fmt: skip
    post("receipt", line("FLOUR-25", 9, batch="F1"), line("YEAST", 8, batch="Y1", expires=late), line("MALT", 5, batch="M1",
         expires=late), line("YEAST", 3, batch="Y2"), number="IN-7", partner="Northmill", by=by)  # fmt: skip
    post("receipt", line("PUMP", 1, serial="P1"), line("PUMP", 1, serial="P2"), line("PUMP", 2), line("MOTOR", 1, serial="E1"),
         line("MOTOR", 1, serial="E2"), line("MOTOR", 1, serial="E3"), line("SAND", 6), by=by)  # fmt: skip
    post("production", line("FLOUR", -30, batch="F1"), line("SALT", -1), line("BREAD", 60, batch="B1"), by=by)
    post("production", line("MOTOR", -1, serial="E3"), line("PUMP", 1, serial="P3"), by=by)
    post("shipment", line("BREAD", -20, batch="B1"), partner="Café Lark", by=by)
    post("shipment", line("BREAD", -5, batch="B1"), line("PUMP", -1, serial="P1"), partner="Hotel Linde", by=by)
    post("customer_return", line("BREAD", 2, batch="B1"), partner="Café Lark", by=by)
    post("supplier_return", line("FLOUR", -3, batch="F2"), partner="Northmill", by=by)
    post("adjustment", line("FLOUR", -2, batch="F1"), by=by, note="Wet")
    post("transfer", line("SALT", -4), line("SALT", 4, at="Shop"), by=by)
    post("stocktake", line("SALT", -1), by=by)
    post("stocktake", number="SC-0", by=by)
    build.reverse(post("shipment", line("SALT", -1), partner="Hotel Linde", by=by), by=by)


def import_movements(folder) -> None:
    file = folder / "movements.csv"
    file.write_text(
        "kind,document,posted_at,partner,location,sku,batch_number,expires_on,serial_number,quantity,note\n"
        "receipt,IMP-1,2026-01-08T08:00:00+00:00,Northmill,Main,FLOUR,F9,2027-01-31,,12,\n",
        encoding="utf-8",
    )
    run("import_csv", "movements", str(file))


def switch(by) -> None:
    """One item off, on and restored, with what moved meanwhile; one with serial numbers too; one off; one on."""
    yeast, motor, sand = (Item.objects.get(name=name) for name in ("Yeast", "Motor", "Sand"))
    history = build.switch_off(yeast, by)
    post("shipment", line("YEAST", -2), partner="Hotel Linde", by=by)
    build.switch_on(yeast, "batch", by)
    build.restore(yeast, history, by)
    units = build.switch_off(motor, by)
    post("shipment", line("MOTOR", -1), partner="Café Lark", by=by)
    build.switch_on(motor, "serial", by)
    build.restore(motor, units, by, left=["E2"])
    build.switch_off(Item.objects.get(name="Malt"), by)
    build.switch_on(sand, "batch", by)
    build.switch_off(build.item("Sugar", "batch", skus=("SUGAR",)), by)


def write_on_lots(by) -> None:
    hold(records=[build.batch("F2"), build.serial("P2")], by=by, reason="Smells")
    hold(records=[build.serial("P1")], by=by, reason="Hums")
    release(records=[build.serial("P1")], by=by, reason="Does not")
    edit_batch(
        batch=build.batch("B1"),
        changes={"supplier_batch": "S-1", "note": "Dark", "made_on": datetime(2026, 1, 6, tzinfo=UTC).date()},
        by=by,
        reason="Forgotten",
    )


def recall(by) -> None:
    """One that is closed and one that is open, with customers in several states."""
    for title in ("Glass", "Metal"):
        case = open_recall(roots=find_typed("FLOUR F1"), kind="recall", title=title, reason="Found", by=by)
        first, last = RecallCustomer.objects.filter(recall=case).order_by("pk")
        record_customer(customer=first, by=by, state="replied", note="Ann", recovered={first.shipments.first().pk: 2})
        record_customer(customer=last, by=by, state="notified")
        if title == "Glass":
            close_recall(recall=case, summary="Sieved", by=by)
    open_recall(roots=find_typed("PUMP P1"), kind="drill", title="Hum", reason="Try", by=by)
    assert Recall.objects.count() == 3


def rename(by) -> None:
    """Names of everything that has one, a role of its own, and what is archived."""
    with acting(by, "Renamed"):
        user = get_user_model().objects.create_user("ann", email="a@a.example", first_name="Ann", last_name="Lee")
        user.groups.add(Group.objects.get(name="Operator"))
        user.user_permissions.add(Permission.objects.get(codename="reverse_document"))
        role = Group.objects.create(name="Helpers")
        role.permissions.add(
            Permission.objects.get(codename="view_batch"), Permission.objects.get(codename="view_item")
        )
        role.name = "Hands"
        role.save()
        user.groups.add(role)
        user.username = "anna"
        user.save()
        for row, name in (
            (Partner.objects.get(name="Café Lark"), "Lark & Sons"),
            (build.location("Shop"), "Corner"),
            (Item.objects.get(name="Bread"), "Rye bread"),
            (Variant.objects.get(sku="BREAD"), "RYE"),
        ):
            setattr(row, row.NAMED, name)
            row.save()
        for row in (Item.objects.get(name="Sugar"), Variant.objects.get(sku="SUGAR"), build.partner("Old & Co"),
                    build.location("Attic")):  # fmt: skip
            row.archived_at = timezone.now()
            row.save()


def leave_conveniences(by) -> None:
    """What is no evidence: a draft, an import's file, sessions, logins."""
    main = build.location("Main").pk
    rows = (LineContent(section="in", sku="FLOUR", quantity="3", batches=(BatchContent(number="F5", quantity="3"),)),)
    content = DraftContent(
        kind="receipt", day="2026-02-01", partner="Northmill", location=main, note="Soon", lines=rows
    )
    save_draft(token=new_uuid(), content=content, revision=0, by=by)
    now = timezone.now()
    FileImport.objects.create(
        kind="items", filename="a.csv", sha256="0" * 64, size=1, header=["a"], mapping={"a": "b"}, sentence="Why", digest="1",
        counts={"a": 1}, made_by=by, made_at=now, done_at=now,
    )  # fmt: skip
    RememberedMapping.objects.create(kind="items", header_key="a", mapping={"a": "b"}, saved_by=by, saved_at=now)
    LoginAttempt.objects.create(name_hash="a", address="::1", tried_at=now)
    session = SessionStore()
    session["a"] = 1
    session.save()
    events.record(LoginEvent.Kind.WRONG, user=None, request=None)
    LogEntry.objects.create(
        user=by, content_type=ContentType.objects.get_for_model(Item), object_id="1", object_repr="a", action_flag=ADDITION,
        change_message="a",
    )  # fmt: skip
