"""Switch the product tracking of an item."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.core.management.base import CommandError

from katana_trace.lib.private import open_private
from katana_trace.lib.refusal import Refusal
from tracking.ledger.retry import in_transaction
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
            rows = self.switch_off(found, export, user, reason)
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal
        except PermissionDenied as denied:
            raise CommandError(f"{denied} {user} is not one.") from denied
        self.stdout.write(
            f"{found.name} has No tracking now. Its history ({rows:,} rows) is in {export} and in Archives."
        )

    def switch_off(self, item, file: Path, user, reason: str) -> int:
        """Writes the history to a new ``file``, safely on the disk before anything is deleted; if nothing is, the file is
        removed again."""
        if not item.is_tracked:
            disable_tracking(item=item, by=user, reason=reason)
            return 0
        history = write_history(item)
        with history.file as source:
            is_made = self.export(source.read(), file)

        def work() -> None:
            record_download(item=item, history=history, by=user)
            disable_tracking(item=item, by=user, reason=reason)

        try:
            in_transaction(work)
        except BaseException:
            if is_made:
                file.unlink()
            raise
        return history.row_count

    def export(self, content: bytes, file: Path) -> bool:
        """Whether ``file`` was made; it may be there already with the same ``content``."""
        try:
            write_new(file, content)
        except FileExistsError as error:
            if not file.is_file() or file.read_bytes() != content:
                raise CommandError(f"{file} exists already and is not replaced. Name a new file.") from error
            return False
        except OSError as error:
            raise CommandError(
                f"{file} cannot be written ({error.strerror}). Name a file in a folder that you may write to, on a disk with space."
            ) from error
        return True


def write_new(file: Path, content: bytes) -> None:
    """Makes ``file`` with ``content``, for its owner alone; where that fails, nothing of it is left. Raises OSError."""
    with open_private(file, "xb") as out:
        try:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        except BaseException:
            file.unlink()
            raise
