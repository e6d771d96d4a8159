"""Tell whether the site may be trusted with a posting now."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from tracking.upkeep.health_soon import faults_soon


class Command(BaseCommand):
    help = (
        "Print ok if the database answers, no migration is missing and the triggers that keep the ledger are there. "
        "Otherwise print a sentence for each fault and exit with 1. Like the page /healthz, this takes two seconds at most."
    )
    requires_system_checks = ()

    def handle(self, **options):
        if found := faults_soon():
            raise CommandError("\n".join(found))
        self.stdout.write("ok")
