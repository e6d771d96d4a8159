"""Check the laws of the ledger."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from tracking.ledger.laws import broken_laws
from tracking.management.console import counted


class Command(BaseCommand):
    help = "Check every law of the ledger and print each with what breaks it. Exit code 1 when one is broken."

    def handle(self, **options):
        broken = 0
        for law, findings in broken_laws():
            self.stdout.write(f"{'broken' if findings else 'kept  '}  {law.number:2}. {law.sentence}")
            for finding in findings:
                self.stdout.write(f"            {finding}")
            broken += bool(findings)
        if broken:
            raise CommandError(
                f"{counted(broken, 'law')} broken. Post nothing more, keep a copy of the database, and compare it with a backup."
            )
