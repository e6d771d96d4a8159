"""Make a seal over the ledger and the change log, and print its head."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.core.management.base import CommandError

from katana_trace.lib.counts import counted
from katana_trace.lib.refusal import Refusal
from tracking.ledger.seals import seal_ledger, text_of_seal
from tracking.management.console import SiteCommand, user_named


class Command(SiteCommand):
    help = (
        "Make a seal over everything that was posted and changed since the last one, and print its head. Keep the head "
        "elsewhere: manage.py verify --seal HEAD tells later whether anything under it was changed."
    )

    def add_arguments(self, parser):
        parser.add_argument("--by", metavar="USER", help="the user who makes it; without this option, the program")

    def handle(self, *, by, **options):
        user = user_named(by)
        try:
            sealing = seal_ledger(by=user)
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal
        except PermissionDenied as denied:
            raise CommandError(f"{denied} {user} may not.") from denied
        seal = sealing.seal
        self.stdout.write(seal.head)
        if not sealing.is_new:
            self.stderr.write(
                f"{text_of_seal(seal)} has this head. Nothing was posted or changed since, so none was made."
            )
            return
        counts = f"{counted(seal.document_count, 'document')} and {counted(seal.change_count, 'change')}"
        self.stderr.write(f"{text_of_seal(seal)}: {counts} since the one before.")
