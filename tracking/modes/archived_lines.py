"""The lines of a history, found again in the ledger by their UUID (rule 7)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from items.models import Item, Variant
from katana_trace.lib.numbers import key_of
from katana_trace.lib.quantities import parse_quantity
from katana_trace.lib.refusal import Refusal
from katana_trace.lib.safe_csv import Row
from tracking.ledger.sql import fetch
from tracking.modes.history_content import HistoryContent, as_uuid
from tracking.modes.settlement import Number


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A line as the ledger has it now; ``is_linked`` when it has a batch or serial number."""

    variant: int
    location: int
    quantity: int
    is_linked: bool


@dataclass(frozen=True, slots=True)
class Matched:
    """Which number each line gets back, and what these lines sum to per (variant, location, number), in millionths."""

    links: tuple[tuple[UUID, Number], ...]
    sums: dict[tuple[int, int, Number], int]


def named(row: Row) -> Number:
    """(key of the SKU, key of the number) of a line or a record."""
    return key_of(row.cells["sku"]), key_of(row.cells["batch_number"] or row.cells["serial_number"])


def ledger_of(item: Item) -> dict[UUID, LedgerLine]:
    """Every ledger line of ``item`` by its UUID."""
    return {
        as_uuid(uuid): LedgerLine(variant, location, quantity, linked is not None)
        for uuid, variant, location, quantity, linked in fetch(
            "SELECT l.uuid, l.variant_id, l.location_id, l.quantity, coalesce(l.batch_id, l.serial_id)"
            " FROM tracking_ledgerline l JOIN items_variant v ON v.id = l.variant_id WHERE v.item_id = %s",
            [item.pk],
        )
    }


def variants_of(item: Item, history: HistoryContent, ledger: dict[UUID, LedgerLine]) -> dict[str, int]:
    """The variant of each SKU in the file: by a line of it, for the SKU may have been renamed; else by its key."""
    found = dict(Variant.objects.filter(item=item).values_list("key", "pk"))
    for row in history.lines:
        line = ledger.get(as_uuid(row.cells["line"]))
        if line is not None:
            found[key_of(row.cells["sku"])] = line.variant
    return found


def match_lines(item: Item, history: HistoryContent, ledger: dict[UUID, LedgerLine], records: set[Number]) -> Matched:
    """The lines of ``history`` in the ledger. Raises Refusal, naming the first row that is not there as archived."""
    links: list[tuple[UUID, Number]] = []
    sums: dict[tuple[int, int, Number], int] = defaultdict(int)
    for row in history.lines:
        uuid, name = as_uuid(row.cells["line"]), named(row)
        line = ledger.get(uuid)
        if line is None or line.quantity != parse_quantity(row.cells["quantity"]) or line.is_linked:
            raise Refusal(
                f"Row {row.number} ({row.cells['document']}): the ledger of {item.name} has no such line to give its number "
                "back to. Nothing was restored; run manage.py verify."
            )
        if name not in records:
            raise Refusal(
                f"Row {row.number} ({row.cells['document']}): the file has no record of its number. Nothing was restored."
            )
        links.append((uuid, name))
        sums[line.variant, line.location, name] += line.quantity
    return Matched(tuple(links), dict(sums))
