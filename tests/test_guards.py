"""Without its guards the program does not post, and says so; with them a posting asks the database little."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.build import batch, broken, item, line, partner, post, refusal, stock, switch_on
from tests.conftest import user_in
from tests.worlds import exported
from tracking.ledger import guards, triggers
from tracking.ledger.seals import make_seal
from tracking.models import Document
from tracking.modes.switch import enable_tracking
from tracking.records.hold import hold

ON_SQLITE = connection.vendor == "sqlite"
BANNER = "The database lacks guards that protect the ledger, so nothing can be posted."


def drop(name: str) -> None:
    with connection.cursor() as cursor:
        triggers.dialect(connection).drop(cursor, name)


def look_anew() -> None:
    """As a connection that is made now: on PostgreSQL one looks once."""
    connection.look = None


@pytest.fixture
def unguarded(db, manager):
    """A site as a killed migration leaves it: one guard is not there."""
    item("Flour", "batch", skus=("FLOUR",))
    item("Salt", skus=("SALT",))
    post("receipt", line("FLOUR", 10, batch="L1"), line("SALT", 5), number="PO-1")
    drop("tracking_line_delete_guard" if ON_SQLITE else "tracking_line_delete")
    look_anew()
    yield
    triggers.create_all(connection)
    look_anew()


def test_nothing_is_posted_switched_held_sealed_or_imported_without_guards(unguarded, manager, tmp_path):
    before, movements = stock(), exported("movements")
    file = tmp_path / "movements.csv"
    file.write_text(movements.replace("PO-1", "PO-2"), encoding="utf-8")
    acts = (
        lambda: post("shipment", line("FLOUR", -1, batch="L1")),
        lambda: switch_on(item("Yeast", skus=("YEAST",)), "batch", manager),
        lambda: hold(records=[batch("L1")], by=manager, reason="Smells"),
        lambda: make_seal(by=manager),
    )
    for act in acts:
        sentence = refusal(act)
        assert sentence.startswith("The database lacks guards that protect the ledger (tracking_line_delete")
        assert sentence.endswith(
            "is the first of 1), so nothing was written. "
            "Ask whoever runs the site to run manage.py migrate, then manage.py verify."
        )
    with pytest.raises(CommandError, match="The database lacks guards"):
        call_command("import_csv", "movements", str(file), stdout=io.StringIO())
    assert (stock(), Document.objects.count()) == (before, 1)


def test_who_mends_the_guards_need_not_start_the_site_again(unguarded):
    assert refusal(post, "shipment", line("FLOUR", -1, batch="L1"))
    triggers.create_all(connection)
    post("shipment", line("FLOUR", -1, batch="L1"))
    assert broken() == {}


def test_a_page_says_so_to_managers_alone(unguarded, client, manager):
    for user, is_told in ((manager, True), (user_in("Operator"), False), (user_in("Viewer"), False)):
        client.force_login(user)
        assert (BANNER in client.get("/items/").content.decode()) == is_told
    triggers.create_all(connection)
    client.force_login(manager)
    assert BANNER not in client.get("/items/").content.decode()


def test_the_form_of_a_switch_says_it_too(unguarded, manager):
    salt = item("Sugar", skus=("SUGAR",))
    with pytest.raises(Exception, match="lacks guards"):
        enable_tracking(item=salt, to="batch", by=manager, reason="Asked")


@pytest.mark.django_db(transaction=True)
def test_guards_that_go_while_a_connection_is_open_are_missed(committed_db):
    """On PostgreSQL by the functions that a posting calls, on SQLite by the schema."""
    item("Flour", "batch", skus=("FLOUR",))
    post("receipt", line("FLOUR", 10, batch="L1"))
    assert guards.missing_now() == ()
    triggers.drop_all(connection)
    assert refusal(post, "shipment", line("FLOUR", -1, batch="L1")).startswith("The database lacks guards")
    triggers.create_all(connection)
    look_anew()
    post("shipment", line("FLOUR", -1, batch="L1"))
    assert broken() == {}


@pytest.mark.django_db(transaction=True)
def test_a_receipt_of_a_new_batch_is_11_statements(committed_db):
    """With BEGIN and COMMIT; at most 12 (issue of the ledger's order). The batch expires, which the change log says first."""
    operator = user_in("Operator")
    assert operator.has_perm("tracking.add_document")
    item("Flour", "batch", skus=("FLOUR",))
    partner("Mill")
    post("receipt", line("FLOUR", 5, batch="L0"))
    made, mill = line("FLOUR", 5, batch="L1", expires="2031-01-31"), partner("Mill")
    with CaptureQueriesContext(connection) as captured:
        post("receipt", made, partner=mill.name, by=operator)
    statements = [query["sql"] for query in captured.captured_queries if "tracking_partner" not in query["sql"][:60]]
    assert len(statements) == 11, statements
