"""An honest change never stands in the log as another: refused saves, two people at once, loose values from the shell."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from items.models import Item
from tests import build
from tracking.models import Partner, RecordChange

User = get_user_model()
SECONDS = 30  # for the second of two to end
WAITING = "SELECT 1 FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')"


def is_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone() is not None


@contextmanager
def meanwhile(act: Callable[[], object]) -> Iterator[None]:
    """The block is one transaction; before it ends ``act`` begins on a connection of its own, and waits for it."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    other = threading.Thread(target=run)
    with transaction.atomic():
        yield
        other.start()
        until = time.monotonic() + SECONDS
        while not is_waiting() and other.is_alive() and time.monotonic() < until:
            time.sleep(0.02)
    other.join(SECONDS)
    assert not other.is_alive()


def test_a_refused_name_of_a_user_or_role_is_not_logged(committed_db):
    anna, ben = User.objects.create_user("anna"), User.objects.create_user("ben")
    ben.username = anna.username
    with pytest.raises(IntegrityError):
        ben.save()
    role = Group.objects.create(name="Packing")
    role.name = "Manager"
    with pytest.raises(IntegrityError):
        role.save()
    assert not RecordChange.objects.filter(old__in=["ben", "Packing"]).exists()
    assert build.broken() == {}


@pytest.mark.django_db
def test_what_the_shell_gives_is_logged_as_it_is_stored():
    user = User.objects.create_user("anna", is_staff=1)
    user.is_superuser = 1
    user.save()
    rye = build.item("Rye", shelf_life_days="030")
    rye.shelf_life_days = F("shelf_life_days") + 1
    rye.save()
    assert Item.objects.get().shelf_life_days == 31
    assert build.broken() == {}


@pytest.mark.django_db
def test_names_whose_characters_are_written_out_long_have_a_key_in_the_log():
    Group.objects.create(name="\ufdfa" * 150)
    User.objects.create(username="\ufdfa" * 150)
    assert build.broken() == {}


@pytest.mark.django_db
def test_a_role_given_under_its_old_name_is_logged_under_its_own():
    role, user = Group.objects.create(name="Packing"), User.objects.create_user("anna")
    Group.objects.get(pk=role.pk).user_set.add(user)
    present = Group.objects.get(pk=role.pk)
    present.name = "Packers"
    present.save()
    role.user_set.clear()
    assert build.broken() == {}


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
def test_two_who_save_one_partner_at_once(committed_db):
    build.partner("Mill")
    first, second = Partner.objects.get(), Partner.objects.get()
    first.email, second.phone = "mill@example.com", "12"
    with meanwhile(second.save):
        first.save()
    assert build.broken() == {}


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
def test_a_role_given_while_it_is_renamed(committed_db):
    role, user = Group.objects.create(name="Packing"), User.objects.create_user("anna")
    renamed = Group.objects.get(pk=role.pk)
    renamed.name = "Packers"
    with meanwhile(lambda: user.groups.add(role)):
        renamed.save()
    assert list(user.groups.values_list("name", flat=True)) == ["Packers"]
    assert build.broken() == {}
