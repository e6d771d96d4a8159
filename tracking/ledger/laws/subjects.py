"""Law 17 of partners, locations, items, variants, the workspace, users and roles: they match the change log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tracking.ledger.memberships import differences
from tracking.ledger.sql import fetch
from tracking.ledger.subjects import LIMIT, LOGGED, text_of
from tracking.models import Subject

LAST = """
    SELECT r.subject, r.subject_id, r.field, r.new, r.id, r.name FROM tracking_recordchange r JOIN (
        SELECT max(id) AS id FROM tracking_recordchange WHERE subject_id IS NOT NULL GROUP BY subject, subject_id, field
    ) m ON m.id = r.id ORDER BY r.id
"""
DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Known:
    """A subject as the log has it: the last value by field, and its last name there."""

    values: dict[str, str]
    name: str


def known_subjects() -> dict[tuple[str, int], Known]:
    """What the log says is there, by subject and id. What was deleted is not, until there are rows of it again."""
    rows = fetch(LAST)
    gone = {(subject, id_): row for subject, id_, field, _, row, _ in rows if field == DELETED}
    found: dict[tuple[str, int], Known] = {}
    for subject, id_, field, new, row, name in rows:
        if row > gone.get((subject, id_), 0):
            values = found[subject, id_].values if (subject, id_) in found else {}
            found[subject, id_] = Known({**values, field: new}, name)
    return found


def subjects() -> Iterator[str]:
    """Each subject has the last values of the log, and each subject of the log exists or was deleted."""
    known = known_subjects()
    for model, logged in LOGGED.items():
        present = set()
        for row in model._default_manager.order_by("pk"):
            present.add(row.pk)
            said = known.get((logged.subject.value, row.pk))
            for field, empty in logged.fields.items():
                value, there = text_of(getattr(row, field))[:LIMIT], said.values.get(field, empty) if said else empty
                if value != there:
                    yield (
                        f"{logged.subject.label} {getattr(row, logged.named)}: {field} is “{value}”, "
                        f"but the change log says “{there}”."
                    )
        for (subject, id_), said in known.items():
            if subject == logged.subject.value and id_ not in present:
                yield f"{logged.subject.label} {said.name} is missing, but the change log does not say that it was deleted."


def memberships() -> Iterator[str]:
    """Users and roles have exactly the roles and permissions that the log gave and did not take."""
    for one in differences():
        what = f"{Subject(one.owner.subject).label} {one.owner.id}"
        if one.is_there:
            yield f"{what} has the {one.membership.field} {one.membership.name}, but the change log does not say so."
        else:
            yield f"{what} lacks the {one.membership.field} {one.membership.name} that the change log says it has."
