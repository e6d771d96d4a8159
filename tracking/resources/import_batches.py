"""Importing what is written on batches: attributes of batches that are there, all or nothing, each change in the log.

Batches are made by documents alone (rule 14), so an unknown number is an error here.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from django.db import transaction

from items.models import Variant
from katana_trace.lib.days import parse_day
from katana_trace.lib.numbers import can_be_stored, key_of
from katana_trace.lib.permission import require
from katana_trace.lib.quantities import shown
from katana_trace.lib.refusal import Refusal
from katana_trace.lib.safe_csv import FileError, Row, read_rows
from tracking.ledger import locks
from tracking.ledger.retry import in_transaction
from tracking.models import Batch
from tracking.records.edit import DATES, TEXTS, checked, differences
from tracking.records.log import Change, as_text, check_reason, write_changes
from tracking.resources.refused import FileRefused, RowError, is_enough
from tracking.resources.watch import Watch, difference

REQUIRED = ("sku", "batch_number")
ATTRIBUTES = (*DATES, *TEXTS)
IGNORED = ("item", "variant", "status", "reason", "on_hand", "unit")  # of the export of batches
TEXT = ("sku", "batch_number", *TEXTS)
CHUNK = 500


def import_batches(
    file: BinaryIO, *, by, dry_run: bool = False, watch: Watch | None = None, reason: str = "Import of batches"
) -> None:
    """Sets expiry date, date of making, supplier's number and note of batches to what the CSV ``file`` says.

    A column that is not in the file is left as it is; an empty cell empties. Raises FileRefused with every bad row,
    PermissionDenied when ``by`` may not edit batches.
    """
    require(by, "tracking.change_batch", sentence="Importing batches takes the role Manager. Ask a manager to do it.")
    reason = check_reason(reason)

    watch = watch or Watch()

    def work() -> None:
        file.seek(0)
        watch.restart()
        BatchImport(by=by, watch=watch, reason=reason).run(file)
        if dry_run:
            transaction.set_rollback(True)

    in_transaction(work)


class BatchImport:
    def __init__(self, *, by, watch: Watch, reason: str):
        self.by = by
        self.watch = watch
        self.reason = reason
        self.errors: list[RowError] = []
        self.seen: set[tuple[int, str]] = set()
        self.variants: dict[str, int] = {}

    def run(self, file: BinaryIO) -> None:
        # No posting may judge an expiry while it changes, and which items the file names is known at its end.
        locks.own_ledger()
        self.variants = dict(Variant.objects.values_list("key", "pk"))
        try:
            rows = read_rows(file, required=REQUIRED, optional=(*ATTRIBUTES, *IGNORED), text=TEXT)
            for chunk in chunks(rows):
                self.take(chunk)
                self.watch.read(chunk[-1].number)
                if is_enough(self.errors):
                    break
        except FileError as error:
            self.errors.append(RowError(0, str(error)))
        if self.errors:
            raise FileRefused(self.errors)

    def take(self, chunk: list[Row]) -> None:
        """Changes the batches of a chunk; after the first error the rest is judged and not written."""
        there = self.batches_of(chunk)
        changes: list[Change] = []
        for row in chunk:
            try:
                found = self.changes_of(row, there)
            except Refusal as refusal:
                self.errors.append(RowError(row.number, refusal.sentence, refusal.field or ""))
                continue
            if not found:
                self.watch.unchanged(row.number, f"batch {row.cells['batch_number'].strip()} is as it was")
                continue
            words = [difference(change.field, as_text(change.old), as_text(change.new)) for change in found]
            self.watch.changed(row.number, f"batch {found[0].record.number}: {', '.join(words)}")
            changes += found
        if self.errors or not changes:
            return
        write_changes(changes, by=self.by, reason=self.reason)
        for change in changes:
            setattr(change.record, change.field, change.new)
        batches = {change.record.pk: change.record for change in changes}
        Batch.objects.bulk_update(batches.values(), sorted({change.field for change in changes}))

    def batches_of(self, chunk: list[Row]) -> dict[tuple[int, str], Batch]:
        numbers = {row.cells["batch_number"] for row in chunk}
        keys = {key_of(number) for number in numbers if can_be_stored(number)}
        return {(batch.variant_id, batch.key): batch for batch in Batch.objects.filter(key__in=keys)}

    def changes_of(self, row: Row, there: dict[tuple[int, str], Batch]) -> list[Change]:
        sku, number = row.cells["sku"].strip(), row.cells["batch_number"].strip()
        variant = self.variants.get(key_of(sku))
        if variant is None:
            raise Refusal(f"There is no SKU “{shown(sku)}”. Check it, or import it with the items first.", field="sku")
        batch = there.get((variant, key_of(number)))
        if batch is None:
            raise Refusal(
                f"{shown(sku)} has no batch “{shown(number)}”. Check the number; a new batch comes with its receipt or "
                "production.",
                field="batch_number",
            )
        if (variant, batch.key) in self.seen:
            raise Refusal(
                f"Batch {batch.number} of {shown(sku)} comes again in this file. Keep one row for it.",
                field="batch_number",
            )
        self.seen.add((variant, batch.key))
        wanted = {name: value_of(name, row.cells[name].strip()) for name in ATTRIBUTES if name in row.cells}
        return differences(batch, wanted)


def value_of(name: str, cell: str):
    """The cell as the batch keeps it. Raises Refusal."""
    if name not in DATES:
        return checked(name, cell)
    try:
        return checked(name, parse_day(cell) if cell else None)
    except ValueError as error:
        raise Refusal(str(error), field=name) from error


def chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk
