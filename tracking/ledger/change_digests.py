"""The rows of the change log as digests are made of them (rules 25 and 26)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tracking.ledger.digest import ChangeText
from tracking.ledger.sql import fetch, instant_of, uuid_of

CHUNK = 5_000
ROWS = """
    SELECT id, subject, subject_id, uuid, variant_id, name, key, field, old, new, is_first, reason, changed_by_id,
        changed_by_name, changed_at, digest
    FROM tracking_recordchange WHERE id > %s ORDER BY id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class StoredChange:
    """A row of the change log with its ``digest`` as it is stored."""

    id: int
    text: ChangeText
    digest: str


def stored_changes() -> Iterator[StoredChange]:
    """Every row of the change log, by id; read in chunks."""
    last = 0
    while rows := fetch(ROWS, [last, CHUNK]):
        last = rows[-1][0]
        for row in rows:
            yield stored_change(row)


def stored_change(row: tuple) -> StoredChange:
    (
        id_, subject, subject_id, uuid, variant, name, key, field, old, new, is_first, reason, changed_by, changed_by_name,
        changed_at, digest,
    ) = row  # fmt: skip
    text = ChangeText(
        subject=subject,
        subject_id=subject_id,
        uuid=uuid_of(uuid) if uuid else None,
        variant=variant,
        name=name,
        key=key,
        field=field,
        old=old,
        new=new,
        is_first=bool(is_first),
        reason=reason,
        changed_by=changed_by,
        changed_by_name=changed_by_name,
        changed_at=instant_of(changed_at),
    )
    return StoredChange(id_, text, digest)
