"""Restore the history of an item whose tracking was switched off."""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.core.management.base import CommandError

from katana_trace.lib.counts import counted
from katana_trace.lib.pasted import numbers_in
from katana_trace.lib.refusal import Refusal
from tracking.management.console import SiteCommand, item_named, user_named
from tracking.modes.restore import restore_tracking

MOST_LEFT = 5_000_000  # characters of a file with numbers, some 400,000 of them


class Command(SiteCommand):
    help = (
        "Put a history file back: every batch, serial number and ledger link of the item is as it was; "
        "what moved while tracking was off is settled by one document."
    )

    def add_arguments(self, parser):
        parser.add_argument("item", metavar="ITEM", help="the item's name")
        parser.add_argument("file", metavar="FILE", type=Path, help="the history file, as it was downloaded")
        parser.add_argument("--by", metavar="USER", required=True, help="the user in whose name it is done")
        parser.add_argument(
            "--left",
            metavar="NUMBER",
            nargs="+",
            default=[],
            help="serial numbers that left while tracking was off, or ranges such as A100-A149",
        )
        parser.add_argument(
            "--left-from", metavar="FILE", type=Path, help="a text file (UTF-8) with one such number in each line"
        )

    def handle(self, *, item, file, by, left, left_from, **options):
        user, found = user_named(by), item_named(item)
        try:
            archive = restore_tracking(
                item=found, content=read(file), by=user, left=[*left, *(numbers_of(left_from) if left_from else [])]
            )
        except Refusal as refusal:
            raise CommandError(told(refusal)) from refusal
        except PermissionDenied as denied:
            raise CommandError(f"{denied} {user} is not one.") from denied
        what = "batch record" if archive.mode == "batch" else "serial number"
        self.stdout.write(
            f"{found.name}: {counted(archive.record_count, what)} and {counted(archive.line_count, 'ledger line')} restored."
        )


def read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read ({error.strerror}). Check its name.") from error


def numbers_of(file: Path) -> list[str]:
    try:
        return numbers_in(read(file).decode("utf-8-sig"), most=MOST_LEFT)
    except UnicodeDecodeError as error:
        raise CommandError(f"{file} is not in UTF-8. Save it as plain text in UTF-8.") from error
    except ValueError as error:
        raise CommandError(f"{file}: {error} A range such as A100-A149 is shorter.") from error


def told(refusal: Refusal) -> str:
    """The page has a field for the numbers that left; here it is an option."""
    return f"{refusal.sentence} Name them by --left or --left-from." if refusal.field == "left" else refusal.sentence
