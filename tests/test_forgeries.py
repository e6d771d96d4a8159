"""A hundred forgeries: the guards dropped, one thing changed. Each is named by a law, or stands here as harmless (DESIGN 4)."""

from __future__ import annotations

from collections import defaultdict

import pytest
from django.core.management import CommandError
from django.db import connection, models

from tests import forgeries
from tests.build import broken
from tests.clever_forgeries import CLEVER, Clever
from tests.forged_company import make_company
from tests.forgeries import Outcome, delete, execute, outcome_of
from tracking.ledger import triggers
from tracking.ledger.sql import fetch
from tracking.management.commands.verify import held_by
from tracking.models import Seal

pytestmark = pytest.mark.django_db
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL")

# Tables of which nothing is evidence, whatever is done to them.
HARMLESS_TABLES = {
    "accounts_loginattempt": "Failed logins, kept for as long as they slow the next one down.",
    "accounts_loginevent": "The log of logins, kept for 90 days.",
    "accounts_session": "Who is logged in.",
    "django_admin_log": "Django's own list of what was done in the admin; the change log is ours, and has it too.",
    "items_recipe": "A plan: what a production really took is in its document.",
    "items_recipeline": "A plan, as above.",
    "tracking_draft": "What is being written, and was not posted.",
    "tracking_draftline": "As above.",
    "tracking_draftbatch": "As above.",
    "tracking_fileimport": "A file on its way in; what it brought is in documents.",
    "tracking_rememberedmapping": "How the columns of a file were read the last time.",
}
NAMELESS = "Its number within the program: all that refers to it goes with it, and nothing that it says is another."
DJANGO = (
    "What permissions are called is Django's own, written by migrate; that somebody has one is in the log, by its name."
)
HARMLESS = {
    ("auth_group_permissions", "id"): NAMELESS,
    ("auth_user_groups", "id"): NAMELESS,
    ("auth_user_user_permissions", "id"): NAMELESS,
    ("auth_permission", "id"): NAMELESS,
    ("auth_permission", "name"): DJANGO,
    ("auth_permission", "content_type_id"): DJANGO + " This one nobody has.",
    ("auth_permission", "codename"): DJANGO + " This one nobody has.",
    ("auth_permission", "deleted"): DJANGO + " What there is not nobody has.",
    ("auth_user", "password"): "Its hash is no business of the log; that it was changed by the doors is there.",
    ("auth_user", "last_login filled in"): "When somebody was here last; the log of acts has logins.",
    ("auth_user", "date_joined"): "The log has the day on which the user was made.",
    ("django_content_type", "id"): NAMELESS,
    ("django_content_type", "app_label"): DJANGO + " Of this one nobody has any.",
    ("django_content_type", "model"): DJANGO,
    ("django_content_type", "deleted"): DJANGO + " What there is not nobody has.",
    ("tracking_archive", "id"): NAMELESS,
    ("tracking_batch", "id"): NAMELESS,
    (
        "tracking_batch",
        "reason filled in",
    ): "The reason of a hold is read where there is a hold, and then the log has it.",
    ("tracking_historydownload", "id"): NAMELESS,
    (
        "tracking_historydownload",
        "downloaded_at",
    ): "When the file was taken; that it was taken before the switch is what counts.",
    ("tracking_historydownload", "doubled"): "Somebody has the file twice.",
    ("tracking_serialnumber", "id"): NAMELESS,
    ("tracking_serialnumber", "reason filled in"): "As that of a batch.",
    ("tracking_stocklevel", "id"): NAMELESS,
    ("tracking_switch", "id"): NAMELESS,
    (
        "tracking_seal",
        "deleted",
    ): "The newest one: what it covered is there as before, and verify --seal misses it (below).",
}
AT_LEAST = 300


@pytest.fixture
def company(manager, tmp_path):
    make_company(manager, tmp_path)


def test_every_column_of_every_table_forged(company):
    assert broken() == {}
    outcomes: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    with forgeries.unguarded():
        for forgery in forgeries.generated():
            if forgery.table not in HARMLESS_TABLES:
                outcomes[forgery.place].append(outcome_of(forgery))
    unseen = {place for place, its in outcomes.items() if not all(one.is_seen for one in its)}
    assert unseen - HARMLESS.keys() == set(), "no law names these"
    assert HARMLESS.keys() - unseen == set(), "these are named, or not there: they are not harmless"
    assert sum(one.law > 0 for its in outcomes.values() for one in its) >= AT_LEAST


def test_harmless_tables(company):
    """Nothing that is done to them, all of it together, is named."""
    with forgeries.unguarded():
        for forgery in forgeries.generated():
            if forgery.table in HARMLESS_TABLES and forgery.column not in ("deleted", "doubled"):
                forgery.do()
        for table in HARMLESS_TABLES:
            delete(model_of(table), [id_ for (id_,) in fetch(f"SELECT {model_of(table)._meta.pk.column} FROM {table}")])
        assert forgeries.first_finding() == (0, "")


def model_of(table: str) -> type[models.Model]:
    return next(model for model in forgeries.tables() if model._meta.db_table == table)


def test_no_table_is_forgotten(company):
    """Every table has a row to forge, but those that a law keeps empty."""
    empty = {model._meta.db_table for model in forgeries.tables() if not model._default_manager.exists()}
    assert empty == {"tracking_never", "tracking_relinkpermit"}


