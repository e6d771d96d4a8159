"""The stock that a filter finds as CSV (DESIGN 5.4): all of it, in the units and the exact decimals of the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from katana_trace.lib import days
from katana_trace.lib.quantities import plain
from katana_trace.lib.safe_csv import guard
from tracking.exports.table import Table
from tracking.ledger.sql import code_point, fetch
from tracking.stock.found import WITHOUT, counted, found
from tracking.stock.stock_filter import StockFilter

COLUMNS = (
    "sku", "item", "variant", "location", "tracking", "batch_number", "expires_on", "status", "quantity",
    "without_number", "unit", "as_of",
)  # fmt: skip


def stock_table(chosen: StockFilter) -> Table:
    """A row per variant, location and batch, by SKU, location and batch number.

    ``without_number`` is how much of ``quantity`` is UNBATCHED or has no serial number. ``as_of`` is the day at whose end
    it was so, or the instant of the download. Read at once: a half-read query keeps writers waiting.
    """
    return Table("stock", COLUMNS, lambda: rows_of(chosen))


def rows_of(chosen: StockFilter) -> Iterator[list[str]]:
    query = found(chosen)
    number = "coalesce(b.number, '')"
    rows = fetch(
        f"SELECT v.sku, i.name, v.name, p.name, i.tracking_mode, {number}, b.expires_on, coalesce(b.status, ''),"
        f" {counted(chosen)}, {WITHOUT}, i.unit {query.sql}"
        f" ORDER BY {code_point('v.sku')}, {code_point('p.name')}, {code_point(number)}",
        query.parameters,
    )
    as_of = chosen.as_of.isoformat() if chosen.as_of else days.instant_text(days.now())
    for sku, item, variant, place, mode, batch, expires_on, status, quantity, without, unit in rows:
        yield [
            guard(sku), guard(item), guard(variant), guard(place), mode, guard(batch), str(expires_on or ""),
            # What a filter for holds finds without a batch are serial numbers on hold.
            status or ("held" if chosen.held else ""), plain(int(quantity)), plain(int(without)), guard(unit), as_of,
        ]  # fmt: skip


def stock_filename(chosen: StockFilter) -> str:
    """The name of the download, without its ending."""
    if chosen.as_of is not None:
        return f"stock at the end of {chosen.as_of.isoformat()}"
    return f"stock {days.today().isoformat()}"
