"""Variants that have had one GTIN since before it had to be unique (rule 9): a manager says whose it is."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

TWINS = """
    SELECT v.gtin, v.sku, v.item_id, i.name, t.sku, t.item_id, o.name FROM items_variant v
    JOIN items_item i ON i.id = v.item_id
    JOIN items_variant t ON t.gtin_key = substr('00000000000000' || v.gtin, length(v.gtin) + 1)
    JOIN items_item o ON o.id = t.item_id
    WHERE v.gtin_key = '' AND v.gtin > '' ORDER BY v.id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Owner:
    """A variant with a GTIN, and the item whose page has it."""

    sku: str
    item: int
    item_name: str


@dataclass(frozen=True, slots=True)
class Twins:
    """``second`` has the GTIN of ``first`` too, which keeps it where nobody says otherwise."""

    gtin: str
    first: Owner
    second: Owner


def gtin_twins(*, limit: int) -> list[Twins]:
    """At most ``limit`` of them, the oldest first, by the index of GTINs."""
    with connection.cursor() as cursor:
        cursor.execute(TWINS, [limit])
        rows = cursor.fetchall()
    return [Twins(gtin, Owner(*row[3:]), Owner(*row[:3])) for gtin, *row in rows]
