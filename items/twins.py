"""Variants that shared a GTIN before it had to be unique (rule 9): a manager says whose it is."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

TWINS = """
    SELECT v.gtin, v.sku, v.id, i.name, t.sku, t.id, o.name FROM items_variant v
    JOIN items_item i ON i.id = v.item_id
    JOIN items_variant t ON t.gtin_key = substr('00000000000000' || v.gtin, length(v.gtin) + 1)
    JOIN items_item o ON o.id = t.item_id
    WHERE v.gtin_key = '' AND v.gtin > '' ORDER BY v.id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Owner:
    """A variant with a GTIN, by its id, and the name of its item."""

    sku: str
    variant: int
    item_name: str


@dataclass(frozen=True, slots=True)
class Twins:
    """``second`` has the GTIN of ``first`` too; ``first`` keeps it unless a person says otherwise."""

    gtin: str
    first: Owner
    second: Owner


def gtin_twins(*, limit: int) -> list[Twins]:
    """At most ``limit`` of them, the oldest first, by the index of GTINs."""
    with connection.cursor() as cursor:
        cursor.execute(TWINS, [limit])
        rows = cursor.fetchall()
    return [Twins(gtin, Owner(*row[3:]), Owner(*row[:3])) for gtin, *row in rows]
