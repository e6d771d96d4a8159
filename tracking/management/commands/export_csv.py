"""Export items, stock, serial numbers, movements, batches or documents as CSV."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from django.core.management.base import CommandError

from katana_trace.lib.safe_csv import CHUNK_ROWS
from tracking.ledger.sql import fetch
from tracking.management.console import Bar, SiteCommand, item_named
from tracking.resources.exports import EXPORTS


class Command(SiteCommand):
    help = "Write items, stock, serial numbers, movements, batches or documents as CSV (UTF-8), to a file or standard output."

    def add_arguments(self, parser):
        parser.add_argument("what", choices=sorted(EXPORTS), help="what to export")
        parser.add_argument("--item", metavar="NAME", help="only this item")
        parser.add_argument(
            "-o", "--output", metavar="FILE", type=Path, help="the file to write; default: standard output"
        )

    def handle(self, *, what, item, output, **options):
        only = item_named(item) if item else None
        chunks = EXPORTS[what](only)
        if output is None:
            out = getattr(self.stdout, "_out", sys.stdout)
            binary = getattr(out, "buffer", None)
            for chunk in chunks:
                if binary is not None:
                    binary.write(chunk)
                else:
                    out.write(chunk.decode())
            out.flush()
            return
        if output.is_dir():
            raise CommandError(f"{output} cannot be written (it is a folder). Name a file in it.")
        # Written beside its place and moved there: a reader never meets half a file.
        part = output.with_name(output.name + ".part")
        bar = Bar(self.stderr, total=self.rows_of(what))
        try:
            with part.open("wb") as file:
                for number, chunk in enumerate(chunks, 1):
                    file.write(chunk)
                    bar.show(number * CHUNK_ROWS)
                bar.close()
                file.flush()
                os.fsync(file.fileno())
            part.replace(output)
        except OSError as error:
            raise CommandError(
                f"{output} cannot be written ({error.strerror}). "
                "Name a file in a folder that you may write to, on a disk with space."
            ) from error
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def rows_of(self, what: str) -> int:
        """About how many rows there will be, for the progress bar; ids of lines have next to no gaps."""
        table = {
            "movements": "tracking_ledgerline",
            "serials": "tracking_serialnumber",
            "batches": "tracking_batch",
            "documents": "tracking_document",
        }.get(what, "tracking_stocklevel")
        return fetch(f"SELECT coalesce(max(id), 0) FROM {table}")[0][0]
