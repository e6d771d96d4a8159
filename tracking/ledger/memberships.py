"""Roles of users, and permissions of users and roles, as the change log gives and takes them row by row (rule 25, law 17)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tracking.ledger.sql import fetch
from tracking.models import Subject

ROLE, PERMISSION = "role", "permission"
# A role that is renamed is the same role; one that is deleted nobody has any more.
ROWS = """
    SELECT subject, subject_id, field, old, new FROM tracking_recordchange
    WHERE (subject IN ('user', 'role') AND field IN ('role', 'permission'))
        OR (subject = 'role' AND field IN ('name', 'deleted') AND old <> '')
    ORDER BY id
"""
PRESENT = """
    SELECT 'user' AS owner, m.user_id AS id, 'role' AS field, g.name FROM auth_user_groups m JOIN auth_group g ON g.id = m.group_id
    UNION ALL
    SELECT 'user', m.user_id, 'permission', {name} FROM auth_user_user_permissions m
        JOIN auth_permission p ON p.id = m.permission_id JOIN django_content_type t ON t.id = p.content_type_id
    UNION ALL
    SELECT 'role', m.group_id, 'permission', {name} FROM auth_group_permissions m
        JOIN auth_permission p ON p.id = m.permission_id JOIN django_content_type t ON t.id = p.content_type_id
    ORDER BY 1, 2, 3, 4
""".format(name="t.app_label || '.' || p.codename")
KNOWN = "SELECT t.app_label || '.' || p.codename FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id"


@dataclass(frozen=True, slots=True, order=True)
class Owner:
    """A user or a role (``subject``) by its id."""

    subject: str
    id: int


@dataclass(frozen=True, slots=True, order=True)
class Membership:
    """What an owner has: a role by its name, or a permission ("items.add_item")."""

    field: str
    name: str


Memberships = Mapping[Owner, set[Membership]]


def logged_memberships() -> Memberships:
    """What the log says that each user and role has now."""
    found: dict[Owner, set[Membership]] = defaultdict(set)
    for subject, id_, field, old, new in fetch(ROWS):
        if field in (ROLE, PERMISSION):
            its = found[Owner(subject, id_)]
            its.discard(Membership(field, old))
            if new:
                its.add(Membership(field, new))
        else:
            rename(found, old, new if field == "name" else "")
    return found


def rename(found: Memberships, old: str, new: str) -> None:
    """The role ``old`` is called ``new`` from here on; it is gone where that is empty."""
    for its in found.values():
        if Membership(ROLE, old) in its:
            its.remove(Membership(ROLE, old))
            if new:
                its.add(Membership(ROLE, new))


def present_memberships() -> Memberships:
    """What each user and role has."""
    found: dict[Owner, set[Membership]] = defaultdict(set)
    for subject, id_, field, name in fetch(PRESENT):
        found[Owner(subject, id_)].add(Membership(field, name))
    return found


@dataclass(frozen=True, slots=True)
class Difference:
    """``owner`` has ``membership`` and the log does not say so (``is_there``), or the other way round."""

    owner: Owner
    membership: Membership
    is_there: bool


def differences() -> Iterator[Difference]:
    """Where the log and what is there differ. A permission that there is no longer nobody can have."""
    logged, present = logged_memberships(), present_memberships()
    known = {name for (name,) in fetch(KNOWN)}
    owners = {Owner(Subject.USER.value, id_) for (id_,) in fetch("SELECT id FROM auth_user")}
    owners |= {Owner(Subject.ROLE.value, id_) for (id_,) in fetch("SELECT id FROM auth_group")}
    for owner in sorted(owners):
        its, said = present.get(owner, set()), logged.get(owner, set())
        for one in sorted(its - said):
            yield Difference(owner, one, True)
        for one in sorted(said - its):
            if one.field == ROLE or one.name in known:
                yield Difference(owner, one, False)
