"""What a role of PostgreSQL needs to serve the site, and no more: it owns no table, so it can take no trigger away.

The triggers already refuse to change what was posted; a role that may not even ask is the second lock. What is only ever
added to it may not change or delete, the sanctioned changes excepted (taking numbers off lines and putting them back,
and that an archive was restored).
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps

READ_ONLY = {"django_migrations", "tracking_baseline", "tracking_never"}
# By table: what of it may be changed. None of them may be deleted.
ADDED_TO = {
    "tracking_ledgerline": ("batch_id", "serial_id"),
    "tracking_document": (),
    "tracking_switch": (),
    "tracking_recordchange": (),
    "tracking_archive": ("restored_at", "restored_by_id"),
    "tracking_historydownload": (),
    "tracking_recallevent": (),
    "tracking_seal": (),
}


def grants_to(role: str) -> Iterator[str]:
    """The statements that give ``role`` what it needs, and take what it had before; in one transaction."""
    name = '"' + role.replace('"', '""') + '"'
    yield "BEGIN;"
    yield f"GRANT USAGE ON SCHEMA public TO {name};"
    for table in sorted(tables()):
        yield f"REVOKE ALL ON {table} FROM {name};"
        if table in READ_ONLY:
            yield f"GRANT SELECT ON {table} TO {name};"
        elif table in ADDED_TO:
            yield f"GRANT SELECT, INSERT ON {table} TO {name};"
            if columns := ADDED_TO[table]:
                yield f"GRANT UPDATE ({', '.join(columns)}) ON {table} TO {name};"
        else:
            yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {name};"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name};"
    yield "COMMIT;"


def tables() -> set[str]:
    """Every table of the program, those between two others included."""
    return {model._meta.db_table for model in apps.get_models(include_auto_created=True)} | READ_ONLY
