"""Switch the product tracking of an item."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.core.management.base import CommandError

from katana_trace.lib.refusal import Refusal
from tracking.management.console import SiteCommand, item_named, user_named
from tracking.modes.download import record_download
from tracking.modes.history import write_history
from tracking.modes.switch import check_permission, disable_tracking, enable_tracking


class Command(SiteCommand):
    help = (
        "Switch the product tracking of an item, by the same rules as its page. To No tracking it writes the item's "
        "history to a file first, then deletes its batches or serial numbers; the file restores them."
    )

    def add_arguments(self, parser):
        parser.add_argument("item", metavar="ITEM", help="the item's name")
        parser.add_argument("to", choices=["none", "batch", "serial"], help="the tracking it gets")
        parser.add_argument("--by", metavar="USER", required=True, help="the user in whose name it is done")
        parser.add_argument("--reason", metavar="TEXT", required=True, help="why; kept with the switch")
        parser.add_argument("--export", metavar="FILE", type=Path, help="to none: where the history is written first")

    def handle(self, *, item, to, by, reason, export, **options):
        user, found = user_named(by), item_named(item)
        try:
            if to != "none":
                switch = enable_tracking(item=found, to=to, by=user, reason=reason)
                self.stdout.write(f"{found.name} has {switch.get_to_mode_display()} now.")
                return
            check_permission(user)
            if export is None:
                raise CommandError(
                    "Switching to No tracking deletes numbers. Name a file for the history with --export FILE."
                )
            rows = self.export(found, export, user) if found.is_tracked else 0
            disable_tracking(item=found, by=user, reason=reason)
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal
        except PermissionDenied as denied:
            raise CommandError(f"{denied} {user} is not one.") from denied
        self.stdout.write(
            f"{found.name} has No tracking now. Its history ({rows:,} rows) is in {export} and in Archives."
        )

    def export(self, item, file: Path, user) -> int:
        """Writes the history to a new ``file``, safely on the disk before anything is deleted."""
        history = write_history(item)
        with history.file as source:
            content = source.read()
            try:
                with file.open("xb") as out:
                    out.write(content)
                    out.flush()
                    os.fsync(out.fileno())
            except FileExistsError as error:
                if not file.is_file() or file.read_bytes() != content:
                    raise CommandError(f"{file} exists already and is not replaced. Name a new file.") from error
            except OSError as error:
                raise CommandError(
                    f"{file} cannot be written ({error.strerror}). Name a file in a folder that can."
                ) from error
            record_download(item=item, history=history, by=user)
        return history.row_count
