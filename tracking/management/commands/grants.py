"""Print what a role of PostgreSQL that owns no table needs to serve the site."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from tracking.upkeep.grants import grants_to


class Command(BaseCommand):
    help = (
        "Print the SQL that lets a role of PostgreSQL serve the site without owning a table. "
        "Run it as the owner, after each migrate: manage.py grants katana_app | psql"
    )

    def add_arguments(self, parser):
        parser.add_argument("role", metavar="ROLE", help="the role that the site connects as")

    def handle(self, *, role, **options):
        if connection.vendor != "postgresql":
            raise CommandError("Roles are of PostgreSQL, and this site is on the embedded database, which has none.")
        for statement in grants_to(role):
            self.stdout.write(statement)
