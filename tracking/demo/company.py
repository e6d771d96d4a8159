"""Loading the sample company: all of it or nothing, once, and only where nothing else is."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction

from items.models import Item
from katana_trace.lib import days
from katana_trace.lib.acting import acting
from katana_trace.lib.numbers import key_of
from katana_trace.lib.refusal import Refusal
from tracking.demo import bakery, desk, ovens, recalls, today
from tracking.demo.catalogue import make_catalogue
from tracking.demo.diary import Diary
from tracking.demo.partners import make_partners
from tracking.demo.recipes import make_recipes
from tracking.ledger import locks
from tracking.models import Document

PASSWORD = "demo"  # noqa: S105 printed on the terminal, for a site on this machine alone
USERS = {"manager": "Manager", "operator": "Operator", "viewer": "Viewer"}


def is_loaded() -> bool:
    """Whether this database has the sample company: its first document, which nobody can delete."""
    return Document.objects.filter(kind="adjustment", key=key_of("OPENING"), note=bakery.OPENING_NOTE).exists()


def refuse_other_company() -> None:
    """Raises Refusal when the database is somebody's own: it gets neither a migration nor users with a known password."""
    if is_new() or is_loaded():
        return
    items = Item.objects.count()
    taken = get_user_model().objects.filter(username__in=USERS).values_list("username", flat=True)
    if not (items or taken or Document.objects.exists()):
        return
    what = f"{items:,} items" if items else f"the user {min(taken)}" if taken else "documents"
    raise Refusal(
        f"The database {connection.settings_dict['NAME']} has {what} and is not the sample company's. Nothing was loaded. "
        "Name another folder in KATANA_TRACE_DATA, or another database in PGDATABASE."
    )


def is_new() -> bool:
    """Whether the database has no tables yet."""
    tables = {model._meta.db_table for model in (Item, Document, get_user_model())}
    return not tables <= set(connection.introspection.table_names())


def load_company() -> bool:
    """Makes the three users and the whole company in one transaction. False when it was there already.

    Raises Refusal when the database has another company.
    """
    with transaction.atomic():
        locks.own_ledger()
        if is_loaded():
            return False
        refuse_other_company()
        users = {name: make_user(name, role) for name, role in USERS.items()}
        manager = users["manager"]
        with acting(manager, "The sample company"):
            make_catalogue(by=manager)
            make_partners(by=manager)
        diary = Diary(today=days.today(), by=users["operator"])
        make_recipes(diary.variants)
        diary.post_all([*bakery.story(diary.today), *ovens.story(diary.today)])
        today.live(diary, manager=manager)
        desk.leave_drafts(diary, manager=manager)
        recalls.leave_cases(diary.today, manager=manager)
    return True


def make_user(name: str, role: str):
    """A user in the group of ``role``. The manager may look around in the admin, and is no superuser."""
    user = get_user_model().objects.create_user(username=name, password=PASSWORD, is_staff=role == "Manager")
    user.groups.add(Group.objects.get(name=role))
    if user.is_staff:
        user.user_permissions.add(
            *Permission.objects.filter(content_type__app_label="tracking", codename="view_workspace"),
            *Permission.objects.filter(content_type__app_label="auth", codename__in=["view_user", "view_group"]),
        )
    return user
