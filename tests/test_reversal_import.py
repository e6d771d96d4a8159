"""Reversing takes its permission by a file too, and the import page asks for the password as the page of a reversal does
(rules 12, 28)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError
from django.db import connection
from django.utils import timezone

from katana_trace.lib.permission import require
from tests.build import item, line, post, stock
from tests.importing import press, upload
from tests.test_password_again import ASKED
from tests.worlds import run
from tracking.documents.rule import NewDocument
from tracking.ledger.mirror import mirrored_lines
from tracking.ledger.post import post as post_document
from tracking.models import Document, FileImport, Location

pytestmark = pytest.mark.django_db

HEAD = "kind,document,posted_at,partner,location,sku,batch_number,expires_on,serial_number,quantity,note,reverses\r\n"
DENIED = "Only a manager reverses documents. Ask a manager to do it."


@pytest.fixture(autouse=True)
def flour(db):
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 5, batch="L1"), number="PO-1")
    post("receipt", line("FLOUR", 7, batch="L2"), number="PO-2")


def reversing(*numbers: int) -> str:
    rows = [f"receipt,R-{n},2026-01-07T08:00:00Z,,Main,FLOUR,L{n},,,-{ {1: 5, 2: 7}[n] },,PO-{n}\r\n" for n in numbers]
    return HEAD + "".join(rows)


GOOD = "receipt,PO-9,2026-01-07T08:00:00Z,,Main,FLOUR,L9,,,1,,\r\n"


def test_an_operator_reverses_nothing_by_the_import_page(client, operator):
    client.force_login(operator)
    page = upload(client, "movements", reversing(1, 2) + GOOD)
    assert (page.errors, page.digest) == ([DENIED, DENIED], "")
    assert not Document.objects.filter(reverses__isnull=False).exists()


def test_an_operator_reverses_nothing_by_the_command(operator, manager, tmp_path: Path):
    file = tmp_path / "movements.csv"
    file.write_text(reversing(1) + GOOD, newline="")
    for option in ([], ["--dry-run"]):
        with pytest.raises(CommandError) as refused:
            run("import_csv", "movements", str(file), "--by", "operator", *option)
        assert str(refused.value) == f"Row 2, reverses: {DENIED}\nNothing was imported: 1 row is refused."
    assert not Document.objects.filter(reverses__isnull=False).exists()
    run("import_csv", "movements", str(file), "--by", "manager")
    # Posted before, so nothing is reversed and nothing is refused.
    assert "all 2 documents of this file were posted before" in run(
        "import_csv", "movements", str(file), "--by", "operator"
    )
    assert stock() == {("FLOUR", "Main", "L2"): "7", ("FLOUR", "Main", "L9"): "1"}


def test_an_operator_reverses_nothing_from_the_shell(operator):
    original = Document.objects.get(number="PO-1")
    mirror = NewDocument("receipt", timezone.now(), mirrored_lines(original), reverses="PO-1")
    with pytest.raises(PermissionDenied, match=DENIED):
        post_document(mirror, by=operator)
    assert not Document.objects.filter(reverses=original).exists()


def test_who_may_reverse_and_not_post_reverses_nothing(viewer):
    """A reversal is a document, so it takes both."""
    viewer.user_permissions.add(Permission.objects.get(codename="reverse_document"))
    original = Document.objects.get(number="PO-1")
    mirror = NewDocument("receipt", timezone.now(), mirrored_lines(original), reverses="PO-1")
    with pytest.raises(PermissionDenied, match="Posting documents takes the role Operator"):
        post_document(mirror, by=viewer)


def later(monkeypatch) -> None:
    at = timezone.now() + timedelta(minutes=16)
    monkeypatch.setattr(timezone, "now", lambda: at)


def test_the_import_page_asks_for_the_password_again(client, manager, monkeypatch):
    client.force_login(manager)
    page = upload(client, "movements", reversing(1, 2) + GOOD)
    assert ('name="password"' in page.html, "This file reverses 2 documents." in page.text) == (False, True)
    later(monkeypatch)
    page = upload(client, "movements", reversing(1, 2) + GOOD)
    assert ('name="password"' in page.html, "This file reverses 2 documents." in page.text) == (True, True)
    for sent, said in (({}, ASKED), ({"password": "wrong"}, "This is not your password.")):
        refused = press(client, page, "commit", **sent)
        assert (refused.status, said in refused.text) == (422, True)
        assert not Document.objects.filter(reverses__isnull=False).exists()
    press(client, page, "commit", password="pw")
    assert stock() == {("FLOUR", "Main", "L9"): "1"}


def test_the_import_page_asks_for_no_password_where_nothing_is_reversed(client, manager, monkeypatch):
    """Of a file that was imported before every row is skipped; one that is new reverses nothing."""
    client.force_login(manager)
    press(client, upload(client, "movements", reversing(1)), "commit")
    later(monkeypatch)
    page = upload(client, "movements", reversing(1) + GOOD)
    assert 'name="password"' not in page.html
    press(client, page, "commit")
    assert Document.objects.filter(number="PO-9").exists()


def test_the_import_page_commits_no_preview_that_ends_while_it_looks(client, manager, monkeypatch):
    """Another tab makes the preview anew: the import is being read when the page looks, and previewed a moment later."""
    client.force_login(manager)
    page = upload(client, "movements", reversing(1))
    later(monkeypatch)
    one = FileImport.objects.get()
    FileImport.objects.update(stage=FileImport.Stage.READING)

    def ending(execute, sql, parameters, many, context):
        found = execute(sql, parameters, many, context)
        if not ended and sql.startswith("SELECT") and f'FROM "{FileImport._meta.db_table}"' in sql:
            ended.append(sql)
            FileImport.objects.update(stage=FileImport.Stage.PREVIEWED)
        return found

    ended = []
    with connection.execute_wrapper(ending):
        client.post(f"{one.get_absolute_url()}commit/", {"digest": page.digest})
    one.refresh_from_db()
    assert (len(ended), one.stage) == (1, FileImport.Stage.PREVIEWED)
    assert not Document.objects.filter(reverses__isnull=False).exists()


def test_require_names_nobody_and_trusts_the_program(viewer):
    require(None, "tracking.add_document", sentence="No.")
    with pytest.raises(PermissionDenied, match=r"^No\.$"):
        require(viewer, "tracking.view_batch", "tracking.add_document", sentence="No.")


@pytest.mark.parametrize(("column", "what"), [("partner", "partner"), ("location", "location")])
def test_a_file_makes_no_partner_or_location_for_who_may_not(column, what, client, operator):
    """Operators may; a role of one's own may not be allowed to."""
    operator.groups.clear()
    operator.user_permissions.add(*Permission.objects.filter(codename__in=["add_document", "view_item"]))
    client.force_login(operator)
    cells = {"partner": "", "location": "Main"} | {column: "Nowhere"}
    row = f"receipt,PO-9,2026-01-07T08:00:00Z,{cells['partner']},{cells['location']},FLOUR,L9,,,1,,\r\n"
    page = upload(client, "movements", HEAD + row)
    assert page.errors == [f"There is no {what} “Nowhere”, and you may not make one. Ask a manager to do it."]


def test_a_file_of_stock_makes_no_location_for_who_may_not(client, operator):
    operator.groups.clear()
    operator.user_permissions.add(*Permission.objects.filter(codename__in=["add_document", "view_item"]))
    client.force_login(operator)
    rows = "sku,location,quantity,batch_number\r\nFLOUR,Main,1,L9\r\nFLOUR,Nowhere,1,L9\r\nFLOUR,nowhere,2,L9\r\n"
    page = upload(client, "stock", rows)
    refused = "There is no location “{}”, and you may not make one. Ask a manager to do it."
    assert page.errors == [refused.format("Nowhere"), refused.format("nowhere")]
    assert not Location.objects.filter(key="nowhere").exists()
