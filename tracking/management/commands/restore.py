"""Put a backup of the embedded database back, also while the site is in use."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import CommandError

from katana_trace.lib.counts import counted
from katana_trace.lib.refusal import Refusal
from tracking.management.console import SiteCommand
from tracking.upkeep.restore import restore_backup


class Command(SiteCommand):
    help = (
        "Put a backup of the embedded database (SQLite) in the place of the present one, also while the site is in use. "
        "It is looked over first, the laws of the ledger included; the present database is kept in a file beside it."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", type=Path, help="the backup")

    def handle(self, *, file, **options):
        try:
            done = restore_backup(file)
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal
        made = done.contents
        self.stdout.write(
            f"{file} was restored: {counted(made.documents, 'document')} and {counted(made.lines, 'ledger line')}."
        )
        if done.kept:
            self.stdout.write(f"The database of before was kept in {done.kept}.")
