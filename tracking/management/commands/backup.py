"""Write a backup of the embedded database, also while the site is in use."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from katana_trace.lib.refusal import Refusal
from tracking.management.console import counted
from tracking.upkeep.backup import write_backup


class Command(BaseCommand):
    help = "Write a backup of the embedded database (SQLite) to a new file, also while the site is in use; it is looked over first."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", type=Path, help="the file to make; it must not be there yet")

    def handle(self, *, file, **options):
        try:
            made = write_backup(file)
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write(
            f"{file}: {counted(made.documents, 'document')} and {counted(made.lines, 'ledger line')}, {counted(made.size, 'byte')}."
        )