def test_clever_forgeries(company):
    """What hangs together is changed together; the first law that names it, or why none does."""
    assert broken() == {}
    outcomes = {}
    with forgeries.unguarded():
        for clever in CLEVER:
            outcome = outcome_of(clever.forgery)
            assert not outcome.constraint, f"{clever.what}: {outcome.constraint}"
            outcomes[place_of(clever)] = outcome.law
            assert bool(clever.because) == (clever.law == 0)
    assert outcomes == {place_of(clever): clever.law for clever in CLEVER}


def place_of(clever: Clever) -> tuple[int, str]:
    """Its place in the list, since "the same with …" is said of several."""
    return CLEVER.index(clever), clever.what


@pytest.mark.parametrize("what", ["the same with all seals computed anew", "the newest seal deleted"])
def test_a_head_that_somebody_kept_tells_what_no_law_can(company, what):
    """Whoever computes everything anew has another head; whoever deletes a seal has none."""
    head = Seal.objects.latest("pk").head
    assert "is in the chain" in held_by(head)
    with forgeries.unguarded():
        next(clever for clever in CLEVER if clever.what == what).do()
    with pytest.raises(CommandError, match="No seal of this ledger has the head"):
        held_by(head)


def test_the_uuid_of_a_lot_matters_where_the_log_speaks_of_it(company):
    """Of a lot about which nothing was ever said, nothing hangs on it."""
    logged = {str(uuid) for (uuid,) in fetch("SELECT DISTINCT uuid FROM tracking_recordchange WHERE uuid IS NOT NULL")}
    seen = set()
    with forgeries.unguarded():
        for forgery in forgeries.generated(rows=1000):
            if forgery.table in ("tracking_batch", "tracking_serialnumber") and forgery.column == "uuid":
                id_ = forgery.what.split(":")[0].split()[-1]
                uuid = str(fetch(f"SELECT uuid FROM {forgery.table} WHERE id = %s", [id_])[0][0])
                assert outcome_of(forgery).is_seen == (uuid in logged), forgery.what
                seen.add(uuid in logged)
    assert seen == {True, False}


def guard_named(of: str) -> str:
    return next(name for name in sorted(triggers.dialect(connection).all_triggers()) if of in name)


def test_a_trigger_that_is_not_ours(company):
    if connection.vendor == "postgresql":
        execute("CREATE FUNCTION aid() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
        execute("SET CONSTRAINTS ALL IMMEDIATE")
        execute("CREATE TRIGGER aid BEFORE INSERT ON tracking_partner FOR EACH ROW EXECUTE FUNCTION aid()")
    else:
        execute("CREATE TRIGGER aid BEFORE INSERT ON tracking_partner BEGIN SELECT 1; END")
    assert broken() == {
        17: [
            "The trigger aid on tracking_partner does not belong to this program. Find out who made it, and remove it."
        ]
    }


def test_a_trigger_of_ours_that_is_away(company):
    name = guard_named("document_update")
    if connection.vendor == "postgresql":
        execute("SET CONSTRAINTS ALL IMMEDIATE")
    with connection.cursor() as cursor:
        triggers.dialect(connection).drop(cursor, name)
    assert broken() == {9: [f"The guard {name} is missing or altered. Run manage.py migrate."]}


@on_postgresql
@pytest.mark.parametrize(
    ("statement", "law", "finding"),
    [
        (
            "ALTER TABLE tracking_document DISABLE TRIGGER tracking_document_update",
            9,
            "The guard tracking_document_update ",
        ),
        (
            "ALTER TABLE tracking_document ENABLE REPLICA TRIGGER tracking_document_update",
            9,
            "The guard tracking_document_up",
        ),
        (
            "CREATE OR REPLACE FUNCTION tracking_document_update_fn() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN RETURN NEW; END'",
            9,
            "The guard tracking_document_update ",
        ),
        (
            "CREATE OR REPLACE TRIGGER tracking_document_update BEFORE UPDATE ON tracking_document FOR EACH ROW"
            " WHEN (OLD.id < 0) EXECUTE FUNCTION tracking_document_update_fn()",
            9,
            "The guard tracking_document_update ",
        ),
        (
            "CREATE OR REPLACE TRIGGER tracking_document_update BEFORE UPDATE OF note ON tracking_document FOR EACH ROW"
            " EXECUTE FUNCTION tracking_document_update_fn()",
            9,
            "The guard tracking_document_update ",
        ),
        (
            "CREATE RULE aid AS ON UPDATE TO tracking_document DO INSTEAD NOTHING",
            17,
            "The rule aid on tracking_document",
        ),
        ("CREATE POLICY aid ON tracking_document", 17, "The policy aid on tracking_document"),
        (
            "CREATE FUNCTION tracking_lock_levels(a text) RETURNS void LANGUAGE sql AS ''",
            17,
            "The function tracking_lock_",
        ),
        ("CREATE FUNCTION tracking_aid() RETURNS void LANGUAGE sql AS ''", 17, "The function tracking_aid"),
    ],
)
def test_guards_that_were_tampered_with(company, statement, law, finding):
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute(statement)
    found = broken()
    assert list(found) == [law]
    assert found[law][0].startswith(finding)
