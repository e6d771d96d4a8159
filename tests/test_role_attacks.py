"""The role of PostgreSQL that serves the site owns no table: what it can do in plain SQL is refused, or named by a law."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from items.models import Item
from tests import build
from tests.forged_company import make_company
from tests.forgeries import execute, first_finding
from tests.role_attacks import ATTACKS, Attack
from tests.test_grants import as_role  # noqa: F401 a fixture

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="roles are of PostgreSQL"),
    pytest.mark.usefixtures("as_role"),
]


def what_became_of(attack: Attack) -> str:
    """The words of the refusal, or the law that names it; it is taken back afterwards."""
    mark = transaction.savepoint()
    try:
        for statement in attack.statements:
            execute(statement.replace("%", "%%"))
        execute("SET CONSTRAINTS ALL IMMEDIATE")  # as at the commit
        law, finding = first_finding()
        return f"named by {law}: {finding}" if law else "neither"
    except DatabaseError as error:
        return str(error).partition("\n")[0]
    finally:
        transaction.savepoint_rollback(mark)


def test_each_attack_is_refused_or_named(manager, tmp_path):
    make_company(manager, tmp_path)
    build.switch_on(Item.objects.get(name="Malt"), "batch", manager)
    assert build.broken() == {}
    assert len({attack.what for attack in ATTACKS}) == len(ATTACKS)
    outcomes = {attack.what: what_became_of(attack) for attack in ATTACKS}
    wrong = {}
    for attack in ATTACKS:
        outcome = outcomes[attack.what]
        is_right = outcome.startswith(f"named by {attack.law}:") if attack.law else is_refused(attack.refused, outcome)
        if not is_right:
            wrong[attack.what] = outcome
    print(*wrong.items(), sep="\n")
    assert wrong == {}


def is_refused(words: str, outcome: str) -> bool:
    return not outcome.startswith(("named", "neither")) and any(word in outcome for word in words.split("|"))
