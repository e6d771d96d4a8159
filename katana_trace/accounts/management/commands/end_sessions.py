"""Log everybody out, or one user: after a dump was restored, or when a device was lost."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from katana_trace.accounts.models import Session


class Command(BaseCommand):
    help = "Log everybody out, or one user. They have to log in again; nothing else changes."

    def add_arguments(self, parser):
        parser.add_argument("--user", metavar="USER", help="log out this user alone")

    def handle(self, *, user, **options):
        try:
            sessions = Session.objects.all() if user is None else Session.objects.filter(user=user_named(user))
            count, _ = sessions.delete()
        except DatabaseError as error:
            raise CommandError(
                f"The sessions could not be ended ({error}). Run manage.py migrate, then try again."
            ) from error
        self.stdout.write(
            {0: "There was no open session.", 1: "1 session was ended."}.get(count, f"{count:,} sessions were ended.")
        )


def user_named(name: str):
    found = None if "\0" in name else get_user_model().objects.filter(username=name).first()
    if found is None:
        raise CommandError(f"There is no user “{name}”. Give the name that the user logs in with.")
    return found
