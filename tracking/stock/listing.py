"""The list of the stock: variants by SKU, each with its places, and the totals of all that was found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from katana_trace.lib.paging import PAGE, Page, read_cursor, write_cursor
from tracking.expiry.counts import count_batches
from tracking.expiry.windows import Window, in_short
from tracking.ledger.sql import fetch
from tracking.stock.contents import contents_of
from tracking.stock.found import IS_BELOW, WITHOUT, counted, found, joined, summed
from tracking.stock.rows import StockOfVariant, StockRow, UnitTotal
from tracking.stock.stock_filter import StockFilter


def stock_page(chosen: StockFilter, *, cursor: str, opened: tuple[int, int] | None = None, size: int = PAGE) -> Page:
    """The page of ``StockOfVariant`` after ``cursor``, by SKU; the row (variant, location) ``opened`` with its contents."""
    place = read_cursor(cursor)
    if place is not None and not (isinstance(place[0], str) and isinstance(place[1], int)):
        place = None
    query = found(chosen)
    after, parameters = ("", []) if place is None else (" AND (v.key, v.id) > (%s, %s)", place)
    keys = fetch(
        f"SELECT v.key, v.id {query.sql}{after} GROUP BY v.key, v.id ORDER BY v.key, v.id LIMIT {size + 1}",
        [*query.parameters, *parameters],
    )
    more, keys = len(keys) > size, keys[:size]
    rows = stock_rows(chosen, [id_ for _, id_ in keys]) if keys else []
    variants = [
        StockOfVariant(tuple(opened_row(chosen, row, opened) for row in places), sum(row.quantity for row in places))
        for _, group in groupby(rows, key=lambda row: row.variant)
        for places in [list(group)]
    ]
    return Page(rows=variants, next_cursor=write_cursor(list(keys[-1])) if more else None, is_first=place is None)


def opened_row(chosen: StockFilter, row: StockRow, opened: tuple[int, int] | None) -> StockRow:
    """``row``, with its contents where it is the one that was opened."""
    return replace(row, contents=contents_of(chosen, row)) if (row.variant, row.location) == opened else row


def find_row(chosen: StockFilter, *, variant: int, location: int, is_open: bool) -> StockRow | None:
    """The one row of ``variant`` at ``location``; None when nothing of it is found any more."""
    if chosen.location not in {None, location}:
        return None
    rows = stock_rows(replace(chosen, location=location), [variant])
    return opened_row(chosen, rows[0], (variant, location) if is_open else None) if rows else None


def stock_rows(chosen: StockFilter, variants: Iterable[int]) -> list[StockRow]:
    """The rows of ``variants``, by SKU and place."""
    query = found(chosen, variants)
    numbered = "0" if chosen.without else "k.numbered"
    rows = fetch(
        "SELECT v.id, v.sku, i.id, i.name, v.name, i.unit, i.tracking_mode, p.id, p.name,"
        f" count(CASE WHEN {WITHOUT} = 0 THEN b.id END), {summed(numbered)}, {summed(WITHOUT)},"
        f" {summed(counted(chosen))}, max({IS_BELOW}) {query.sql}"
        " GROUP BY v.key, v.id, v.sku, i.id, i.name, v.name, i.unit, i.tracking_mode, p.key, p.id, p.name"
        " ORDER BY v.key, v.id, p.key, p.id",
        query.parameters,
    )
    return [as_row(*row) for row in rows]


def as_row(variant, sku, item, name, variant_name, unit, mode, location, place, batches, *sums_and_below) -> StockRow:
    numbered, without, quantity = (joined(*sums_and_below[at : at + 2]) for at in (0, 2, 4))
    return StockRow(
        variant=variant,
        sku=sku,
        item=item,
        label=f"{name}, {variant_name}" if variant_name else name,
        unit=unit,
        mode=mode,
        location=location,
        place=place,
        numbers=numbered // 1_000_000 if mode == "serial" else batches,
        without=without,
        quantity=quantity,
        is_below=bool(sums_and_below[-1]),
    )


def stock_totals(chosen: StockFilter) -> list[UnitTotal]:
    """The sum per unit of everything that is found, by unit."""
    query = found(chosen)
    rows = fetch(
        f"SELECT i.unit, {summed(counted(chosen))}, max({IS_BELOW}) {query.sql} GROUP BY i.unit ORDER BY i.unit",
        query.parameters,
    )
    return [UnitTotal(unit, joined(whole, left), bool(below)) for unit, whole, left, below in rows]


def stock_expiry(chosen: StockFilter) -> list[tuple[Window, int]]:
    """Expired, this week and the weeks after, as on the day of ``chosen``: how many batches of all that is found, whatever
    expiry is asked for."""
    windows = in_short(chosen.day)
    query = found(replace(chosen, expiring=None, expiry=""))
    return list(zip(windows, count_batches(windows, of=query.sql, parameters=query.parameters), strict=True))
