"""System check: a database whose triggers are missing counts wrong, so it says so (law 9)."""

from __future__ import annotations

from django.core import checks
from django.db import connections

from tracking.ledger import triggers


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
                    f"The database “{alias}” lacks {len(names)} guards that keep the ledger: {', '.join(names)}.",
                    hint="Post nothing. Run manage.py migrate, which puts them back, then manage.py verify.",
                    id="tracking.W001",
                )
            )
    return found


def register_checks() -> None:
    checks.register(check_triggers, checks.Tags.database)
