"""Stock levels, now or at the end of a day, as a query that the room narrows and sums.

A level is the sum of its ledger lines (law 1), so at the end of a day it was what it is now less what moved later: only
the documents after that day are read, and none for the present. A day is the document's ``posted_on``, in the site's
time zone. Stock is judged in posting order (rule 11), so where somebody back-dated, a level of a past day can come out
below zero; it is given as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tracking.ledger.sql import any_of
from tracking.stock.stock_filter import StockFilter

COLUMNS = "variant_id, location_id, batch_id, quantity, numbered"
LEVELS = f"SELECT {COLUMNS} FROM tracking_stocklevel k WHERE k.in_stock"
# What is held are batches, of whose levels all is, and single serial numbers.
HELD_BATCHES = "(SELECT id FROM tracking_batch WHERE status = 'held')"
HELD_SERIALS = "(SELECT id FROM tracking_serialnumber WHERE status = 'held')"
HELD_LEVELS = f"{LEVELS} AND k.batch_id IN {HELD_BATCHES}"
HELD_UNITS = (
    "SELECT k.variant_id, k.location_id, CAST(NULL AS bigint), 1000000, 1000000 FROM tracking_serialnumber k"
    " WHERE k.status = 'held' AND k.location_id IS NOT NULL"
)
MOVED_LATER = (
    "SELECT k.variant_id, k.location_id, k.batch_id, -k.quantity,"
    " CASE WHEN k.serial_id IS NULL THEN 0 ELSE -k.quantity END"
    " FROM tracking_document d JOIN tracking_ledgerline k ON k.document_id = d.id WHERE d.posted_on > %s"
)
HELD_MOVED_LATER = f"{MOVED_LATER} AND (k.batch_id IN {HELD_BATCHES} OR k.serial_id IN {HELD_SERIALS})"


class Query(NamedTuple):
    """SQL and its parameters, in the order of its placeholders."""

    sql: str
    parameters: list


def levels_query(chosen: StockFilter, variants: Iterable[int] | None = None) -> Query:
    """A row (``COLUMNS``, in millionths) for each level that is not empty, at the location and on the day of ``chosen``.

    Where ``chosen`` asks for what is held, the levels of held batches, and the held serial numbers of each place as a
    level without batch. ``variants`` narrows to these.
    """
    condition, parameters = narrowed(chosen, variants)
    selects = [HELD_LEVELS, HELD_UNITS] if chosen.held else [LEVELS]
    query = " UNION ALL ".join(select + condition for select in selects)
    given = parameters * len(selects)
    if chosen.as_of is not None:
        query += f" UNION ALL {HELD_MOVED_LATER if chosen.held else MOVED_LATER}{condition}"
        given += [chosen.as_of.isoformat(), *parameters]
    if chosen.held or chosen.as_of is not None:
        query = (
            "SELECT variant_id, location_id, batch_id, CAST(sum(quantity) AS bigint) AS quantity,"
            f" CAST(sum(numbered) AS bigint) AS numbered FROM ({query}) parts"
            " GROUP BY variant_id, location_id, batch_id HAVING sum(quantity) <> 0 OR sum(numbered) <> 0"
        )
    return Query(query, given)


def narrowed(chosen: StockFilter, variants: Iterable[int] | None) -> tuple[str, list]:
    """The condition that every part of the query has, with its parameters."""
    condition, parameters = "", []
    if variants is not None:
        wanted, parameter = any_of("k.variant_id", variants)
        condition += f" AND {wanted}"
        parameters.append(parameter)
    if chosen.location is not None:
        condition += " AND k.location_id = %s"
        parameters.append(chosen.location)
    return condition, parameters
