"""Importing serial numbers for stock that is there: each connects one unit that has none (rule 4), all or nothing.

One adjustment for each variant and location, in the order of the file, through the same posting as the page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

from django.db import transaction

from items.models import TrackingMode, Variant
from katana_trace.lib import days
from katana_trace.lib.numbers import check_number, key_of
from katana_trace.lib.permission import require
from katana_trace.lib.quantities import MILLION, for_people, shown
from katana_trace.lib.refusal import Refusal
from katana_trace.lib.safe_csv import FileError, Row, read_rows
from tracking.documents.rule import NewDocument
from tracking.ledger import locks
from tracking.ledger.post import Posting
from tracking.ledger.retry import in_transaction
from tracking.ledger.sql import fetch
from tracking.models import Location
from tracking.records.assign import SERIALS_ASSIGNED, serial_lines
from tracking.resources.refused import FileRefused, RowError, is_enough
from tracking.resources.taken import rows_taken
from tracking.resources.watch import Watch

REQUIRED = ("sku", "location", "serial_number")


@dataclass(slots=True)
class Place:
    """The units of one variant at one location that the file names, and how many there have no number."""

    variant: int
    location: int
    without: int  # millionths
    unit: str
    numbers: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


def import_serials(file: BinaryIO, *, by, dry_run: bool = False, watch: Watch | None = None) -> int:
    """Gives the serial numbers of the CSV ``file`` to units without one; returns how many.

    Raises FileRefused with every bad row, PermissionDenied when ``by`` may not post.
    """
    require(
        by,
        "tracking.add_document",
        sentence="Importing serial numbers takes the role Operator. Ask an operator to do it.",
    )

    watch = watch or Watch()

    def work() -> int:
        file.seek(0)
        watch.restart()
        locks.own_ledger()
        count = SerialImport(by=by, watch=watch).run(file)
        if dry_run:
            transaction.set_rollback(True)
        return count

    return in_transaction(work)


class SerialImport:
    def __init__(self, *, by, watch: Watch):
        self.posting = Posting(by=by)
        self.watch = watch
        self.errors: list[RowError] = []
        self.variants = {variant.key: variant for variant in Variant.objects.select_related("item")}
        self.locations = dict(Location.objects.values_list("key", "pk"))
        self.names = dict(Location.objects.values_list("pk", "name"))
        self.places: dict[tuple[int, int], Place] = {}
        self.seen: dict[tuple[int, str], int] = {}  # by item and key: the row

    def run(self, file: BinaryIO) -> int:
        count = 0
        try:
            for row in read_rows(file, required=REQUIRED, text=REQUIRED):
                try:
                    self.take(row)
                except Refusal as refusal:
                    self.errors.append(RowError(row.number, refusal.sentence, refusal.field or ""))
                if is_enough(self.errors):
                    break
                count += 1
                if count % 500 == 0:
                    self.watch.read(row.number)
        except FileError as error:
            self.errors.append(RowError(0, str(error)))
        self.watch.begin("Looking for numbers that are in use")
        self.errors += rows_taken(self.seen)
        self.watch.begin("Posting")
        refused = {error.row for error in self.errors}
        for place in self.places.values():
            self.post(place, refused)
        if self.errors:
            raise FileRefused(sorted(self.errors, key=lambda error: error.row))
        self.posting.write()
        return count

    def take(self, row: Row) -> None:
        sku, name, number = (row.cells[column].strip() for column in REQUIRED)
        variant = self.variants.get(key_of(sku))
        if variant is None:
            raise Refusal(f"There is no SKU “{shown(sku)}”. Check it, or import it with the items first.", field="sku")
        if variant.item.tracking_mode != TrackingMode.SERIAL:
            raise Refusal(
                f"{variant.item.name} is not tracked by serial numbers. Turn that on first, or take this row out.",
                field="sku",
            )
        location = self.locations.get(key_of(name))
        if location is None:
            raise Refusal(f"There is no location “{shown(name)}”. Check its name.", field="location")
        try:
            number = check_number(number, "Serial number")
        except ValueError as error:
            raise Refusal(str(error), field="serial_number") from error
        first = self.seen.setdefault((variant.item_id, key_of(number)), row.number)
        if first != row.number:
            raise Refusal(
                f"Serial number {number} stands in row {first} already. Keep one of them.", field="serial_number"
            )
        self.put(variant, location, number, row.number)

    def put(self, variant: Variant, location: int, number: str, row: int) -> None:
        place = self.places.get((variant.pk, location))
        if place is None:
            place = Place(variant.pk, location, without_number(variant.pk, location), variant.item.unit)
            self.places[variant.pk, location] = place
        if (len(place.numbers) + 1) * MILLION > place.without:
            raise Refusal(
                f"{self.names[location]} has {for_people(place.without)} {place.unit} of {variant.sku} without a serial "
                "number, and this row would be one more. Take it out, or receive more first.",
                field="serial_number",
            )
        place.numbers.append(number)
        place.rows.append(row)

    def post(self, place: Place, refused: set[int]) -> None:
        """Posts the numbers of a place while no row is refused, and tells of those rows that are not."""
        if not self.errors:
            self.add(place, refused)
        for row, number in zip(place.rows, place.numbers, strict=True):
            if row not in refused:
                self.watch.made(row, f"serial number {number}")

    def add(self, place: Place, refused: set[int]) -> None:
        document = NewDocument(
            kind="adjustment",
            posted_at=days.now(),
            lines=serial_lines(place.variant, place.location, place.numbers),
            note=SERIALS_ASSIGNED,
        )
        try:
            self.posting.prepare([document])
            self.posting.add(document)
        except Refusal as refusal:
            row = place.rows[refusal.line - 1] if refusal.line else place.rows[0]
            self.errors.append(RowError(row, refusal.sentence, refusal.field or ""))
            refused.add(row)


def without_number(variant: int, location: int) -> int:
    """Millionths of a variant at a location that have no serial number."""
    found = fetch(
        "SELECT quantity, numbered FROM tracking_stocklevel WHERE variant_id = %s AND location_id = %s"
        " AND batch_id IS NULL",
        [variant, location],
    )
    return int(found[0][0]) - int(found[0][1]) if found else 0
