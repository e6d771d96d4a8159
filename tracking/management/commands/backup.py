"""Write a backup of the embedded database, also while the site is in use."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import CommandError

from katana_trace.lib.counts import counted
from katana_trace.lib.refusal import Refusal
from tracking.ledger.seals import text_of_seal
from tracking.management.console import SiteCommand
from tracking.upkeep.backup import Backup, seal_file, write_backup


class Command(SiteCommand):
    help = (
        "Make a seal, then write a backup of the embedded database (SQLite) to a new file, also while the site is in use; "
        "the copy is checked first. The head of the seal is written to FILE.seal beside it, and printed."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", type=Path, help="the file to make; it must not be there yet")

    def handle(self, *, file, **options):
        try:
            backup = write_backup(file)
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal
        made = backup.contents
        self.stdout.write(
            f"{file}: {counted(made.documents, 'document')} and {counted(made.lines, 'ledger line')}, {counted(made.size, 'byte')}."
        )
        self.stdout.write(said_of_seal(backup, file))


def said_of_seal(backup: Backup, file: Path) -> str:
    if backup.seal is None:
        return "The database is of an older version than the program, so no seal was made. Run manage.py migrate."
    return f"{text_of_seal(backup.seal)}: {backup.seal.head}. It is kept in {seal_file(file)} too."
