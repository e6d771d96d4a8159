"""Restore the history of an item whose tracking was switched off."""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError

from katana_trace.lib.refusal import Refusal
from tracking.management.console import counted, item_named, user_named
from tracking.modes.restore import restore_tracking


class Command(BaseCommand):
    help = "Put a history file back: every batch, serial number and ledger link of the item is as it was."

    def add_arguments(self, parser):
        parser.add_argument("item", metavar="ITEM", help="the item's name")
        parser.add_argument("file", metavar="FILE", type=Path, help="the history file, as it was downloaded")
        parser.add_argument("--by", metavar="USER", required=True, help="the user in whose name it is done")

    def handle(self, *, item, file, by, **options):
        user, found = user_named(by), item_named(item)
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file} cannot be read ({error.strerror}). Check its name.") from error
        try:
            archive = restore_tracking(item=found, content=content, by=user)
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal
        except PermissionDenied as denied:
            raise CommandError(f"{denied} {user} is not one.") from denied
        what = "batch record" if archive.mode == "batch" else "serial number"
        self.stdout.write(
            f"{found.name}: {counted(archive.record_count, what)} and {counted(archive.line_count, 'ledger line')} restored."
        )
