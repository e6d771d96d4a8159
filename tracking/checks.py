"""System check: a database whose triggers are missing counts wrong, so it says so (law 9)."""

from __future__ import annotations

from django.core import checks
from django.db import connections

from tracking.ledger import triggers

NAMED = 3


def check_triggers(app_configs, databases=None, **kwargs) -> list[checks.CheckMessage]:
    """A warning, not an error: ``migrate`` runs this check first, and is what puts the triggers back."""
    found = []
    for alias in databases or []:
        connection = connections[alias]
        if "tracking_ledgerline" not in connection.introspection.table_names():
            continue
        names = triggers.missing(connection)
        if names:
            found.append(
                checks.Warning(
                    f"The database “{alias}” lacks guards that protect the ledger: {first_of(names)}.",
                    hint="Post nothing. Run manage.py migrate, which puts them back, then manage.py verify.",
                    id="tracking.W001",
                )
            )
    return found


def first_of(names: list[str]) -> str:
    """The first of ``names``, and how many more there are: an upgrade misses a hundred."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{more}"


def register_checks() -> None:
    checks.register(check_triggers, checks.Tags.database)
