"""Import items or movements from a CSV file."""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.core.management.base import CommandError

from katana_trace.lib.counts import counted
from katana_trace.lib.refusal import Refusal
from tracking.ledger import statistics
from tracking.management.console import Bar, SiteCommand, count_lines, user_named
from tracking.resources.import_items import import_items
from tracking.resources.import_movements import import_movements
from tracking.resources.refused import FileRefused


class Command(SiteCommand):
    help = "Import items or movements from a CSV file: all of it, or, when a row is refused, nothing."

    def add_arguments(self, parser):
        parser.add_argument("what", choices=["items", "movements"], help="what the rows are")
        parser.add_argument("file", metavar="FILE", type=Path, help="the CSV file (UTF-8)")
        parser.add_argument("--dry-run", action="store_true", help="try everything, keep nothing")
        parser.add_argument(
            "--by", metavar="USER", help="the user in whose name it is done; without it, the program's own"
        )

    def handle(self, *, what, file, dry_run, by, **options):
        user = user_named(by)
        if not file.is_file():
            raise CommandError(f"There is no file {file}. Check its name.")
        bar = Bar(self.stderr, total=count_lines(file) if what == "movements" else 0)
        try:
            with file.open("rb") as opened:
                if what == "items":
                    done = import_items(opened, by=user, dry_run=dry_run)
                else:
                    done = import_movements(opened, by=user, dry_run=dry_run, watch=bar)
        except FileRefused as refused:
            bar.close()
            raise CommandError(f"{refused.report()}\nNothing was imported: {refused.count()}.") from refused
        except Refusal as refusal:
            bar.close()
            raise CommandError(refusal.sentence) from refusal
        except PermissionDenied as denied:
            raise CommandError(f"{denied} {user} may not.") from denied
        bar.close()
        if what == "movements" and not dry_run:
            statistics.refresh(done.lines)
        self.stdout.write(self.say_items(done) if what == "items" else self.say_movements(done))
        if dry_run:
            self.stdout.write("This was a dry run: nothing was kept.")

    def say_items(self, done) -> str:
        parts = [
            f"{counted(done.items, 'new item')}, {counted(done.variants, 'new variant')}",
            f"{done.changed:,} changed, {counted(done.switched, 'item')} with tracking switched, {done.unchanged:,} as they were",
        ]
        return ", ".join(parts) + "."

    def say_movements(self, done) -> str:
        if not done.documents and done.skipped:
            if done.skipped == 1:
                return "Nothing changed: the one document of this file was posted before."
            return f"Nothing changed: all {done.skipped:,} documents of this file were posted before."
        return (
            f"{counted(done.documents, 'document')} posted with {counted(done.lines, 'line')}, "
            f"{done.skipped:,} skipped as posted before; "
            f"{counted(done.locations, 'new location')}, {counted(done.partners, 'new partner')}."
        )
