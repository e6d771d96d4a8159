"""What a filter finds, as the FROM and WHERE of a query: the list, its totals and the CSV file ask the same one."""

from __future__ import annotations

from collections.abc import Iterable

from items.listing import has_words, variant_matches
from items.models import Variant
from katana_trace.lib.numbers import UNBATCHED_KEY
from katana_trace.lib.search import search_key
from tracking.stock.levels import Query, levels_query
from tracking.stock.stock_filter import StockFilter

# How much of a level has no number: UNBATCHED, or not numbered. Of an item that is tracked by batch today, a past day
# can have stock without any batch: from before the switch.
WITHOUT = (
    "CASE i.tracking_mode WHEN 'serial' THEN k.quantity - k.numbered"
    f" WHEN 'batch' THEN CASE WHEN b.id IS NULL OR b.key = '{UNBATCHED_KEY}' THEN k.quantity ELSE 0 END ELSE 0 END"
)
# Of a past day alone: more went out than had come in.
IS_BELOW = "CASE WHEN k.quantity < k.numbered OR k.numbered < 0 THEN 1 ELSE 0 END"


def found(chosen: StockFilter, variants: Iterable[int] | None = None) -> Query:
    """``FROM … WHERE …`` with k the levels, v the variants, i the items, p the locations, b the batches."""
    levels = levels_query(chosen, variants)
    conditions, parameters = ["1 = 1"], list(levels.parameters)
    key = search_key(chosen.q)
    if key:
        variants_found = Variant.objects.filter(variant_matches(key) | has_words(key)).order_by().values("pk")
        sql, given = variants_found.query.sql_with_params()
        conditions.append(f"v.id IN ({sql})")
        parameters += given
    if chosen.tracking:
        conditions.append("i.tracking_mode = %s")
        parameters.append(chosen.tracking)
    if chosen.last_expiry is not None:
        conditions.append("b.expires_on <= %s")
        parameters.append(chosen.last_expiry.isoformat())
    if chosen.window is not None:
        conditions.append("b.expires_on BETWEEN %s AND %s")
        parameters += [chosen.window.first.isoformat(), chosen.window.last.isoformat()]
    if chosen.without:
        conditions.append(f"{WITHOUT} <> 0")
    return Query(
        f"FROM ({levels.sql}) k JOIN items_variant v ON v.id = k.variant_id JOIN items_item i ON i.id = v.item_id"
        " JOIN tracking_location p ON p.id = k.location_id LEFT JOIN tracking_batch b ON b.id = k.batch_id"
        f" WHERE {' AND '.join(conditions)}",
        parameters,
    )


def counted(chosen: StockFilter) -> str:
    """What of a level is counted: all of it, or what has no number where only that is asked for."""
    return WITHOUT if chosen.without else "k.quantity"


def summed(millionths: str) -> str:
    """The sum of a column as two columns, whole units and the millionths left: in one, ten full levels would overflow."""
    return f"sum(({millionths}) / 1000000), sum(({millionths}) - ({millionths}) / 1000000 * 1000000)"


def joined(whole: int, left: int) -> int:
    """The millionths of the two columns of ``summed``."""
    return int(whole) * 1_000_000 + int(left)
