"""Trace a batch or serial number."""

from __future__ import annotations

import json

from django.core.management.base import CommandError

from katana_trace.lib.refusal import Refusal
from tracking.management.console import SiteCommand
from tracking.trace import trace_lot


class Command(SiteCommand):
    help = "Print what a batch or serial number was made from and into, who supplied and received it, as JSON."

    def add_arguments(self, parser):
        parser.add_argument("sku", metavar="SKU", help="the SKU of the batch or serial number")
        parser.add_argument("number", metavar="NUMBER", help="the number on the label")

    def handle(self, *, sku, number, **options):
        try:
            found = trace_lot(sku=sku, number=number)
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write(json.dumps(found.as_json(), indent=1, ensure_ascii=False))
