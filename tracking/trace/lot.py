"""A lot is a batch or a serial number: one thing to whoever traces."""

from __future__ import annotations

from typing import NamedTuple

from katana_trace.lib.numbers import can_be_stored, key_of
from tracking.ledger.sql import any_of, fetch


class Lot(NamedTuple):
    """``id`` is of the batch, or of the serial number where ``is_serial``."""

    is_serial: bool
    id: int
    sku: str
    number: str

    @property
    def place(self) -> tuple[bool, int]:
        return (self.is_serial, self.id)


def find_lot(*, sku: str, number: str) -> Lot | None:
    """The batch or serial number ``number`` of ``sku``, both found by key."""
    if not (can_be_stored(sku) and can_be_stored(number)):
        return None
    for is_serial, table in ((False, "tracking_batch"), (True, "tracking_serialnumber")):
        rows = fetch(
            f"SELECT t.id, v.sku, t.number FROM {table} t JOIN items_variant v ON v.id = t.variant_id"
            " WHERE v.key = %s AND t.key = %s",
            [key_of(sku), key_of(number)],
        )
        if rows:
            return Lot(is_serial, *rows[0])
    return None


def name_lots(places: set[tuple[bool, int]]) -> dict[tuple[bool, int], Lot]:
    """SKU and number of each (is serial, id)."""
    found: dict[tuple[bool, int], Lot] = {}
    for is_serial, table in ((False, "tracking_batch"), (True, "tracking_serialnumber")):
        ids = [id_ for serial, id_ in places if serial == is_serial]
        if not ids:
            continue
        condition, parameter = any_of("t.id", ids)
        for row in fetch(
            f"SELECT t.id, v.sku, t.number FROM {table} t JOIN items_variant v ON v.id = t.variant_id WHERE {condition}",
            [parameter],
        ):
            found[is_serial, row[0]] = Lot(is_serial, *row)
    return found
