"""Who comes to the addresses: one user for each role of the route table, and one who has none."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from tests.route_table import STAFF

GROUPS = {"staff viewer": "Viewer", "staff operator": "Operator", "staff": "Manager", "superuser": "Manager"}
NO_GROUP = "without a group"
PASSWORD = "pw"


def user_of(role: str, viewer, operator, manager):
    """The user of ``role``, None for who is not logged in; the three of the site are the fixtures'."""
    users = {"anonymous": None, "viewer": viewer, "operator": operator, "manager": manager}
    if role in users:
        return users[role]
    made = get_user_model().objects.create_user(
        role, password=PASSWORD, is_staff=role in STAFF, is_superuser=role == "superuser"
    )
    if role in GROUPS:
        made.groups.add(Group.objects.get(name=GROUPS[role]))
    return made


def client_of(user) -> Client:
    """A browser in which ``user`` has just logged in; nobody has where it is None."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return client
